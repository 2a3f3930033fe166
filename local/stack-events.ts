import type { ExecutionStatus } from './states/execution-record.ts';

/** What happens in the stack, for progress displays and tests. Payloads are left out: they may be personal data. */
export type StackEvent =
  | { type: 'ExecutionStarted'; execution: string; resumed: boolean }
  | { type: 'ExecutionEnded'; execution: string; status: ExecutionStatus; error?: string; cause?: string }
  /** `execution` is the name of the execution, or the UUID of a child of a Distributed Map. */
  | { type: 'StateEntered'; execution: string; state: string }
  | { type: 'StateRetried'; execution: string; state: string; error: string; waitMs: number }
  | { type: 'StateFailed'; execution: string; state: string; error: string; cause: string; caught: boolean }
  | { type: 'ChildStarted'; execution: string; map: string; child: string }
  | { type: 'ChildEnded'; execution: string; map: string; child: string; status: ExecutionStatus; error?: string }
  | { type: 'InvocationStarted'; functionName: string; requestId: string }
  | { type: 'InvocationEnded'; functionName: string; requestId: string; durationMs: number }
  | { type: 'InvocationFailed'; functionName: string; requestId: string; errorType: string; errorMessage: string }
  | { type: 'EventDelivered'; functionName: string; source: string }
  | { type: 'DeadLetter'; functionName: string; destination: string | undefined; error: string };
