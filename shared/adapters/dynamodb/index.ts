/** The stores of `ports/stores.ts` in one DynamoDB table (docs/data-formats.md). */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export { DynamoBatchStore } from './batch-store.ts';
export { DynamoChunkStore } from './chunk-store.ts';
export { DynamoCredentialStore } from './credential-store.ts';
export { DynamoFolderStore, DynamoMailboxStore } from './mailbox-store.ts';

/** Optional fields of our records are `undefined` where absent; DynamoDB has no such value. */
export function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
