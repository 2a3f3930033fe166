import * as z from 'zod';
import type { Json } from '../json.ts';

export const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const ExecutionRecord = z.object({
  arn: z.string(),
  name: z.string(),
  machineArn: z.string(),
  /** Hash of the definition that it was started with, and keeps after the stack was changed, as in AWS. */
  definition: z.string(),
  input: z.custom<Json>(),
  startedAt: z.string(),
  status: z.enum(executionStatuses),
  stoppedAt: z.string().optional(),
  output: z.custom<Json>().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  /** Of the execution itself, not of its Distributed Maps' children. */
  eventCount: z.number().optional(),
  /** Billed transitions so far, children included. */
  transitionCount: z.number().optional(),
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

export type ExecutionEnd = Pick<
  ExecutionRecord,
  'status' | 'stoppedAt' | 'output' | 'error' | 'cause' | 'eventCount' | 'transitionCount'
>;
