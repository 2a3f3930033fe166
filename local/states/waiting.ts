import { setMaxListeners } from 'node:events';
import { abortReason } from '../clock.ts';

/** The promise, or the signal's reason if that comes first. The promise goes on; nobody hears its end. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * The limit runs from the moment when the work says that it has begun, and in real time, also under a clock that skips
 * waits. Above 24 days nobody waits for the timer.
 */
export function orTimeout<Value>(
  work: (begin: () => void) => Promise<Value>,
  timeoutMs: number,
  onTimeout: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const result = new Promise<Value>((resolve, reject) => {
    const begin = (): void => {
      if (timeoutMs <= longestTimerMs) timer ??= setTimeout(() => reject(onTimeout()), timeoutMs);
    };
    work(begin).then(resolve, reject);
  });
  return result.finally(() => clearTimeout(timer));
}

/** A controller that is aborted with its parent. `release` when its work is done. */
export function childController(parent: AbortSignal): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  // A Map has thousands of children that listen.
  setMaxListeners(0, controller.signal);
  const onAbort = (): void => controller.abort(parent.reason);
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return { controller, release: () => parent.removeEventListener('abort', onAbort) };
}

/**
 * Runs the jobs 0 … count-1, at most `width` at once. The first failure aborts the others; it is thrown when all of
 * them have come to their end.
 */
export async function forEachIndex(
  { count, width, signal }: { count: number; width: number; signal: AbortSignal },
  job: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { controller, release } = childController(signal);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      controller.signal.throwIfAborted();
      const index = next;
      next += 1;
      await job(index, controller.signal);
    }
  };
  const stopOthers = (error: unknown): never => {
    controller.abort(error);
    throw error;
  };
  await Promise.allSettled(Array.from({ length: Math.min(count, width) }, () => worker().catch(stopOthers)));
  release();
  controller.signal.throwIfAborted();
}
