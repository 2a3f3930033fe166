/** DynamoDB and S3 as far as the system builds on their exact behaviour, through the SDK with its defaults. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ConditionalCheckFailedException,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { type RunningFixture, startFixture } from './support/fixture-stack.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture({ functions: {} });
});
afterAll(() => fixture.stop());

describe('DynamoDB', () => {
  const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
  const put = (sk: string, rest: object = {}, options: object = {}) =>
    fixture.dynamodb.send(
      new PutItemCommand({ TableName: fixture.output('TableName'), Item: { ...key(sk), ...rest }, ...options }),
    );

  test('refuses an item of more than 400 KB', async () => {
    const overhead = 'pk'.length + 'p'.length + 'sk'.length + 'big'.length + 'v'.length;
    const value = (sizeBytes: number) => ({ v: { S: 'x'.repeat(sizeBytes - overhead) } });
    await expect(put('big', value(400 * 1024))).resolves.toBeDefined();
    await expect(put('big', value(400 * 1024 + 1))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  test('a failed condition changes nothing, and gives the item when asked to', async () => {
    await put('once', { fence: { N: '7' } });
    const again = put(
      'once',
      {},
      { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
    );
    await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(again).rejects.toMatchObject({ Item: { ...key('once'), fence: { N: '7' } } });
  });

  test('of many conditional writes at once exactly one wins, and each loser sees the winner', async () => {
    await put('race', { fence: { N: '0' } });
    const bid = (n: number) =>
      fixture.dynamodb.send(
        new UpdateItemCommand({
          TableName: fixture.output('TableName'),
          Key: key('race'),
          UpdateExpression: 'SET fence = :mine',
          ConditionExpression: 'fence = :zero',
          ExpressionAttributeValues: { ':mine': { N: String(n) }, ':zero': { N: '0' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    const bids = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => bid(n + 1)));
    expect(bids.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const read = new GetItemCommand({ TableName: fixture.output('TableName'), Key: key('race'), ConsistentRead: true });
    const { Item } = await fixture.dynamodb.send(read);
    const seen = bids.flatMap((result) => (result.status === 'rejected' ? [result.reason.Item.fence.N] : []));
    expect(new Set(seen)).toEqual(new Set([Item?.['fence']?.N]));
  });

  test('knows time to live, and has no transactions', async () => {
    const TableName = fixture.output('TableName');
    await expect(fixture.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))).resolves.toBeDefined();
    const TransactItems = [{ Put: { TableName, Item: key('t') } }];
    const transaction = fixture.dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
    await expect(transaction).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});

describe('S3', () => {
  const place = (Key: string, bucket = 'IntakeBucketName') => ({ Bucket: fixture.output(bucket), Key });
  const put = (Key: string, Body: string | Readable, rest: object = {}) =>
    fixture.s3.send(new PutObjectCommand({ ...place(Key), Body, ...rest }));
  const text = async (Key: string, rest: object = {}): Promise<string | undefined> =>
    (await fixture.s3.send(new GetObjectCommand({ ...place(Key), ...rest }))).Body?.transformToString();

  test('a delete in a versioned bucket leaves a marker, and older versions can be read', async () => {
    const first = await put('v', 'one');
    await put('v', 'two');
    const deleted = await fixture.s3.send(new DeleteObjectCommand(place('v')));
    expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    await expect(text('v')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await text('v', { VersionId: first.VersionId })).toBe('one');
    const list = await fixture.s3.send(new ListObjectVersionsCommand({ ...place('v'), Prefix: 'v' }));
    expect([list.Versions?.length, list.DeleteMarkers?.length]).toEqual([2, 1]);
  });

  test('deleting every version by its id leaves nothing', async () => {
    const list = new ListObjectVersionsCommand({ ...place('v'), Prefix: 'v' });
    const { Versions = [], DeleteMarkers = [] } = await fixture.s3.send(list);
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    await fixture.s3.send(new DeleteObjectsCommand({ ...place('v'), Delete: { Objects } }));
    const after = await fixture.s3.send(list);
    expect([after.Versions ?? [], after.DeleteMarkers ?? []]).toEqual([[], []]);
    await expect(text('v', { VersionId: Objects[0]?.VersionId })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  test('If-None-Match: * lets one writer in, also after a delete', async () => {
    const once = { IfNoneMatch: '*' };
    const writes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => put('once', String(n), once)));
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(put('once', 'x', once)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await fixture.s3.send(new DeleteObjectCommand(place('once')));
    await expect(put('once', 'x', once)).resolves.toBeDefined();
  });

  test('If-Match replaces only what was read', async () => {
    const { ETag } = await put('etag', 'one');
    await expect(put('etag', 'two', { IfMatch: ETag })).resolves.toBeDefined();
    await expect(put('etag', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('nothing', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('a stream arrives without the frames it travelled in', async () => {
    const parts = Array.from({ length: 40 }, (_, n) => String(n % 10).repeat(9973));
    await put('stream', Readable.from(parts), { ContentLength: 40 * 9973 });
    expect(await text('stream')).toBe(parts.join(''));
  });

  test('a wrong checksum is refused, and nothing is stored', async () => {
    await expect(put('sum', 'abc', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(text('sum')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('ranges, metadata and hostile keys come back as they were', async () => {
    const name = "a b/ü+%2F&<>'?#/😀.csv";
    await put(name, '0123456789', { Metadata: { pass: 'preflight' }, ContentType: 'text/csv' });
    expect(await text(name, { Range: 'bytes=-3' })).toBe('789');
    expect(await text(name, { Range: 'bytes=2-4' })).toBe('234');
    const head = await fixture.s3.send(new HeadObjectCommand(place(name)));
    expect(head).toMatchObject({ ContentLength: 10, Metadata: { pass: 'preflight' }, ContentType: 'text/csv' });
    const list = await fixture.s3.send(new ListObjectsV2Command({ ...place(''), Prefix: 'a b/' }));
    expect(list.Contents?.map(({ Key }) => Key)).toEqual([name]);
  });

  test('a copy has the content of its source', async () => {
    const CopySource = `${fixture.output('IntakeBucketName')}/etag`;
    await fixture.s3.send(new CopyObjectCommand({ ...place('copy', 'DataBucketName'), CopySource }));
    expect(await text('copy', place('copy', 'DataBucketName'))).toBe('two');
  });

  test('a list has pages in the order of UTF-8 bytes', async () => {
    const names = ['p/😀', 'p/z', 'p/ö', 'p/\uFFFD', 'p/a'];
    for (const name of names) await put(name, 'x');
    const found: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = new ListObjectsV2Command({ ...place(''), Prefix: 'p/', MaxKeys: 2, ContinuationToken });
      const { Contents = [], NextContinuationToken } = await fixture.s3.send(page);
      found.push(...Contents.map(({ Key }) => Key));
      ContinuationToken = NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(found).toEqual(['p/a', 'p/z', 'p/ö', 'p/\uFFFD', 'p/😀']);
  });
});
