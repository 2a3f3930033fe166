/** What lies in DynamoDB and S3: small, versioned by shape, explained field by field. See docs/data-formats.md. */
import * as z from 'zod';
import { isErrorCode, type ErrorCode } from '../errors.ts';
import { Counts, Evidence, findings, outcomes, OverLimit, Tally, Verified } from './counts.ts';
import { BatchName, ChunkId, FolderKey, MailboxId, PassId, SourceUid, TargetUid } from './ids.ts';
import { passKinds } from './names.ts';
import { Settings } from './settings.ts';
import { ObjectRef, PassRequest, verdicts } from './workflow.ts';

export * from './counts.ts';

const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/);
const count = z.number().int().min(0);
export const Code = z.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not a code of the catalogue',
);

/** Why something is incomplete, for people. Holds no secret, no subject. */
export const Failure = z.object({ code: Code, message: z.string().max(1000), hint: z.string() });
export type Failure = z.infer<typeof Failure>;

// ---------------------------------------------------------------- batch

export const BatchRecord = z.object({
  batch: BatchName,
  state: z.enum(['open', 'closing', 'closed']),
  settings: Settings,
  /** PEM texts of the endpoints' caFile. */
  certificates: z.object({ source: z.string().nullable(), target: z.string().nullable() }),
  /** An initial pass has ended, so the next pass without a wish is incremental. */
  initialDone: z.boolean(),
  /** When the tick starts the next pass; null while none is wanted. */
  dueAt: Instant.nullable(),
  lastPass: z
    .object({ passId: PassId, pass: z.enum(passKinds), endedAt: Instant, verdict: z.enum(verdicts) })
    .nullable(),
});
export type BatchRecord = z.infer<typeof BatchRecord>;

/** The decision of StartPass for one request (event, tick, operator), written before the execution is started. */
export const StartRecord = z.object({ requestKey: z.string(), request: PassRequest });
export type StartRecord = z.infer<typeof StartRecord>;

/** What PlanBatch has finished for a pass: read again on a retry, after the CSV is gone. */
export const PassRecord = z.object({
  passId: PassId,
  pass: z.enum(passKinds),
  manifest: ObjectRef,
  mailboxCount: count,
  rejectedCount: count,
  startedAt: Instant,
  /** The pass of a newer upload of the same CSV, which came first: this one's was deleted unread. */
  supersededBy: PassId.optional(),
});
export type PassRecord = z.infer<typeof PassRecord>;

// ---------------------------------------------------------------- mailbox

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

// ---------------------------------------------------------------- folder

export const FolderStateItem = z.object({
  uidValidity: count,
  uidNext: count,
  messageCount: count,
  highestModSeq: z.string().nullable(),
});

/** Durable folder state up to which everything is settled. Written last (watermark). */
export const FolderRecord = z.object({
  folderKey: FolderKey,
  sourcePath: z.string(),
  targetPath: z.string(),
  checkpoint: FolderStateItem,
  /** UIDVALIDITY of the target folder that the ledger's target UIDs belong to. */
  targetUidValidity: count,
  /** All settled rows of this folder. */
  ledger: ObjectRef,
  /** The plan that was settled: its chunks and those of earlier plans are in the ledger. */
  sequence: count,
  rowCount: count,
  /** Of them copied or present; absent in records of before. */
  delivered: count.optional(),
  openDoubts: count,
});
export type FolderRecord = z.infer<typeof FolderRecord>;

// ---------------------------------------------------------------- plan and chunk manifest (S3)

