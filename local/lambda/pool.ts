import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Json, parseJson } from '../json.ts';
import type { StackEvent } from '../stack-events.ts';
import type { FunctionModel } from '../template/compute.ts';
import { functionNameOf } from '../template/triggers.ts';
import { LambdaError, lambdaError, PoolClosedError } from './errors.ts';
import { payloadLimitBytes } from './execution-environment.ts';
import { FunctionEnvironments } from './function-environments.ts';
import { FunctionLog } from './function-log.ts';
import { optimizeLate } from './optimize-late.ts';

export interface LambdaPoolOptions {
  functions: readonly FunctionModel[];
  variablesOf: (fn: FunctionModel) => Record<string, string>;
  logsDir: string;
  onEvent: (event: StackEvent) => void;
}

/** All functions of the stack. */
export class LambdaPool {
  readonly #functions: Map<string, FunctionEnvironments>;
  readonly #logs: FunctionLog[] = [];
  readonly #onEvent: (event: StackEvent) => void;
  #closed = false;

  constructor({ functions, variablesOf, logsDir, onEvent }: LambdaPoolOptions) {
    // Before the first bundle: V8 takes compiled code only from under the same flags.
    optimizeLate();
    this.#onEvent = onEvent;
    this.#functions = new Map(
      functions.map((fn) => {
        const log = new FunctionLog(join(logsDir, `${fn.name}.log`));
        this.#logs.push(log);
        const options = { fn, variables: () => variablesOf(fn), onOutput: (text: Buffer) => log.write(text) };
        return [fn.name, new FunctionEnvironments(options)];
      }),
    );
  }

  has(nameOrArn: string): boolean {
    return this.#functions.has(functionNameOf(nameOrArn));
  }

  /** RequestResponse. Rejects with a LambdaError in Lambda's shape, or PoolClosedError. `onBegin`: no longer queued. */
  async invoke(nameOrArn: string, payload: Json, onBegin?: () => void): Promise<{ result: Json; requestId: string }> {
    const functionName = functionNameOf(nameOrArn);
    const environments = this.#functions.get(functionName);
    if (environments === undefined) throw lambdaError('Lambda.ResourceNotFoundException', notFoundText(nameOrArn));
    const text = JSON.stringify(payload);
    if (Buffer.byteLength(text) > payloadLimitBytes)
      throw lambdaError(
        'Lambda.RequestEntityTooLargeException',
        `${Buffer.byteLength(text)} byte payload is too large`,
      );
    if (this.#closed) throw new PoolClosedError('the embedded stack was closed');
    const requestId = randomUUID();
    const startedMs = performance.now();
    this.#onEvent({ type: 'InvocationStarted', functionName, requestId });
    try {
      const result = await environments.run({ requestId, payload: text }, onBegin);
      const durationMs = Math.round(performance.now() - startedMs);
      this.#onEvent({ type: 'InvocationEnded', functionName, requestId, durationMs });
      return { result: parseJson(result), requestId };
    } catch (error) {
      if (error instanceof LambdaError)
        this.#onEvent({ type: 'InvocationFailed', functionName, requestId, ...error.failure });
      throw error;
    }
  }

  /**
   * Provisioned concurrency: bundles are loaded while the steps before them wait for servers, one after another, so
   * that the next step is not kept waiting. `counts`: environments by function name or ARN, the first needed first.
   */
  async warm(counts: ReadonlyMap<string, number>): Promise<void> {
    for (const [nameOrArn, count] of counts) await this.#functions.get(functionNameOf(nameOrArn))?.warm(count);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#functions.values()].map((environments) => environments.close()));
    await Promise.all(this.#logs.map((log) => log.close()));
  }
}

const notFoundText = (arn: string): string =>
  `Function not found: ${arn}:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: ${randomUUID()}; Proxy: null)`;
