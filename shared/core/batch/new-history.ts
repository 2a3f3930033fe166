/** What the record of a mailbox says of passes, before the first. The rest of it is in its row of the CSV. */
import type { MailboxId } from '../../contract/ids.ts';
import type { MailboxRecord } from '../../contract/items.ts';

export type History = Omit<
  MailboxRecord,
  'emailAddress' | 'sourceUser' | 'targetUser' | 'userRoot' | 'origin' | 'updatedAt'
>;

export function newHistory(mailboxId: MailboxId): History {
  return {
    mailboxId,
    state: 'queued',
    passId: '-',
    verdict: null,
    failure: null,
    planSequence: 0,
    plan: null,
    settledSequence: 0,
    folderCount: 0,
    counts: { source: 0, copied: 0, present: 0, skipped: 0, quarantined: 0, gone: 0, bytes: 0 },
    planned: { messages: 0, bytes: 0 },
    copiedNow: 0,
    flagsChangedNow: 0,
    surplus: 0,
    openDoubts: 0,
    removedAtTarget: 0,
    droppedKeywords: 0,
    byHeaders: 0,
    rewrites: null,
    repaired: 0,
    pendingFlags: 0,
    otherDates: 0,
    evidence: null,
    verifyPlan: null,
    verified: null,
    finalDone: false,
  };
}
