/**
 * What crosses the workflow: ids, refs, counts. Never a list of messages, never a credential (payload limit 262,144
 * bytes, and everything here is visible in the console). Every field is always present, because in JSONata an
 * undefined one is an error (`States.QueryEvaluationError`).
 */
import * as z from 'zod';
import { BatchName, MailboxId, PassId } from './ids.ts';
import { passKinds } from './names.ts';

export const ObjectRef = z.object({ bucket: z.string().min(1), key: z.string().min(1) });
export type ObjectRef = z.infer<typeof ObjectRef>;

/** Which mailboxes a pass covers: the rows of one uploaded CSV version, or all that the batch knows. */
export const PassScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('csv'), key: z.string().min(1), versionId: z.string().min(1) }),
  z.object({ kind: z.literal('batch') }),
]);
export type PassScope = z.infer<typeof PassScope>;

/** Input of the execution. Free of times and event ids, so that the same event twice is the same input. */
export const PassRequest = z.object({
  batch: BatchName,
  pass: z.enum(passKinds),
  passId: PassId,
  scope: PassScope,
});
export type PassRequest = z.infer<typeof PassRequest>;

/** The step cannot go on now: the workflow's Wait state sleeps, no Lambda does. */
export const Waiting = z.object({
  status: z.literal('wait'),
  waitSeconds: z.number().int().min(1).max(86_400),
  reason: z.string().max(200),
});

export const BatchPlanned = z.object({
  status: z.literal('planned'),
  mailboxCount: z.number().int().min(0),
  /** JSON Lines, one `{"mailboxId": ...}` a line: what the Distributed Map reads. */
  manifest: ObjectRef,
  mailboxConcurrency: z.number().int().min(1),
});
export const PlanBatchResult = z.discriminatedUnion('status', [BatchPlanned, Waiting]);
export type PlanBatchResult = z.infer<typeof PlanBatchResult>;

/** Input of everything that works on one mailbox. */
export const MailboxRequest = z.object({
  batch: BatchName,
  pass: z.enum(passKinds),
  passId: PassId,
  mailboxId: MailboxId,
});
export type MailboxRequest = z.infer<typeof MailboxRequest>;

export const verdicts = ['complete', 'complete with skips', 'incomplete'] as const;
export type Verdict = (typeof verdicts)[number];

/** Last word of a mailbox in a pass; the output of a child execution. */
export const MailboxEnded = z.object({ status: z.literal('ended'), mailboxId: MailboxId, verdict: z.enum(verdicts) });
export type MailboxEnded = z.infer<typeof MailboxEnded>;

export const MailboxPlanned = z.object({
  status: z.literal('planned'),
  chunkCount: z.number().int().min(0),
  chunkConcurrency: z.number().int().min(1).max(40),
});
export const PlanMailboxResult = z.discriminatedUnion('status', [
  MailboxPlanned,
  /** The Lambda's time ended before all folders were listed: invoke again, what is listed is kept in S3. */
  z.object({ status: z.literal('more') }),
  Waiting,
  /** Nothing to copy (or preflight): no chunk, no settle, one invocation in all. */
  MailboxEnded,
]);
export type PlanMailboxResult = z.infer<typeof PlanMailboxResult>;

/** What a would-be successor saw of the lease; carried through the Wait state (protocol.md T2). */
export const Observed = z.object({ fence: z.number().int().min(0), renewal: z.number().int().min(0) });
export type Observed = z.infer<typeof Observed>;

export const SliceRequest = MailboxRequest.extend({
  /** Position in the plan's chunk list. */
  chunk: z.number().int().min(0),
  /** How often this chunk's loop has been round in this execution. */
  loop: z.number().int().min(0),
  observed: Observed.nullable(),
});
export type SliceRequest = z.infer<typeof SliceRequest>;

export const sliceStatuses = ['done', 'more', 'wait', 'continued'] as const;
export const SliceResult = z.object({
  status: z.enum(sliceStatuses),
  /** 0 unless `wait`. */
  waitSeconds: z.number().int().min(0).max(86_400),
  reason: z.string().max(200),
  observed: Observed.nullable(),
});
export type SliceResult = z.infer<typeof SliceResult>;

export const TaskFailure = z.object({ error: z.string(), cause: z.string() });
export type TaskFailure = z.infer<typeof TaskFailure>;

export const SettleRequest = MailboxRequest.extend({
  /** Set when PlanMailbox or the chunk Map failed for good. */
  failure: TaskFailure.nullable(),
  /** Chunks whose SyncSlice failed for good, by error name; empty otherwise. */
  failedChunks: z.array(z.object({ chunk: z.number().int().min(0), error: z.string() })),
});
export type SettleRequest = z.infer<typeof SettleRequest>;

export const ReportRequest = z.object({
  batch: BatchName,
  pass: z.enum(passKinds),
  passId: PassId,
  manifest: ObjectRef.nullable(),
  /** `manifest.json` of the Distributed Map's ResultWriter; null when the Map did not run. */
  results: ObjectRef.nullable(),
  /** Set when PlanBatch or the Map failed for good. */
  failure: TaskFailure.nullable(),
});
export type ReportRequest = z.infer<typeof ReportRequest>;

export const PassReported = z.object({
  status: z.literal('reported'),
  verdict: z.enum(verdicts),
  mailboxes: z.number().int().min(0),
  incomplete: z.number().int().min(0),
  report: ObjectRef,
});
export type PassReported = z.infer<typeof PassReported>;

export const CloseRequest = z.object({ batch: BatchName, pass: z.enum(passKinds), passId: PassId });
export type CloseRequest = z.infer<typeof CloseRequest>;
export const BatchClosing = z.object({ status: z.enum(['closed', 'open']), reason: z.string().max(500) });
export type BatchClosing = z.infer<typeof BatchClosing>;
