import type { Assembly } from './assembly.ts';
import type { Clock } from './clock.ts';
import type { Variables } from './lambda/environment-variables.ts';
import type { StackEvent } from './stack-events.ts';

export interface EmbeddedStackOptions {
  /** Everything durable lives here: objects, tables, executions, keys, logs. One process at a time. */
  stateDir: string;
  assembly: Assembly;
  onEvent?: (event: StackEvent) => void;
  /** Runs the template's schedules by timer. Without it they fire on `tick()` only. */
  schedules?: boolean;
  /** For tests: `skippingClock()` ends every Wait and retry delay at once. */
  clock?: Clock;
  /** The process's environment, of which functions see a small part. Default: `process.env`. */
  clientEnvironment?: Variables;
  /** Delay before the first retry of an asynchronous event; the second waits twice as long. AWS: a minute. */
  asyncRetryBaseMs?: number;
}
