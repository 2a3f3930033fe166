import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { decodeAwsChunked } from './aws-chunked.ts';
import { Checksums, header, type Headers } from './checksums.ts';

/** A body that has arrived whole and was verified, in a file that no object refers to yet. */
export interface StagedBody {
  path: string;
  sizeBytes: number;
  md5: Buffer;
  /** Base64, as in `x-amz-checksum-crc32`. */
  crc32: string;
}

/** Below this a synchronous write is cheaper than a trip through the thread pool; above, the body goes to disk as it comes. */
const smallBytes = 256 * 1024;

export async function stageRequest(request: IncomingMessage, stagingDir: string): Promise<StagedBody> {
  const { headers } = request;
  const framed =
    (headers['content-encoding'] ?? '').includes('aws-chunked') ||
    (header(headers, 'x-amz-content-sha256') ?? '').startsWith('STREAMING-');
  const trailers = new Map<string, string>();
  const body = framed ? decodeAwsChunked(request, trailers) : request;
  return stage(body, stagingDir, { headers, trailers });
}

export function stageBuffer(body: Buffer, stagingDir: string): StagedBody {
  const checksums = new Checksums({});
  checksums.update(body);
  const path = join(stagingDir, randomUUID());
  writeFileSync(path, body);
  return { path, sizeBytes: body.length, ...checksums.verify({}, new Map()) };
}

export async function stage(
  body: AsyncIterable<Buffer>,
  stagingDir: string,
  declared: { headers: Headers; trailers: ReadonlyMap<string, string> } = { headers: {}, trailers: new Map() },
): Promise<StagedBody> {
  const checksums = new Checksums(declared.headers);
  const file = new StagingFile(join(stagingDir, randomUUID()));
  try {
    for await (const part of body) {
      checksums.update(part);
      await file.write(part);
    }
    await file.finish();
    return { path: file.path, sizeBytes: file.sizeBytes, ...checksums.verify(declared.headers, declared.trailers) };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

class StagingFile {
  readonly path: string;
  sizeBytes = 0;
  #held: Buffer[] = [];
  #handle: Awaited<ReturnType<typeof open>> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async write(part: Buffer): Promise<void> {
    this.sizeBytes += part.length;
    if (this.#handle !== undefined) return this.#writeOut(part);
    this.#held.push(part);
    if (this.sizeBytes <= smallBytes) return;
    this.#handle = await open(this.path, 'w');
    await this.#writeOut(Buffer.concat(this.#held.splice(0)));
  }

  async #writeOut(part: Buffer): Promise<void> {
    for (let offset = 0; offset < part.length;) {
      const written = await this.#handle?.write(part, offset);
      offset += written?.bytesWritten ?? part.length;
    }
  }

  async finish(): Promise<void> {
    if (this.#handle === undefined) writeFileSync(this.path, Buffer.concat(this.#held));
    else await this.#handle.close();
    this.#handle = undefined;
  }

  async discard(): Promise<void> {
    await this.#handle?.close();
    rmSync(this.path, { force: true });
  }
}
