import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json.ts';
import { functionNameOf } from '../template/triggers.ts';
import type { TaskState } from './definition.ts';
import { StatesError } from './errors.ts';
import { evaluate, evaluateAs, evaluateInteger } from './evaluate.ts';
import { checkSize } from './limits.ts';
import type { Visit } from './run.ts';
import { orAborted, orTimeout } from './waiting.ts';
import { evaluationOf } from './visit-scope.ts';

const longestTimeoutSeconds = 99_999_999;

/**
 * `lambda:invoke`. When the task times out or the execution is stopped, the function is not: Lambda finishes what it
 * has begun, and its answer goes nowhere. That is how AWS does it, and what leases and fences are for.
 */
export async function performTask(visit: Visit, state: TaskState): Promise<Json> {
  const { run, signal } = visit.scope;
  const evaluation = evaluationOf(visit);
  const { FunctionName, Payload } = state.Arguments;
  const functionName = await evaluateAs('string', FunctionName, 'Arguments/FunctionName', evaluation);
  const payload = Payload === undefined ? {} : await evaluate(Payload, 'Arguments/Payload', evaluation);
  checkSize(payload, `input of the state/task '${visit.name}'`);
  const timeout = { field: 'TimeoutSeconds', least: 1, most: longestTimeoutSeconds };
  const timeoutSeconds = await evaluateInteger(state.TimeoutSeconds ?? longestTimeoutSeconds, timeout, evaluation);

  run.history.add(2); // TaskScheduled, TaskStarted
  // A laptop has a few environments where Lambda has a thousand: the time in their queue does not count.
  const invocation = (begin: () => void) =>
    orAborted(run.services.invoke(functionNameOf(functionName), payload, begin), signal);
  const onTimeout = (): StatesError => new StatesError('States.Timeout', '');
  try {
    const answer = await orTimeout(invocation, timeoutSeconds * 1000, onTimeout);
    return checkSize(envelope(answer.payload, answer.requestId), "state/task 'lambda'", 'returned a result with');
  } finally {
    run.history.add(1); // TaskSucceeded, TaskFailed or TaskTimedOut
  }
}

/** The whole answer of the Invoke API; its headers count for the payload limit (recorded 2025-11). */
function envelope(payload: Json, requestId: string): JsonObject {
  const headers = {
    'X-Amz-Executed-Version': '$LATEST',
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'x-amzn-RequestId': requestId,
    'Content-Length': String(Buffer.byteLength(JSON.stringify(payload))),
    Date: new Date().toUTCString(),
    'X-Amzn-Trace-Id': `Root=1-${randomUUID()};Sampled=0`,
    'Content-Type': 'application/json',
  };
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}
