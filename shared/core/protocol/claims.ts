/** Who comes first when copies at the target are dealt out: what is known of rows that were delivered before. */
import type { CopyRow, LedgerRow, RowOutcome } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';

export type MessageRow = Pick<CopyRow, 'sourceUid' | 'internalDate'>;

export interface NamedRow extends MessageRow {
  targetUid: number;
}

export interface Claims {
  /** Target UIDs that a row names. */
  claimed: Set<number>;
  /** Who names them. */
  named: NamedRow[];
  /** Delivered by us or found, but under no UID that counts under the present UIDVALIDITY. */
  unknown: MessageRow[];
}

/** `named`: the row's target UID belongs to the present UIDVALIDITY. */
export function addClaim(claims: Claims, row: LedgerRow, named: boolean): void {
  if (row.outcome !== 'copied' && row.outcome !== 'present') return;
  const { sourceUid, internalDate, targetUid } = row;
  if (targetUid === null || !named) claims.unknown.push({ sourceUid, internalDate });
  else {
    claims.claimed.add(targetUid);
    claims.named.push({ sourceUid, internalDate, targetUid });
  }
}

export interface OwnOutcome {
  row: MessageRow;
  outcome: RowOutcome;
}

/**
 * The claims that bear on `rows`, those of this window included that no record holds yet: a row answered OK without a
 * UID has its copy among the candidates too (V33), and so has one that was there before, once UIDs are given anew.
 */
export function claimsOn(rows: readonly MessageRow[], claims: Claims, own: readonly OwnOutcome[]): Claims {
  const instants = new Set(rows.map((row) => instantKey(row.internalDate)));
  const claimed = new Set(claims.claimed);
  const unknown = [...claims.unknown];
  const named = [...claims.named];
  for (const { row, outcome } of own) {
    if (outcome.outcome !== 'copied' && outcome.outcome !== 'present') continue;
    if (outcome.targetUid === null) unknown.push(row);
    else {
      claimed.add(outcome.targetUid);
      named.push({ ...row, targetUid: outcome.targetUid });
    }
  }
  const bears = (row: MessageRow): boolean => instants.has(instantKey(row.internalDate));
  return { claimed, named: named.filter(bears), unknown: unknown.filter(bears) };
}

/**
 * What is left of the claims once the target was looked at: a server may acknowledge with a UID that nothing has or
 * that another message has (faults F5). The copies of such an instant are then dealt out by their octets, to these rows
 * first; otherwise a twin in doubt adopts the copy of a row that the server misnamed, and a loss is called complete.
 */
export function borneOut(claims: Claims, seenAt: ReadonlyMap<number, string>): Claims {
  const instantOf = (row: MessageRow): string => instantKey(row.internalDate);
  const misnamed = new Set(claims.named.filter((r) => seenAt.get(r.targetUid) !== instantOf(r)).map(instantOf));
  const named = claims.named.filter((row) => !misnamed.has(instantOf(row)));
  return {
    named,
    claimed: new Set(named.map(({ targetUid }) => targetUid)),
    unknown: [...claims.unknown, ...claims.named.filter((row) => misnamed.has(instantOf(row)))],
  };
}
