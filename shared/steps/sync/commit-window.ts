/** Commits of the copy loop (protocol T3 to T5): what of the window is final, and what is opened with the same write. */
import type { RowOutcome } from '../../contract/items.ts';
import { commitHead, type Opening } from '../../core/protocol/chunk.ts';
import { finalHead, toCommit } from '../../core/protocol/head.ts';
import { limits } from '../../core/protocol/limits.ts';
import { windowEnd, type Pace } from '../../core/protocol/window.ts';
import { keepSample } from './samples.ts';
import { putTailPart } from './ledger-parts.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import type { WindowTask } from './window-task.ts';

/** Time for a window like the last one twice over, before the reserve begins. */
export function hasTimeFor(slice: Slice, pace: Pace | null): boolean {
  return slice.deadline.remainingMs() > limits.reserveMs + 2 * (pace?.ms ?? limits.windowMs);
}

export function openingAt(slice: Slice, sessions: Sessions, at: { from: number; pace: Pace | null }): Opening {
  const to = windowEnd(slice.rows, at.from, at.pace);
  return { to, uidValidity: sessions.uidValidity, uidFloor: sessions.uidFloor };
}

/**
 * Commits the finished head, with `next` as the window that is open afterwards or the end to which this one slides.
 * The task follows: what is committed is no longer its business. Returns the number of rows.
 */
export async function commitFinished(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; next: Opening | null },
): Promise<number> {
  const { lease, rows } = slice;
  const { task } = at;
  const under = { openedUnder: task.uidValidity, uidValidity: sessions.uidValidity };
  const outcomes = finalHead(task).map((outcome, i) =>
    toCommit(outcome, { ...under, doubt: task.doubt || task.doubtful.has(task.from + i) }),
  );
  if (outcomes.length === 0) return 0;
  await putTailPart(slice.ports.data, { key: slice.key, record: lease.record, rows });
  const copiedBytes = outcomes.reduce(
    (sum, o, i) => sum + (o.outcome === 'copied' ? (rows[task.from + i]?.sizeBytes ?? 0) : 0),
    0,
  );
  const commit = { outcomes, uidValidity: sessions.uidValidity, copiedBytes };
  await lease.apply((record) => commitHead(record, commit, at.next));
  observe(slice, outcomes, copiedBytes);
  if (sessions.rewrites === null) sample(slice, sessions, { from: task.from, outcomes });
  for (const index of outcomes.keys()) task.outcomes.delete(task.from + index);
  task.from += outcomes.length;
  task.to = lease.record.open?.to ?? task.from;
  task.uidFloor = lease.record.open?.uidFloor ?? task.uidFloor;
  return outcomes.length;
}

function sample(slice: Slice, sessions: Sessions, at: { from: number; outcomes: readonly RowOutcome[] }): void {
  const { uidValidity, samples } = sessions;
  for (const [i, outcome] of at.outcomes.entries()) {
    const row = slice.rows[at.from + i];
    if (row) keepSample(samples, { row, outcome, uidValidity });
  }
}

function observe(slice: Slice, outcomes: readonly RowOutcome[], copiedBytes: number): void {
  const count = (outcome: RowOutcome['outcome']): number => outcomes.filter((o) => o.outcome === outcome).length;
  const { telemetry } = slice.ports;
  telemetry.count('MessagesCopied', count('copied'));
  telemetry.count('BytesCopied', copiedBytes);
  telemetry.count('MessagesPresent', count('present'));
  telemetry.count('MessagesSkipped', count('skipped'));
  telemetry.count('MessagesQuarantined', count('quarantined'));
}
