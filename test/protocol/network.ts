/** What the workers of a storm share: who may run when, what is true at the servers, and which sessions are open. */
import type { Scheduler, Worker } from './schedule.ts';
import type { Truth } from './truth.ts';

export interface Network {
  scheduler: Scheduler;
  truth: Truth;
  /** Open sessions, so that a fault can cut one. */
  sessions: Set<{ worker: Worker; cut(): void }>;
  /** How often an SDK repeats a write that had succeeded. */
  repeated: number;
  /** How often what was abandoned is carried out all the same. */
  landing: number;
}

/** An iteration that begins with a turn of its own. */
export async function* afterCall<T>(open: () => Promise<AsyncIterable<T>>): AsyncIterable<T> {
  yield* await open();
}
