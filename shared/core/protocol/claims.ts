/** Who comes first when copies at the target are dealt out: what is known of rows that were delivered before. */
import type { CopyRow, LedgerRow, RowOutcome } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';

export type MessageRow = Pick<CopyRow, 'sourceUid' | 'internalDate'>;

export interface Claims {
  /** Target UIDs that a row names. */
  claimed: Set<number>;
  /** Delivered by us or found, but under no UID that counts under the present UIDVALIDITY. */
  unknown: MessageRow[];
}

/** `named`: the row's target UID belongs to the present UIDVALIDITY. */
export function addClaim(claims: Claims, row: LedgerRow, named: boolean): void {
  if (row.outcome !== 'copied' && row.outcome !== 'present') return;
  if (row.targetUid !== null && named) claims.claimed.add(row.targetUid);
  else claims.unknown.push({ sourceUid: row.sourceUid, internalDate: row.internalDate });
}

export interface OwnOutcome {
  row: MessageRow;
  outcome: RowOutcome;
}

/**
 * The claims that bear on `rows`, those of this window included that no record holds yet: a row answered OK without a
 * UID has its copy among the candidates too (V33).
 */
export function claimsOn(rows: readonly MessageRow[], claims: Claims, own: readonly OwnOutcome[]): Claims {
  const instants = new Set(rows.map((row) => instantKey(row.internalDate)));
  const claimed = new Set(claims.claimed);
  const unknown = [...claims.unknown];
  for (const { row, outcome } of own) {
    if (outcome.outcome !== 'copied') continue;
    if (outcome.targetUid === null) unknown.push(row);
    else claimed.add(outcome.targetUid);
  }
  return { claimed, unknown: unknown.filter((row) => instants.has(instantKey(row.internalDate))) };
}
