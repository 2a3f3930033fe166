import type { MailboxRecord } from '../../contract/items.ts';
import type { PassKind } from '../../contract/names.ts';
import { MailboxLine } from '../../contract/report.ts';
import { found } from '../verify/tally.ts';
import { confidenceOf } from './confidence.ts';

/** A mailbox as the report of a pass tells it. After a verify pass the figures are those that it found itself. */
export function mailboxLine(record: MailboxRecord, pass: PassKind): MailboxLine {
  const { evidence } = record;
  const verified = pass === 'verify' ? record.verified : null;
  // The line is a part of the record; what is nobody else's business (sourceUser, plans) does not pass.
  return MailboxLine.parse({
    ...record,
    verdict: record.verdict ?? 'incomplete',
    counts: verified?.counts ?? record.counts,
    removedAtTarget: verified ? found(verified, 'removed') : record.removedAtTarget,
    verified,
    confidence: confidenceOf({ pass, evidence, verified }),
  });
}
