/** A batch and its passes, in the table. */
import * as z from 'zod';
import { BatchName, PassId } from '../ids.ts';
import { passKinds } from '../names.ts';
import { Settings } from '../settings.ts';
import { ObjectRef, PassRequest, verdicts } from '../workflow.ts';
import { count, Instant } from './primitives.ts';

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
