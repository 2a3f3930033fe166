/**
 * Keys of the data bucket. The first segment decides lifecycle and who may read it (infra/storage.ts,
 * infra/functions.ts). All parts are validated ids, so no hostile text gets into a key.
 */
import type { ChunkId, FolderKey, MailboxId } from './ids.ts';

export const passKeys = {
  /** JSON Lines `{mailboxId}`: input of the Distributed Map. */
  manifest: (batch: string, passId: string): string => `passes/${batch}/${passId}/mailboxes.jsonl`,
  redactedCsv: (batch: string, passId: string): string => `passes/${batch}/${passId}/redacted.csv`,
} as const;

export const reportKeys = {
  prefix: (batch: string, passId: string): string => `reports/${batch}/${passId}/`,
  html: (batch: string, passId: string): string => `reports/${batch}/${passId}/report.html`,
  csv: (batch: string, passId: string): string => `reports/${batch}/${passId}/report.csv`,
  summary: (batch: string, passId: string): string => `reports/${batch}/${passId}/summary.json`,
  items: (batch: string, passId: string): string => `reports/${batch}/${passId}/items.jsonl`,
  rejected: (batch: string, passId: string): string => `reports/${batch}/${passId}/rejected.csv`,
} as const;

const sequence = (n: number): string => String(n).padStart(4, '0');

export const planKeys = {
  plan: (batch: string, mailboxId: MailboxId, n: number): string =>
    `plans/${batch}/${mailboxId}/${sequence(n)}/plan.json`,
  /**
   * Listings of folders, kept so that planning can go on in another invocation. Of one pass: where the table was lost,
   * plans are numbered anew, and a listing of before knows nothing of what was copied since.
   */
  listings: (batch: string, mailboxId: MailboxId, n: number, passId: string): string =>
    `plans/${batch}/${mailboxId}/${sequence(n)}/listings/${passId}/`,
  /** As `listings`, of a verify pass: what was found of each folder, written when all its rows are in `inspectedRows`. */
  inspections: (batch: string, mailboxId: MailboxId, n: number, passId: string): string =>
    `plans/${batch}/${mailboxId}/${sequence(n)}/inspected/${passId}/`,
  inspectedRows: (batch: string, mailboxId: MailboxId, n: number, passId: string): string =>
    `plans/${batch}/${mailboxId}/${sequence(n)}/inspected-rows/${passId}/`,
  rows: (batch: string, mailboxId: MailboxId, n: number, chunk: ChunkId): string =>
    `plans/${batch}/${mailboxId}/${sequence(n)}/chunk-${chunk}.jsonl`,
} as const;

export const ledgerKeys = {
  /** One object per commit of a chunk. */
  part: (batch: string, mailboxId: MailboxId, chunk: ChunkId, commit: number): string =>
    `ledgers/${batch}/${mailboxId}/parts/${chunk}/${String(commit).padStart(6, '0')}.jsonl`,
  parts: (batch: string, mailboxId: MailboxId, chunk: ChunkId): string =>
    `ledgers/${batch}/${mailboxId}/parts/${chunk}/`,
  /** All settled rows of a folder as of one plan; a new object per plan, so that a crash leaves the old one whole. */
  folder: (batch: string, mailboxId: MailboxId, folder: FolderKey, n: number): string =>
    `ledgers/${batch}/${mailboxId}/folders/${folder}/${sequence(n)}.jsonl`,
  /** Rows of one mailbox whose outcome is neither copied nor present, written by SettleMailbox. */
  items: (batch: string, mailboxId: MailboxId): string => `ledgers/${batch}/${mailboxId}/items.jsonl`,
  /** What a preflight expects to be left out. */
  preflight: (batch: string, mailboxId: MailboxId, n: number): string =>
    `ledgers/${batch}/${mailboxId}/preflight/${sequence(n)}.jsonl`,
  /** Per folder: names and counts, written by SettleMailbox, read by ReportPass. */
  summary: (batch: string, mailboxId: MailboxId): string => `ledgers/${batch}/${mailboxId}/summary.json`,
} as const;

/**
 * What a verify pass leaves; below `ledgers/`, so that whoever reads and writes those may do so here. Of one pass: chunk
 * ids come again where the table was lost, and findings of before would be counted with those of now.
 */
const verified = (batch: string, mailboxId: MailboxId, passId: string): string =>
  `ledgers/${batch}/${mailboxId}/verify/${passId}/`;

export const verifyKeys = {
  /** Findings of a chunk: one object per window. */
  parts: (at: { batch: string; mailboxId: MailboxId; passId: string; chunkId: ChunkId }): string =>
    `${verified(at.batch, at.mailboxId, at.passId)}${at.chunkId}/`,
  /** `from` is the window's first row. */
  part: (at: { batch: string; mailboxId: MailboxId; passId: string; chunkId: ChunkId }, from: number): string =>
    `${verified(at.batch, at.mailboxId, at.passId)}${at.chunkId}/${String(from).padStart(7, '0')}.json`,
  items: (batch: string, mailboxId: MailboxId, passId: string): string =>
    `${verified(batch, mailboxId, passId)}items.jsonl`,
  summary: (batch: string, mailboxId: MailboxId, passId: string): string =>
    `${verified(batch, mailboxId, passId)}summary.json`,
} as const;

export const quarantineKeys = {
  message: (batch: string, mailboxId: MailboxId, folder: FolderKey, uid: number): string =>
    `quarantine/${batch}/${mailboxId}/${folder}/${String(uid).padStart(10, '0')}.eml`,
} as const;