export const PlannedFolder = z.object({
  folderKey: FolderKey,
  sourcePath: z.string(),
  targetPath: z.string(),
  /** Seen by EXAMINE before the listing: the checkpoint this plan leads to. */
  state: FolderStateItem,
  /** Messages that the folder's ledger will speak of once this plan is settled and that the source holds. */
  expectedRows: count,
  /** UIDVALIDITY of the source differs from the checkpoint's (or no checkpoint): matched by content. */
  rematch: z.boolean(),
  /** Chunks of plans up to this one are in the folder's ledger already; a carried chunk may hold such rows too. */
  settledSequence: count,
  /** Rows of this plan, and of those it carries on, that a limit leaves out. */
  leftOut: count.optional(),
  /** UIDs of the ledger that the source no longer has. */
  vanished: z.array(SourceUid),
  /** Set when this folder could not be planned; the others go on. */
  failure: z.object({ code: Code, message: z.string() }).nullable(),
  /** Of a verify pass. */
  verify: z
    .object({
      /** The target's at planning; null: it has no such folder any more. */
      targetUidValidity: count.nullable(),
      /** Ledger rows whose message the source no longer has. */
      goneAtSource: count,
    })
    .optional(),
});
export type PlannedFolder = z.infer<typeof PlannedFolder>;

export const PlannedChunk = z.object({
  chunkId: ChunkId,
  /** skipped: its rows have their outcome by the plan, and no worker ever sees them. */
  kind: z.enum(['copy', 'flags', 'skipped', 'verify']),
  rows: ObjectRef,
  rowCount: count,
  sizeBytes: count,
  /** Folders this chunk has rows of. */
  folders: z.array(FolderKey),
});
export type PlannedChunk = z.infer<typeof PlannedChunk>;

export const GoneFolder = z.object({ sourcePath: z.string(), targetPath: z.string() });
export type GoneFolder = z.infer<typeof GoneFolder>;

/** `plans/<batch>/<mailboxId>/<sequence>/plan.json` */
export const MailboxPlan = z.object({
  version: z.literal(1),
  passId: PassId,
  sequence: count,
  folders: z.array(PlannedFolder),
  /** Newest mail first; chunks that an earlier pass left unfinished come before all others, those of skipped rows last. */
  chunks: z.array(PlannedChunk),
  /** Folders of earlier passes that the source has no more: deleted, or renamed (then they are among `folders` too). */
  gone: z.array(GoneFolder).optional(),
  droppedKeywords: count,
});
export type MailboxPlan = z.infer<typeof MailboxPlan>;

/** What was done to a message so that the target took it; `core/repair` says how. */
export const repairNames = ['bare-newlines', 'nul-octets', 'flags', 'date'] as const;
export type Repair = (typeof repairNames)[number];
const Repairs = z.array(z.enum(repairNames)).optional();

/** One line of a copy chunk. No subject, no address: only what the copy needs. */
export const CopyRow = z.object({
  folder: FolderKey,
  sourceUid: SourceUid,
  internalDate: z.string(),
  sizeBytes: count,
  /** Flags to append with: the three-way base of later passes. */
  flags: z.array(z.string()),
  /** Target UIDs with the same INTERNALDATE that were there before us: compared by octets before an APPEND. */
  candidates: z.array(TargetUid),
  /** Done when it was planned: an impossible date. */
  repairs: Repairs,
  /** Asked for by `retry`: its octets are those in quarantine. `vanished`: the source no longer has it. */
  kept: z.object({ vanished: z.boolean() }).optional(),
  /** Has an outcome in the ledger already, and is tried again. */
  again: z.boolean().optional(),
});
export type CopyRow = z.infer<typeof CopyRow>;

/** One line of a skipped chunk: a message that is over a limit, with the code that says over which. */
export const SkippedRow = CopyRow.extend({ skip: Code });
export type SkippedRow = z.infer<typeof SkippedRow>;

/** One line of a flags chunk: make the target's flags follow the source's where the target's user did not touch them. */
export const FlagsRow = z.object({
  folder: FolderKey,
  sourceUid: SourceUid,
  targetUid: TargetUid,
  /** What we believe the target has: flags of the last sync. */
  base: z.array(z.string()),
  flags: z.array(z.string()),
});
export type FlagsRow = z.infer<typeof FlagsRow>;

