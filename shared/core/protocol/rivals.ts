/**
 * When a copy may be known by its header alone (protocol section 5, step 5). The header says less than the octets, so a
 * row is adopted by it only if no copy that is about could be another row's (V12-V16, V27: of two mails of one header, the second
 * copy of the one is adopted as the other, and a loss is called complete).
 */
import type { SourceUid, TargetUid } from '../../contract/ids.ts';
import type { LedgerPartRow, LedgerRow } from '../../contract/items.ts';
import { mayBeTakenFor, type HeaderIdentity } from '../header-identity.ts';
import type { MessageRow } from './claims.ts';

/** A row of the folder that a copy found by its header could belong to. */
export interface RivalRow {
  /** null: a row from before the source was renumbered, whose message can't be read any more. */
  sourceUid: SourceUid | null;
  internalDate: string;
  /** Its copy under `uidValidity`, if that is known. */
  targetUid: TargetUid | null;
  uidValidity: number;
  /** In the hands of another worker. */
  elsewhere: boolean;
}

/** A row that a chunk of the plan has committed. */
export const committedRival = ({ sourceUid, internalDate, targetUid, uidValidity }: LedgerPartRow): RivalRow => ({
  sourceUid,
  internalDate,
  targetUid,
  uidValidity,
  elsewhere: false,
});

/** A row of a chunk of the plan that has no outcome yet. */
export const openRival = ({ sourceUid, internalDate }: MessageRow, elsewhere: boolean): RivalRow => ({
  sourceUid,
  internalDate,
  targetUid: null,
  uidValidity: 0,
  elsewhere,
});

/** A row of an earlier pass. `rematch`: the source was renumbered since. */
export const settledRival = (row: LedgerRow, at: { rematch: boolean; uidValidity: number }): RivalRow => ({
  sourceUid: at.rematch ? null : row.sourceUid,
  internalDate: row.internalDate,
  targetUid: row.targetUid,
  uidValidity: at.uidValidity,
  elsewhere: false,
});

/** A row of the folder whose INTERNALDATE is that of the row in question, of whatever chunk, pass and outcome. */
export interface Rival {
  /** null: can't be read, or says nothing that could be relied on. */
  headers: HeaderIdentity | null;
  /** null: can't be read. */
  octets: string | null;
}

/**
 * `rivals` without the row itself. Twins of equal octets are none: any of their copies is a copy of each. One that can't
 * be read is a rival even if we never sent it, because another tool may have.
 */
export function isAmbiguous(row: { headers: HeaderIdentity; octets: string }, rivals: readonly Rival[]): boolean {
  return rivals.some((rival) => mayBeTakenFor(row.headers, rival.headers) && rival.octets !== row.octets);
}

export interface ReadBack {
  sent: { octets: string; headers: HeaderIdentity | null };
  stored: { octets: string; headers: HeaderIdentity | null };
}

/**
 * Whether a target stores other octets than it is given; null when the copies prove nothing. One copy as it was sent is
 * enough for "no": a target that changes some messages only is looked through by octets.
 */
export function learnRewrites(copies: readonly ReadBack[]): boolean | null {
  if (copies.some(({ sent, stored }) => sent.octets === stored.octets)) return false;
  // An APPENDUID that lies names some other message.
  const ours = copies.some(({ sent, stored }) => sent.headers?.key != null && sent.headers.key === stored.headers?.key);
  return ours ? true : null;
}
