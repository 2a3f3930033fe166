/** S3 in this process: new, empty buckets per call. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectStore } from '../../../../local/s3/object-store.ts';
import { startS3Server } from '../../../../local/s3/server.ts';

export interface BucketServer {
  client: S3Client;
  /** Every call that was authorized, as `s3:PutObject key`. */
  calls: string[];
  newBucket(): string;
  upload(bucket: string, key: string, text: string, metadata?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

const bucketCount = 60;

export async function startBucketServer(): Promise<BucketServer> {
  const directory = await mkdtemp(join(tmpdir(), 'mailferry-s3-'));
  const names = Array.from({ length: bucketCount }, (_, n) => `bucket-${n}`);
  const store = new ObjectStore({
    directory,
    buckets: names.map((name) => ({ name, versioned: true, emitsEvents: false })),
    onCreated: () => undefined,
  });
  const calls: string[] = [];
  const server = await startS3Server({
    store,
    authorize: ({ action, resource }) => void calls.push(`${action} ${resource.split('/').slice(1).join('/')}`.trim()),
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint: server.endpoint, region: 'eu-central-1', credentials });
  return {
    client,
    calls,
    newBucket: () => {
      const name = names.shift();
      if (name === undefined) throw new Error('more buckets are needed');
      return name;
    },
    upload: async (bucket, key, text, metadata = {}) => {
      const object = { Bucket: bucket, Key: key, Body: Buffer.from(text), Metadata: { ...metadata } };
      return (await client.send(new PutObjectCommand(object))).VersionId ?? '';
    },
    close: async () => {
      client.destroy();
      await server.close();
      store.close();
      await rm(directory, { recursive: true });
    },
  };
}
