/**
 * A verify chunk: messages are read again on both sides and compared. Both are EXAMINEd and nothing is written there, so
 * a window may be read any number of times: its findings go to S3 under a key that depends on the window only, then the
 * committed count moves. A crash in between repeats the window and overwrites its findings.
 */
import type { PlannedFolder } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { verifyKeys } from '../../contract/keys.ts';
import { VerifyRow } from '../../contract/verify.ts';
import type { SliceResult } from '../../contract/workflow.ts';
import { advance, release } from '../../core/protocol/chunk.ts';
import { limits } from '../../core/protocol/limits.ts';
import { verifyWindowEnd } from '../../core/verify/windows.ts';
import { MigrationError } from '../../errors.ts';
import type { MailReader, SourceMailbox } from '../../ports/mail.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { ChunkLease } from './lease.ts';
import { OutOfTime } from './read-side.ts';
import { again, done } from './slice-result.ts';
import { folderOf, type Assignment } from './slice.ts';
import { verifyWindow } from './verify-window.ts';

export interface Verifying {
  assignment: Assignment;
  lease: ChunkLease;
  deadline: Deadline;
  rows: readonly VerifyRow[];
  source: SourceMailbox;
  target: MailReader<TargetUid>;
}

export async function verifyChunk(
  assignment: Assignment,
  at: { lease: ChunkLease; deadline: Deadline; rows: readonly VerifyRow[] },
): Promise<SliceResult> {
  const sides = await openToRead(assignment);
  at.lease.startRenewing();
  try {
    return await verifyWindows({ assignment, ...at, ...sides });
  } finally {
    at.lease.stopRenewing();
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
}

async function openToRead({ ports, key, batch }: Assignment): Promise<Pick<Verifying, 'source' | 'target'>> {
  const logins = await revealLogins(ports, key);
  const endpoints = endpointsOf(batch);
  return bothOrNone(
    ports.servers.openSource(endpoints.source, logins.source),
    ports.servers.openTargetToRead(endpoints.target, logins.target),
  );
}

async function verifyWindows(verifying: Verifying): Promise<SliceResult> {
  const { lease, rows, deadline } = verifying;
  const startedAt = lease.record.committed;
  let entered: PlannedFolder | null = null;
  try {
    while (lease.record.committed < rows.length) {
      if (deadline.remainingMs() < limits.reserveMs) throw new OutOfTime();
      const folder = folderOf(verifying.assignment, rows[lease.record.committed]?.folder ?? '');
      if (entered !== folder) await enter(verifying, folder);
      entered = folder;
      await oneWindow(verifying, folder);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    // Without a window to show, the slice counts as idle: three of them name the message at which they end.
    const forgiven = lease.record.committed > startedAt;
    await lease.apply((record) => release(record, { done: false, lookNotBefore: null, forgiven }));
    return again();
  }
  await lease.apply((record) => release(record, { done: true, lookNotBefore: null, forgiven: true }));
  return done();
}

/** UIDs of before a renumbering name other messages: then this folder cannot be verified by this plan. */
async function enter({ source, target }: Verifying, folder: PlannedFolder): Promise<void> {
  const listed = await source.openFolder(folder.sourcePath);
  if (listed.uidValidity !== folder.state.uidValidity) throw renumbered('source');
  const expected = folder.verify?.targetUidValidity ?? null;
  if (expected === null) return;
  if ((await target.openFolder(folder.targetPath)).uidValidity !== expected) throw renumbered('target');
}

const renumbered = (side: string): MigrationError =>
  new MigrationError('UIDVALIDITY_CHANGED', `The ${side} renumbered a folder while it was verified.`);

async function oneWindow(verifying: Verifying, folder: PlannedFolder): Promise<void> {
  const { assignment, lease, rows, source, target, deadline } = verifying;
  const from = lease.record.committed;
  const to = verifyWindowEnd(rows, from);
  const window = { folder: folder.folderKey, rows: rows.slice(from, to) };
  const rewrites = assignment.mailbox.rewrites === true;
  const part = await verifyWindow({ source, target, deadline, rewrites }, window);
  lease.assertHeld();
  const { key, ports, plan, chunk } = assignment;
  const where = { ...key, passId: plan.passId, chunkId: chunk.chunkId };
  await ports.data.putJson(verifyKeys.part(where, from), part);
  await lease.apply((record) => advance(record, { rows: to - from, bytes: part.tally.readBytes }));
}
