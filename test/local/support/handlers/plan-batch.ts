import * as z from 'zod';
import { passKeys } from '../../../../shared/contract/keys.ts';
import { PassRequest, type PlanBatchResult } from '../../../../shared/contract/workflow.ts';
import { count, failure, readText, variable, writeText } from './fixture-world.ts';

/** One mailbox id a line. The first invocation of a batch called `waiting` waits. */
export async function handler(source: unknown): Promise<PlanBatchResult> {
  const { batch, passId, scope } = PassRequest.parse(source);
  const { key, versionId } = z.object({ key: z.string(), versionId: z.string() }).parse(scope);
  const calls = await count(`plan-batch ${batch}`);
  if (batch === 'waiting' && calls === 1) return { status: 'wait', waitSeconds: 60, reason: 'another pass' };
  const csv = await readText({ bucket: variable('INTAKE_BUCKET'), key, versionId });
  const ids = csv.split('\n').filter((line) => line !== '');
  if (ids.length === 0) throw failure('CSV_EMPTY', 'no rows');
  const manifest = { bucket: variable('DATA_BUCKET'), key: passKeys.manifest(batch, passId) };
  await writeText(manifest, ids.map((mailboxId) => JSON.stringify({ mailboxId })).join('\n'));
  return { status: 'planned', mailboxCount: ids.length, manifest, mailboxConcurrency: 3 };
}
