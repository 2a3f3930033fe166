/** One mailbox, in the table: how far it is, and what its last pass came to. */
import * as z from 'zod';
import { Counts, Evidence, OverLimit, Verified } from '../counts.ts';
import { MailboxId, PassId } from '../ids.ts';
import { ObjectRef, verdicts } from '../workflow.ts';
import { count, Failure, Instant } from './primitives.ts';

export const mailboxStates = ['queued', 'planning', 'syncing', 'settled', 'closed'] as const;

export const MailboxRecord = z.object({
  mailboxId: MailboxId,
  emailAddress: z.string(),
  sourceUser: z.string(),
  targetUser: z.string(),
  /** UserRoot column: folder of the source that is taken as root. */
  userRoot: z.string().nullable(),
  /** `wave1.csv:2`: where the row stood. */
  origin: z.string(),
  state: z.enum(mailboxStates),
  /** The pass that touched this record last. */
  passId: PassId,
  verdict: z.enum(verdicts).nullable(),
  failure: Failure.nullable(),
  /** Numbers the plans of this mailbox: part of chunk ids, so that none is ever used twice. */
  planSequence: count,
  /** The newest plan; null before the first. */
  plan: ObjectRef.nullable(),
  /** The newest plan that SettleMailbox settled completely; chunks of a later one are carried into the next plan. */
  settledSequence: count.default(0),
  folderCount: count,
  /** Whole mailbox over all passes. */
  counts: Counts,
  /** Of this pass: what PlanMailbox found to do. */
  planned: z.object({ messages: count, bytes: count }),
  /** Of this pass, filled by SettleMailbox. */
  copiedNow: count,
  flagsChangedNow: count,
  surplus: count,
  /** Rows that might still arrive twice (protocol.md: durable doubt). */
  openDoubts: count,
  /** Delivered by us, no longer at the target: moved or deleted there. */
  removedAtTarget: count,
  droppedKeywords: count,
  /** Delivered rows whose copy was recognised by its header, not by its octets. */
  byHeaders: count.default(0),
  /** The target stores other octets than it is given; null until the first copy was read back. */
  rewrites: z.boolean().nullable().default(null),
  /** Messages of the source whose copy was repaired, and those whose copy lacks flags that the target refused. */
  repaired: count.default(0),
  pendingFlags: count.default(0),
  /** Copies to which the target gave another INTERNALDATE. */
  otherDates: count.default(0),
  /** As of the last settle, or what a preflight expects; absent in records of before. */
  overLimit: OverLimit.optional(),
  /** Over all passes; null until a settle of this version has counted. */
  evidence: Evidence.nullable().default(null),
  /** Of a verify pass: its plan, beside the newest plan of a pass that copies, whose chunks may still be unfinished. */
  verifyPlan: ObjectRef.nullable().default(null),
  /** Of this pass, if it is a verify pass. */
  verified: Verified.nullable().default(null),
  finalDone: z.boolean(),
  updatedAt: Instant,
});
export type MailboxRecord = z.infer<typeof MailboxRecord>;
