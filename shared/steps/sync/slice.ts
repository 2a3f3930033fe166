/** What one slice works on, loaded once: the chunk's rows, its folders, the batch's endpoints and limits. */
import type { FolderKey } from '../../contract/ids.ts';
import {
  CopyRow,
  MailboxPlan,
  type BatchRecord,
  type MailboxRecord,
  type PlannedChunk,
  type PlannedFolder,
} from '../../contract/items.ts';
import { VerifyRow } from '../../contract/verify.ts';
import type { SliceRequest } from '../../contract/workflow.ts';
import { MigrationError } from '../../errors.ts';
import type { Parser } from '../../ports/objects.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Deadline } from '../../ports/runtime.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import type { ChunkLease } from './lease.ts';

export type SlicePorts = Pick<
  Ports,
  'batches' | 'mailboxes' | 'folders' | 'chunks' | 'credentials' | 'cipher' | 'data' | 'servers' | 'clock' | 'telemetry'
>;

export interface Assignment {
  ports: SlicePorts;
  key: MailboxKey;
  batch: BatchRecord;
  mailbox: MailboxRecord;
  plan: MailboxPlan;
  chunk: PlannedChunk;
  folders: ReadonlyMap<FolderKey, PlannedFolder>;
}

export interface Slice extends Assignment {
  rows: readonly CopyRow[];
  lease: ChunkLease;
  deadline: Deadline;
}

export async function loadAssignment(ports: SlicePorts, request: SliceRequest): Promise<Assignment> {
  const key = { batch: request.batch, mailboxId: request.mailboxId };
  const batch = await ports.batches.read(request.batch);
  if (!batch) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${request.batch}.`);
  const mailbox = await ports.mailboxes.read(key.batch, key.mailboxId);
  const ref = request.pass === 'verify' ? mailbox?.verifyPlan : mailbox?.plan;
  const plan = ref ? await ports.data.readJson(ref.key, (v) => MailboxPlan.parse(v)) : null;
  const chunk = plan?.chunks[request.chunk];
  if (!mailbox || !plan || !chunk)
    throw new MigrationError('STATE_DAMAGED', `Chunk ${request.chunk} is not in the plan of ${key.mailboxId}.`);
  return { ports, key, batch, mailbox, plan, chunk, folders: new Map(plan.folders.map((f) => [f.folderKey, f])) };
}

export async function readRows<T>(assignment: Assignment, parse: Parser<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of assignment.ports.data.readLines(assignment.chunk.rows.key, parse)) rows.push(row);
  return rows;
}

export const readCopyRows = (assignment: Assignment): Promise<CopyRow[]> =>
  readRows(assignment, (v) => CopyRow.parse(v));

export const readVerifyRows = (assignment: Assignment): Promise<VerifyRow[]> =>
  readRows(assignment, (v) => VerifyRow.parse(v));

export function folderOf(assignment: Assignment, folderKey: FolderKey): PlannedFolder {
  const folder = assignment.folders.get(folderKey);
  if (!folder) throw new MigrationError('STATE_DAMAGED', `Folder ${folderKey} is not in the plan.`);
  return folder;
}
