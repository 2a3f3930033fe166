/**
 * The runtime inside an execution environment: loads the bundle once, then answers one event at a time.
 * Plain JavaScript, because a worker thread has neither tsx nor jest around it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { loadBundle } from './bundle.mjs';

const { file, exportName, identity } = workerData;

const describe = (error) => ({
  errorType: error?.name ?? 'Error',
  errorMessage: String(error?.message ?? error),
  trace: String(error?.stack ?? error).split('\n'),
});
const failed = (errorType, errorMessage) => Object.assign(new Error(errorMessage), { name: errorType });

let keepCompiled = () => {};

/** A failed load is an answer to the first event; the environment is then thrown away, as Lambda does. */
const loaded = loadBundle(file).then(
  ({ exports, keepCode }) => {
    keepCompiled = keepCode;
    const handler = exports[exportName];
    if (typeof handler !== 'function') return failed('Runtime.HandlerNotFound', `${exportName} is not a function`);
    // Node 24's runtime has removed callback handlers.
    if (handler.length > 2)
      return failed('Runtime.CallbackHandlerDeprecated', 'callback-based handlers are not supported');
    return handler;
  },
  (error) =>
    Object.assign(error, {
      name: `Runtime.${error.name === 'SyntaxError' ? 'UserCodeSyntaxError' : 'ImportModuleError'}`,
    }),
);

function contextOf({ requestId, deadlineMs }) {
  return {
    ...identity,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

let current;

void loaded.then(() => tell({ loaded: true }));
parentPort.on('message', (invocation) => void perform(invocation));

async function perform(invocation) {
  current = invocation.requestId;
  const handler = await loaded;
  if (typeof handler !== 'function') return answer({ ok: false, error: describe(handler), fatal: true });
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    answer({ ok: true, result: JSON.stringify(result) ?? 'null' });
    keepCompiled();
  } catch (error) {
    answer({ ok: false, error: describe(error), fatal: false });
  }
}

function answer(reply) {
  tell({ requestId: current, ...reply });
}

function tell(message) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort.postMessage(message);
}

for (const [event, type] of [
  ['unhandledRejection', 'Runtime.UnhandledPromiseRejection'],
  ['uncaughtException', undefined],
])
  process.on(event, (error) => {
    console.error(error);
    const described = describe(error);
    answer({ ok: false, error: { ...described, errorType: type ?? described.errorType }, fatal: true });
    process.exit(1);
  });
