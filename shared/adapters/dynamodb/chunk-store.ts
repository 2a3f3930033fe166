import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ChunkId } from '../../contract/ids.ts';
import { ChunkRecord, StrayNote } from '../../contract/items.ts';
import type { ChunkCondition, ChunkStore, MailboxKey } from '../../ports/stores.ts';
import { chunkPrefix, isStray, itemKeys, mailboxPartition } from './item-keys.ts';
import { Table, parseItem, type Condition } from './table.ts';

const StrayItem = z.object({ chunkId: ChunkId, note: StrayNote });
type Stray = z.infer<typeof StrayItem>;

export class DynamoChunkStore implements ChunkStore {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async read(key: MailboxKey, chunkId: ChunkId): Promise<ChunkRecord | null> {
    return this.table.get(itemKeys.chunk(key, chunkId), ChunkRecord);
  }

  async list(key: MailboxKey): Promise<ChunkRecord[]> {
    const records: ChunkRecord[] = [];
    for await (const item of this.table.query(mailboxPartition(key), chunkPrefix)) {
      if (!isStray(item)) records.push(parseItem(item, ChunkRecord));
    }
    return records;
  }

  async replace(key: MailboxKey, next: ChunkRecord, condition: ChunkCondition): Promise<boolean> {
    return this.table.putIf(itemKeys.chunk(key, next.chunkId), next, expressionOf(condition));
  }

  async putStray(key: MailboxKey, chunkId: ChunkId, note: StrayNote): Promise<void> {
    const stray: Stray = { chunkId, note };
    await this.table.put(itemKeys.stray(key, chunkId, note.fence), stray);
  }

  async listStrays(key: MailboxKey): Promise<Stray[]> {
    const strays: Stray[] = [];
    for await (const item of this.table.query(mailboxPartition(key), chunkPrefix)) {
      if (isStray(item)) strays.push(parseItem(item, StrayItem));
    }
    return strays;
  }
}

/** `owner` and `sequence` are safe only behind a `#`; so all are. */
function expressionOf(condition: ChunkCondition): Condition {
  const compared = Object.entries(condition).filter(([, value]) => value !== undefined);
  const same = compared.map(([name]) => `#${name} = :${name}`).join(' AND ');
  const mayBeMissing = condition.fence === 0 && (condition.owner ?? null) === null;
  return {
    ConditionExpression: mayBeMissing ? `attribute_not_exists(pk) OR (${same})` : same,
    ExpressionAttributeNames: Object.fromEntries(compared.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(compared.map(([name, value]) => [`:${name}`, value])),
  };
}
