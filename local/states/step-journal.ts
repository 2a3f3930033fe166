import { rmSync } from 'node:fs';
import * as z from 'zod';
import type { Json, JsonObject } from '../json.ts';
import { RecordLog } from '../record-log.ts';
import { StackClosed } from './errors.ts';
import { executionStatuses } from './execution-record.ts';

const Value = z.custom<Json>();

/** What a Map has fixed on entry: a resumed Map must not read its items or draw its random values again. */
const PreparedMap = z.object({
  /** Original items, for `$states.context.Map.Item.Value` of inline iterations. */
  items: z.array(Value).optional(),
  inputs: z.array(Value),
  concurrency: z.number(),
  /** UUID of the Map Run. */
  run: z.string(),
});
export type PreparedMap = z.infer<typeof PreparedMap>;

const ChildResult = z.object({
  status: z.enum(executionStatuses),
  output: Value.optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  stoppedAt: z.string(),
  transitionCount: z.number(),
});
export type ChildResult = z.infer<typeof ChildResult>;

const ChildStart = z.object({ name: z.string(), startedAt: z.string() });
export type ChildStart = z.infer<typeof ChildStart>;

/** How far a set of states has come: the last state that ended, and the variables so far. */
interface Progress {
  next: string | null;
  output: Json;
  variables: JsonObject;
  visitCount: number;
}
interface Entry {
  atMs: number;
  untilMs?: number | undefined;
}
interface FailedAttempt {
  retrier: number;
  untilMs: number;
}
interface Counts {
  events: number;
  transitions: number;
}

const Done = z.object({
  done: z.string(),
  scope: z.string(),
  run: z.string(),
  next: z.string().nullable(),
  output: Value,
  assign: z.custom<JsonObject>().optional(),
  events: z.number(),
  transitions: z.number(),
});
type Done = z.infer<typeof Done>;
const Row = z.union([
  Done,
  z.object({ entered: z.string(), atMs: z.number(), untilMs: z.number().optional() }),
  z.object({ retried: z.string(), retrier: z.number(), untilMs: z.number() }),
  z.object({ map: z.string(), prepared: PreparedMap }),
  z.object({ child: z.string(), start: ChildStart }),
  z.object({ childEnded: z.string(), result: ChildResult }),
]);
type Row = z.infer<typeof Row>;

/**
 * What one execution has done, in the order it was done. Rows are keyed by deterministic paths:
 * `EachMailbox#3/17/PlanMailbox#0` is the first state visited in item 17 of the Map that was the fourth state visited.
 * A resumed execution walks its definition from the start and takes what is recorded instead of doing it again; only
 * a Task in flight at the kill is invoked a second time, as it may be in AWS.
 */
export class StepJournal {
  readonly #path: string;
  readonly #log: RecordLog<Row>;
  readonly #progress = new Map<string, Progress>();
  readonly #entries = new Map<string, Entry>();
  readonly #attempts = new Map<string, FailedAttempt[]>();
  readonly #maps = new Map<string, PreparedMap>();
  readonly #children = new Map<string, ChildStart>();
  readonly #results = new Map<string, ChildResult>();
  readonly #counts = new Map<string, Counts>();
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    const { log, rows } = RecordLog.open(path, (line) => Row.parse(line));
    this.#log = log;
    for (const row of rows) this.#fold(row);
  }

  progress = (scope: string): Progress | undefined => this.#progress.get(scope);
  entry = (visit: string): Entry | undefined => this.#entries.get(visit);
  failedAttempts = (visit: string): readonly FailedAttempt[] => this.#attempts.get(visit) ?? [];
  preparedMap = (map: string): PreparedMap | undefined => this.#maps.get(map);
  childStart = (child: string): ChildStart | undefined => this.#children.get(child);
  childResult = (child: string): ChildResult | undefined => this.#results.get(child);
  /** The paths of ended children in the order in which they ended. */
  endedChildren = (): string[] => [...this.#results.keys()];
  counts = (run: string): Counts | undefined => this.#counts.get(run);

  recordEntry(visit: string, entry: Entry): void {
    this.#append({ entered: visit, ...entry });
  }
  recordFailedAttempt(visit: string, attempt: FailedAttempt): void {
    this.#append({ retried: visit, ...attempt });
  }
  recordMap(map: string, prepared: PreparedMap): void {
    this.#append({ map, prepared });
  }
  recordChildStart(child: string, start: ChildStart): void {
    this.#append({ child, start });
  }
  recordChildResult(child: string, result: ChildResult): void {
    this.#append({ childEnded: child, result });
  }
  recordDone(done: Done): void {
    this.#append(done);
  }

  /** No row after this: what an execution does while the stack closes never happened. */
  close(): void {
    this.#closed = true;
    this.#log.close();
  }

  /** The execution has ended, its result stands in the register. */
  discard(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #append(row: Row): void {
    if (this.#closed) throw new StackClosed('the embedded stack was closed');
    this.#log.append(row);
  }

  #fold(row: Row): void {
    if ('done' in row) this.#foldDone(row);
    else if ('entered' in row) this.#entries.set(row.entered, row);
    else if ('retried' in row) this.#attempts.set(row.retried, [...this.failedAttempts(row.retried), row]);
    else if ('map' in row) this.#maps.set(row.map, row.prepared);
    else if ('child' in row) this.#children.set(row.child, row.start);
    else this.#results.set(row.childEnded, row.result);
  }

  #foldDone(row: Done): void {
    const before = this.#progress.get(row.scope);
    this.#progress.set(row.scope, {
      next: row.next,
      output: row.output,
      variables: { ...before?.variables, ...row.assign },
      visitCount: (before?.visitCount ?? 0) + 1,
    });
    this.#counts.set(row.run, { events: row.events, transitions: row.transitions });
  }
}
