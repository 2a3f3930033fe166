import type { MailboxRecord } from '../../contract/items.ts';
import type { PassKind } from '../../contract/names.ts';
import type { MailboxLine } from '../../contract/report.ts';
import { found } from '../verify/tally.ts';
import { confidenceOf } from './confidence.ts';

/** A mailbox as the report of a pass tells it. After a verify pass the figures are those that it found itself. */
export function mailboxLine(record: MailboxRecord, pass: PassKind): MailboxLine {
  const { mailboxId, emailAddress, targetUser, origin, failure, copiedNow, flagsChangedNow, planned } = record;
  const {
    surplus,
    openDoubts,
    byHeaders,
    droppedKeywords,
    repaired,
    pendingFlags,
    otherDates,
    folderCount,
    overLimit,
    evidence,
  } = record;
  const verified = pass === 'verify' ? record.verified : null;
  return {
    mailboxId,
    emailAddress,
    targetUser,
    origin,
    verdict: record.verdict ?? 'incomplete',
    failure,
    counts: verified?.counts ?? record.counts,
    copiedNow,
    flagsChangedNow,
    planned,
    surplus,
    openDoubts,
    removedAtTarget: verified ? found(verified, 'removed') : record.removedAtTarget,
    byHeaders,
    droppedKeywords,
    repaired,
    pendingFlags,
    otherDates,
    folderCount,
    overLimit,
    evidence,
    verified,
    confidence: confidenceOf({ pass, evidence, verified }),
  };
}
