/** The copy loop of one slice (protocol section 3): claim is done, windows follow until the chunk or the time ends. */
import type { RowOutcome } from '../../contract/items.ts';
import type { SliceResult } from '../../contract/workflow.ts';
import { commitHead, openWindow, release, type Opening } from '../../core/protocol/chunk.ts';
import { limits } from '../../core/protocol/limits.ts';
import { windowEnd, type Pace } from '../../core/protocol/window.ts';
import { MigrationError } from '../../errors.ts';
import { copyWindow, type Halt, type WindowTask } from './copy-window.ts';
import { lookUp } from './doubt.ts';
import { putTailPart } from './ledger-parts.ts';
import { again, done, waitFor } from './slice-result.ts';
import { Sessions } from './sessions.ts';
import { folderOf, type Slice } from './slice.ts';

export async function copyChunk(slice: Slice): Promise<SliceResult> {
  const sessions = await Sessions.open(slice);
  slice.lease.startRenewing();
  try {
    return await copyWindows(slice, sessions);
  } finally {
    slice.lease.stopRenewing();
    await sessions.close();
  }
}

async function copyWindows(slice: Slice, sessions: Sessions): Promise<SliceResult> {
  const { lease, rows } = slice;
  let pace: Pace | null = null;
  while (lease.record.committed < rows.length) {
    // An open window is finished whatever the time: it was opened with time to spare, or it is in doubt and comes first.
    if (!lease.record.open && !hasTimeFor(slice, pace)) {
      await lease.apply((record) => release(record, { done: false, lookNotBefore: null, forgiven: true }));
      return again();
    }
    const startedMs = slice.ports.clock.nowMs();
    const before = lease.record.committed;
    const halt = await oneWindow(slice, sessions, pace);
    if (halt) return halted(slice, halt);
    pace = { rows: lease.record.committed - before, ms: slice.ports.clock.nowMs() - startedMs };
  }
  await putTailPart(slice.ports.data, { key: slice.key, record: lease.record, rows });
  await lease.apply((record) => release(record, { done: true, lookNotBefore: null, forgiven: true }));
  return done();
}

/** Time for a window like the last one twice over, before the reserve begins. */
function hasTimeFor(slice: Slice, pace: Pace | null): boolean {
  return slice.deadline.remainingMs() > limits.reserveMs + 2 * (pace?.ms ?? limits.windowMs);
}

async function oneWindow(slice: Slice, sessions: Sessions, pace: Pace | null): Promise<Halt | null> {
  const { lease, rows } = slice;
  const first = rows[lease.record.committed];
  if (!first) return null;
  const folder = folderOf(slice, first.folder);
  await sessions.enter(folder, slice.chunk.chunkId);
  // Found open at the claim: some earlier attempt may have stored any of its rows.
  const inherited = lease.record.open;
  if (!inherited)
    await lease.apply((record) => openWindow(record, openingAt(slice, sessions, { from: record.committed, pace })));
  const { open } = lease.record;
  if (!open) throw new MigrationError('STATE_DAMAGED', 'The window just opened is not open.');

  const task: WindowTask = {
    ...open,
    folder,
    from: lease.record.committed,
    doubt: open.attempts > 1,
    outcomes: new Map(),
  };
  try {
    if (task.doubt) await adopt(slice, sessions, task);
    const halt = await copyWindow(slice, sessions, task);
    await commit(slice, sessions, { task, pace, halted: halt !== null });
    return halt;
  } catch (error) {
    await salvage(slice, sessions, { task, error });
    throw error;
  }
}

/** What is known of a window that broke: the fenced-out worker leaves a stray note, every other commits its head. */
async function salvage(slice: Slice, sessions: Sessions, at: { task: WindowTask; error: unknown }): Promise<void> {
  await sessions.close();
  if (!(at.error instanceof MigrationError)) return;
  if (at.error.code === 'LEASE_LOST') await leaveStray(slice, sessions, at.task);
  else await commit(slice, sessions, { task: at.task, pace: null, halted: true });
}

async function adopt(slice: Slice, sessions: Sessions, task: WindowTask): Promise<void> {
  const indexes = Array.from({ length: task.to - task.from }, (_, i) => task.from + i);
  const found = await lookUp(slice, sessions, { ...task, indexes, acknowledged: new Map() });
  for (const [index, outcome] of found) task.outcomes.set(index, outcome);
}

