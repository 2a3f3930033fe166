import { totalmem } from 'node:os';
import { PoolClosedError } from './errors.ts';
import { type EnvironmentOptions, ExecutionEnvironment, type Invocation } from './execution-environment.ts';

/**
 * Sixteen, as many as a mailbox may have connections, if there is room: a worker with an SDK bundle holds about 45 MB
 * (measured), and several functions are busy at once.
 */
export const mostEnvironments = Math.max(4, Math.min(16, Math.floor(totalmem() / 2 ** 30)));
/** A stack that watches for days gives memory back; Lambda recycles idle environments too. */
const idleMs = 2 * 60_000;

export interface FunctionEnvironmentsOptions extends Omit<EnvironmentOptions, 'variables'> {
  /** Asked for each new environment: the endpoints are known only when the stack is up. */
  variables: () => Record<string, string>;
}

interface Waiting {
  wake: () => void;
  cancel: (error: Error) => void;
}

/** The environments of one function: warm ones first, the newest first, at most so many; then events queue. */
export class FunctionEnvironments {
  readonly #options: FunctionEnvironmentsOptions;
  readonly #idle: { environment: ExecutionEnvironment; retire: NodeJS.Timeout }[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: Waiting[] = [];
  #busyCount = 0;
  #closed = false;

  constructor(options: FunctionEnvironmentsOptions) {
    this.#options = options;
  }

  async run(invocation: Invocation, onBegin?: () => void): Promise<string> {
    if (this.#busyCount < mostEnvironments) this.#busyCount += 1;
    else await this.#turn();
    try {
      const environment = this.#take();
      onBegin?.();
      return await environment.run(invocation).finally(() => this.#putBack(environment));
    } finally {
      this.#handOver();
    }
  }

  /** Resolves when so many are there and have loaded their bundle. */
  async warm(count: number): Promise<void> {
    while (!this.#closed && this.#all.size < Math.min(count, mostEnvironments)) {
      const environment = this.#start();
      this.#putBack(environment);
      await environment.loaded;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#waiting.splice(0)) cancel(new PoolClosedError('the embedded stack was closed'));
    for (const { retire } of this.#idle.splice(0)) clearTimeout(retire);
    await Promise.all([...this.#all].map((environment) => environment.terminate()));
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ wake: resolve, cancel: reject }));
  }

  /** To who waits longest; a newcomer cannot slip in. */
  #handOver(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busyCount -= 1;
    else next.wake();
  }

  #take(): ExecutionEnvironment {
    for (let warm = this.#idle.pop(); warm !== undefined; warm = this.#idle.pop()) {
      clearTimeout(warm.retire);
      if (warm.environment.alive) return warm.environment;
      this.#all.delete(warm.environment);
    }
    return this.#start();
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment({ ...this.#options, variables: this.#options.variables() });
    this.#all.add(environment);
    return environment;
  }

  #putBack(environment: ExecutionEnvironment): void {
    if (!environment.alive || this.#closed) {
      this.#all.delete(environment);
      return;
    }
    const retire = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.environment === environment),
        1,
      );
      this.#all.delete(environment);
      void environment.terminate();
    }, idleMs);
    retire.unref();
    this.#idle.push({ environment, retire });
  }
}
