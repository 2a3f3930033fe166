import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bucket, type NewObject, type Preconditions, type StoredVersion } from './bucket.ts';
import { noSuchBucket } from './errors.ts';
import type { PutReason } from './index-rows.ts';
import { stageBuffer } from './staged-body.ts';

export interface ObjectCreated {
  bucket: string;
  versioned: boolean;
  version: StoredVersion;
  reason: PutReason;
}

export interface ObjectStoreOptions {
  directory: string;
  buckets: readonly { name: string; versioned: boolean; emitsEvents: boolean }[];
  /** Called after the object is durable and before the put is answered; for buckets that emit events. */
  onCreated: (created: ObjectCreated) => void;
}

/** All buckets. The HTTP server and the state machine's reader and writer both work on this. */
export class ObjectStore {
  /** Bodies on their way in. Whatever is found here at start was never acknowledged. */
  readonly stagingDir: string;
  readonly #buckets: Map<string, Bucket>;
  readonly #emitting: ReadonlySet<string>;
  readonly #onCreated: ObjectStoreOptions['onCreated'];

  constructor({ directory, buckets, onCreated }: ObjectStoreOptions) {
    this.stagingDir = join(directory, '.staging');
    rmSync(this.stagingDir, { recursive: true, force: true });
    mkdirSync(this.stagingDir, { recursive: true, mode: 0o700 });
    this.#buckets = new Map(buckets.map((bucket) => [bucket.name, new Bucket(directory, bucket)]));
    this.#emitting = new Set(buckets.filter((bucket) => bucket.emitsEvents).map((bucket) => bucket.name));
    this.#onCreated = onCreated;
  }

  /** Events of puts that an earlier process did not come to announce. Call it once somebody can take them. */
  resume(): void {
    for (const bucket of this.#buckets.values())
      for (const { version, reason } of bucket.unannounced()) this.#announce(bucket, version, reason);
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  }

  put(bucketName: string, object: NewObject, options: Preconditions & { reason?: PutReason } = {}): StoredVersion {
    const bucket = this.bucket(bucketName);
    const reason = options.reason ?? 'PutObject';
    if (!this.#emitting.has(bucketName)) return bucket.put(object, options);
    const version = bucket.put(object, options, reason);
    this.#announce(bucket, version, reason);
    return version;
  }

  #announce(bucket: Bucket, version: StoredVersion, reason: PutReason): void {
    this.#onCreated({ bucket: bucket.name, versioned: bucket.versioned, version, reason });
    bucket.announced(version);
  }

  putBuffer(
    bucketName: string,
    key: string,
    body: Buffer,
    options: { reason?: PutReason; etag?: string } = {},
  ): StoredVersion {
    const staged = stageBuffer(body, this.stagingDir);
    const object = { key, body: staged, headers: {}, ...(options.etag === undefined ? {} : { etag: options.etag }) };
    return this.put(bucketName, object, options);
  }

  async read(bucketName: string, key: string, versionId?: string): Promise<Buffer> {
    const bucket = this.bucket(bucketName);
    return readFile(bucket.pathOf(bucket.find(key, versionId)));
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
  }
}
