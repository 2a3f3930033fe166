/**
 * The CSV goes once it is read, with its passwords. An older upload of it that nobody has read yet goes with it: who
 * puts a file over another means the new one. Its pass, which may come later, finds that written here.
 */
import type { PassRecord } from '../../contract/items.ts';
import { passKeys } from '../../contract/keys.ts';
import type { PassRequest } from '../../contract/workflow.ts';
import { uploadRequestKey } from '../../core/batch/pass-name.ts';
import type { Ports } from '../../ports/ports.ts';
import type { CsvScope } from './read-intake.ts';

type ForgetPorts = Pick<Ports, 'batches' | 'data' | 'intake' | 'clock' | 'telemetry'>;

/** Idempotent: notes first, the upload's own version is deleted last. */
export async function forgetUpload(ports: ForgetPorts, request: PassRequest, scope: CsvScope): Promise<void> {
  for (const versionId of await ports.intake.versionsBefore(scope.key, scope.versionId))
    await supersede(ports, request, { ...scope, versionId });
  await ports.intake.deleteUpTo(scope.key, scope.versionId);
}

/** We hold the batch, so a pass without a record has planned nothing and will not before we end. */
async function supersede(ports: ForgetPorts, newer: PassRequest, older: CsvScope): Promise<void> {
  const { batch } = newer;
  // An event that is still to come finds this pass, and starts none.
  const { pass, passId } = await ports.batches.recordStart(uploadRequestKey(older), newer);
  if (passId === newer.passId || (await ports.batches.readPass(batch, passId))) return;
  const manifest = await ports.data.putLines(passKeys.manifest(batch, passId), []);
  const startedAt = new Date(ports.clock.nowMs()).toISOString();
  const counts = { mailboxCount: 0, rejectedCount: 0 };
  const record: PassRecord = { passId, pass, manifest, ...counts, startedAt, supersededBy: newer.passId };
  await ports.batches.putPass(batch, record);
  ports.telemetry.warn('upload superseded', { batch, passId, reason: newer.passId });
}
