import * as z from 'zod';
import { reportKeys } from '../../../../shared/contract/keys.ts';
import { MailboxEnded, type PassReported, ReportRequest } from '../../../../shared/contract/workflow.ts';
import { readText, variable, writeText } from './fixture-world.ts';

const Manifest = z.object({ ResultFiles: z.object({ SUCCEEDED: z.array(z.object({ Key: z.string() })) }) });
const Rows = z.array(z.object({ Output: z.string() }));

export async function handler(source: unknown): Promise<PassReported> {
  const { batch, passId, results } = ReportRequest.parse(source);
  const bucket = variable('DATA_BUCKET');
  const ended: MailboxEnded[] = [];
  const files = results === null ? [] : Manifest.parse(JSON.parse(await readText(results))).ResultFiles.SUCCEEDED;
  for (const { Key } of files)
    for (const { Output } of Rows.parse(JSON.parse(await readText({ bucket, key: Key }))))
      ended.push(MailboxEnded.parse(JSON.parse(Output)));
  const report = { bucket, key: reportKeys.summary(batch, passId) };
  await writeText(report, JSON.stringify(ended));
  const incomplete = ended.filter(({ verdict }) => verdict === 'incomplete').length;
  const verdict = incomplete === 0 ? 'complete' : 'incomplete';
  return { status: 'reported', verdict, mailboxes: ended.length, incomplete, report };
}
