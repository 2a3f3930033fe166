import type { Clock } from '../clock.ts';
import type { Json } from '../json.ts';
import type { StackEvent } from '../stack-events.ts';

/** Objects as the state machine's role may see them. All reject with an error whose message is fit for a Cause. */
export interface WorkflowStorage {
  read(bucket: string, key: string, versionId: string | undefined): Promise<Buffer>;
  list(bucket: string, prefix: string): Promise<Json[]>;
  /** As a multipart upload, which is how Step Functions writes results. */
  write(bucket: string, key: string, body: Buffer): void;
  /** AWS writes a test manifest before the first child starts, so a missing right fails the Map at once. */
  checkWrite(bucket: string, key: string): void;
}

/** What the interpreter needs from the rest of the stack. */
export interface WorkflowServices {
  /** The payload of the function's answer; rejects with a StatesError. */
  /** `onBegin` is called when the event leaves the queue. */
  invoke(functionName: string, payload: Json, onBegin: () => void): Promise<{ payload: Json; requestId: string }>;
  storage: WorkflowStorage;
  clock: Clock;
  random(): number;
  onEvent(event: StackEvent): void;
}
