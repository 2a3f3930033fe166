/** The item of a chunk, in the table (protocol section 2). */
import * as z from 'zod';
import { ChunkId, SourceUid, TargetUid } from '../ids.ts';
import { count, Instant } from './primitives.ts';

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
