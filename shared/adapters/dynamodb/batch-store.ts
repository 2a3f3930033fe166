import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { BatchName, PassId } from '../../contract/ids.ts';
import { BatchRecord, PassRecord, StartRecord } from '../../contract/items.ts';
import type { PassRequest } from '../../contract/workflow.ts';
import { MigrationError } from '../../errors.ts';
import type { BatchStore } from '../../ports/stores.ts';
import { itemKeys, openBatches } from './item-keys.ts';
import { Table, parseItem } from './table.ts';

const LockItem = z.object({ passId: PassId });
const OpenBatchItem = z.object({ sk: BatchName });

/** Longer than any duplicate event or retry can come late. */
const keptSeconds = 365 * 24 * 3600;
const expiry = (): { expiresAt: number } => ({ expiresAt: Math.floor(Date.now() / 1000) + keptSeconds });

/** The lock can be freed between our refused put and our read; more often in a row it is not chance. */
const lockAttempts = 5;

export class DynamoBatchStore implements BatchStore {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async read(batch: string): Promise<BatchRecord | null> {
    return this.table.get(itemKeys.batch(batch), BatchRecord);
  }

  /** A crash in between leaves an index item too many, never one too few. */
  async put(record: BatchRecord): Promise<void> {
    if (record.state !== 'closed') await this.table.put(itemKeys.openBatch(record.batch), {});
    await this.table.put(itemKeys.batch(record.batch), record);
    if (record.state === 'closed') await this.table.delete(itemKeys.openBatch(record.batch));
  }

  async listOpen(): Promise<string[]> {
    const names: string[] = [];
    for await (const item of this.table.query(openBatches)) names.push(parseItem(item, OpenBatchItem).sk);
    return names;
  }

  async recordStart(requestKey: string, request: PassRequest): Promise<PassRequest> {
    const start: StartRecord = { requestKey, request };
    const key = itemKeys.start(request.batch, requestKey);
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    await this.table.putIf(key, { ...start, ...expiry() }, condition);
    return (await this.findStart(request.batch, requestKey)) ?? request;
  }

  async findStart(batch: string, requestKey: string): Promise<PassRequest | null> {
    const start = await this.table.get(itemKeys.start(batch, requestKey), StartRecord);
    return start && start.request;
  }

  async lock(batch: string, passId: string): Promise<string> {
    for (let attempt = 1; attempt <= lockAttempts; attempt += 1) {
      const taken = await this.table.putIf(
        itemKeys.lock(batch),
        { passId },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR passId = :passId',
          ExpressionAttributeValues: { ':passId': passId },
        },
      );
      const holder = taken ? passId : await this.lockHolder(batch);
      if (holder !== null) return holder;
    }
    throw new MigrationError('INTERNAL', `The lock of batch ${batch} changes hands without end.`);
  }

  async lockHolder(batch: string): Promise<string | null> {
    const lock = await this.table.get(itemKeys.lock(batch), LockItem);
    return lock && lock.passId;
  }

  async unlock(batch: string, passId: string): Promise<void> {
    await this.table.delete(itemKeys.lock(batch), {
      ConditionExpression: 'passId = :passId',
      ExpressionAttributeValues: { ':passId': passId },
    });
  }

  async putPass(batch: string, record: PassRecord): Promise<void> {
    await this.table.put(itemKeys.pass(batch, record.passId), { ...record, ...expiry() });
  }

  async readPass(batch: string, passId: string): Promise<PassRecord | null> {
    return this.table.get(itemKeys.pass(batch, passId), PassRecord);
  }
}
