/** One row of the mailbox manifest, accounted for: by its record, by its child execution, or by the lack of both. */
import type { Failure, MailboxRecord } from '../../contract/items.ts';
import { failed } from '../failure.ts';

export interface ChildEnding {
  /** SUCCEEDED with an ending of its own; otherwise FAILED, PENDING or not in the results at all. */
  succeeded: boolean;
  error: string | null;
}

/**
 * A record is believed only when this pass wrote it and settled it: a child execution that succeeded without that, or
 * ended in a way nothing could catch, leaves the mailbox incomplete (never a false "complete").
 */
export function accountFor(
  record: MailboxRecord,
  at: { passId: string; child: ChildEnding | null },
): Pick<MailboxRecord, 'verdict' | 'failure'> {
  const settled = record.passId === at.passId && (record.state === 'settled' || record.state === 'closed');
  if (settled && record.verdict && at.child?.succeeded) return { verdict: record.verdict, failure: record.failure };
  return { verdict: 'incomplete', failure: reasonOf(record, at.child) };
}

function reasonOf(record: MailboxRecord, child: ChildEnding | null): Failure {
  if (!child) return failed('INTERNAL', 'The pass ended before this mailbox was worked on.');
  if (child.succeeded) return record.failure ?? failed('INTERNAL', 'The mailbox was not settled.');
  const error = (child.error ?? 'an unknown error').replace(/[^\w.]/g, '').slice(0, 80);
  return failed('INTERNAL', `The execution of this mailbox ended with ${error}.`);
}
