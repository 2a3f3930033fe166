import { setTimeout as delay } from 'node:timers/promises';
import { SliceRequest, type SliceResult } from '../../../../shared/contract/workflow.ts';
import { count, does, failure } from './fixture-world.ts';

const observed = { fence: 1, renewal: 7 };

/** Two slices for each chunk. */
export async function handler(source: unknown): Promise<SliceResult> {
  const request = SliceRequest.parse(source);
  const { mailboxId, chunk, loop } = request;
  await count(`sync-slice ${mailboxId} ${chunk} ${loop}`);
  await delay(5);
  if (does(mailboxId, 'half') && chunk === 1) throw failure('TARGET_FULL', 'no space');
  if (does(mailboxId, 'waits') && loop === 0) return { status: 'wait', waitSeconds: 900, reason: 'lease', observed };
  if (does(mailboxId, 'waits') && request.observed?.renewal !== 7) throw failure('INTERNAL', 'observed was lost');
  if (does(mailboxId, 'long')) return { status: 'continued', waitSeconds: 0, reason: '', observed: null };
  return { status: loop === 0 ? 'more' : 'done', waitSeconds: 0, reason: '', observed: null };
}
