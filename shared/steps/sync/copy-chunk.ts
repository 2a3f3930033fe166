/** The copy loop of one slice (protocol section 3): claim is done, windows follow until the chunk or the time ends. */
import type { SliceResult } from '../../contract/workflow.ts';
import { openWindow, release } from '../../core/protocol/chunk.ts';
import { finalHead, inDoubt } from '../../core/protocol/head.ts';
import { limits } from '../../core/protocol/limits.ts';
import type { Pace } from '../../core/protocol/window.ts';
import { MigrationError } from '../../errors.ts';
import { commitFinished, hasTimeFor, openingAt } from './commit-window.ts';
import { copyWindow } from './copy-window.ts';
import { lookUp } from './doubt.ts';
import { learnRewrites } from './learn-rewrites.ts';
import { putTailPart } from './ledger-parts.ts';
import { again, done, waitFor } from './slice-result.ts';
import { Sessions } from './sessions.ts';
import { folderOf, type Slice } from './slice.ts';
import type { Halt, WindowTask } from './window-task.ts';

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
    doubt: inDoubt(open),
    outcomes: new Map(),
    undecided: new Set(),
    doubtful: new Set(),
  };
  try {
    if (!sessions.isAheadOf(task)) await sessions.stay();
    if (task.doubt) await adopt(slice, sessions, task);
    const halt = await copyWindow(slice, sessions, task);
    await commit(slice, sessions, { task, pace, halted: halt !== null });
    if (!halt) await learnRewrites(slice, sessions, sessions.samples);
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

/** T4/T5 for the finished head of the window; the next window of the same folder is opened with the same write. */
async function commit(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; pace: Pace | null; halted: boolean },
): Promise<void> {
  const { task } = at;
  // Closed before anything else, so that nothing of this worker is in flight when the next one looks.
  if (at.halted) await sessions.close();
  const whole = finalHead(task).length === task.to - task.from;
  const goesOn =
    !at.halted && whole && slice.rows[task.to]?.folder === task.folder.folderKey && hasTimeFor(slice, at.pace);
  const next = goesOn ? openingAt(slice, sessions, { from: task.to, pace: at.pace }) : null;
  await commitFinished(slice, sessions, { task, next });
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
