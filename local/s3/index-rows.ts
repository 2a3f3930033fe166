import * as z from 'zod';

export const StoredVersion = z.object({
  key: z.string(),
  /** `null`, as S3 writes it, in a bucket without versioning. */
  versionId: z.string(),
  /** Empty for a delete marker. */
  file: z.string(),
  sizeBytes: z.number(),
  /** Quoted, as in the header. */
  etag: z.string(),
  crc32: z.string(),
  headers: z.record(z.string(), z.string()),
  modifiedAt: z.string(),
});
export type StoredVersion = z.infer<typeof StoredVersion>;

/** Why an object was created; part of the event. */
export const PutReason = z.enum(['PutObject', 'CopyObject', 'CompleteMultipartUpload']);
export type PutReason = z.infer<typeof PutReason>;

const Named = z.object({ key: z.string(), versionId: z.string() });

/** A put that is to be announced stays so until its `announced` row: a kill in between must not lose the event. */
export const IndexRow = z.union([
  z.object({ put: StoredVersion, announce: PutReason.optional() }),
  z.object({ removed: Named }),
  z.object({ announced: Named }),
]);
export type IndexRow = z.infer<typeof IndexRow>;
