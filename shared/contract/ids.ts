import * as z from 'zod';

/**
 * Branded identities. `SourceUid` and `TargetUid` are both IMAP UIDs (RFC 9051 2.3.1.1, 32 bit, never 0) but mixing
 * them up would copy the wrong message, so the compiler keeps them apart.
 */
export const SourceUid = z.number().int().min(1).max(4_294_967_295).brand<'SourceUid'>();
export const TargetUid = z.number().int().min(1).max(4_294_967_295).brand<'TargetUid'>();
export type SourceUid = z.infer<typeof SourceUid>;
export type TargetUid = z.infer<typeof TargetUid>;

/** A batch is a folder of the intake bucket: 1-40 characters that are safe in S3 keys, ARNs and execution names. */
export const BatchName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);
/** Readable slug of the address plus a hash of all of it: safe as key, never reversible to a secret. */
export const MailboxId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,40}-[0-9a-f]{10}$/);
/** Hash of the decoded source folder name: folder names are hostile and never part of a key. */
export const FolderKey = z.string().regex(/^[0-9a-f]{16}$/);
/** `<plan sequence>-<number>`, zero-padded so that it sorts: `0001-00007`. */
export const ChunkId = z.string().regex(/^\d{4,}-\d{5}$/);
/** Name of the execution that runs the pass (Step Functions: at most 80 characters). */
export const PassId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/);

export type BatchName = z.infer<typeof BatchName>;
export type MailboxId = z.infer<typeof MailboxId>;
export type FolderKey = z.infer<typeof FolderKey>;
export type ChunkId = z.infer<typeof ChunkId>;
export type PassId = z.infer<typeof PassId>;

export const chunkIdOf = (planSequence: number, number: number): ChunkId =>
  ChunkId.parse(`${String(planSequence).padStart(4, '0')}-${String(number).padStart(5, '0')}`);

/** The plan that cut the chunk. */
export const planSequenceOf = (chunkId: ChunkId): number => Number.parseInt(chunkId, 10);
