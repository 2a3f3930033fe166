/** `summary.json`: what a pass came to, for programs; report.html and report.csv say the same to people. */
import * as z from 'zod';
import { count } from './items/primitives.ts';
import { BatchName, MailboxId, PassId } from './ids.ts';
import { Counts, Evidence, Failure, OverLimit, Verified } from './items.ts';
import { passKinds } from './names.ts';
import { verdicts } from './workflow.ts';

export const MailboxLine = z.object({
  mailboxId: MailboxId,
  emailAddress: z.string(),
  targetUser: z.string(),
  /** `wave1.csv:2` */
  origin: z.string(),
  verdict: z.enum(verdicts),
  failure: Failure.nullable(),
  /** Over all passes; of a verify pass as it found them. */
  counts: Counts,
  copiedNow: count,
  flagsChangedNow: count,
  planned: z.object({ messages: count, bytes: count }),
  surplus: count,
  openDoubts: count,
  removedAtTarget: count,
  /** Of the counts: delivered rows whose copy was recognised by its header, not by its octets. */
  byHeaders: count.default(0),
  droppedKeywords: count,
  /** Of the copied: changed by a named repair. */
  repaired: count.default(0),
  pendingFlags: count.default(0),
  otherDates: count.default(0),
  folderCount: count,
  overLimit: OverLimit.optional(),
  /** How the deliveries are known, over all passes; null: not counted yet. */
  evidence: Evidence.nullable().default(null),
  /** Of a verify pass. */
  verified: Verified.nullable().default(null),
  /** What the verdict rests on, in a sentence. */
  confidence: z.string().default(''),
});
export type MailboxLine = z.infer<typeof MailboxLine>;

export const PassTotals = z.object({
  mailboxes: count,
  complete: count,
  completeWithSkips: count,
  incomplete: count,
  counts: Counts,
  copiedNow: count,
  surplus: count,
  evidence: Evidence.nullable().default(null),
  verified: Verified.nullable().default(null),
  confidence: z.string().default(''),
});
export type PassTotals = z.infer<typeof PassTotals>;

export const PassSummary = z.object({
  version: z.literal(1),
  batch: BatchName,
  pass: z.enum(passKinds),
  passId: PassId,
  startedAt: z.string().nullable(),
  endedAt: z.string(),
  verdict: z.enum(verdicts),
  /** Why the pass as a whole could not be carried out. */
  failure: Failure.nullable(),
  /** The pass of a newer upload of the same CSV, which came first: nothing was done here. */
  supersededBy: PassId.nullable().default(null),
  /** Rows of the CSV. */
  rejected: count,
  mailboxes: z.array(MailboxLine),
  totals: PassTotals,
});
export type PassSummary = z.infer<typeof PassSummary>;
