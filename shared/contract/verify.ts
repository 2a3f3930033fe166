/** What lies in S3 between the steps of a verify pass. See docs/data-formats.md. */
import * as z from 'zod';
import { count } from './items/primitives.ts';
import { FolderKey, SourceUid, TargetUid } from './ids.ts';
import { Code, findings, LedgerRow, outcomes, PlannedFolder, Tally } from './items.ts';

/** One line of a verify chunk: a message that the source listed, or a copy that may be one of a delivered message without a known UID. */
export const VerifyRow = z.object({
  folder: FolderKey,
  /** null: a copy that no ledger row names, of an instant at which such a message was delivered. */
  sourceUid: SourceUid.nullable(),
  /** null: not delivered, or under no UID that counts under the present UIDVALIDITY. */
  targetUid: TargetUid.nullable(),
  internalDate: z.string(),
  sizeBytes: count,
  /** The ledger's word; null: it has none. */
  outcome: z.enum(outcomes).nullable(),
  code: Code.nullable(),
  /** Delivered on the evidence of headers, or a copy that may be that of such a row: octets that differ prove nothing. */
  byHeaders: z.boolean().optional(),
});
export type VerifyRow = z.infer<typeof VerifyRow>;

/** `plans/…/inspected/<passId>/<folderKey>.json` */
export const InspectedFolder = z.object({ folder: PlannedFolder, rowCount: count, sizeBytes: count });
export type InspectedFolder = z.infer<typeof InspectedFolder>;

/** A message of which more is to be said than that it is equal. */
export const VerifyLine = LedgerRow.pick({ internalDate: true, sizeBytes: true, code: true }).extend({
  sourceUid: SourceUid,
  targetUid: TargetUid.nullable(),
  outcome: z.enum(outcomes).nullable(),
  finding: z.enum(findings),
  otherFlags: z.boolean(),
});
export type VerifyLine = z.infer<typeof VerifyLine>;

/** One side, read: it waits for its other half until all of its folder is read. */
const Half = z.object({
  internalDate: z.string(),
  sizeBytes: count,
  flags: z.array(z.string()),
  /** Header identity; only where the target is known to rewrite, or the row was delivered on the evidence of headers. */
  headerKey: z.string().nullable(),
});
export const DeliveredHalf = Half.extend({
  sourceUid: SourceUid,
  outcome: z.enum(['copied', 'present']),
  /** What its copy may hash to: as it is, and repaired. */
  sha256: z.array(z.string()).min(1),
  /** `internalDate` is the nearest moment to a date that is none. */
  dateRepaired: z.boolean(),
});
export type DeliveredHalf = z.infer<typeof DeliveredHalf>;
export const CopyHalf = Half.extend({
  targetUid: TargetUid,
  /** null: the target did not hand it out. */
  sha256: z.string().nullable(),
});
export type CopyHalf = z.infer<typeof CopyHalf>;

/** What one window of a verify chunk came to; all of one folder. */
export const VerifyPart = z.object({
  folder: FolderKey,
  tally: Tally,
  lines: z.array(VerifyLine),
  delivered: z.array(DeliveredHalf),
  copies: z.array(CopyHalf),
});
export type VerifyPart = z.infer<typeof VerifyPart>;
