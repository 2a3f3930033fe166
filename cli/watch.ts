/** `--watch`: what the schedule does in AWS, as long as this program runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PassRequest } from '../shared/contract/workflow.ts';
import type { Follow } from './follow.ts';

const lookEveryMs = 1_000;

/** Until the batch is closed. Passes are started by the tick; here they are only followed. */
export async function watchBatch(
  { operator, reporter, signal }: Follow,
  batch: string,
  follow: (requests: readonly PassRequest[]) => Promise<void>,
): Promise<void> {
  let told: string | null = null;
  for (;;) {
    const running = await operator.running(batch);
    for (const request of running) reporter.passStarted(request, false);
    if (running.length > 0) await follow(running);
    const record = await operator.ports.batches.read(batch);
    if (!record || record.state === 'closed') return;
    if (record.dueAt !== told) {
      told = record.dueAt;
      reporter.say(
        told === null ? 'No further pass is due.' : `Watching: the next pass is due at ${told}. Ctrl-C ends.`,
      );
      reporter.event({ type: 'watching', batch, dueAt: told });
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}
