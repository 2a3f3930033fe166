import type { Json, JsonObject } from '../json.ts';
import type { State } from './definition.ts';
import { ExecutionStopped, StackClosed, StatesError, TerminalError } from './errors.ts';
import { matches, RetryPlan } from './retry.ts';
import type { Outcome, Scope, Visit } from './run.ts';
import { performState } from './perform-state.ts';
import { settle } from './visit-scope.ts';

/** Runs states from `StartAt`, or from where the journal says they had come, to the end; returns the last output. */
export async function runStates(scope: Scope, input: Json): Promise<Json> {
  const { run, processor, path } = scope;
  const progress = run.journal.progress(path);
  let variables: JsonObject = { ...progress?.variables };
  let value = progress === undefined ? input : progress.output;
  let name: string | null = progress === undefined ? processor.startAt : progress.next;
  for (let count = progress?.visitCount ?? 0; name !== null; count += 1) {
    scope.signal.throwIfAborted();
    const visit = enter(scope, { name, count, input: value, variables: { ...scope.outerVariables, ...variables } });
    const outcome = await visitState(visit, stateOf(scope, name));
    scope.signal.throwIfAborted();
    record(visit, outcome);
    variables = { ...variables, ...outcome.assign };
    value = outcome.output;
    name = outcome.next;
  }
  return value;
}

function stateOf(scope: Scope, name: string): State {
  const state = scope.processor.states.get(name);
  if (state === undefined) throw new TerminalError('States.Runtime', `state '${name}' does not exist`);
  return state;
}

interface Entering {
  name: string;
  count: number;
  input: Json;
  variables: JsonObject;
}

/** States that take time keep their EnteredTime over a restart: it is part of an idempotency key. */
const lasting = ['Task', 'Map', 'Parallel'];

function enter(scope: Scope, { name, count, input, variables }: Entering): Visit {
  const { run } = scope;
  const path = `${scope.path}${name}#${count}`;
  const known = run.journal.entry(path);
  const enteredAtMs = known?.atMs ?? run.services.clock.now();
  if (known === undefined && lasting.includes(stateOf(scope, name).Type))
    run.journal.recordEntry(path, { atMs: enteredAtMs });
  run.history.transitionCount += 1;
  run.services.onEvent({ type: 'StateEntered', execution: run.label, state: name });
  return { scope, name, path, input, variables, enteredAtMs, entryEventId: run.history.add(1), retryCount: 0 };
}

function record({ scope, path }: Visit, { next, output, assign }: Outcome): void {
  const { run } = scope;
  run.journal.recordDone({
    done: path,
    scope: scope.path,
    run: run.path,
    next,
    output,
    assign,
    events: run.history.eventCount,
    transitions: run.history.transitionCount,
  });
}

/** One state with its retries, and its catchers after them. */
async function visitState(visit: Visit, state: State): Promise<Outcome> {
  const { scope } = visit;
  const { run } = scope;
  const plan = new RetryPlan('Retry' in state ? (state.Retry ?? []) : [], run.journal.failedAttempts(visit.path));
  for (;;) {
    await plan.waitOut(run.services.clock, scope.signal);
    try {
      const outcome = await performState({ ...visit, retryCount: plan.retryCount }, state);
      run.history.add(1);
      return outcome;
    } catch (thrown) {
      const error = asStatesError(thrown, scope.signal);
      const retry = plan.next(error, run.services);
      if (retry === undefined) return await caught({ ...visit, retryCount: plan.retryCount }, state, error);
      run.journal.recordFailedAttempt(visit.path, retry);
      run.history.transitionCount += 1;
      const { errorName } = error;
      const waitMs = retry.untilMs - run.services.clock.now();
      run.services.onEvent({ type: 'StateRetried', execution: run.label, state: visit.name, error: errorName, waitMs });
    }
  }
}

/** The state's own Assign does not run; the catcher's writes into the scope that the state is in. */
async function caught(visit: Visit, state: State, error: StatesError): Promise<Outcome> {
  const { run } = visit.scope;
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  const catcher = catchers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
  run.services.onEvent({
    type: 'StateFailed',
    execution: run.label,
    state: visit.name,
    error: error.errorName,
    cause: error.causeText,
    caught: catcher !== undefined,
  });
  if (catcher === undefined) throw error;
  const errorOutput = { Error: error.errorName, Cause: error.causeText };
  const outcome = await settle(visit, catcher, { extra: { errorOutput }, otherwise: errorOutput, next: catcher.Next });
  run.history.add(1);
  return outcome;
}

/** Anything that is no error of the States language is either the end of the execution or a defect of this program. */
function asStatesError(thrown: unknown, signal: AbortSignal): StatesError {
  signal.throwIfAborted();
  if (thrown instanceof StatesError) return thrown;
  if (thrown instanceof ExecutionStopped || thrown instanceof StackClosed) throw thrown;
  return new TerminalError(
    'States.Runtime',
    thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  );
}
