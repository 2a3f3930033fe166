/** Which pass a batch gets when nobody says. */
import type { BatchRecord } from '../../contract/items.ts';
import { passKinds, type PassKind } from '../../contract/names.ts';

/** The administrator's wish (object metadata), else initial the first time and incremental after. */
export function passOfUpload(wish: string | undefined, batch: BatchRecord | null): PassKind {
  const wished = passKinds.find((kind) => kind === wish?.toLowerCase());
  return wished ?? (batch?.initialDone ? 'incremental' : 'initial');
}

/** A batch that is closing is finished by final passes until every mailbox of it is closed. */
export function passOfTick(batch: BatchRecord): PassKind {
  if (batch.state === 'closing') return 'final';
  return batch.initialDone ? 'incremental' : 'initial';
}

export function isDue(batch: BatchRecord, atMs: number): boolean {
  return batch.state !== 'closed' && batch.dueAt !== null && Date.parse(batch.dueAt) <= atMs;
}
