/** Brings a pass's report from the data bucket to where the user can open it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ItemLine } from '../shared/contract/items.ts';
import { reportKeys } from '../shared/contract/keys.ts';
import { PassSummary } from '../shared/contract/report.ts';
import type { PassRequest } from '../shared/contract/workflow.ts';
import type { Operator } from './stack.ts';

export interface FetchedReport {
  summary: PassSummary;
  /** report.html on this machine. */
  path: string;
  items: ItemLine[];
}

/** null when the pass ended without a report. */
export async function fetchReport(
  { ports: { data }, download }: Pick<Operator, 'ports' | 'download'>,
  { batch, passId }: PassRequest,
  stateDir: string,
): Promise<FetchedReport | null> {
  const summary = await data.readJson(reportKeys.summary(batch, passId), (v) => PassSummary.parse(v));
  if (!summary) return null;
  const directory = join(stateDir, 'reports', batch, passId);
  await mkdir(directory, { recursive: true });
  for await (const key of data.list(reportKeys.prefix(batch, passId))) {
    await writeFile(join(directory, basename(key)), await download(key));
  }
  const items: ItemLine[] = [];
  for await (const item of data.readLines(reportKeys.items(batch, passId), (v) => ItemLine.parse(v))) items.push(item);
  return { summary, path: join(directory, 'report.html'), items };
}
