import type { Clock } from '../clock.ts';
import type { Retrier } from './definition.ts';
import { type StatesError, TerminalError } from './errors.ts';

export interface FailedAttempt {
  /** Position of the retrier that matched. */
  retrier: number;
  untilMs: number;
}

/** `States.TaskFailed` is every error but a timeout. */
export function matches(names: readonly string[], error: StatesError): boolean {
  if (error instanceof TerminalError) return false;
  if (names.includes(error.errorName) || names.includes('States.ALL')) return true;
  return names.includes('States.TaskFailed') && error.errorName !== 'States.Timeout';
}

/** The retries of one visit. Each retrier counts for itself; the first that matches decides alone. */
export class RetryPlan {
  readonly #retriers: readonly Retrier[];
  readonly #failed: FailedAttempt[];

  constructor(retriers: readonly Retrier[], failed: readonly FailedAttempt[]) {
    this.#retriers = retriers;
    this.#failed = [...failed];
  }

  get retryCount(): number {
    return this.#failed.length;
  }

  /** The wait after the last failed attempt; what is left of it after a restart. */
  async waitOut(clock: Clock, signal: AbortSignal): Promise<void> {
    const last = this.#failed.at(-1);
    if (last !== undefined) await clock.sleepUntil(last.untilMs, signal);
  }

  /** Undefined when no retrier matches, or the one that does has no attempt left. */
  next(error: StatesError, { clock, random }: { clock: Clock; random: () => number }): FailedAttempt | undefined {
    const index = this.#retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
    const retrier = this.#retriers[index];
    const used = this.#failed.filter((attempt) => attempt.retrier === index).length;
    if (retrier === undefined || used >= retrier.MaxAttempts) return undefined;
    const attempt = { retrier: index, untilMs: clock.now() + delaySeconds(retrier, used, random) * 1000 };
    this.#failed.push(attempt);
    return attempt;
  }
}

/** FULL jitter: anything between nothing and the whole delay. */
export function delaySeconds(retrier: Retrier, used: number, random: () => number): number {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** used;
  const delay = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? delay * random() : delay;
}
