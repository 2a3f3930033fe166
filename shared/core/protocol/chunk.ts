/**
 * The chunk item as a state machine: every transition of protocol T1-T6 as a function from record to record, with the
 * condition under which it may be written. Which rule prevents what is said at the rule; `test/protocol` shows for
 * each what happens without it.
 */
import type { ChunkRecord, OpenWindow, RowOutcome } from '../../contract/items.ts';
import type { ChunkId } from '../../contract/ids.ts';
import type { Observed } from '../../contract/workflow.ts';
import type { ChunkCondition } from '../../ports/stores.ts';
import { limits } from './limits.ts';
import { encodeTail } from './tail.ts';

export interface Transition {
  next: ChunkRecord;
  condition: ChunkCondition;
}

export function untouchedChunk(chunkId: ChunkId): ChunkRecord {
  return {
    chunkId,
    fence: 0,
    owner: null,
    renewal: 0,
    committed: 0,
    open: null,
    tail: '',
    tailRows: 0,
    tailUidValidity: 0,
    sequence: 0,
    done: false,
    idleSlices: 0,
    copied: 0,
    bytes: 0,
  };
}

export type Claim =
  | { kind: 'done' }
  /** Somebody else holds the lease: wait one lease time and come back with `observed`. */
  | { kind: 'held'; observed: Observed }
  | { kind: 'claim'; transition: Transition };

/**
 * T1 and T2. A lease is never judged by clocks: a holder is taken over only when fence and renewal are what this
 * caller saw at least one lease time ago. The open window's floor, UIDVALIDITY and range stay as they are: a later
 * floor would hide a copy that the predecessor stored (protocol V4).
 */
export function claimChunk(
  record: ChunkRecord,
  me: { owner: string; observed: Observed | null; lookNotBefore: string },
): Claim {
  if (record.done) return { kind: 'done' };
  const held = record.owner !== null;
  const standsStill = me.observed?.fence === record.fence && me.observed.renewal === record.renewal;
  if (held && !standsStill) return { kind: 'held', observed: { fence: record.fence, renewal: record.renewal } };
  const next: ChunkRecord = {
    ...record,
    fence: record.fence + 1,
    owner: me.owner,
    idleSlices: record.idleSlices + 1,
    open: record.open && claimedAgain(record.open, held ? me.lookNotBefore : null),
  };
  const condition = { fence: record.fence, owner: record.owner, ...(held ? { renewal: record.renewal } : {}) };
  return { kind: 'claim', transition: { next, condition } };
}

function claimedAgain(open: OpenWindow, lookNotBefore: string | null): OpenWindow {
  return { ...open, attempts: open.attempts + 1, lookNotBefore: open.lookNotBefore ?? lookNotBefore };
}

export interface Opening {
  /** Rows [committed, to). */
  to: number;
  uidValidity: number;
  uidFloor: number;
}

const fresh = (opening: Opening): OpenWindow => ({ ...opening, attempts: 1, lookNotBefore: null });

/** T3: intent before bytes. Without it a crash re-sends a stored row and nothing notices (protocol V1). */
export function openWindow(record: ChunkRecord, opening: Opening): Transition {
  return guarded(record, { ...record, open: fresh(opening), renewal: record.renewal + 1 });
}

export interface Commit {
  outcomes: readonly RowOutcome[];
  uidValidity: number;
  copiedBytes: number;
}

/**
 * T4 and T5: outcomes of the head of the window. Rows of the window that are not yet final stay open with their floor
 * and attempts (raising the floor early would hide their copies), and rows that slide in behind them inherit both.
 * Without such rows `then` opens the next window with a floor of its own.
 */
export function commitHead(record: ChunkRecord, commit: Commit, then: Opening | null): Transition {
  if (!record.open) throw new Error('commit without an open window');
  const committed = record.committed + commit.outcomes.length;
  const to = Math.max(record.open.to, then?.to ?? 0);
  const rest = committed < record.open.to ? { ...record.open, to } : null;
  return guarded(record, {
    ...record,
    committed,
    open: rest ?? (then && fresh(then)),
    tail: encodeTail(commit.outcomes),
    tailRows: commit.outcomes.length,
    tailUidValidity: commit.uidValidity,
    sequence: record.sequence + 1,
    renewal: record.renewal + 1,
    idleSlices: 0,
    copied: record.copied + commit.outcomes.filter((o) => o.outcome === 'copied').length,
    bytes: record.bytes + commit.copiedBytes,
  });
}

/** Commit of a verify chunk: its findings are in S3 already, so the item carries none, and nothing is ever in doubt. */
export function advance(record: ChunkRecord, by: { rows: number; bytes: number }): Transition {
  return guarded(record, {
    ...record,
    committed: record.committed + by.rows,
    sequence: record.sequence + 1,
    renewal: record.renewal + 1,
    idleSlices: 0,
    copied: record.copied + by.rows,
    bytes: record.bytes + by.bytes,
  });
}

/** Ends a slice in order, so that the successor need not wait for the lease. An open window stays open. */
export function release(
  record: ChunkRecord,
  ending: { done: boolean; lookNotBefore: string | null; forgiven: boolean },
): Transition {
  return guarded(record, {
    ...record,
    owner: null,
    done: ending.done,
    idleSlices: ending.forgiven ? 0 : record.idleSlices,
    open: record.open && { ...record.open, lookNotBefore: ending.lookNotBefore ?? record.open.lookNotBefore },
  });
}

/** T6. */
export function renew(record: ChunkRecord): Transition {
  return guarded(record, { ...record, renewal: record.renewal + 1 });
}

/** Fenced: only the holder's own view may be replaced. Without it two workers open the same rows (protocol V2). */
function guarded(record: ChunkRecord, next: ChunkRecord): Transition {
  return {
    next,
    condition: { fence: record.fence, renewal: record.renewal, committed: record.committed, sequence: record.sequence },
  };
}

/**
 * After a refused write: did it succeed after all, its answer lost (SDK retry)? Only if all of it is there: a renewal
 * whose answer was lost carries the same numbers as the opening after it, and bytes would be sent without intent.
 */
export function isMine(stored: ChunkRecord | null, written: ChunkRecord): boolean {
  return (
    stored !== null &&
    stored.fence === written.fence &&
    stored.sequence === written.sequence &&
    stored.renewal === written.renewal &&
    stored.owner === written.owner &&
    stored.committed === written.committed &&
    stored.tail === written.tail &&
    stored.done === written.done &&
    windowText(stored.open) === windowText(written.open)
  );
}

const windowText = (open: OpenWindow | null): string =>
  open === null ? '' : [open.to, open.uidValidity, open.uidFloor, open.attempts, open.lookNotBefore].join(' ');

export const isStuck = (record: ChunkRecord): boolean => record.idleSlices > limits.idleSlices;
