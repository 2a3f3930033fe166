import { MigrationError } from '../../errors.ts';
import type { ObjectRef } from '../../contract/workflow.ts';
import type { DataStore, IntakeStore, Parser, UploadInfo } from '../../ports/objects.ts';

export class MemoryDataStore implements DataStore {
  readonly objects = new Map<string, { octets: Buffer; metadata: Readonly<Record<string, string>> }>();

  async putJson(key: string, value: unknown): Promise<ObjectRef> {
    return this.set(key, JSON.stringify(value));
  }
  async readJson<T>(key: string, parse: Parser<T>): Promise<T | null> {
    const object = this.objects.get(key);
    return object ? parseJson(key, object.octets.toString('utf8'), parse) : null;
  }
  async putLines(key: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<ObjectRef> {
    let text = '';
    for await (const row of rows) text += `${JSON.stringify(row)}\n`;
    return this.set(key, text);
  }
  async *readLines<T>(key: string, parse: Parser<T>): AsyncIterable<T> {
    const object = this.objects.get(key);
    if (!object) throw new MigrationError('STATE_DAMAGED', `Object ${key} is missing.`);
    for (const line of object.octets.toString('utf8').split('\n')) if (line !== '') yield parseJson(key, line, parse);
  }
  async putText(key: string, text: string): Promise<ObjectRef> {
    return this.set(key, text);
  }
  async putOctets(
    key: string,
    octets: AsyncIterable<Uint8Array>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<ObjectRef> {
    const parts: Uint8Array[] = [];
    for await (const part of octets) parts.push(part);
    this.objects.set(key, { octets: Buffer.concat(parts), metadata });
    return { bucket: 'data', key };
  }
  async readOctets(key: string): Promise<AsyncIterable<Uint8Array> | null> {
    const object = this.objects.get(key);
    return object ? once(object.octets) : null;
  }
  async *list(prefix: string): AsyncIterable<string> {
    yield* [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  private set(key: string, text: string): ObjectRef {
    this.objects.set(key, { octets: Buffer.from(text, 'utf8'), metadata: {} });
    return { bucket: 'data', key };
  }
}

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}

function parseJson<T>(key: string, text: string, parse: Parser<T>): T {
  try {
    return parse(JSON.parse(text));
  } catch {
    // No cause: it would quote what it could not read.
    throw new MigrationError('STATE_DAMAGED', `Object ${key} cannot be read.`);
  }
}

export class MemoryIntakeStore implements IntakeStore {
  private readonly versions: {
    key: string;
    versionId: string;
    octets: Uint8Array;
    metadata: Readonly<Record<string, string>>;
  }[] = [];

  private uploads = 0;

  /** What a person does: puts an object, which gets a new version. */
  upload(key: string, octets: Uint8Array | string, metadata: Readonly<Record<string, string>> = {}): string {
    const versionId = `v${++this.uploads}`;
    this.versions.push({ key, versionId, octets: typeof octets === 'string' ? Buffer.from(octets) : octets, metadata });
    return versionId;
  }

  async head(key: string, versionId: string): Promise<UploadInfo | null> {
    const version = this.find(key, versionId);
    return version ? { metadata: version.metadata } : null;
  }
  async readVersion(key: string, versionId: string): Promise<Uint8Array | null> {
    return this.find(key, versionId)?.octets ?? null;
  }
  async read(key: string): Promise<Uint8Array | null> {
    return this.versions.findLast((version) => version.key === key)?.octets ?? null;
  }
  async versionsBefore(key: string, versionId: string): Promise<string[]> {
    const ids = this.versions.filter((version) => version.key === key).map((version) => version.versionId);
    return ids.slice(0, Math.max(0, ids.indexOf(versionId))).reverse();
  }
  async deleteUpTo(key: string, versionId: string): Promise<number> {
    const mine = this.versions.filter((version) => version.key === key);
    const gone = mine.slice(0, mine.findIndex((version) => version.versionId === versionId) + 1);
    for (const version of gone) this.versions.splice(this.versions.indexOf(version), 1);
    return gone.length;
  }

  private find(key: string, versionId: string) {
    return this.versions.find((version) => version.key === key && version.versionId === versionId);
  }
}
