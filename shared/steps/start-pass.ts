/**
 * StartPass: one upload, tick or request becomes one execution. What is asked is decided and recorded before the
 * execution is started, so that a second delivery, or one after a crash, starts the same pass and not another.
 */
import type { StartEvent, StartResult } from '../contract/start-event.ts';
import { BatchName } from '../contract/ids.ts';
import { passMetadataKey } from '../contract/names.ts';
import type { BatchRecord } from '../contract/items.ts';
import type { PassRequest } from '../contract/workflow.ts';
import { isDue, passOfTick, passOfUpload } from '../core/batch/decide-pass.ts';
import { passIdOf, uploadRequestKey } from '../core/batch/pass-name.ts';
import { MigrationError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';

type StartPorts = Pick<Ports, 'batches' | 'intake' | 'passes' | 'telemetry'>;
type Of<K extends StartEvent['kind']> = Extract<StartEvent, { kind: K }>;

export function startPass(ports: StartPorts, event: StartEvent): Promise<StartResult> {
  if (event.kind === 'upload') return startUploaded(ports, event);
  if (event.kind === 'tick') return startDue(ports, event);
  return startRequested(ports, event);
}

const ignored = (reason: string): StartResult => ({ started: [], ignored: reason });

/** `contoso/wave1.csv`. Anything else below the bucket is none of ours. */
const uploadKey = /^([^/]+)\/([^/]+)\.csv$/;

async function startUploaded(ports: StartPorts, { key, versionId }: Of<'upload'>): Promise<StartResult> {
  const [, folder, name = ''] = uploadKey.exec(key) ?? [];
  const batch = BatchName.safeParse(folder);
  if (!batch.success) {
    ports.telemetry.warn('An upload was ignored: its folder is no name for a batch.', { reason: 'batch name' });
    return ignored('The key is not <batch>/<name>.csv, or the batch name has other characters than A-Z a-z 0-9 . _ -');
  }
  const requestKey = uploadRequestKey({ key, versionId });
  return start(ports, { batch: batch.data, requestKey }, async () => {
    const upload = await ports.intake.head(key, versionId);
    const pass = passOfUpload(upload?.metadata[passMetadataKey], await ports.batches.read(batch.data));
    const passId = passIdOf({ batch: batch.data, origin: name, pass, distinct: `${key}@${versionId}` });
    return { batch: batch.data, pass, passId, scope: { kind: 'csv', key, versionId } };
  });
}

async function startDue(ports: StartPorts, { scheduledFor }: Of<'tick'>): Promise<StartResult> {
  const due = (await readOpen(ports)).filter((batch) => isDue(batch, Date.parse(scheduledFor)));
  const results: StartResult[] = [];
  for (const record of due) {
    const { batch } = record;
    if (await isBusy(ports, batch)) continue;
    const pass = passOfTick(record);
    const passId = passIdOf({
      batch,
      origin: scheduledFor.slice(0, 16).replace(/[-:]/g, ''),
      pass,
      distinct: scheduledFor,
    });
    results.push(
      await start(ports, { batch, requestKey: `tick-${scheduledFor}` }, () =>
        Promise.resolve({ batch, pass, passId, scope: { kind: 'batch' } }),
      ),
    );
  }
  return { started: results.flatMap((r) => r.started), ignored: results.length === 0 ? 'No batch is due.' : null };
}

/** A record that cannot be read stops its own batch only. */
async function readOpen(ports: StartPorts): Promise<BatchRecord[]> {
  const records: BatchRecord[] = [];
  for (const batch of await ports.batches.listOpen()) {
    try {
      const record = await ports.batches.read(batch);
      if (record) records.push(record);
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      ports.telemetry.count('Errors', 1, error.code);
      ports.telemetry.error('batch cannot be read', { batch, code: error.code });
    }
  }
  return records;
}

async function startRequested(ports: StartPorts, { batch, pass, requestId }: Of<'request'>): Promise<StartResult> {
  const record = await ports.batches.read(batch);
  if (!record) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${batch}.`);
  if (record.state === 'closed')
    throw new MigrationError('BATCH_CLOSED', `Batch ${batch} is closed and its passwords are destroyed.`);
  const passId = passIdOf({ batch, origin: 'request', pass, distinct: requestId });
  return start(ports, { batch, requestKey: `request-${requestId}` }, () =>
    Promise.resolve({ batch, pass, passId, scope: { kind: 'batch' } }),
  );
}

/** The decision is read before it is made: after a first delivery the batch looks different, and the answer must not. */
async function start(
  ports: StartPorts,
  at: { batch: string; requestKey: string },
  decide: () => Promise<PassRequest>,
): Promise<StartResult> {
  const known = await ports.batches.findStart(at.batch, at.requestKey);
  const request = known ?? (await ports.batches.recordStart(at.requestKey, await decide()));
  await isBusy(ports, at.batch);
  const as = await ports.passes.start(request);
  ports.telemetry.info('pass started', { batch: request.batch, passId: request.passId, reason: as });
  return { started: [{ batch: request.batch, passId: request.passId, as }], ignored: null };
}

/** Frees the batch when the pass that holds it is no longer running: it was stopped, or its report failed for good. */
async function isBusy({ batches, passes }: StartPorts, batch: string): Promise<boolean> {
  const holder = await batches.lockHolder(batch);
  if (holder === null) return false;
  if (await passes.isRunning(holder)) return true;
  await batches.unlock(batch, holder);
  return false;
}
