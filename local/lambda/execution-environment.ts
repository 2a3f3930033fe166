import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { FunctionModel } from '../template/compute.ts';
import { LambdaError, lambdaError, LambdaFailure, PoolClosedError } from './errors.ts';

export interface Invocation {
  requestId: string;
  /** JSON text. */
  payload: string;
}

export interface EnvironmentOptions {
  fn: FunctionModel;
  variables: Record<string, string>;
  onOutput: (text: Buffer) => void;
}

const Reply = z.union([
  z.object({ loaded: z.literal(true) }),
  z.object({ requestId: z.string(), ok: z.literal(true), result: z.string() }),
  z.object({ requestId: z.string(), ok: z.literal(false), error: LambdaFailure, fatal: z.boolean() }),
]);

interface Open {
  requestId: string;
  settle: (outcome: string | Error) => void;
}

/** Synchronous invocation, each way (gettingstarted-limits). */
export const payloadLimitBytes = 6 * 1024 * 1024;

/** A worker thread that is to one function what a Lambda execution environment is: warm between events, one at a time. */
export class ExecutionEnvironment {
  alive = true;
  /** The bundle is loaded, or never will be: the first event is told. */
  readonly loaded: Promise<void>;
  #onLoaded: () => void = () => undefined;
  readonly #fn: FunctionModel;
  readonly #worker: Worker;
  #open: Open | undefined;

  constructor({ fn, variables, onOutput }: EnvironmentOptions) {
    this.#fn = fn;
    this.loaded = new Promise((resolve) => (this.#onLoaded = resolve));
    this.#worker = startWorker(fn, variables);
    this.#worker.stdout.on('data', onOutput);
    this.#worker.stderr.on('data', onOutput);
    this.#worker.on('message', (message: unknown) => this.#onReply(message));
    this.#worker.on('error', (error) => this.#onDeath(`exited with error: ${error.message}`));
    this.#worker.on('exit', (code) => this.#onDeath(`exited with error: exit status ${code}`));
    this.#worker.unref();
  }

  /** JSON text of the result. Rejects with a LambdaError; whether the environment lives on is in `alive`. */
  async run(invocation: Invocation): Promise<string> {
    const timeoutMs = this.#fn.timeoutSeconds * 1000;
    const timer = setTimeout(() => this.#onTimeout(invocation.requestId), timeoutMs);
    this.#worker.ref();
    try {
      const outcome = await new Promise<string | Error>((settle) => {
        this.#open = { requestId: invocation.requestId, settle };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        this.#worker.postMessage({ ...invocation, deadlineMs: Date.now() + timeoutMs });
      });
      if (outcome instanceof Error) throw outcome;
      if (Buffer.byteLength(outcome) > payloadLimitBytes)
        throw lambdaError(
          'Function.ResponseSizeTooLarge',
          `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`,
        );
      return outcome;
    } finally {
      clearTimeout(timer);
      this.#open = undefined;
      this.#worker.unref();
    }
  }

  async terminate(): Promise<void> {
    this.alive = false;
    this.#open?.settle(new PoolClosedError('the embedded stack was closed'));
    await this.#worker.terminate();
  }

  #onReply(message: unknown): void {
    const reply = Reply.parse(message);
    if ('loaded' in reply) return this.#onLoaded();
    if (reply.requestId !== this.#open?.requestId) return;
    if (!reply.ok && reply.fatal) this.#kill();
    this.#open.settle(reply.ok ? reply.result : new LambdaError(reply.error));
  }

  /** Lambda gives a function no word of its end: no signal, no `finally`. */
  #onTimeout(requestId: string): void {
    this.#kill();
    const text = `RequestId: ${requestId} Error: Task timed out after ${this.#fn.timeoutSeconds.toFixed(2)} seconds`;
    this.#open?.settle(lambdaError('Sandbox.Timedout', text));
  }

  #onDeath(how: string): void {
    this.alive = false;
    this.#onLoaded();
    const text = `RequestId: ${this.#open?.requestId} Error: Runtime ${how}`;
    this.#open?.settle(lambdaError('Runtime.ExitError', text));
  }

  #kill(): void {
    this.alive = false;
    void this.#worker.terminate();
  }
}

function startWorker(fn: FunctionModel, variables: Record<string, string>): Worker {
  const [file = 'index', exportName = 'handler'] = fn.handler.split('.');
  const { NODE_OPTIONS: nodeOptions = '', ...env } = variables;
  return new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    env,
    // Options of the whole process (memory, warnings) are refused for a thread; this one matters for stack traces.
    execArgv: nodeOptions.includes('--enable-source-maps') ? ['--enable-source-maps'] : [],
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
    stdout: true,
    stderr: true,
    workerData: {
      file: bundleFile(join(fn.assetDirectory, file)),
      exportName,
      identity: {
        functionName: fn.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: fn.arn,
        memoryLimitInMB: String(fn.memoryMb),
        logGroupName: `/aws/lambda/${fn.name}`,
        logStreamName: 'local',
      },
    },
  });
}

/** As the runtime looks for it: CommonJS first. */
const bundleFile = (path: string): string => (existsSync(`${path}.js`) ? `${path}.js` : `${path}.mjs`);
