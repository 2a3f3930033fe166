/** What invokes StartPass: an upload (EventBridge), the clock (Scheduler) or an operator. */
import * as z from 'zod';
import { BatchName } from './ids.ts';
import { passKinds } from './names.ts';

/** EventBridge "Object Created" (S3 User Guide, "EventBridge event message structure"). Keys arrive as they are, not URL-encoded. */
const Uploaded = z
  .object({
    source: z.literal('aws.s3'),
    detail: z.object({ object: z.object({ key: z.string().min(1), 'version-id': z.string().min(1) }) }),
  })
  .transform(({ detail }) => ({
    kind: 'upload' as const,
    key: detail.object.key,
    versionId: detail.object['version-id'],
  }));

const Tick = z.object({
  kind: z.literal('tick'),
  /** The same in each delivery of one tick. */
  scheduledFor: z.iso.datetime({ offset: true }),
});

const Requested = z.object({
  kind: z.literal('request'),
  batch: BatchName,
  pass: z.enum(passKinds),
  /** Chosen by the operator's program; the same id twice is one pass. */
  requestId: z.string().regex(/^[A-Za-z0-9-]{1,36}$/),
});

export const StartEvent = z.union([Uploaded, Tick, Requested]);
export type StartEvent = z.infer<typeof StartEvent>;

export const StartResult = z.object({
  started: z.array(z.object({ batch: BatchName, passId: z.string(), as: z.enum(['started', 'exists']) })),
  /** Why nothing was started. */
  ignored: z.string().nullable(),
});
export type StartResult = z.infer<typeof StartResult>;
