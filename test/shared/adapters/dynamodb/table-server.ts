/** DynamoDB in this process: a new, empty table per call. */
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import type { Server } from 'node:http';
import { documentClient } from '../../../../shared/adapters/dynamodb/index.ts';

export interface TableServer {
  client: DynamoDBDocumentClient;
  newTable(): Promise<string>;
  close(): Promise<void>;
}

export async function startTableServer(): Promise<TableServer> {
  const server = dynalite({ createTableMs: 0 });
  const port = await listen(server);
  const plain = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let tables = 0;
  return {
    client: documentClient(plain),
    newTable: async () => {
      tables += 1;
      return createTable(plain, `checkpoints-${tables}`);
    },
    close: async () => {
      plain.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Keys as in infra/storage.ts. */
async function createTable(client: DynamoDBClient, name: string): Promise<string> {
  const keys = [
    { name: 'pk', type: 'HASH' },
    { name: 'sk', type: 'RANGE' },
  ] as const;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: keys.map((key) => ({ AttributeName: key.name, KeyType: key.type })),
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: 'S' })),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: name });
  return name;
}
