import * as z from 'zod';
import { type Json, type JsonObject, jsonSizeBytes } from '../json.ts';
import type { MapState } from './definition.ts';
import { type Evaluation, evaluate, evaluateInteger } from './evaluate.ts';
import { payloadLimitBytes } from './limits.ts';

const BatchInput = z.record(z.string(), z.custom<Json>());

/** ItemBatcher: `{"BatchInput": {…}, "Items": […]}` for each child, bounded in items and in bytes. */
export async function batchItems(
  items: readonly Json[],
  batcher: NonNullable<MapState['ItemBatcher']>,
  evaluation: Evaluation,
): Promise<Json[]> {
  const most = async (template: Json | undefined, field: string, limit: number): Promise<number> =>
    template === undefined ? limit : evaluateInteger(template, { field, least: 1, most: limit }, evaluation);
  const mostItems = await most(batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch', 100_000_000);
  const mostBytes = await most(batcher.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch', payloadLimitBytes);
  const shared: JsonObject =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: BatchInput.parse(await evaluate(batcher.BatchInput, 'ItemBatcher/BatchInput', evaluation)) };
  const emptyBytes = jsonSizeBytes({ ...shared, Items: [] });
  const batches: Json[][] = [];
  let sizeBytes = 0;
  for (const item of items) {
    const itemBytes = jsonSizeBytes(item) + 1;
    const current = batches.at(-1);
    if (current === undefined || current.length >= mostItems || sizeBytes + itemBytes > mostBytes) {
      batches.push([item]);
      sizeBytes = emptyBytes + itemBytes;
    } else {
      current.push(item);
      sizeBytes += itemBytes;
    }
  }
  return batches.map((Items) => ({ ...shared, Items }));
}
