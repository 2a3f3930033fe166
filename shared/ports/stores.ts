/**
 * What must survive a crash. DynamoDB in AWS and in the embedded stack, memory in tests; one contract suite serves all.
 * Reads are strongly consistent. Writes are durable when the promise resolves. A write whose answer was lost may have
 * succeeded: every method says whether repeating it is safe. Unreadable records: STATE_DAMAGED.
 */
import type {
  BatchRecord,
  ChunkRecord,
  FolderRecord,
  MailboxRecord,
  PassRecord,
  StrayNote,
} from '../contract/items.ts';
import type { ChunkId, MailboxId } from '../contract/ids.ts';
import type { PassRequest } from '../contract/workflow.ts';

export interface BatchStore {
  read(batch: string): Promise<BatchRecord | null>;
  /** Whole record; last writer wins, so only the holder of the batch lock calls it. Idempotent. */
  put(record: BatchRecord): Promise<void>;
  /** Names of the batches that are not `closed`, ascending: what the tick looks through. A name may be one too many. */
  listOpen(): Promise<string[]>;

  /**
   * Decides a request once: stores `request` under `requestKey` unless something is there, and returns what is there
   * afterwards. Two callers get the same answer. Idempotent.
   */
  recordStart(requestKey: string, request: PassRequest): Promise<PassRequest>;
  findStart(batch: string, requestKey: string): Promise<PassRequest | null>;

  /** Takes the batch for a pass; returns the holder afterwards: `passId` itself when it is ours (also when it was before). */
  lock(batch: string, passId: string): Promise<string>;
  lockHolder(batch: string): Promise<string | null>;
  /** Frees the batch if `passId` holds it; otherwise nothing happens. Idempotent. */
  unlock(batch: string, passId: string): Promise<void>;

  putPass(batch: string, record: PassRecord): Promise<void>;
  readPass(batch: string, passId: string): Promise<PassRecord | null>;
}

export interface MailboxStore {
  read(batch: string, mailboxId: MailboxId): Promise<MailboxRecord | null>;
  /** Ascending by mailboxId. */
  list(batch: string): AsyncIterable<MailboxRecord>;
  put(batch: string, record: MailboxRecord): Promise<void>;
  /** Sets the given fields of an existing record; others stay. Idempotent. STATE_DAMAGED when there is none. */
  update(batch: string, mailboxId: MailboxId, fields: Partial<Omit<MailboxRecord, 'mailboxId'>>): Promise<void>;
}

/** Everything below belongs to one mailbox. */
export interface MailboxKey {
  batch: string;
  mailboxId: MailboxId;
}

export interface FolderStore {
  list(key: MailboxKey): Promise<FolderRecord[]>;
  /** The watermark. Idempotent. */
  put(key: MailboxKey, record: FolderRecord): Promise<void>;
}

/** Only fields given are compared; a missing item compares as `fence: 0, owner: null`. */
export interface ChunkCondition {
  fence: number;
  owner?: string | null;
  renewal?: number;
  committed?: number;
  sequence?: number;
}

export interface ChunkStore {
  read(key: MailboxKey, chunkId: ChunkId): Promise<ChunkRecord | null>;
  list(key: MailboxKey): Promise<ChunkRecord[]>;
  /**
   * Writes the whole record if the stored one meets `condition`; false = refused, nothing written. Not idempotent:
   * after an SDK retry `false` may mean that the first try succeeded, so read and compare fence and sequence.
   */
  replace(key: MailboxKey, next: ChunkRecord, condition: ChunkCondition): Promise<boolean>;
  /** Plain put, key = chunk and fence: what a fenced-out worker leaves behind. Idempotent. */
  putStray(key: MailboxKey, chunkId: ChunkId, note: StrayNote): Promise<void>;
  listStrays(key: MailboxKey): Promise<{ chunkId: ChunkId; note: StrayNote }[]>;
}

export interface CredentialStore {
  put(key: MailboxKey, ciphertext: Uint8Array): Promise<void>;
  get(key: MailboxKey): Promise<Uint8Array | null>;
  /** Idempotent. */
  destroy(key: MailboxKey): Promise<void>;
}

export interface Cipher {
  /** At most 4,096 octets. `context` is bound as associated data: decrypting under another one fails. */
  encrypt(plaintext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>;
  /** CREDENTIAL_UNREADABLE when the context or the key is another one. */
  decrypt(ciphertext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>;
}
