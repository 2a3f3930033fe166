/** Outcomes of messages: lines of ledger parts and of the ledger of a folder, in S3. */
import * as z from 'zod';
import { outcomes } from '../counts.ts';
import { FolderKey, SourceUid, TargetUid } from '../ids.ts';
import { Code, count, Instant, Repairs } from './primitives.ts';

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
