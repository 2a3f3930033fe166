import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Activity } from './activity.ts';
import { clientEnvironment } from './client-environment.ts';
import { systemClock } from './clock.ts';
import { startDynamoServer } from './dynamodb/server.ts';
import type { EmbeddedStackOptions } from './options.ts';
import { Dispatcher } from './events/dispatcher.ts';
import { routeObjectEvents } from './events/object-events.ts';
import type { Listening } from './http-server.ts';
import { asAwsError, asS3Error, Authorizer } from './iam/authorizer.ts';
import { KeyRing } from './kms/keys.ts';
import { startKmsServer } from './kms/server.ts';
import { type Endpoints, environmentOf } from './lambda/environment-variables.ts';
import { LambdaPool } from './lambda/pool.ts';
import { ObjectStore } from './s3/object-store.ts';
import { startS3Server } from './s3/server.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { startSfnServer } from './sfn/server.ts';
import type { StackEvent } from './stack-events.ts';
import { lockStateDir } from './state-dir.ts';
import { Executions } from './states/executions.ts';
import { warmCounts } from './states/warm-counts.ts';
import { readStack, type StackModel } from './template/stack-model.ts';
import { workflowServices } from './workflow-services.ts';

export interface RunningStack {
  model: StackModel;
  endpoints: Endpoints;
  pool: LambdaPool;
  dispatcher: Dispatcher;
  executions: Executions;
  scheduler: Scheduler;
  activity: Activity;
  close(): Promise<void>;
}

const defaultRetryBaseMs = 200;

export async function startServices(options: EmbeddedStackOptions): Promise<RunningStack> {
  const model = readStack(options.assembly);
  const unlock = lockStateDir(options.stateDir);
  try {
    return await start(options, model, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Knots are tied here: functions need the endpoints, and the stores need somebody who takes their events. */
async function start(options: EmbeddedStackOptions, model: StackModel, unlock: () => void): Promise<RunningStack> {
  const at = (name: string): string => join(options.stateDir, name);
  const soonWanted = warmCounts(model.machines.map(({ definition }) => definition));
  const onEvent = (event: StackEvent): void => {
    if (event.type === 'ExecutionStarted') void pool.warm(soonWanted);
    options.onEvent?.(event);
  };
  const clock = options.clock ?? systemClock;
  const activity = new Activity();
  const authorizer = new Authorizer(model);
  const endpoints: Endpoints = { s3: '', dynamodb: '', sfn: '', kms: '' };
  const pool = new LambdaPool({
    functions: model.functions,
    variablesOf: (fn) =>
      environmentOf({ fn, region: model.region, endpoints, client: options.clientEnvironment ?? clientEnvironment() }),
    logsDir: at('logs'),
    onEvent,
  });
  mkdirSync(at('s3'), { recursive: true, mode: 0o700 });
  const dispatcher = new Dispatcher({
    outboxPath: at('outbox.jsonl'),
    deadLettersPath: at('dead-letters.jsonl'),
    retryBaseMs: options.asyncRetryBaseMs ?? defaultRetryBaseMs,
    asyncConfigs: model.asyncConfigs,
    pool,
    clock,
    activity,
    onEvent,
  });
  const store = new ObjectStore({
    directory: at('s3'),
    buckets: model.buckets,
    onCreated: routeObjectEvents(model, dispatcher),
  });
  const executions = new Executions({
    directory: at('executions'),
    machines: model.machines,
    servicesOf: (machine) => workflowServices(machine, { pool, store, authorizer, clock, onEvent }),
    activity,
  });
  const scheduler = new Scheduler({
    schedules: model.schedules,
    fire: ({ target }, input) =>
      dispatcher.accept(target.functionArn, input, { source: 'schedule', deadLetterArn: target.deadLetterArn }),
  });
  const servers = await startServers({ model, authorizer, store, executions, at });
  Object.assign(endpoints, servers.endpoints);
  const close = async (): Promise<void> => {
    scheduler.stop();
    executions.close();
    dispatcher.close();
    await pool.close();
    await servers.close();
    store.close();
    unlock();
  };
  try {
    dispatcher.resume();
    store.resume();
    executions.resume();
    if (options.schedules === true) scheduler.run();
  } catch (error) {
    await close();
    throw error;
  }
  return { model, endpoints, pool, dispatcher, executions, scheduler, activity, close: once(close) };
}

interface ServerParts {
  model: StackModel;
  authorizer: Authorizer;
  store: ObjectStore;
  executions: Executions;
  at: (name: string) => string;
}

async function startServers({ model, authorizer, store, executions, at }: ServerParts) {
  const keys = new KeyRing(at('kms'), model.keys);
  type Call = { authorization: string | undefined; action: string; resource: string };
  const authorize = (call: Call): void => asAwsError(() => authorizer.check(call.authorization, call));
  const [s3, dynamodb, sfn, kms] = await allListening([
    startS3Server({ store, authorize: (call) => asS3Error(() => authorizer.check(call.authorization, call)) }),
    startDynamoServer({
      path: at('dynamodb'),
      tables: model.tables,
      authorize: ({ authorization, action, tables, index }) => {
        for (const table of tables) {
          const arn = `arn:aws:dynamodb:${model.region}:${model.account}:table/${table}`;
          authorize({ authorization, action, resource: index === undefined ? arn : `${arn}/index/${index}` });
        }
      },
    }),
    startSfnServer({ executions, authorize }),
    startKmsServer({ keys, authorize }),
  ]);
  return {
    endpoints: { s3: s3.endpoint, dynamodb: dynamodb.endpoint, sfn: sfn.endpoint, kms: kms.endpoint },
    close: async () => {
      await Promise.all([s3, dynamodb, sfn, kms].map((server) => server.close()));
    },
  };
}

/** When one cannot start, the others are closed again: a listening server would keep the process alive. */
async function allListening<T extends Listening>(starting: [Promise<T>, Promise<T>, Promise<T>, Promise<T>]) {
  try {
    return await Promise.all(starting);
  } catch (error) {
    const settled = await Promise.allSettled(starting);
    for (const result of settled) if (result.status === 'fulfilled') await result.value.close();
    throw error;
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= action());
}
