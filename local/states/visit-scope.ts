import type { Json, JsonObject } from '../json.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { checkSize } from './limits.ts';
import type { Outcome, Visit } from './run.ts';

/** States whose context shows how often they were retried. */
export function evaluationOf(visit: Visit, extra: JsonObject = {}, context: JsonObject = {}): Evaluation {
  const { scope } = visit;
  const state = {
    Name: visit.name,
    EnteredTime: new Date(visit.enteredAtMs).toISOString(),
    ...(isRetriable(visit) ? { RetryCount: visit.retryCount } : {}),
  };
  return {
    state: visit.name,
    entryEventId: visit.entryEventId,
    variables: visit.variables,
    states: {
      input: visit.input,
      context: { ...scope.run.context, State: state, ...scope.context, ...context },
      ...extra,
    },
  };
}

function isRetriable(visit: Visit): boolean {
  const type = visit.scope.processor.states.get(visit.name)?.Type;
  return type === 'Task' || type === 'Map' || type === 'Parallel';
}

/** Output and Assign of a state, a choice or a catcher, both from the snapshot at entry. */
export async function settle(
  visit: Visit,
  holder: { Output?: Json | undefined; Assign?: Record<string, Json> | undefined },
  found: { extra?: JsonObject; otherwise: Json; next: string | null },
): Promise<Outcome> {
  const evaluation = evaluationOf(visit, found.extra);
  const output = holder.Output === undefined ? found.otherwise : await evaluate(holder.Output, 'Output', evaluation);
  const assign: JsonObject = {};
  for (const [name, template] of Object.entries(holder.Assign ?? {}))
    assign[name] = await evaluate(template, `Assign/${name}`, evaluation);
  checkSize(assign, 'Assign');
  return {
    output: checkSize(output, `output of the state '${visit.name}'`),
    assign: holder.Assign === undefined ? undefined : assign,
    next: found.next,
  };
}
