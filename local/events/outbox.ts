import * as z from 'zod';
import type { Json } from '../json.ts';
import { RecordLog } from '../record-log.ts';

const Delivery = z.object({
  id: z.string(),
  functionName: z.string(),
  payload: z.custom<Json>(),
  /** `event`, `schedule` or `async`. */
  source: z.string(),
  /** Of the rule or schedule; the function's own on-failure destination is read at the end. */
  deadLetterArn: z.string().optional(),
});
export type Delivery = z.infer<typeof Delivery>;

const Row = z.union([
  z.object({ add: Delivery }),
  z.object({ failed: z.string(), attempt: z.number() }),
  z.object({ done: z.string() }),
]);
type Row = z.infer<typeof Row>;

export interface Pending {
  delivery: Delivery;
  /** Failed attempts so far. */
  attempts: number;
}

/** Asynchronous invocations that are owed. What is in here is delivered, if need be by the next process. */
export class Outbox {
  readonly #log: RecordLog<Row>;
  readonly #pending = new Map<string, Pending>();

  constructor(path: string) {
    const { log, rows } = RecordLog.open(path, (line) => Row.parse(line));
    this.#log = log;
    for (const row of rows) this.#apply(row);
    if (rows.length > 0) log.rewrite([...this.#pending.values()].flatMap(asRows));
  }

  pending(): Pending[] {
    return [...this.#pending.values()];
  }

  add(delivery: Delivery): Pending {
    this.#record({ add: delivery });
    return { delivery, attempts: 0 };
  }

  failed(id: string, attempt: number): void {
    this.#record({ failed: id, attempt });
  }

  done(id: string): void {
    this.#record({ done: id });
  }

  close(): void {
    this.#log.close();
  }

  #record(row: Row): void {
    this.#log.append(row);
    this.#apply(row);
  }

  #apply(row: Row): void {
    if ('add' in row) this.#pending.set(row.add.id, { delivery: row.add, attempts: 0 });
    else if ('done' in row) this.#pending.delete(row.done);
    else {
      const pending = this.#pending.get(row.failed);
      if (pending !== undefined) pending.attempts = row.attempt;
    }
  }
}

function asRows({ delivery, attempts }: Pending): Row[] {
  return attempts === 0 ? [{ add: delivery }] : [{ add: delivery }, { failed: delivery.id, attempt: attempts }];
}
