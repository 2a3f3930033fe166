import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import type { ObjectRef } from '../../contract/workflow.ts';
import type { DataStore, Parser } from '../../ports/objects.ts';
import { damaged, nullIfMissing } from './failures.ts';
import { joinLines, joinOctets, splitLines } from './lines.ts';
import { uploadParts } from './multipart.ts';

/** The least that S3 takes for a part that is not the last. */
const partBytes = 5 * 1024 * 1024;

const jsonType = 'application/json';
const linesType = 'application/jsonl; charset=utf-8';
const octetsType = 'application/octet-stream';

interface Headers {
  ContentType: string;
  Metadata?: Record<string, string>;
}

export class S3DataStore implements DataStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.client = client;
    this.bucket = bucket;
  }

  async putJson(key: string, value: unknown): Promise<ObjectRef> {
    return this.putText(key, JSON.stringify(value), jsonType);
  }

  async readJson<T>(key: string, parse: Parser<T>): Promise<T | null> {
    const object = await nullIfMissing(this.get(key));
    if (!object) return null;
    const text = (await object.Body?.transformToString('utf-8')) ?? '';
    return parseJson(key, text, parse);
  }

  /** Small objects take one request. Memory holds two blocks at most. */
  async putLines(key: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<ObjectRef> {
    return this.putBlocks(key, joinLines(rows, partBytes), { ContentType: linesType });
  }

  async *readLines<T>(key: string, parse: Parser<T>): AsyncIterable<T> {
    const object = await nullIfMissing(this.get(key));
    if (!object) throw damaged(key, 'is missing');
    if (!(object.Body instanceof Readable)) throw new TypeError('outside Node a body is no Readable');
    for await (const lines of splitLines(key, object.Body)) {
      for (const line of lines) if (line !== '') yield parseJson(key, line, parse);
    }
  }

  async putText(key: string, text: string, contentType: string): Promise<ObjectRef> {
    return this.put(key, Buffer.from(text, 'utf8'), { ContentType: contentType });
  }

  /** As `putLines`. */
  async putOctets(
    key: string,
    octets: AsyncIterable<Uint8Array>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<ObjectRef> {
    return this.putBlocks(key, joinOctets(octets, partBytes), { ContentType: octetsType, Metadata: { ...metadata } });
  }

  async readOctets(key: string): Promise<AsyncIterable<Uint8Array> | null> {
    const object = await nullIfMissing(this.get(key));
    if (!object) return null;
    if (!(object.Body instanceof Readable)) throw new TypeError('outside Node a body is no Readable');
    return object.Body;
  }

  /** General purpose buckets list in order of the keys' UTF-8 octets. */
  async *list(prefix: string): AsyncIterable<string> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const page of pages) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    }
  }

  private get(key: string) {
    return this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  private async putBlocks(key: string, blocks: AsyncGenerator<Buffer, void>, headers: Headers): Promise<ObjectRef> {
    const first = await blocks.next();
    const octets = first.done === true ? Buffer.alloc(0) : first.value;
    if (octets.length < partBytes) return this.put(key, octets, headers);
    await uploadParts(this.client, { Bucket: this.bucket, Key: key, ...headers }, prepend(octets, blocks));
    return { bucket: this.bucket, key };
  }

  private async put(key: string, octets: Uint8Array, headers: Headers): Promise<ObjectRef> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: octets, ...headers }));
    return { bucket: this.bucket, key };
  }
}

async function* prepend<T>(first: T, others: AsyncIterable<T>): AsyncIterable<T> {
  yield first;
  yield* others;
}

function parseJson<T>(key: string, text: string, parse: Parser<T>): T {
  try {
    return parse(JSON.parse(text));
  } catch {
    throw damaged(key, 'cannot be read');
  }
}