function openingAt(slice: Slice, sessions: Sessions, at: { from: number; pace: Pace | null }): Opening {
  const to = windowEnd(slice.rows, at.from, at.pace);
  return { to, uidValidity: sessions.uidValidity, uidFloor: sessions.uidFloor };
}

/** T4/T5 for the finished head of the window; the next window of the same folder is opened with the same write. */
async function commit(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; pace: Pace | null; halted: boolean },
): Promise<void> {
  const { lease, rows } = slice;
  const { task } = at;
  // Closed before anything else, so that nothing of this worker is in flight when the next one looks.
  if (at.halted) await sessions.close();
  const outcomes = headOf(task).map((outcome) => committed(outcome, { task, uidValidity: sessions.uidValidity }));
  if (outcomes.length === 0) return;
  await putTailPart(slice.ports.data, { key: slice.key, record: lease.record, rows });
  const next = task.from + outcomes.length;
  const goesOn =
    !at.halted && next === task.to && rows[next]?.folder === task.folder.folderKey && hasTimeFor(slice, at.pace);
  const then = goesOn ? openingAt(slice, sessions, { from: next, pace: at.pace }) : null;
  const copiedBytes = outcomes.reduce(
    (sum, o, i) => sum + (o.outcome === 'copied' ? (rows[task.from + i]?.sizeBytes ?? 0) : 0),
    0,
  );
  await lease.apply((record) => commitHead(record, { outcomes, uidValidity: sessions.uidValidity, copiedBytes }, then));
  observe(slice, outcomes, copiedBytes);
}

/** Rows are committed as a prefix: the longest run of final rows from the start of the window. */
function headOf(task: WindowTask): RowOutcome[] {
  const head: RowOutcome[] = [];
  for (let index = task.from; index < task.to; index++) {
    const outcome = task.outcomes.get(index);
    if (!outcome) break;
    head.push(outcome);
  }
  return head;
}

/** Doubt is durable; and a UID that was acknowledged under another UIDVALIDITY than the committed one names nothing. */
function committed(outcome: RowOutcome, at: { task: WindowTask; uidValidity: number }): RowOutcome {
  const renumbered = outcome.evidence === 'acknowledged' && at.uidValidity !== at.task.uidValidity;
  const known: RowOutcome = renumbered ? { ...outcome, targetUid: null, evidence: 'counted' } : outcome;
  return { ...known, doubt: outcome.doubt || at.task.doubt };
}

async function halted(slice: Slice, halt: Halt): Promise<SliceResult> {
  const lookNotBefore = new Date(slice.ports.clock.nowMs() + limits.lookDelaySeconds * 1000).toISOString();
  const forgiven = halt.code === 'THROTTLED';
  await slice.lease.apply((record) => release(record, { done: false, lookNotBefore, forgiven }));
  if (forgiven) slice.ports.telemetry.count('Throttled', 1);
  if (halt.code === 'TARGET_FULL' || halt.code === 'FOLDER_REFUSED')
    throw new MigrationError(halt.code, refusals[halt.code]);
  return waitFor(Math.max(halt.waitSeconds, limits.lookDelaySeconds), halt.code);
}

const refusals = {
  TARGET_FULL: 'The target mailbox has no room left.',
  FOLDER_REFUSED: 'The target folder can no longer be written to.',
} as const;

/** What was acknowledged to this worker, for SettleMailbox: proof that a surplus copy is ours. */
async function leaveStray(slice: Slice, sessions: Sessions, task: WindowTask): Promise<void> {
  await sessions.close();
  const rows = [...task.outcomes].flatMap(([index, outcome]) => {
    const row = slice.rows[index];
    return row && outcome.evidence === 'acknowledged' && outcome.targetUid !== null
      ? [{ sourceUid: row.sourceUid, targetUid: outcome.targetUid }]
      : [];
  });
  if (rows.length === 0) return;
  const { fence } = slice.lease.record;
  await slice.ports.chunks.putStray(slice.key, slice.chunk.chunkId, { fence, uidValidity: sessions.uidValidity, rows });
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
