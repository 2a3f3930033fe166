import * as z from 'zod';
import { type Json, type JsonObject, isJsonObject, parseJson } from '../json.ts';
import type { TableModel } from '../template/storage.ts';
import { callJson, type DynamoAnswer, type DynamoEngine } from './engine.ts';
import { KeyedLock } from './keyed-lock.ts';

const singleWrites = ['PutItem', 'UpdateItem', 'DeleteItem'];
const conditionFailed = 'ConditionalCheckFailedException';

const Write = z.object({
  TableName: z.string(),
  Key: z.custom<JsonObject>(isJsonObject).optional(),
  Item: z.custom<JsonObject>(isJsonObject).optional(),
  ReturnValuesOnConditionCheckFailure: z.enum(['ALL_OLD', 'NONE']).optional(),
});
const TimeToLive = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }),
});

/**
 * What dynalite 4.0.0 lacks: the item in a failed condition, and time to live (accepted, but nothing expires:
 * DynamoDB promises "within a few days", so no reader may rely on it).
 */
export class DynamoFront {
  readonly #engine: DynamoEngine;
  readonly #keys: ReadonlyMap<string, readonly string[]>;
  readonly #ttl: Map<string, string | undefined>;
  readonly #lock = new KeyedLock();

  constructor(engine: DynamoEngine, tables: readonly TableModel[]) {
    this.#engine = engine;
    this.#keys = new Map(tables.map((table) => [table.name, keyNames(table.definition)]));
    this.#ttl = new Map(tables.map((table) => [table.name, table.ttlAttribute]));
  }

  async call(operation: string, input: string): Promise<DynamoAnswer> {
    if (singleWrites.includes(operation)) return this.#write(operation, input);
    if (operation === 'UpdateTimeToLive') return this.#updateTtl(input);
    if (operation === 'DescribeTimeToLive') return this.#describeTtl(input);
    if (operation.startsWith('Transact') || operation.includes('Statement')) return notImplemented(operation);
    return this.#engine.call(operation, input);
  }

  /** One write at a time for each item, so the item that is returned is the one which failed the condition. */
  #write(operation: string, input: string): Promise<DynamoAnswer> {
    const parsed = Write.safeParse(parseJson(input));
    if (!parsed.success) return this.#engine.call(operation, input);
    const { TableName, Key, Item, ReturnValuesOnConditionCheckFailure: wanted } = parsed.data;
    const key = Key ?? this.#keyOf(TableName, Item ?? {});
    return this.#lock.run(`${TableName} ${JSON.stringify(key)}`, async () => {
      if (wanted === undefined) return this.#engine.call(operation, input);
      const answer = await this.#engine.call(operation, withoutWish(input));
      if (wanted === 'NONE' || answer.status === 200 || !answer.body.includes(conditionFailed)) return answer;
      const old = await callJson(this.#engine, 'GetItem', { TableName, Key: key, ConsistentRead: true });
      const failure = parseJson(answer.body);
      return { status: answer.status, body: JSON.stringify({ ...(isJsonObject(failure) ? failure : {}), ...old }) };
    });
  }

  #keyOf(table: string, item: JsonObject): JsonObject {
    return Object.fromEntries((this.#keys.get(table) ?? []).map((name) => [name, item[name] ?? null]));
  }

  #updateTtl(input: string): DynamoAnswer {
    const { TableName, TimeToLiveSpecification: wanted } = TimeToLive.parse(parseJson(input));
    this.#ttl.set(TableName, wanted.Enabled ? wanted.AttributeName : undefined);
    return { status: 200, body: JSON.stringify({ TimeToLiveSpecification: wanted }) };
  }

  #describeTtl(input: string): DynamoAnswer {
    const { TableName } = z.object({ TableName: z.string() }).parse(parseJson(input));
    const AttributeName = this.#ttl.get(TableName);
    const description =
      AttributeName === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName };
    return { status: 200, body: JSON.stringify({ TimeToLiveDescription: description }) };
  }
}

function withoutWish(input: string): string {
  const { ReturnValuesOnConditionCheckFailure: _unknownToDynalite, ...rest } = z
    .record(z.string(), z.custom<Json>())
    .parse(parseJson(input));
  return JSON.stringify(rest);
}

function keyNames(definition: Json): string[] {
  const Definition = z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) });
  return Definition.parse(definition).KeySchema.map((key) => key.AttributeName);
}

/** The system uses single conditional writes only; a transaction that half works would be worse than none. */
function notImplemented(operation: string): DynamoAnswer {
  const message = `The embedded DynamoDB does not implement ${operation}`;
  const body = { __type: 'com.amazon.coral.service#UnknownOperationException', message };
  return { status: 501, body: JSON.stringify(body) };
}
