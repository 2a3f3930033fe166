/**
 * SyncSlice: what one invocation does of a chunk before its time ends. Claims the chunk, finishes what an earlier
 * attempt left in doubt, copies window by window, releases. Idempotent in its effect however often it is invoked.
 */
import type { ChunkRecord } from '../contract/items.ts';
import type { SliceRequest, SliceResult } from '../contract/workflow.ts';
import { claimChunk, isMine, isStuck, release, untouchedChunk } from '../core/protocol/chunk.ts';
import { limits } from '../core/protocol/limits.ts';
import { MigrationError } from '../errors.ts';
import type { Deadline } from '../ports/runtime.ts';
import { copyChunk } from './sync/copy-chunk.ts';
import { followFlags } from './sync/follow-flags.ts';
import { ChunkLease } from './sync/lease.ts';
import { putTailPart } from './sync/ledger-parts.ts';
import { continued, done, waitFor } from './sync/slice-result.ts';
import { loadAssignment, readCopyRows, readVerifyRows, type Assignment, type SlicePorts } from './sync/slice.ts';
import { verifyChunk } from './sync/verify-chunk.ts';

export interface Invocation {
  /** Owner of the lease; differs for every invocation. */
  id: string;
  deadline: Deadline;
}

export async function syncSlice(
  ports: SlicePorts,
  request: SliceRequest,
  invocation: Invocation,
): Promise<SliceResult> {
  const assignment = await loadAssignment(ports, request);
  if (request.loop >= limits.loopsPerChunk) return continued('CONTINUED');
  const claimed = await claim(assignment, request, invocation);
  if (!('lease' in claimed)) return claimed;
  const { lease } = claimed;
  try {
    return await work(assignment, lease, invocation.deadline);
  } catch (error) {
    return endBroken(assignment, lease, error);
  }
}

async function claim(
  assignment: Assignment,
  request: SliceRequest,
  invocation: Invocation,
): Promise<{ lease: ChunkLease } | SliceResult> {
  const { ports, key, chunk } = assignment;
  const stored = await ports.chunks.read(key, chunk.chunkId);
  const me = {
    owner: invocation.id,
    observed: request.observed,
    lookNotBefore: later(assignment, limits.lookDelaySeconds),
  };
  const claim = claimChunk(stored ?? untouchedChunk(chunk.chunkId), me);
  if (claim.kind === 'done') return done();
  if (claim.kind === 'held') return waitFor(limits.leaseSeconds, 'held by another worker', claim.observed);
  const { next, condition } = claim.transition;
  const won =
    (await ports.chunks.replace(key, next, condition)) || isMine(await ports.chunks.read(key, chunk.chunkId), next);
  return won ? { lease: new ChunkLease(ports.chunks, key, next) } : waitFor(1, 'claimed by another worker');
}

async function work(assignment: Assignment, lease: ChunkLease, deadline: Deadline): Promise<SliceResult> {
  const { record } = lease;
  const tooEarly = secondsUntil(assignment, record.open?.lookNotBefore ?? null);
  if (tooEarly > 0) {
    // The claim is durable, so the predecessor can open no further window; only the waiting is left to the workflow.
    await lease.apply((r) => release(r, { done: false, lookNotBefore: null, forgiven: true }));
    return waitFor(tooEarly, 'an interrupted window settles');
  }
  if (assignment.chunk.kind === 'flags') return followFlags(assignment, lease, deadline);
  if (assignment.chunk.kind === 'verify') {
    const rows = await readVerifyRows(assignment);
    await assertNotStuck(assignment, lease, rows);
    return verifyChunk(assignment, { lease, deadline, rows });
  }
  const rows = await readCopyRows(assignment);
  await assertNotStuck(assignment, lease, rows);
  await putTailPart(assignment.ports.data, { key: assignment.key, record, rows });
  return copyChunk({ ...assignment, rows, lease, deadline });
}

/** Released whatever happened, so that nobody waits for the lease; what cannot be released is taken over after it. */
async function endBroken(assignment: Assignment, lease: ChunkLease, error: unknown): Promise<SliceResult> {
  if (error instanceof MigrationError && error.code === 'LEASE_LOST') return waitFor(limits.leaseSeconds, 'LEASE_LOST');
  const throttled = error instanceof MigrationError && error.code === 'THROTTLED';
  const lookNotBefore = lease.record.open ? later(assignment, limits.lookDelaySeconds) : null;
  if (lease.record.owner !== null) {
    await lease.apply((r) => release(r, { done: false, lookNotBefore, forgiven: throttled })).catch(() => undefined);
  }
  if (throttled) assignment.ports.telemetry.count('Throttled', 1);
  if (!(error instanceof MigrationError) || error.retry !== 'now') throw error;
  return waitFor(error.retryAfterSeconds ?? limits.lookDelaySeconds, error.code);
}

interface Position {
  folder: string;
  sourceUid: number | null;
}

async function assertNotStuck(assignment: Assignment, lease: ChunkLease, rows: readonly Position[]): Promise<void> {
  const { record } = lease;
  if (!isStuck(record)) return;
  await lease.apply((r) => release(r, { done: false, lookNotBefore: null, forgiven: true }));
  throw stuck(assignment, record, rows[record.committed]);
}

function stuck(assignment: Assignment, record: ChunkRecord, row: Position | undefined): MigrationError {
  assignment.ports.telemetry.count('SlicesStuck', 1);
  const folder = assignment.plan.folders.find((f) => f.folderKey === row?.folder)?.sourcePath ?? '';
  return new MigrationError(
    'STUCK',
    `No progress in ${limits.idleSlices} slices at folder "${folder}", UID ${row?.sourceUid ?? 0}.`,
    {
      details: { folder, uid: row?.sourceUid ?? 0, chunkId: record.chunkId },
    },
  );
}

const later = (assignment: Assignment, seconds: number): string =>
  new Date(assignment.ports.clock.nowMs() + seconds * 1000).toISOString();

function secondsUntil(assignment: Assignment, instant: string | null): number {
  return instant === null ? 0 : Math.ceil((Date.parse(instant) - assignment.ports.clock.nowMs()) / 1000);
}
