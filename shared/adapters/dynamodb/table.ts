/** The few calls we make of DynamoDB. Reads are strongly consistent and parsed; the actions are those of infra/access.ts. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
  paginateQuery,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { MigrationError } from '../../errors.ts';

export interface ItemKey {
  pk: string;
  sk: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Names and values of an expression, in DynamoDB's own words. */
export interface Condition {
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Values;
}

/** A zod schema, as far as it matters here. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

export class Table {
  private readonly client: DynamoDBDocumentClient;
  private readonly name: string;

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.client = client;
    this.name = name;
  }

  /** null when there is no such item; STATE_DAMAGED when it does not parse. */
  async get<T>(key: ItemKey, schema: Schema<T>): Promise<T | null> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }));
    return Item === undefined ? null : parseItem(Item, schema);
  }

  /** Whole item, last writer wins. Idempotent. */
  async put(key: ItemKey, attributes: object): Promise<void> {
    await this.client.send(new PutCommand({ TableName: this.name, Item: { ...attributes, ...key } }));
  }

  /** False = refused, nothing written; after a retry inside the SDK also when the first try had succeeded. */
  async putIf(key: ItemKey, attributes: object, condition: Condition): Promise<boolean> {
    const command = new PutCommand({ TableName: this.name, Item: { ...attributes, ...key }, ...condition });
    return unlessRefused(this.client.send(command));
  }

  /** Sets attributes of an existing item; false when there is none. Idempotent. */
  async setExisting(key: ItemKey, attributes: Values): Promise<boolean> {
    const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
    if (entries.length === 0) return this.exists(key);
    const command = new UpdateCommand({
      TableName: this.name,
      Key: key,
      UpdateExpression: `SET ${entries.map((_, n) => `#f${n} = :f${n}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(entries.map(([name], n) => [`#f${n}`, name])),
      ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], n) => [`:f${n}`, value])),
    });
    return unlessRefused(this.client.send(command));
  }

  /** Idempotent. With a condition: nothing happens when the item does not meet it. */
  async delete(key: ItemKey, condition?: Condition): Promise<void> {
    await unlessRefused(this.client.send(new DeleteCommand({ TableName: this.name, Key: key, ...condition })));
  }

  /** Raw items of a partition, all or those whose sort key begins so; ascending, page by page. */
  async *query(pk: string, skPrefix?: string): AsyncIterable<Values & ItemKey> {
    const below = skPrefix === undefined ? {} : { ':sk': skPrefix };
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.name,
        KeyConditionExpression: skPrefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': pk, ...below },
        ConsistentRead: true,
      },
    );
    for await (const page of pages) for (const item of page.Items ?? []) yield { ...item, ...keyOf(item) };
  }

  private async exists(key: ItemKey): Promise<boolean> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }));
    return Item !== undefined;
  }
}

/** The error names the item by its key (ids only) and never what is in it. */
export function parseItem<T>(item: Values, schema: Schema<T>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const { pk, sk } = keyOf(item);
  throw new MigrationError('STATE_DAMAGED', `Record ${sk} of ${pk} cannot be read.`);
}

function keyOf(item: Values): ItemKey {
  return { pk: String(item['pk']), sk: String(item['sk']) };
}

async function unlessRefused(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
