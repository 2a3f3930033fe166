import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RecordLog } from '../record-log.ts';
import { noSuchKey, preconditionFailed, S3Error } from './errors.ts';
import { IndexRow, type PutReason, type StoredVersion } from './index-rows.ts';
import type { StagedBody } from './staged-body.ts';

export type { StoredVersion } from './index-rows.ts';

export interface NewObject {
  key: string;
  body: StagedBody;
  headers: Record<string, string>;
  /** Of a multipart upload; otherwise it is the MD5. */
  etag?: string;
}

export interface Preconditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
}

export const isMarker = (version: StoredVersion): boolean => version.file === '';

/**
 * Keys, versions and where their bytes are. The index is append-only and replayed at start. Every change is one
 * synchronous step (condition, rename, index), so no request can see or disturb half of it.
 */
export class Bucket {
  readonly name: string;
  readonly versioned: boolean;
  readonly directory: string;
  readonly #log: RecordLog<IndexRow>;
  /** Newest last. */
  readonly #versions = new Map<string, StoredVersion[]>();
  /** Puts whose event nobody has taken yet, by version id and key. */
  readonly #unannounced = new Map<string, { version: StoredVersion; reason: PutReason }>();
  #sortedKeys: string[] | undefined;

  constructor(directory: string, options: { name: string; versioned: boolean }) {
    this.name = options.name;
    this.versioned = options.versioned;
    this.directory = join(directory, encodeURIComponent(options.name));
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const { log, rows } = RecordLog.open(join(this.directory, 'index.jsonl'), (line) => IndexRow.parse(line));
    this.#log = log;
    for (const row of rows) this.#apply(row);
    this.#compact(rows.length);
  }

  current(key: string): StoredVersion | undefined {
    const newest = this.#versions.get(key)?.at(-1);
    return newest === undefined || isMarker(newest) ? undefined : newest;
  }

  /** What GET and HEAD answer with, or the error that they answer with. */
  find(key: string, versionId: string | undefined): StoredVersion {
    const versions = this.#versions.get(key) ?? [];
    if (versionId === undefined) {
      const newest = versions.at(-1);
      if (newest !== undefined && isMarker(newest))
        throw noSuchKey({ 'x-amz-delete-marker': 'true', 'x-amz-version-id': newest.versionId });
      if (newest === undefined) throw noSuchKey();
      return newest;
    }
    const version = versions.find((candidate) => candidate.versionId === versionId);
    if (version === undefined) throw new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.');
    if (isMarker(version)) throw new S3Error(405, 'MethodNotAllowed', undefined, { 'x-amz-delete-marker': 'true' });
    return version;
  }

  /** With `announce`, the version is in `unannounced` until `announced` is called, over restarts too. */
  put(object: NewObject, conditions: Preconditions, announce?: PutReason): StoredVersion {
    this.#check(object.key, conditions);
    const file = randomUUID();
    renameSync(object.body.path, join(this.directory, file));
    const version = {
      key: object.key,
      versionId: this.versioned ? newVersionId() : 'null',
      file,
      sizeBytes: object.body.sizeBytes,
      etag: object.etag ?? `"${object.body.md5.toString('hex')}"`,
      crc32: object.body.crc32,
      headers: object.headers,
      modifiedAt: new Date().toISOString(),
    };
    return this.#add(version, announce);
  }

  unannounced(): { version: StoredVersion; reason: PutReason }[] {
    return [...this.#unannounced.values()];
  }

  announced({ key, versionId }: StoredVersion): void {
    this.#record({ announced: { key, versionId } });
  }

  /** Without a version id: a delete marker in a versioned bucket, else the end of the object. */
  delete(key: string, versionId: string | undefined): StoredVersion | undefined {
    if (versionId === undefined && this.versioned) {
      return this.#add(marker(key));
    }
    const wanted = versionId ?? 'null';
    const found = this.#versions.get(key)?.find((version) => version.versionId === wanted);
    if (found !== undefined) this.#remove(found);
    return found;
  }

  /** In the order of ListObjects: UTF-8 bytes. */
  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#versions.keys()].sort(compareUtf8);
    return this.#sortedKeys;
  }

  /** Newest first, as ListObjectVersions has them. */
  versionsOf(key: string): StoredVersion[] {
    return [...(this.#versions.get(key) ?? [])].reverse();
  }

  pathOf(version: StoredVersion): string {
    return join(this.directory, version.file);
  }

  close(): void {
    this.#log.close();
  }

  #check(key: string, { ifMatch, ifNoneMatch }: Preconditions): void {
    const current = this.current(key);
    if (ifNoneMatch === '*' && current !== undefined) throw preconditionFailed();
    if (ifMatch === undefined) return;
    if (current === undefined) throw noSuchKey();
    if (ifMatch.replaceAll('"', '') !== current.etag.replaceAll('"', '')) throw preconditionFailed();
  }

  #add(version: StoredVersion, announce?: PutReason): StoredVersion {
    const replaced = this.versioned ? undefined : this.#versions.get(version.key)?.at(-1);
    this.#record({ put: version, announce });
    if (replaced !== undefined) rmSync(this.pathOf(replaced), { force: true });
    return version;
  }

  #remove(version: StoredVersion): void {
    this.#record({ removed: { key: version.key, versionId: version.versionId } });
    if (!isMarker(version)) rmSync(this.pathOf(version), { force: true });
  }

  #record(row: IndexRow): void {
    this.#log.append(row);
    this.#apply(row);
  }

  #apply(row: IndexRow): void {
    if ('announced' in row) {
      this.#unannounced.delete(`${row.announced.versionId} ${row.announced.key}`);
      return;
    }
    if ('put' in row && row.announce !== undefined)
      this.#unannounced.set(`${row.put.versionId} ${row.put.key}`, { version: row.put, reason: row.announce });
    const key = 'put' in row ? row.put.key : row.removed.key;
    const versions = this.#versions.get(key) ?? [];
    const dropped = 'put' in row ? row.put.versionId : row.removed.versionId;
    const kept = versions.filter((version) => version.versionId !== dropped);
    if ('put' in row) kept.push(row.put);
    if (kept.length === 0) this.#versions.delete(key);
    else this.#versions.set(key, kept);
    if (versions.length === 0 || kept.length === 0) this.#sortedKeys = undefined;
  }

  #compact(rowCount: number): void {
    const live = [...this.#versions.values()].flat();
    if (rowCount <= 1000 || rowCount <= 2 * live.length) return;
    const reasonOf = (put: StoredVersion) => this.#unannounced.get(`${put.versionId} ${put.key}`)?.reason;
    this.#log.rewrite(live.map((put) => ({ put, announce: reasonOf(put) })));
  }
}

/** Opaque; 32 characters were seen in S3's own. */
const newVersionId = (): string => randomBytes(24).toString('base64url').replaceAll('-', '.');

const marker = (key: string): StoredVersion => ({
  key,
  versionId: newVersionId(),
  file: '',
  sizeBytes: 0,
  etag: '',
  crc32: '',
  headers: {},
  modifiedAt: new Date().toISOString(),
});

/** JavaScript sorts by UTF-16 units, S3 by UTF-8 bytes: they differ for characters beyond the basic plane. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
