/** The stores of `ports/stores.ts` in memory. Values go in and out as copies, as over a wire. */
import type { ChunkId, MailboxId } from '../../contract/ids.ts';
import type {
  BatchRecord,
  ChunkRecord,
  FolderRecord,
  MailboxRecord,
  PassRecord,
  StrayNote,
} from '../../contract/items.ts';
import type { PassRequest } from '../../contract/workflow.ts';
import { MigrationError } from '../../errors.ts';
import type {
  BatchStore,
  ChunkCondition,
  ChunkStore,
  Cipher,
  CredentialStore,
  FolderStore,
  MailboxKey,
  MailboxStore,
} from '../../ports/stores.ts';

/** A map that hands out and takes in copies only. */
class Items<T> {
  private readonly items = new Map<string, string>();
  get(key: string): T | null {
    const text = this.items.get(key);
    return text === undefined ? null : JSON.parse(text);
  }
  set(key: string, value: T): void {
    this.items.set(key, JSON.stringify(value));
  }
  delete(key: string): void {
    this.items.delete(key);
  }
  /** Ascending by key. */
  below(prefix: string): T[] {
    const keys = [...this.items.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => this.get(key) ?? []);
  }
}

const mailboxPath = (key: MailboxKey): string => `${key.batch}/${key.mailboxId}/`;

export class MemoryBatchStore implements BatchStore {
  private readonly batches = new Items<BatchRecord>();
  private readonly starts = new Items<PassRequest>();
  private readonly passes = new Items<PassRecord>();
  private readonly locks = new Map<string, string>();

  async read(batch: string): Promise<BatchRecord | null> {
    return this.batches.get(batch);
  }
  async put(record: BatchRecord): Promise<void> {
    this.batches.set(record.batch, record);
  }
  async listOpen(): Promise<string[]> {
    const open = this.batches.below('').filter((record) => record.state !== 'closed');
    return open.map(({ batch }) => batch).sort();
  }
  async recordStart(requestKey: string, request: PassRequest): Promise<PassRequest> {
    const key = `${request.batch}/${requestKey}`;
    const known = this.starts.get(key);
    if (!known) this.starts.set(key, request);
    return known ?? request;
  }
  async findStart(batch: string, requestKey: string): Promise<PassRequest | null> {
    return this.starts.get(`${batch}/${requestKey}`);
  }
  async lock(batch: string, passId: string): Promise<string> {
    const holder = this.locks.get(batch) ?? passId;
    this.locks.set(batch, holder);
    return holder;
  }
  async lockHolder(batch: string): Promise<string | null> {
    return this.locks.get(batch) ?? null;
  }
  async unlock(batch: string, passId: string): Promise<void> {
    if (this.locks.get(batch) === passId) this.locks.delete(batch);
  }
  async putPass(batch: string, record: PassRecord): Promise<void> {
    this.passes.set(`${batch}/${record.passId}`, record);
  }
  async readPass(batch: string, passId: string): Promise<PassRecord | null> {
    return this.passes.get(`${batch}/${passId}`);
  }
}

export class MemoryMailboxStore implements MailboxStore {
  private readonly mailboxes = new Items<MailboxRecord>();

  async read(batch: string, mailboxId: MailboxId): Promise<MailboxRecord | null> {
    return this.mailboxes.get(`${batch}/${mailboxId}`);
  }
  async *list(batch: string): AsyncIterable<MailboxRecord> {
    yield* this.mailboxes.below(`${batch}/`);
  }
  async put(batch: string, record: MailboxRecord): Promise<void> {
    this.mailboxes.set(`${batch}/${record.mailboxId}`, record);
  }
  async update(batch: string, mailboxId: MailboxId, fields: Partial<Omit<MailboxRecord, 'mailboxId'>>): Promise<void> {
    // No await between reading and writing: the real stores update in one request.
    const path = `${batch}/${mailboxId}`;
    const record = this.mailboxes.get(path);
    if (!record) throw new MigrationError('STATE_DAMAGED', `There is no mailbox ${mailboxId}.`);
    this.mailboxes.set(path, { ...record, ...fields });
  }
}

export class MemoryFolderStore implements FolderStore {
  private readonly folders = new Items<FolderRecord>();

  async list(key: MailboxKey): Promise<FolderRecord[]> {
    return this.folders.below(mailboxPath(key));
  }
  async put(key: MailboxKey, record: FolderRecord): Promise<void> {
    this.folders.set(mailboxPath(key) + record.folderKey, record);
  }
}

export class MemoryChunkStore implements ChunkStore {
  private readonly chunks = new Items<ChunkRecord>();
  private readonly strays = new Items<{ chunkId: ChunkId; note: StrayNote }>();

  async read(key: MailboxKey, chunkId: ChunkId): Promise<ChunkRecord | null> {
    return this.chunks.get(mailboxPath(key) + chunkId);
  }
  async list(key: MailboxKey): Promise<ChunkRecord[]> {
    return this.chunks.below(mailboxPath(key));
  }
  async replace(key: MailboxKey, next: ChunkRecord, condition: ChunkCondition): Promise<boolean> {
    // No await between comparing and writing: that is the whole promise.
    if (!meets(this.chunks.get(mailboxPath(key) + next.chunkId), condition)) return false;
    this.chunks.set(mailboxPath(key) + next.chunkId, next);
    return true;
  }
  async putStray(key: MailboxKey, chunkId: ChunkId, note: StrayNote): Promise<void> {
    this.strays.set(`${mailboxPath(key)}${chunkId}/${String(note.fence).padStart(10, '0')}`, { chunkId, note });
  }
  async listStrays(key: MailboxKey): Promise<{ chunkId: ChunkId; note: StrayNote }[]> {
    return this.strays.below(mailboxPath(key));
  }
}

function meets(stored: ChunkRecord | null, condition: ChunkCondition): boolean {
  if (!stored) return condition.fence === 0 && (condition.owner ?? null) === null;
  return (
    stored.fence === condition.fence &&
    (condition.owner === undefined || stored.owner === condition.owner) &&
    (condition.renewal === undefined || stored.renewal === condition.renewal) &&
    (condition.committed === undefined || stored.committed === condition.committed) &&
    (condition.sequence === undefined || stored.sequence === condition.sequence)
  );
}

export class MemoryCredentialStore implements CredentialStore {
  private readonly ciphertexts = new Map<string, Uint8Array>();

  async put(key: MailboxKey, ciphertext: Uint8Array): Promise<void> {
    this.ciphertexts.set(mailboxPath(key), Uint8Array.from(ciphertext));
  }
  async get(key: MailboxKey): Promise<Uint8Array | null> {
    return this.ciphertexts.get(mailboxPath(key)) ?? null;
  }
  async destroy(key: MailboxKey): Promise<void> {
    this.ciphertexts.delete(mailboxPath(key));
  }
}

/** No secrecy, but the promise that counts in tests: another context does not decrypt. */
export class MemoryCipher implements Cipher {
  async encrypt(plaintext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify([associated(context), Buffer.from(plaintext).toString('base64')]));
  }
  async decrypt(ciphertext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const head = `[${JSON.stringify(associated(context))},"`;
    const text = Buffer.from(ciphertext).toString();
    if (!text.startsWith(head)) {
      throw new MigrationError('CREDENTIAL_UNREADABLE', 'The credential was sealed for another mailbox.');
    }
    return Buffer.from(text.slice(head.length, -2), 'base64');
  }
}

const associated = (context: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
