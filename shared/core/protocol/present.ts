/**
 * Which messages that lay at the target before us are copies of rows, by their octets. Each is claimed by one row, and
 * rows that were delivered under no known UID take theirs first: one of the candidates may be theirs.
 */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow, Repair, RowOutcome } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';
import type { MessageRow } from './claims.ts';

export interface CandidateRow {
  index: number;
  row: Pick<CopyRow, 'sourceUid' | 'internalDate' | 'candidates'>;
}

export interface CandidateLook<Nameless extends MessageRow> {
  rows: readonly CandidateRow[];
  nameless: readonly Nameless[];
  /** What each candidate is compared by, as the target shows it now. */
  copies: ReadonlyMap<TargetUid, string>;
  claimed: ReadonlySet<number>;
  /** What a copy of the row may look like, its own first. */
  facesOf: (row: MessageRow) => readonly { identity: string; repairs: readonly Repair[] }[];
}

export interface CandidateMatch<Nameless extends MessageRow> {
  found: Map<number, RowOutcome>;
  /** Candidates that nobody claims. */
  free: TargetUid[];
  /** Delivered rows whose copy is none of them. */
  nameless: Nameless[];
}

export function matchCandidates<Nameless extends MessageRow>(look: CandidateLook<Nameless>): CandidateMatch<Nameless> {
  const { rows, copies, facesOf } = look;
  const claimed = new Set(look.claimed);
  const byInstant = new Map(rows.map(({ row }) => [instantKey(row.internalDate), row.candidates]));
  const take = (row: MessageRow, from: readonly TargetUid[]): RowOutcome | null => {
    for (const { identity, repairs } of facesOf(row)) {
      const uid = from.find((candidate) => copies.get(candidate) === identity && !claimed.has(candidate));
      if (uid === undefined) continue;
      claimed.add(uid);
      return present(uid, repairs);
    }
    return null;
  };
  const nameless = look.nameless.filter((row) => !take(row, byInstant.get(instantKey(row.internalDate)) ?? []));
  const found = new Map<number, RowOutcome>();
  for (const { index, row } of rows) {
    const outcome = take(row, row.candidates);
    if (outcome) found.set(index, outcome);
  }
  return { found, free: [...copies.keys()].filter((uid) => !claimed.has(uid)), nameless };
}

/** `repairs`: put there by a pass whose records were lost. */
const present = (targetUid: TargetUid, repairs: readonly Repair[]): RowOutcome => ({
  outcome: 'present',
  targetUid,
  evidence: 'matched',
  doubt: false,
  code: null,
  sha256: null,
  ...(repairs.length > 0 ? { repairs: [...repairs] } : {}),
});

export const presentByHeaders = (targetUid: TargetUid): RowOutcome => ({
  ...present(targetUid, []),
  evidence: 'matched by headers',
});
