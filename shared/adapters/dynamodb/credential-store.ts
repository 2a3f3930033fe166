import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CredentialStore, MailboxKey } from '../../ports/stores.ts';
import { itemKeys } from './item-keys.ts';
import { Table } from './table.ts';

const CredentialItem = z.object({ ciphertext: z.instanceof(Uint8Array) });

/** Holds what the cipher made; nothing in here is readable without its key. */
export class DynamoCredentialStore implements CredentialStore {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  /** Idempotent. */
  async put(key: MailboxKey, ciphertext: Uint8Array): Promise<void> {
    await this.table.put(itemKeys.credential(key), { ciphertext });
  }

  async get(key: MailboxKey): Promise<Uint8Array | null> {
    const item = await this.table.get(itemKeys.credential(key), CredentialItem);
    return item && item.ciphertext;
  }

  async destroy(key: MailboxKey): Promise<void> {
    await this.table.delete(itemKeys.credential(key));
  }
}
