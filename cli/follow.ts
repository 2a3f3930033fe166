/** Follows passes to their end. Only reads: killed here, the passes go on at the next start. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PassRequest } from '../shared/contract/workflow.ts';
import { uploadRequestKey } from '../shared/core/batch/pass-name.ts';
import { readProgress } from './progress.ts';
import { pollMs, type Reporter } from './reporter.ts';
import type { Execution, Operator } from './stack.ts';

/** An interrupted wait rejects with AbortError. */
const pause = (signal: AbortSignal): Promise<void> => sleep(pollMs, undefined, { signal });

/** The end is to be seen at once; how far it is, people need not know so often, and it costs a query a mailbox. */
const looksPerProgress = 3;

export interface Follow {
  operator: Operator;
  reporter: Reporter;
  signal: AbortSignal;
}

/** What StartPass decided for an upload. An event that was given up ends in the dead-letter file, with an error of its own. */
export async function awaitStart(
  { operator, signal }: Follow,
  upload: { batch: string; key: string; versionId: string },
  failedStart: () => string | null,
): Promise<PassRequest> {
  for (;;) {
    const request = await operator.ports.batches.findStart(upload.batch, uploadRequestKey(upload));
    if (request && (await exists(operator, request.passId))) return request;
    const failure = failedStart();
    if (failure !== null) throw new Error(`The pass could not be started: ${failure}`);
    await pause(signal);
  }
}

async function exists(operator: Operator, passId: string): Promise<boolean> {
  try {
    await operator.describe(passId);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return false;
    throw error;
  }
}

export async function followToEnd(follow: Follow, requests: readonly PassRequest[]): Promise<Execution[]> {
  const { operator, reporter, signal } = follow;
  const passIds = new Set(requests.map(({ passId }) => passId));
  for (let look = 0; ; look++) {
    const executions = await Promise.all([...passIds].map((passId) => operator.describe(passId)));
    if (executions.every(({ status }) => status !== 'running')) return executions;
    const batch = requests[0]?.batch;
    if (batch !== undefined && look % looksPerProgress === 0)
      reporter.progress(await readProgress(operator.ports, batch, passIds));
    await pause(signal);
  }
}
