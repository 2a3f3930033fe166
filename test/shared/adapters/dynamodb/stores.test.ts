import { afterAll, beforeAll } from '@jest/globals';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  DynamoBatchStore,
  DynamoChunkStore,
  DynamoCredentialStore,
  DynamoFolderStore,
  DynamoMailboxStore,
} from '../../../../shared/adapters/dynamodb/index.ts';
import { batchStoreSuite } from '../../../suites/batch-store-suite.ts';
import { chunkStoreSuite } from '../../../suites/chunk-store-suite.ts';
import { credentialStoreSuite } from '../../../suites/credential-store-suite.ts';
import { folderStoreSuite } from '../../../suites/folder-store-suite.ts';
import { mailboxStoreSuite } from '../../../suites/mailbox-store-suite.ts';
import { startTableServer, type TableServer } from './table-server.ts';

let server: TableServer;
beforeAll(async () => {
  server = await startTableServer();
});
afterAll(() => server.close());

type StoreClass<T> = new (client: DynamoDBDocumentClient, tableName: string) => T;

const onNewTable =
  <T>(Store: StoreClass<T>) =>
  async (): Promise<T> =>
    new Store(server.client, await server.newTable());

batchStoreSuite('dynamodb', onNewTable(DynamoBatchStore));
mailboxStoreSuite('dynamodb', onNewTable(DynamoMailboxStore));
folderStoreSuite('dynamodb', onNewTable(DynamoFolderStore));
chunkStoreSuite('dynamodb', onNewTable(DynamoChunkStore));
credentialStoreSuite('dynamodb', onNewTable(DynamoCredentialStore));
