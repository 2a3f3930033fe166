import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json.ts';
import { batchItems } from './batch-items.ts';
import type { MapState } from './definition.ts';
import { type Evaluation, evaluate, evaluateAs, evaluateInteger } from './evaluate.ts';
import { checkSize, distributedConcurrencyLimit, inlineConcurrencyLimit } from './limits.ts';
import { performDistributedMap } from './map-distributed.ts';
import { readItems } from './read-items.ts';
import type { Visit } from './run.ts';
import type { PreparedMap } from './step-journal.ts';
import { evaluationOf } from './visit-scope.ts';
import { forEachIndex } from './waiting.ts';

export async function performMap(visit: Visit, state: MapState): Promise<Json> {
  const { journal } = visit.scope.run;
  const path = `${visit.path}@${visit.retryCount}`;
  const known = journal.preparedMap(path);
  const prepared = known ?? (await prepare(visit, state));
  if (known === undefined) journal.recordMap(path, prepared);
  if (state.processor.distributed) return performDistributedMap(visit, state, { ...prepared, path });
  return performInlineMap(visit, state, { ...prepared, path });
}

async function prepare(visit: Visit, state: MapState): Promise<PreparedMap> {
  const evaluation = evaluationOf(visit);
  const { distributed } = state.processor;
  const found = await itemsOf(visit, state, evaluation);
  const selected: Json[] = [];
  for (const [Index, Value] of found.items.entries()) {
    const item: JsonObject = { Index, Value, ...(distributed ? { Source: found.source } : {}) };
    const each = evaluationOf(visit, {}, { Map: { Item: item } });
    selected.push(state.ItemSelector === undefined ? Value : await evaluate(state.ItemSelector, 'ItemSelector', each));
  }
  const inputs = state.ItemBatcher === undefined ? selected : await batchItems(selected, state.ItemBatcher, evaluation);
  const most = distributed ? distributedConcurrencyLimit : inlineConcurrencyLimit;
  const range = { field: 'MaxConcurrency', least: 0, most: distributedConcurrencyLimit };
  const asked = await evaluateInteger(state.MaxConcurrency ?? 0, range, evaluation);
  const concurrency = asked === 0 ? most : Math.min(asked, most);
  return { inputs, concurrency, run: randomUUID(), ...(distributed ? {} : { items: found.items }) };
}

async function itemsOf(
  visit: Visit,
  state: MapState,
  evaluation: Evaluation,
): Promise<{ items: Json[]; source: string }> {
  if (state.ItemReader !== undefined)
    return readItems(state.ItemReader, { storage: visit.scope.run.services.storage, evaluation });
  const items = await evaluateAs('array', state.Items ?? '{% $states.input %}', 'Items', evaluation);
  return { items, source: 'STATE_DATA' };
}

async function performInlineMap(visit: Visit, state: MapState, map: PreparedMap & { path: string }): Promise<Json> {
  const { scope } = visit;
  const { run } = scope;
  const outputs: Json[] = [];
  run.history.add(1); // MapStateStarted
  const spread = { count: map.inputs.length, width: map.concurrency, signal: scope.signal };
  await forEachIndex(spread, async (index, signal) => {
    run.history.add(1); // MapIterationStarted
    const context = { Map: { Item: { Index: index, Value: map.items?.[index] ?? null } } };
    const path = `${map.path}/${index}/`;
    const iteration = { run, processor: state.processor, path, outerVariables: visit.variables, context, signal };
    outputs[index] = await run.runStates(iteration, map.inputs[index] ?? null);
    run.history.add(1); // MapIterationSucceeded
  });
  run.history.add(1); // MapStateSucceeded
  return checkSize(outputs, `result of the state '${visit.name}'`);
}
