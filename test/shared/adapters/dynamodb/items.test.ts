/** What lies in the table, beyond what the stores show. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  DynamoBatchStore,
  DynamoChunkStore,
  DynamoCredentialStore,
  DynamoMailboxStore,
} from '../../../../shared/adapters/dynamodb/index.ts';
import { MailboxId, chunkIdOf } from '../../../../shared/contract/ids.ts';
import { PassRequest } from '../../../../shared/contract/workflow.ts';
import { startTableServer, type TableServer } from './table-server.ts';

const mailboxId = MailboxId.parse('ada-contoso.com-0123456789');
const mailbox = { batch: 'wave1', mailboxId };
const secret = 'secret-subject';
const yearSeconds = 365 * 24 * 3600;

let server: TableServer;
beforeAll(async () => {
  server = await startTableServer();
});
afterAll(() => server.close());

const plant = (
  table: string,
  pk: string,
  sk: string,
  fields: object = { state: secret, owner: secret, note: secret },
) => server.client.send(new PutCommand({ TableName: table, Item: { ...fields, pk, sk } }));

async function itemOf(table: string, pk: string, sk: string) {
  return (await server.client.send(new GetCommand({ TableName: table, Key: { pk, sk } }))).Item;
}

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('dynamodb: items', () => {
  test('only starts and passes are forgotten, after a year', async () => {
    const table = await server.newTable();
    const store = new DynamoBatchStore(server.client, table);
    const scope = { kind: 'batch' } as const;
    await store.recordStart('event-1', PassRequest.parse({ batch: 'wave1', pass: 'verify', passId: 'p1', scope }));
    await store.putPass('wave1', {
      passId: 'p1',
      pass: 'verify',
      manifest: { bucket: 'data', key: 'passes/x' },
      mailboxCount: 0,
      rejectedCount: 0,
      startedAt: '2026-11-24T10:00:00Z',
    });
    await store.lock('wave1', 'p1');
    const { Items = [] } = await server.client.send(new ScanCommand({ TableName: table }));
    const expiries = Items.flatMap(({ sk, expiresAt }) => (expiresAt === undefined ? [] : [{ sk, expiresAt }]));
    expect(expiries.map(({ sk }) => sk)).toEqual(['PASS#p1', 'START#event-1']);
    for (const { expiresAt } of expiries)
      expect(Math.abs(expiresAt - Date.now() / 1000 - yearSeconds)).toBeLessThan(60);
  });

  test('a chunk with a tail of 400 characters costs one write unit', async () => {
    const table = await server.newTable();
    await new DynamoChunkStore(server.client, table).replace(
      { batch: 'b'.repeat(40), mailboxId: MailboxId.parse(`${'m'.repeat(41)}-0123456789`) },
      {
        chunkId: chunkIdOf(12_345, 99_999),
        fence: 4_294_967_295,
        owner: 'o'.repeat(36),
        renewal: 4_294_967_295,
        committed: 99_999,
        open: {
          to: 99_999,
          uidValidity: 4_294_967_295,
          uidFloor: 4_294_967_295,
          attempts: 99,
          lookNotBefore: '2026-11-24T10:00:00.000Z',
        },
        tail: 't'.repeat(400),
        tailRows: 99_999,
        tailUidValidity: 4_294_967_295,
        sequence: 99_999,
        done: false,
        idleSlices: 3,
        copied: 99_999,
        bytes: 999_999_999_999,
      },
      { fence: 0, owner: null },
    );
    const { Items = [] } = await server.client.send(new ScanCommand({ TableName: table }));
    // JSON is larger than the stored form, so this bound is on the safe side.
    expect(Buffer.byteLength(JSON.stringify(Items[0]))).toBeLessThan(1024 + 100);
    expect(
      await itemOf(table, `MAILBOX#${'b'.repeat(40)}#${'m'.repeat(41)}-0123456789`, 'CHUNK#12345-99999'),
    ).toBeDefined();
  });
});

describe('dynamodb: damage', () => {
  const reads: Record<string, { pk: string; sk: string; read: (table: string) => Promise<unknown> }> = {
    batch: { pk: 'BATCH#wave1', sk: 'BATCH', read: (t) => new DynamoBatchStore(server.client, t).read('wave1') },
    lock: { pk: 'BATCH#wave1', sk: 'LOCK', read: (t) => new DynamoBatchStore(server.client, t).lock('wave1', 'p1') },
    start: {
      pk: 'BATCH#wave1',
      sk: 'START#e',
      read: (t) => new DynamoBatchStore(server.client, t).findStart('wave1', 'e'),
    },
    mailboxes: {
      pk: 'BATCH#wave1',
      sk: `MAILBOX#${mailboxId}`,
      read: (t) => all(new DynamoMailboxStore(server.client, t).list('wave1')),
    },
    chunks: {
      pk: `MAILBOX#wave1#${mailboxId}`,
      sk: 'CHUNK#0001-00001',
      read: (t) => new DynamoChunkStore(server.client, t).list(mailbox),
    },
    strays: {
      pk: `MAILBOX#wave1#${mailboxId}`,
      sk: 'CHUNK#0001-00001#STRAY#0000000001',
      read: (t) => new DynamoChunkStore(server.client, t).listStrays(mailbox),
    },
    credential: {
      pk: `MAILBOX#wave1#${mailboxId}`,
      sk: 'CREDENTIAL',
      read: (t) => new DynamoCredentialStore(server.client, t).get(mailbox),
    },
  };

  test.each(Object.entries(reads))('an unreadable item is named but not quoted: %s', async (_, { pk, sk, read }) => {
    const table = await server.newTable();
    await plant(table, pk, sk);
    const failure = read(table);
    await expect(failure).rejects.toMatchObject({
      code: 'STATE_DAMAGED',
      message: `Record ${sk} of ${pk} cannot be read.`,
    });
    await expect(failure).rejects.not.toHaveProperty('cause');
  });
});
