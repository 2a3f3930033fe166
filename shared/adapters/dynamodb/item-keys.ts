/** Keys of the table. All parts are validated ids without `#`, so no two things share a key. */
import type { ChunkId, FolderKey, MailboxId } from '../../contract/ids.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import type { ItemKey } from './table.ts';

export const openBatches = 'BATCHES';
export const mailboxPrefix = 'MAILBOX#';
export const folderPrefix = 'FOLDER#';
export const chunkPrefix = 'CHUNK#';

export const batchPartition = (batch: string): string => `BATCH#${batch}`;
export const mailboxPartition = ({ batch, mailboxId }: MailboxKey): string => `MAILBOX#${batch}#${mailboxId}`;

const strayMark = '#STRAY#';

export const itemKeys = {
  batch: (batch: string): ItemKey => ({ pk: batchPartition(batch), sk: 'BATCH' }),
  openBatch: (batch: string): ItemKey => ({ pk: openBatches, sk: batch }),
  lock: (batch: string): ItemKey => ({ pk: batchPartition(batch), sk: 'LOCK' }),
  start: (batch: string, requestKey: string): ItemKey => ({ pk: batchPartition(batch), sk: `START#${requestKey}` }),
  pass: (batch: string, passId: string): ItemKey => ({ pk: batchPartition(batch), sk: `PASS#${passId}` }),
  mailbox: (batch: string, mailboxId: MailboxId): ItemKey => ({
    pk: batchPartition(batch),
    sk: mailboxPrefix + mailboxId,
  }),
  folder: (key: MailboxKey, folderKey: FolderKey): ItemKey => ({
    pk: mailboxPartition(key),
    sk: folderPrefix + folderKey,
  }),
  chunk: (key: MailboxKey, chunkId: ChunkId): ItemKey => ({ pk: mailboxPartition(key), sk: chunkPrefix + chunkId }),
  stray: (key: MailboxKey, chunkId: ChunkId, fence: number): ItemKey => ({
    pk: mailboxPartition(key),
    sk: `${chunkPrefix}${chunkId}${strayMark}${String(fence).padStart(10, '0')}`,
  }),
  credential: (key: MailboxKey): ItemKey => ({ pk: mailboxPartition(key), sk: 'CREDENTIAL' }),
} as const;

/** Strays lie among the chunks, each behind its own. */
export const isStray = ({ sk }: ItemKey): boolean => sk.includes(strayMark);
