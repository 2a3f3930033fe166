import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MailboxId } from '../../contract/ids.ts';
import { FolderRecord, MailboxRecord } from '../../contract/items.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderStore, MailboxKey, MailboxStore } from '../../ports/stores.ts';
import { batchPartition, folderPrefix, itemKeys, mailboxPartition, mailboxPrefix } from './item-keys.ts';
import { Table, parseItem } from './table.ts';

export class DynamoMailboxStore implements MailboxStore {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async read(batch: string, mailboxId: MailboxId): Promise<MailboxRecord | null> {
    return this.table.get(itemKeys.mailbox(batch, mailboxId), MailboxRecord);
  }

  async *list(batch: string): AsyncIterable<MailboxRecord> {
    for await (const item of this.table.query(batchPartition(batch), mailboxPrefix)) {
      yield parseItem(item, MailboxRecord);
    }
  }

  async put(batch: string, record: MailboxRecord): Promise<void> {
    await this.table.put(itemKeys.mailbox(batch, record.mailboxId), record);
  }

  async update(batch: string, mailboxId: MailboxId, fields: Partial<Omit<MailboxRecord, 'mailboxId'>>): Promise<void> {
    const found = await this.table.setExisting(itemKeys.mailbox(batch, mailboxId), fields);
    if (!found) throw new MigrationError('STATE_DAMAGED', `There is no mailbox ${mailboxId}.`);
  }
}

export class DynamoFolderStore implements FolderStore {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async list(key: MailboxKey): Promise<FolderRecord[]> {
    const records: FolderRecord[] = [];
    for await (const item of this.table.query(mailboxPartition(key), folderPrefix)) {
      records.push(parseItem(item, FolderRecord));
    }
    return records;
  }

  async put(key: MailboxKey, record: FolderRecord): Promise<void> {
    await this.table.put(itemKeys.folder(key, record.folderKey), record);
  }
}
