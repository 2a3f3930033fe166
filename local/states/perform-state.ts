import type { Json } from '../json.ts';
import type { ChoiceState, FailState, State, WaitState } from './definition.ts';
import { StatesError } from './errors.ts';
import { evaluateAs, evaluateInteger, queryError } from './evaluate.ts';
import { performMap } from './map.ts';
import { performParallel } from './parallel.ts';
import type { Outcome, Visit } from './run.ts';
import { performTask } from './task.ts';
import { evaluationOf, settle } from './visit-scope.ts';

/** One attempt of a state. */
export async function performState(visit: Visit, state: State): Promise<Outcome> {
  if (state.Type === 'Fail') return fail(visit, state);
  if (state.Type === 'Choice') return choose(visit, state);
  const next = 'Next' in state ? (state.Next ?? null) : null;
  const result = await perform(visit, state);
  if (result === undefined) return settle(visit, state, { otherwise: visit.input, next });
  return settle(visit, state, { extra: { result }, otherwise: result, next });
}

/** What the state does; undefined for states that have no result of their own. */
async function perform(visit: Visit, state: Exclude<State, FailState | ChoiceState>): Promise<Json | undefined> {
  if (state.Type === 'Task') return performTask(visit, state);
  if (state.Type === 'Map') return performMap(visit, state);
  if (state.Type === 'Parallel') return performParallel(visit, state);
  if (state.Type === 'Wait') await wait(visit, state);
  return undefined;
}

async function fail(visit: Visit, state: FailState): Promise<never> {
  const evaluation = evaluationOf(visit);
  const errorName = await evaluateAs('string', state.Error ?? '', 'Error', evaluation);
  const causeText = await evaluateAs('string', state.Cause ?? '', 'Cause', evaluation);
  throw new StatesError(errorName, causeText);
}

async function choose(visit: Visit, state: ChoiceState): Promise<Outcome> {
  const evaluation = evaluationOf(visit);
  for (const [index, rule] of state.Choices.entries())
    if (await evaluateAs('boolean', rule.Condition, `Choices[${index}]/Condition`, evaluation))
      return settle(visit, rule, { otherwise: visit.input, next: rule.Next });
  if (state.Default === undefined)
    throw new StatesError('States.NoChoiceMatched', `No choice matched in state '${visit.name}'.`);
  return settle(visit, state, { otherwise: visit.input, next: state.Default });
}

const longestWaitSeconds = 99_999_999;

/** The end of a wait is fixed at its entry, and kept over a restart. */
async function wait(visit: Visit, state: WaitState): Promise<void> {
  const { run, signal } = visit.scope;
  const known = run.journal.entry(visit.path)?.untilMs;
  const untilMs = known ?? (await waitEnd(visit, state));
  if (known === undefined) run.journal.recordEntry(visit.path, { atMs: visit.enteredAtMs, untilMs });
  await run.services.clock.sleepUntil(untilMs, signal);
}

async function waitEnd(visit: Visit, state: WaitState): Promise<number> {
  const evaluation = evaluationOf(visit);
  if (state.Timestamp === undefined) {
    const range = { field: 'Seconds', least: 0, most: longestWaitSeconds };
    return visit.enteredAtMs + (await evaluateInteger(state.Seconds ?? 0, range, evaluation)) * 1000;
  }
  const text = await evaluateAs('string', state.Timestamp, 'Timestamp', evaluation);
  const isOffsetTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (!isOffsetTime)
    throw queryError(
      evaluation,
      `The value '${text}' of the field 'Timestamp' cannot be parsed as an ISO-8601 extended offset date-time format string.`,
    );
  return Date.parse(text);
}
