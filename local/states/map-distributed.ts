import { randomUUID } from 'node:crypto';
import type { Json } from '../json.ts';
import type { MapState } from './definition.ts';
import { ExecutionStopped, StackClosed, StatesError, TerminalError } from './errors.ts';
import { evaluateAs, evaluateInteger } from './evaluate.ts';
import { checkSize, History } from './limits.ts';
import { childIdentity, type EndedChild, type MapRun } from './map-run.ts';
import { type ResultPlace, resultPlace, writeResults } from './result-writer.ts';
import type { Scope, Visit } from './run.ts';
import type { ChildResult, PreparedMap } from './step-journal.ts';
import { evaluationOf } from './visit-scope.ts';
import { forEachIndex } from './waiting.ts';

/** Children are executions with histories of their own; the parent's history grows by six events, however many they are. */
export async function performDistributedMap(
  visit: Visit,
  state: MapState,
  map: PreparedMap & { path: string },
): Promise<Json> {
  const { scope } = visit;
  const { run } = scope;
  const mapRun: MapRun = { machine: run.machine, label: state.Label ?? visit.name, uuid: map.run };
  const tolerated = await toleratedFailures(visit, state, map.inputs.length);
  const place = await resultPlace(visit, state, mapRun);
  if (place !== undefined) run.services.storage.checkWrite(place.bucket, place.manifestKey);
  run.history.add(2); // MapStateStarted, MapRunStarted
  const ended = recordedChildren(scope, map);
  const done = new Set(ended.map((child) => child.index));
  const open = map.inputs.map((_, index) => index).filter((index) => !done.has(index));
  let failure: StatesError | undefined;
  const isOver = (): boolean => ended.filter(({ result }) => result.status !== 'SUCCEEDED').length > tolerated;
  try {
    await forEachIndex(
      { count: open.length, width: map.concurrency, signal: scope.signal },
      async (position, signal) => {
        const index = open[position] ?? 0;
        ended.push(await runChild(visit, state, { map, mapRun, index, signal }));
        if (isOver()) throw thresholdExceeded();
      },
    );
    if (isOver()) throw thresholdExceeded();
  } catch (error) {
    scope.signal.throwIfAborted();
    if (!(error instanceof StatesError)) throw error;
    failure = error;
  }
  const result = conclude(visit, { map, mapRun, ended, place });
  if (failure !== undefined) throw failure;
  run.history.transitionCount += ended.reduce((sum, child) => sum + child.result.transitionCount, 0);
  run.history.add(2); // MapRunSucceeded, MapStateSucceeded
  return checkSize(result, `result of the state '${visit.name}'`);
}

const thresholdExceeded = (): StatesError =>
  new StatesError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

async function toleratedFailures(visit: Visit, state: MapState, total: number): Promise<number> {
  const evaluation = evaluationOf(visit);
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = state;
  const byCount =
    count === undefined
      ? undefined
      : await evaluateInteger(count, { field: 'ToleratedFailureCount', least: 0, most: 100_000_000 }, evaluation);
  if (percentage === undefined) return byCount ?? 0;
  const percent = await evaluateAs('number', percentage, 'ToleratedFailurePercentage', evaluation);
  if (!(percent >= 0 && percent <= 100))
    throw new TerminalError('States.Runtime', `ToleratedFailurePercentage must be from 0 to 100, but was ${percent}`);
  return Math.min(byCount ?? total, (total * percent) / 100);
}

/** Children that ended before a restart, in the order in which they ended. */
function recordedChildren({ run }: Scope, map: { path: string }): EndedChild[] {
  const prefix = `${map.path}/`;
  return run.journal
    .endedChildren()
    .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length, -1).includes('/'))
    .flatMap((path) => {
      const [start, result] = [run.journal.childStart(path), run.journal.childResult(path)];
      const index = Number(path.slice(prefix.length, -1));
      return start === undefined || result === undefined ? [] : [{ index, start, result }];
    });
}

interface Child {
  map: PreparedMap & { path: string };
  mapRun: MapRun;
  index: number;
  signal: AbortSignal;
}

async function runChild(visit: Visit, state: MapState, { map, mapRun, index, signal }: Child): Promise<EndedChild> {
  const { run } = visit.scope;
  const { journal, services } = run;
  const path = `${map.path}/${index}/`;
  const known = journal.childStart(path);
  const start = known ?? { name: randomUUID(), startedAt: new Date(services.clock.now()).toISOString() };
  if (known === undefined) journal.recordChildStart(path, start);
  const input = map.inputs[index] ?? null;
  const counts = journal.counts(path);
  const names = { execution: run.label, map: visit.name, child: start.name };
  services.onEvent({ type: 'ChildStarted', ...names });
  const childRun = {
    ...run,
    label: start.name,
    path,
    context: childIdentity(run.context, mapRun, { ...start, input }),
    history: new History(counts?.events, counts?.transitions),
  };
  const scope = { run: childRun, processor: state.processor, path, outerVariables: {}, context: {}, signal };
  const outcome = await childOutcome(scope, input, visit.scope.signal);
  const stoppedAt = new Date(services.clock.now()).toISOString();
  const result = { ...outcome, stoppedAt, transitionCount: childRun.history.transitionCount };
  journal.recordChildResult(path, result);
  const error = result.error === undefined ? {} : { error: result.error };
  services.onEvent({ type: 'ChildEnded', ...names, status: result.status, ...error });
  return { index, start, result };
}

/**
 * Whatever happens inside is the child's, not the parent's, unless the parent is being stopped. When the Map itself
 * has failed (threshold), its running children are aborted and are told so in the results.
 */
async function childOutcome(
  scope: Scope,
  input: Json,
  parent: AbortSignal,
): Promise<Omit<ChildResult, 'stoppedAt' | 'transitionCount'>> {
  try {
    checkSize(input, 'input of the child execution');
    const output = await scope.run.runStates(scope, input);
    scope.run.history.add(1); // ExecutionSucceeded
    return { status: 'SUCCEEDED', output };
  } catch (error) {
    parent.throwIfAborted();
    if (error instanceof StackClosed || error instanceof ExecutionStopped) throw error;
    if (scope.signal.aborted) return { status: 'ABORTED' };
    if (error instanceof StatesError) return { status: 'FAILED', error: error.errorName, cause: error.causeText };
    return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
  }
}

interface Conclusion {
  map: PreparedMap;
  mapRun: MapRun;
  ended: readonly EndedChild[];
  place: ResultPlace | undefined;
}

function conclude(visit: Visit, { map, mapRun, ended, place }: Conclusion): Json {
  const { services } = visit.scope.run;
  if (place !== undefined) return writeResults(services.storage, place, { mapRun, inputs: map.inputs, ended });
  const succeeded = ended.filter(({ result }) => result.status === 'SUCCEEDED').toSorted((a, b) => a.index - b.index);
  return succeeded.map(({ result }) => result.output ?? null);
}
