/** What SettleMailbox leaves for the report, in S3. */
import * as z from 'zod';
import { Counts, findings, outcomes, Tally } from '../counts.ts';
import { MailboxId, SourceUid, TargetUid } from '../ids.ts';
import { Code, count, Repairs } from './primitives.ts';

/** One line of `items.jsonl` and of `--items FILE`: a message that did not arrive, or not as it was. */
export const ItemLine = z.object({
  mailbox: z.string(),
  /** Decoded source name. */
  folder: z.string(),
  uid: SourceUid,
  /** null: none yet (a verify pass found it not copied). */
  outcome: z.enum(outcomes).nullable(),
  code: Code.nullable(),
  sizeBytes: count,
  internalDate: z.string(),
  sha256: z.string().optional(),
  repairs: Repairs,
  /** Flags that its copy lacks. */
  pendingFlags: z.array(z.string()).optional(),
  /** The target gave its copy another INTERNALDATE. */
  otherDate: z.boolean().optional(),
  /** Of a verify pass: what it found, and which copy it looked at. */
  finding: z.enum(findings).optional(),
  targetUid: TargetUid.optional(),
  otherFlags: z.boolean().optional(),
});
export type ItemLine = z.infer<typeof ItemLine>;

export const FolderSummary = z.object({
  sourcePath: z.string(),
  targetPath: z.string(),
  counts: Counts,
  /** Messages the target folder holds now, whoever put them there. */
  atTarget: count.nullable(),
  /** No longer at the source; what was copied of it stays. */
  gone: z.boolean().optional(),
  failure: z.object({ code: Code, message: z.string() }).nullable(),
  /** Of a verify pass. */
  verified: Tally.optional(),
});
export type FolderSummary = z.infer<typeof FolderSummary>;

export const MailboxSummary = z.object({ mailboxId: MailboxId, folders: z.array(FolderSummary) });
export type MailboxSummary = z.infer<typeof MailboxSummary>;
