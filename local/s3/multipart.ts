import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { readBody } from '../http-server.ts';
import type { StoredVersion } from './bucket.ts';
import { S3Error } from './errors.ts';
import type { ObjectStore } from './object-store.ts';
import { stage, type StagedBody, stageRequest } from './staged-body.ts';
import { elementsOf, textOf } from './xml.ts';

interface Upload {
  bucket: string;
  key: string;
  headers: Record<string, string>;
  parts: Map<number, StagedBody>;
}

/** Every part but the last (S3 quotas). */
const smallestPartBytes = 5 * 1024 * 1024;

/** Uploads on their way. They live in memory: an upload that a restart cuts off is begun again by its client. */
export class Uploads {
  readonly #store: ObjectStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  create(bucket: string, key: string, headers: Record<string, string>): string {
    this.#store.bucket(bucket);
    const id = randomUUID();
    this.#uploads.set(id, { bucket, key, headers, parts: new Map() });
    return id;
  }

  async addPart(id: string, partNumber: number, request: IncomingMessage): Promise<StagedBody> {
    const upload = this.#find(id);
    const body = await stageRequest(request, this.#store.stagingDir);
    upload.parts.set(partNumber, body);
    return body;
  }

  abort(id: string): void {
    for (const part of this.#find(id).parts.values()) rmSync(part.path, { force: true });
    this.#uploads.delete(id);
  }

  async complete(id: string, request: IncomingMessage, ifNoneMatch: string | undefined): Promise<StoredVersion> {
    const upload = this.#find(id);
    const parts = chosenParts(upload, (await readBody(request)).toString());
    const digest = createHash('md5').update(Buffer.concat(parts.map((part) => part.md5)));
    const body = await stage(joined(parts), this.#store.stagingDir);
    const etag = `"${digest.digest('hex')}-${parts.length}"`;
    const object = { key: upload.key, headers: upload.headers, body, etag };
    const version = this.#store.put(upload.bucket, object, { ifNoneMatch, reason: 'CompleteMultipartUpload' });
    this.abort(id);
    return version;
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new S3Error(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
    return upload;
  }
}

function chosenParts(upload: Upload, xml: string): StagedBody[] {
  const parts = elementsOf(xml, 'Part').map((part) => {
    const body = upload.parts.get(Number(textOf(part, 'PartNumber')));
    const etag = textOf(part, 'ETag')?.replaceAll('"', '');
    if (body === undefined || etag !== body.md5.toString('hex')) throw new S3Error(400, 'InvalidPart');
    return body;
  });
  if (parts.length === 0) throw new S3Error(400, 'MalformedXML');
  if (parts.slice(0, -1).some((part) => part.sizeBytes < smallestPartBytes)) throw new S3Error(400, 'EntityTooSmall');
  return parts;
}

async function* joined(parts: readonly StagedBody[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* createReadStream(part.path);
}