// ---------------------------------------------------------------- outcome and ledger

export const evidences = [
  'acknowledged',
  'adopted',
  'counted',
  'matched',
  'adopted by headers',
  'matched by headers',
] as const;

/** Last word on one row, in order of the chunk's rows. */
export const RowOutcome = z.object({
  outcome: z.enum(outcomes),
  targetUid: TargetUid.nullable(),
  /**
   * acknowledged: OK of the server; adopted: found by a look-up; counted: OK without UID; matched: was there before
   * (present); `by headers`: the copy has other octets, because its server or another tool rewrote it.
   */
  evidence: z.enum(evidences).nullable(),
  /** More than one attempt could have stored this row. Never cleared by a commit. */
  doubt: z.boolean(),
  /** Why it was skipped or quarantined. */
  code: Code.nullable(),
  /** Of the octets, where they were read and the outcome is not copied or present. */
  sha256: z.string().nullable(),
  /** Absent: copied as it was. The copy at the target is compared with the repaired octets. */
  repairs: Repairs,
});
export type RowOutcome = z.infer<typeof RowOutcome>;

/** One line of a ledger part and of a folder's ledger. */
export const LedgerRow = RowOutcome.extend({
  sourceUid: SourceUid,
  internalDate: z.string(),
  sizeBytes: count,
  /** Three-way base: flags as last synced. */
  flags: z.array(z.string()),
  /** Flags that the message came without, because the target refused it with them: to be set when it is settled. */
  pendingFlags: z.array(z.string()).optional(),
  /** The source no longer has it. */
  vanished: z.boolean(),
  /** When a settle first saw the doubt; null without one. A doubt ends when a later settle looked long enough after. */
  doubtSince: Instant.nullable(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** One line of a ledger part: a chunk may hold rows of several folders. */
export const LedgerPartRow = LedgerRow.extend({
  folder: FolderKey,
  /** UIDVALIDITY of the target folder that `targetUid` belongs to. */
  uidValidity: count,
});
export type LedgerPartRow = z.infer<typeof LedgerPartRow>;

// ---------------------------------------------------------------- chunk item (protocol.md section 2)

export const OpenWindow = z.object({
  /** Rows [committed, to) of the chunk are open; all of one folder. */
  to: count,
  uidValidity: count,
  /** Lower bound of the UIDs that rows of this window can get. */
  uidFloor: count,
  attempts: z.number().int().min(1),
  lookNotBefore: Instant.nullable(),
});
export type OpenWindow = z.infer<typeof OpenWindow>;

export const ChunkRecord = z.object({
  chunkId: ChunkId,
  fence: count,
  /** Invocation that holds the lease; null = free. */
  owner: z.string().nullable(),
  renewal: count,
  /** Rows settled: always a prefix. */
  committed: count,
  open: OpenWindow.nullable(),
  /** Outcomes of the last commit only, run-length encoded; earlier ones are in the ledger parts. */
  tail: z.string(),
  /** Rows the tail speaks of: [committed - tailRows, committed). */
  tailRows: count,
  /** UIDVALIDITY of the target folder at the last commit. */
  tailUidValidity: count,
  /** Number of commits. */
  sequence: count,
  done: z.boolean(),
  /** Slices in a row that committed nothing. */
  idleSlices: count,
  /** Progress for people: messages and octets copied (of a verify chunk: read) so far. */
  copied: count,
  bytes: count,
});
export type ChunkRecord = z.infer<typeof ChunkRecord>;

/** What was acknowledged to a worker that could not commit (protocol.md T-failed). */
export const StrayNote = z.object({
  fence: count,
  uidValidity: count,
  rows: z.array(z.object({ sourceUid: SourceUid, targetUid: TargetUid })),
});
export type StrayNote = z.infer<typeof StrayNote>;

// ---------------------------------------------------------------- what SettleMailbox leaves for the report

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
