/**
 * PlanBatch: takes the batch, reads settings and CSV, seals the passwords, lists the mailboxes of the pass, and deletes
 * the CSV. Idempotent: once the PassRecord is there, only the deletion is repeated.
 */
import { redactedCsv, rejectedCsv, type RejectedRow } from '../contract/csv.ts';
import type { MailboxId } from '../contract/ids.ts';
import type { BatchRecord, PassRecord } from '../contract/items.ts';
import { passKeys, reportKeys } from '../contract/keys.ts';
import type { ObjectRef, PassRequest, PlanBatchResult } from '../contract/workflow.ts';
import { mailboxConcurrency } from '../core/batch/concurrency.ts';
import { catalogue, MigrationError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { admitRows } from './batch/admit-rows.ts';
import { forgetUpload } from './batch/forget-upload.ts';
import { csvName, readCsv, readSettings, type BatchSettings, type CsvScope } from './batch/read-intake.ts';

type PlanPorts = Pick<
  Ports,
  'batches' | 'mailboxes' | 'credentials' | 'cipher' | 'data' | 'intake' | 'clock' | 'telemetry'
>;

const busySeconds = 15;

export async function planBatch(ports: PlanPorts, request: PassRequest): Promise<PlanBatchResult> {
  const holder = await ports.batches.lock(request.batch, request.passId);
  if (holder !== request.passId) {
    return { status: 'wait', waitSeconds: busySeconds, reason: `Pass ${holder} is working on this batch.` };
  }
  const record = (await ports.batches.readPass(request.batch, request.passId)) ?? (await plan(ports, request));
  // Last, because nothing can be planned from a CSV that is gone.
  if (request.scope.kind === 'csv') await forgetUpload(ports, request, request.scope);
  const { manifest, mailboxCount } = record;
  // There may be no batch at all: the newer upload could not be used.
  if (record.supersededBy !== undefined) return { status: 'planned', mailboxCount, manifest, mailboxConcurrency: 1 };
  const batch = await ports.batches.read(request.batch);
  if (!batch) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${request.batch}.`);
  return { status: 'planned', mailboxCount, manifest, mailboxConcurrency: mailboxConcurrency(batch.settings) };
}

/** A CSV that cannot be used holds passwords all the same: it goes before the error is told. */
async function plan(ports: PlanPorts, request: PassRequest): Promise<PassRecord> {
  const { scope } = request;
  if (scope.kind === 'batch') return planKnown(ports, request);
  try {
    return await planUpload(ports, request, scope);
  } catch (error) {
    if (error instanceof MigrationError && catalogue[error.code].scope === 'batch') {
      await forgetUpload(ports, request, scope);
    }
    throw error;
  }
}

async function planUpload(ports: PlanPorts, request: PassRequest, scope: CsvScope): Promise<PassRecord> {
  const { batch, passId } = request;
  const settings = await readSettings(ports, batch);
  if (!settings) throw new MigrationError('SETTINGS_MISSING', `There is no migration.json in the folder ${batch}/.`);
  const csv = await readCsv(ports, scope);
  const name = csvName(scope);
  const admitted = await admitRows(ports, { batch, passId, csvName: name, rows: csv.rows });
  const rejected = [...csv.rejected, ...admitted.rejected].sort((a, b) => a.line - b.line);
  await keepEvidence(ports, request, { name, redacted: redactedCsv(csv.rows), rejected });
  for (const notice of csv.notices) ports.telemetry.warn('CSV', { batch, passId, reason: notice });
  return finish(ports, request, { ...settings, mailboxIds: admitted.mailboxIds, rejectedCount: rejected.length });
}

async function keepEvidence(
  { data }: PlanPorts,
  { batch, passId }: PassRequest,
  at: { name: string; redacted: string; rejected: readonly RejectedRow[] },
): Promise<void> {
  await data.putText(passKeys.redactedCsv(batch, passId), at.redacted, 'text/csv; charset=utf-8');
  if (at.rejected.length === 0) return;
  await data.putText(reportKeys.rejected(batch, passId), rejectedCsv(at.rejected), 'text/csv; charset=utf-8');
}

/** Ticks and requests: every mailbox that is not closed, with the settings of today where they can be read. */
async function planKnown(ports: PlanPorts, request: PassRequest): Promise<PassRecord> {
  const known = await ports.batches.read(request.batch);
  if (!known) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${request.batch}.`);
  if (known.state === 'closed')
    throw new MigrationError('BATCH_CLOSED', `Batch ${request.batch} is closed and its passwords are destroyed.`);
  const settings = (await readSettings(ports, request.batch)) ?? known;
  const mailboxIds: MailboxId[] = [];
  for await (const mailbox of ports.mailboxes.list(request.batch)) {
    if (mailbox.state !== 'closed') mailboxIds.push(mailbox.mailboxId);
  }
  return finish(ports, request, { ...settings, mailboxIds, rejectedCount: 0 });
}

interface Planned extends BatchSettings {
  mailboxIds: readonly MailboxId[];
  rejectedCount: number;
}

/** The PassRecord last: it says that everything before it is durable. */
async function finish(ports: PlanPorts, request: PassRequest, planned: Planned): Promise<PassRecord> {
  const { batch, pass, passId } = request;
  const { mailboxIds, rejectedCount, settings, certificates } = planned;
  const lines = mailboxIds.map((mailboxId) => ({ mailboxId }));
  const manifest: ObjectRef = await ports.data.putLines(passKeys.manifest(batch, passId), lines);
  await ports.batches.put(await batchRecord(ports, batch, { settings, certificates }));
  const startedAt = new Date(ports.clock.nowMs()).toISOString();
  const record = { passId, pass, manifest, mailboxCount: mailboxIds.length, rejectedCount, startedAt };
  await ports.batches.putPass(batch, record);
  return record;
}

/** An upload opens a closed batch again. */
async function batchRecord(ports: PlanPorts, batch: string, read: BatchSettings): Promise<BatchRecord> {
  const before = await ports.batches.read(batch);
  const { settings, certificates } = read;
  if (!before) return { batch, state: 'open', settings, certificates, initialDone: false, dueAt: null, lastPass: null };
  return { ...before, state: before.state === 'closed' ? 'open' : before.state, settings, certificates };
}
