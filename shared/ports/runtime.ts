/** What surrounds a step: time, the workflow engine, and what people see. */
import type { ErrorCode } from '../errors.ts';
import type { Step } from '../contract/names.ts';
import type { PassRequest } from '../contract/workflow.ts';

export interface Clock {
  /** Milliseconds since 1970. Only compared with other values of the same process, except for instants people read. */
  nowMs(): number;
}

/** Time left in this invocation. A slice returns at least 30 s before it is used up. */
export interface Deadline {
  remainingMs(): number;
}

/** Step Functions. */
export interface PassStarter {
  /** Starts the pass under its deterministic name; `exists` when an execution of that name is or was there. Idempotent. */
  start(request: PassRequest): Promise<'started' | 'exists'>;
  /** False when it ended in any way or never was. */
  isRunning(passId: string): Promise<boolean>;
}

/** Allow-list of what a log line may hold: ids, counts, codes. No subject, no address beyond the mailbox id, no server text. */
export interface LogFields {
  step?: Step;
  batch?: string;
  passId?: string;
  mailboxId?: string;
  chunkId?: string;
  folderKey?: string;
  uid?: number;
  code?: ErrorCode;
  count?: number;
  sizeBytes?: number;
  durationMs?: number;
  waitSeconds?: number;
  reason?: string;
  requestId?: string;
}

export type Metric =
  | 'MessagesCopied'
  | 'BytesCopied'
  | 'MessagesPresent'
  | 'MessagesSkipped'
  | 'MessagesQuarantined'
  | 'MailboxesComplete'
  | 'MailboxesIncomplete'
  | 'SlicesStuck'
  | 'Throttled'
  | 'Errors';

export interface Telemetry {
  info(message: string, fields: LogFields): void;
  warn(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
  /** Adds to a metric; `code` only with `Errors`. */
  count(metric: Metric, value: number, code?: ErrorCode): void;
}
