import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DeleteObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { S3DataStore, S3IntakeStore } from '../../../../shared/adapters/s3/index.ts';
import { dataStoreSuite } from '../../../suites/data-store-suite.ts';
import { intakeStoreSuite } from '../../../suites/intake-store-suite.ts';
import { startBucketServer, type BucketServer } from './bucket-server.ts';

let server: BucketServer;
beforeAll(async () => {
  server = await startBucketServer();
});
afterAll(() => server.close());

dataStoreSuite('s3', async () => new S3DataStore(server.client, server.newBucket()));
intakeStoreSuite('s3', async () => {
  const bucket = server.newBucket();
  return {
    store: new S3IntakeStore(server.client, bucket),
    upload: (key, text, metadata) => server.upload(bucket, key, text, metadata),
  };
});

async function* stream(...octets: readonly number[]): AsyncIterable<Uint8Array> {
  yield Uint8Array.from(octets);
}

const megabyteRow = { text: 'x'.repeat(1024 * 1024) };
const callsOf = async (act: () => Promise<unknown>): Promise<string[]> => {
  const before = server.calls.length;
  await act();
  return server.calls.slice(before);
};

describe('s3: data', () => {
  test('few rows take one request, many go up in parts', async () => {
    const store = new S3DataStore(server.client, server.newBucket());
    const few = await callsOf(() => store.putLines('plans/a', [1]));
    expect(few).toEqual(['s3:PutObject plans/a']);
    const rows = Array.from({ length: 12 }, () => megabyteRow);
    const many = await callsOf(() => store.putLines('plans/b', rows));
    expect(many.filter((call) => call === 's3:PutObject plans/b').length).toBeGreaterThan(3);
    let count = 0;
    for await (const row of store.readLines('plans/b', (value) => value)) {
      expect(row).toEqual(megabyteRow);
      count += 1;
    }
    expect(count).toBe(12);
  });

  test('octets go up as they come: memory holds two parts, whatever the size of the message', async () => {
    const store = new S3DataStore(server.client, server.newBucket());
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const before = server.calls.length;
    let most = 0;
    async function* large() {
      for (let taken = 0; taken < 32; taken += 1) {
        const parts = server.calls.slice(before).filter((call) => call === 's3:PutObject quarantine/a.eml').length;
        // The first call only announces the upload.
        most = Math.max(most, taken - 5 * Math.max(0, parts - 1));
        yield megabyte;
      }
    }
    await store.putOctets('quarantine/a.eml', large(), {});
    expect(most).toBeLessThanOrEqual(10);
    let size = 0;
    for await (const part of (await store.readOctets('quarantine/a.eml')) ?? []) size += part.length;
    expect(size).toBe(32 * megabyte.length);
  });

  test('an upload in parts that fails is taken back', async () => {
    const store = new S3DataStore(server.client, server.newBucket());
    async function* failing() {
      for (let n = 0; n < 6; n += 1) yield megabyteRow;
      throw new Error('source is gone');
    }
    const calls = await callsOf(() => expect(store.putLines('plans/a', failing())).rejects.toThrow('source is gone'));
    expect(calls.at(-1)).toBe('s3:AbortMultipartUpload plans/a');
  });

  test('octets keep their metadata, text its type', async () => {
    const bucket = server.newBucket();
    const store = new S3DataStore(server.client, bucket);
    await store.putOctets('quarantine/a.eml', stream(1), { code: 'MESSAGE_REFUSED' });
    await store.putText('reports/a.html', '', 'text/html; charset=utf-8');
    const head = (Key: string) => server.client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect((await head('quarantine/a.eml')).Metadata).toEqual({ code: 'MESSAGE_REFUSED' });
    expect((await head('reports/a.html')).ContentType).toBe('text/html; charset=utf-8');
  });

  test('a list of more than one page is complete', async () => {
    const store = new S3DataStore(server.client, server.newBucket());
    const keys = Array.from({ length: 1001 }, (_, n) => `plans/${String(n).padStart(5, '0')}`);
    for (let n = 0; n < keys.length; n += 50) {
      await Promise.all(keys.slice(n, n + 50).map((key) => store.putText(key, '', 'text/plain')));
    }
    const listed: string[] = [];
    for await (const key of store.list('plans/')) listed.push(key);
    expect(listed).toEqual(keys);
  });

  test('octets that are not UTF-8 are damage', async () => {
    const store = new S3DataStore(server.client, server.newBucket());
    await store.putOctets('plans/a', stream(0x22, 0xff, 0x22, 0x0a), {});
    const read = async () => {
      for await (const line of store.readLines('plans/a', (value) => value)) expect(line).toBeNull();
    };
    await expect(read()).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
  });

  test('a bucket that is not there is no missing object', async () => {
    const store = new S3DataStore(server.client, 'no-such-bucket');
    await expect(store.readJson('plans/a', (value) => value)).rejects.toThrow();
  });
});

describe('s3: intake', () => {
  test('delete markers are deleted too, and read as nothing', async () => {
    const bucket = server.newBucket();
    const store = new S3IntakeStore(server.client, bucket);
    const versionId = await server.upload(bucket, 'wave1/a.csv', 'one');
    const marker = await server.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'wave1/a.csv' }));
    expect(await store.read('wave1/a.csv')).toBeNull();
    expect(await store.readVersion('wave1/a.csv', marker.VersionId ?? '')).toBeNull();
    expect(await store.head('wave1/a.csv', marker.VersionId ?? '')).toBeNull();
    expect(await store.deleteUpTo('wave1/a.csv', versionId)).toBe(2);
    const left = await server.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    expect([...(left.Versions ?? []), ...(left.DeleteMarkers ?? [])]).toEqual([]);
  });

  test('more than one page of versions is deleted', async () => {
    const bucket = server.newBucket();
    const store = new S3IntakeStore(server.client, bucket);
    for (let n = 0; n < 1010; n += 50) {
      const uploads = Array.from({ length: 50 }, () => server.upload(bucket, 'wave1/a.csv', 'x'));
      await Promise.all(uploads);
    }
    const newest = await server.upload(bucket, 'wave1/a.csv', 'x');
    expect(await store.deleteUpTo('wave1/a.csv', newest)).toBe(1051);
    expect(await store.read('wave1/a.csv')).toBeNull();
  }, 60_000);
});
