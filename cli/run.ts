/** `mailferry run DIR`: uploads the folder; from there only events move it. */
import { writeFile } from 'node:fs/promises';
import type { StackEvent } from '../local/embedded-stack.ts';
import type { PassSummary } from '../shared/contract/report.ts';
import type { PassRequest } from '../shared/contract/workflow.ts';
import type { ItemLine } from '../shared/contract/items.ts';
import { catalogue, MigrationError } from '../shared/errors.ts';
import { awaitStart, followToEnd, type Follow } from './follow.ts';
import { readBatchFolder, type BatchFolder } from './read-batch.ts';
import { Reporter, type Streams } from './reporter.ts';
import { fetchReport } from './reports.ts';
import { startOperator, type Operator } from './stack.ts';
import { UsageError, type RunOptions } from './usage.ts';
import { watchBatch } from './watch.ts';

export const exitCodes = { complete: 0, incomplete: 1, badInput: 2, interrupted: 130 } as const;

export interface RunResult {
  exitCode: number;
  summaries: PassSummary[];
}

export async function run(options: RunOptions, streams: Streams, signal: AbortSignal): Promise<RunResult> {
  const reporter = new Reporter(streams, options.json);
  const folder = await readBatchFolder(options.directory);
  for (const warning of folder.warnings) reporter.say(warning);
  const failedStarts: string[] = [];
  const onEvent = (event: StackEvent): void => {
    if (event.type === 'DeadLetter') failedStarts.push(event.error);
  };
  const { stateDir, watch } = options;
  const operator = await startOperator({ stateDir, watch, onEvent, say: (text) => reporter.say(text) });
  try {
    const follow = { operator, reporter, signal };
    const ended = new EndedPasses(follow, options.stateDir);
    await ended.take(await passesOf(follow, { folder, options, failedStarts }));
    if (options.watch) await watchBatch(follow, folder.batch, (requests) => ended.take(requests));
    if (options.itemsFile !== null) await writeItems(options.itemsFile, ended.items);
    const complete = ended.summaries.every((summary) => summary.verdict !== 'incomplete') && !ended.failed;
    const exitCode = exitCodeOf(complete, ended.summaries);
    reporter.summary(ended.summaries, exitCode);
    return { exitCode, summaries: ended.summaries };
  } finally {
    await operator.close();
  }
}

/** A pass that failed as a whole because of what the user gave is bad input, not an incomplete mailbox. */
function exitCodeOf(complete: boolean, summaries: readonly PassSummary[]): number {
  if (complete) return exitCodes.complete;
  const isInput = summaries.some(({ failure }) => failure && catalogue[failure.code].scope === 'batch');
  return isInput ? exitCodes.badInput : exitCodes.incomplete;
}

/** Passes that a killed run left behind are finished first; uploading again would only queue behind them. */
async function passesOf(
  follow: Follow,
  at: { folder: BatchFolder; options: RunOptions; failedStarts: readonly string[] },
): Promise<PassRequest[]> {
  const { operator, reporter } = follow;
  const open = await operator.running(at.folder.batch);
  for (const request of open) reporter.passStarted(request, true);
  if (open.length > 0) return open;
  const requests: PassRequest[] = [];
  for (const upload of await uploadFolder(operator, at.folder, at.options)) {
    const request = await awaitStart(follow, upload, () => at.failedStarts[0] ?? null);
    reporter.passStarted(request, false);
    requests.push(request);
  }
  return requests;
}

/** Settings first: a CSV is the event. */
async function uploadFolder(operator: Operator, { batch, settings, csvs }: BatchFolder, { pass }: RunOptions) {
  for (const { name, octets } of settings) await operator.upload(`${batch}/${name}`, octets, null);
  const uploads: { batch: string; key: string; versionId: string }[] = [];
  for (const { name, octets } of csvs) {
    const key = `${batch}/${name}`;
    uploads.push({ batch, key, versionId: await operator.upload(key, octets, pass) });
  }
  return uploads;
}

/** Collects what the followed passes ended with. */
class EndedPasses {
  readonly summaries: PassSummary[] = [];
  readonly items: ItemLine[] = [];
  failed = false;
  private readonly follow: Follow;
  private readonly stateDir: string;

  constructor(follow: Follow, stateDir: string) {
    this.follow = follow;
    this.stateDir = stateDir;
  }

  async take(requests: readonly PassRequest[]): Promise<void> {
    for (const { request, status, error, cause } of await followToEnd(this.follow, requests)) {
      if (status === 'failed') this.failed = true;
      const report = await fetchReport(this.follow.operator, request, this.stateDir);
      if (!report) {
        this.follow.reporter.say(`Pass ${request.passId} ended without a report: ${error} ${cause}`.trim());
        continue;
      }
      this.summaries.push(report.summary);
      this.items.push(...report.items);
      this.follow.reporter.passEnded(report.summary, report.path);
    }
  }
}

async function writeItems(path: string, items: readonly ItemLine[]): Promise<void> {
  await writeFile(path, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

/** A sentence for people, and the exit code. */
export function explain(error: unknown): { text: string; exitCode: number } {
  if (error instanceof UsageError) return { text: error.message, exitCode: exitCodes.badInput };
  if (error instanceof MigrationError) {
    const exitCode = error.scope === 'batch' ? exitCodes.badInput : exitCodes.incomplete;
    return { text: `${error.code}: ${error.message}\n  ${error.hint}`, exitCode };
  }
  return { text: error instanceof Error ? error.message : 'an unknown error', exitCode: exitCodes.incomplete };
}
