import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Activity } from '../activity.ts';
import { abortReason, type Clock } from '../clock.ts';
import { type Json, jsonSizeBytes } from '../json.ts';
import { LambdaError, PoolClosedError } from '../lambda/errors.ts';
import type { LambdaPool } from '../lambda/pool.ts';
import type { StackEvent } from '../stack-events.ts';
import { type AsyncModel, functionNameOf } from '../template/triggers.ts';
import { type Delivery, Outbox, type Pending } from './outbox.ts';

export interface DispatcherOptions {
  outboxPath: string;
  deadLettersPath: string;
  pool: LambdaPool;
  asyncConfigs: readonly AsyncModel[];
  clock: Clock;
  activity: Activity;
  onEvent: (event: StackEvent) => void;
  retryBaseMs: number;
}

/** Lambda's limit for asynchronous events. */
const payloadLimitBytes = 1024 * 1024;

/**
 * Lambda's asynchronous invocation: accepted at once and durable, at least once, two more tries after an error of the
 * function, then its failure destination. AWS waits one minute and two before them; here it is a fraction of a second
 * by default (`retryBaseMs`), because somebody is looking at the screen.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #outbox: Outbox;
  readonly #closing = new AbortController();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.outboxPath);
  }

  /** Delivers what an earlier process still owed. */
  resume(): void {
    for (const pending of this.#outbox.pending()) this.#start(pending);
  }

  /** When this returns, the event is on disk. */
  accept(
    functionNameOrArn: string,
    payload: Json,
    origin: { source: string; deadLetterArn?: string | undefined },
  ): void {
    if (jsonSizeBytes(payload) > payloadLimitBytes)
      throw new Error('the payload of an asynchronous event is over 1 MB');
    const delivery: Delivery = {
      id: randomUUID(),
      functionName: functionNameOf(functionNameOrArn),
      payload,
      source: origin.source,
      ...(origin.deadLetterArn === undefined ? {} : { deadLetterArn: origin.deadLetterArn }),
    };
    this.#start(this.#outbox.add(delivery));
  }

  close(): void {
    this.#closing.abort(new PoolClosedError('the embedded stack was closed'));
    this.#outbox.close();
  }

  #start(pending: Pending): void {
    const end = this.#options.activity.begin();
    void this.#deliver(pending)
      .catch((error: unknown) => {
        // Left in the outbox for the next start.
        if (!(error instanceof PoolClosedError)) throw error;
      })
      .finally(end);
  }

  async #deliver({ delivery, attempts: before }: Pending): Promise<void> {
    const { functionName, source } = delivery;
    const config = this.#options.asyncConfigs.find((candidate) => candidate.functionName === functionName);
    const mostAttempts = 1 + (config?.maximumRetryAttempts ?? 2);
    for (let attempts = before; ;) {
      const error = await this.#attempt(delivery);
      if (this.#closing.signal.aborted) throw abortReason(this.#closing.signal);
      if (error === undefined) {
        this.#outbox.done(delivery.id);
        this.#options.onEvent({ type: 'EventDelivered', functionName, source });
        return;
      }
      attempts += 1;
      this.#outbox.failed(delivery.id, attempts);
      if (attempts >= mostAttempts)
        return this.#giveUp(delivery, { error, attempts, onFailureArn: config?.onFailureArn });
      const { clock, retryBaseMs } = this.#options;
      await clock.sleepUntil(clock.now() + retryBaseMs * 2 ** (attempts - 1), this.#closing.signal);
    }
  }

  async #attempt({ functionName, payload }: Delivery): Promise<LambdaError | undefined> {
    try {
      await this.#options.pool.invoke(functionName, payload);
      return undefined;
    } catch (error) {
      if (error instanceof LambdaError) return error;
      throw error;
    }
  }

  /** The record has the shape of a Lambda destination (invocation-async-retain-records). */
  #giveUp(delivery: Delivery, end: { error: LambdaError; attempts: number; onFailureArn: string | undefined }): void {
    const destination = end.onFailureArn ?? delivery.deadLetterArn;
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      destination: destination ?? null,
      requestContext: {
        requestId: delivery.id,
        functionName: delivery.functionName,
        condition: 'RetriesExhausted',
        approximateInvokeCount: end.attempts,
      },
      requestPayload: delivery.payload,
      responsePayload: end.error.failure,
    };
    appendFileSync(this.#options.deadLettersPath, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    this.#outbox.done(delivery.id);
    const { functionName } = delivery;
    this.#options.onEvent({ type: 'DeadLetter', functionName, destination, error: end.error.failure.errorType });
  }
}
