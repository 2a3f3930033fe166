/** The plan of a mailbox and the rows of its chunks, in S3. */
import * as z from 'zod';
import { ChunkId, FolderKey, PassId, SourceUid, TargetUid } from '../ids.ts';
import { ObjectRef } from '../workflow.ts';
import { FolderStateItem } from './folder.ts';
import { Code, count, Repairs } from './primitives.ts';

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
