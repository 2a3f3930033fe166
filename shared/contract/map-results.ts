/**
 * What a Distributed Map's ResultWriter leaves in S3 (Step Functions Developer Guide, "ResultWriter"): `manifest.json`
 * and, by status, files with an array of child executions.
 */
import * as z from 'zod';
import { MailboxId } from './ids.ts';
import { MailboxEnded } from './workflow.ts';

const Files = z.array(z.object({ Key: z.string().min(1) })).default([]);
export const ResultManifest = z.object({
  DestinationBucket: z.string(),
  ResultFiles: z.object({ SUCCEEDED: Files, FAILED: Files, PENDING: Files }),
});

/** Input and output are JSON texts inside the JSON. */
const embedded = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'no JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const ChildInput = embedded(z.object({ mailboxId: MailboxId }));

/** A child that could not even write its own ending still has its input here. */
export const ChildResult = z.object({
  Input: ChildInput,
  Output: embedded(MailboxEnded).optional().catch(undefined),
  /** `States.DataLimitExceeded`, `States.Timeout` ... */
  Error: z.string().max(256).optional().catch(undefined),
});
export const ChildResults = z.array(ChildResult);
export type ChildResult = z.infer<typeof ChildResult>;
