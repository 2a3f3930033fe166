/** Time of the stack. Everything that waits for minutes waits here, so a test can let time pass at once. */
export interface Clock {
  now(): number;
  /** Resolves at that time; rejects with the signal's reason when it is aborted first. */
  sleepUntil(untilMs: number, signal: AbortSignal): Promise<void>;
}

/** setTimeout fires at once above this; a wait of 30 days is longer. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleepUntil(untilMs, signal) {
    for (;;) {
      signal.throwIfAborted();
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0) return;
      await timer(Math.min(leftMs, longestTimerMs), signal);
    }
  },
};

/** A clock that jumps to the end of every wait. */
export function skippingClock(): Clock {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  return {
    now,
    async sleepUntil(untilMs, signal) {
      signal.throwIfAborted();
      aheadMs += Math.max(0, untilMs - now());
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  };
}

function timer(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(handle);
      reject(abortReason(signal));
    };
    const handle = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
