import type { Json } from './json.ts';
import type { Endpoints } from './lambda/environment-variables.ts';
import type { EmbeddedStackOptions } from './options.ts';
import { type RunningStack, startServices } from './services.ts';
import type { ExecutionRecord, ExecutionStatus } from './states/execution-record.ts';
import { toJson } from './json.ts';

export type { Assembly } from './assembly.ts';
export { loadAssembly } from './assembly.ts';
export type { StackEvent } from './stack-events.ts';

export type { EmbeddedStackOptions } from './options.ts';

export interface ExecutionSummary {
  name: string;
  arn: string;
  status: ExecutionStatus;
  /** ISO 8601. */
  startedAt: string;
  stoppedAt?: string;
  error?: string;
  cause?: string;
  output?: Json;
  /** Events in its own history (limit 25,000) and billed transitions, children included; known when it has ended. */
  eventCount?: number;
  transitionCount?: number;
}

export interface ClientConfig {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  endpoints: Endpoints;
}

export interface EmbeddedStack {
  /** The template's outputs by name. */
  outputs: Record<string, string>;
  /** For SDK clients of the CLI, which may do everything. */
  clientConfig: ClientConfig;
  /** Synchronous invocation; rejects with a LambdaError that carries `failure.errorType`. */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /** Asynchronous invocation; durable when this returns. */
  invokeAsync(functionName: string, payload: unknown): void;
  /** Newest first. */
  executions(): ExecutionSummary[];
  /** By name or ARN. */
  stopExecution(nameOrArn: string, error?: string, cause?: string): void;
  /** Fires the static schedules, as if it were that time (default: now). */
  tick(scheduledMs?: number): void;
  /** Resolves when no event delivery, asynchronous invocation or execution is open. */
  idle(): Promise<void>;
  /** Open executions stay open on disk and go on at the next start. */
  close(): Promise<void>;
}

/** Brings the stack up and goes on with whatever an earlier process left undone. */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const running = await startServices(options);
  return {
    outputs: running.model.outputs,
    clientConfig: {
      region: running.model.region,
      credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
      endpoints: running.endpoints,
    },
    invoke: async (functionName, payload) => (await running.pool.invoke(functionName, toJson(payload))).result,
    invokeAsync: (functionName, payload) =>
      running.dispatcher.accept(functionName, toJson(payload), { source: 'async' }),
    executions: () => running.executions.all().map(summarize),
    stopExecution: (nameOrArn, error, cause) => {
      running.executions.stop(arnOf(running, nameOrArn), error, cause);
    },
    tick: (scheduledMs = Date.now()) => running.scheduler.tick(scheduledMs),
    idle: () => running.activity.idle(),
    close: () => running.close(),
  };
}

function arnOf({ executions }: RunningStack, nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return executions.all().find((record) => record.name === nameOrArn)?.arn ?? nameOrArn;
}

function summarize(record: ExecutionRecord): ExecutionSummary {
  const { definition: _definition, input: _input, machineArn: _machineArn, ...summary } = record;
  return JSON.parse(JSON.stringify(summary));
}
