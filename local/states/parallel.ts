import type { Json } from '../json.ts';
import type { ParallelState } from './definition.ts';
import { evaluate } from './evaluate.ts';
import { checkSize } from './limits.ts';
import type { Visit } from './run.ts';
import { evaluationOf } from './visit-scope.ts';
import { forEachIndex } from './waiting.ts';

export async function performParallel(visit: Visit, state: ParallelState): Promise<Json> {
  const { scope } = visit;
  const { run } = scope;
  const input =
    state.Arguments === undefined ? visit.input : await evaluate(state.Arguments, 'Arguments', evaluationOf(visit));
  const outputs: Json[] = [];
  const count = state.branches.length;
  run.history.add(1); // ParallelStateStarted
  await forEachIndex({ count, width: count, signal: scope.signal }, async (index, signal) => {
    const processor = state.branches[index];
    if (processor === undefined) return;
    const path = `${visit.path}@${visit.retryCount}/${index}/`;
    const branch = { run, processor, path, outerVariables: visit.variables, context: scope.context, signal };
    outputs[index] = await run.runStates(branch, input);
  });
  run.history.add(1); // ParallelStateSucceeded
  return checkSize(outputs, `result of the state '${visit.name}'`);
}
