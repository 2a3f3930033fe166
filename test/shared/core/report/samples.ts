/** Summaries for the tests of the report. */
import type { Counts } from '../../../../shared/contract/items.ts';
import { PassSummary, type MailboxLine } from '../../../../shared/contract/report.ts';
import { mailboxIdOf } from '../../../../shared/core/mailbox-id.ts';
import { summaryTotals } from '../../../../shared/core/report/totals.ts';

export const noCounts: Counts = { source: 0, copied: 0, present: 0, skipped: 0, quarantined: 0, gone: 0, bytes: 0 };

export const mailbox = (emailAddress: string, more: Partial<MailboxLine> = {}): MailboxLine => ({
  mailboxId: mailboxIdOf(emailAddress),
  emailAddress,
  targetUser: emailAddress,
  origin: 'wave1.csv:2',
  verdict: 'complete',
  failure: null,
  counts: { ...noCounts, source: 10, copied: 7, present: 3, bytes: 12_345 },
  copiedNow: 7,
  flagsChangedNow: 1,
  planned: { messages: 7, bytes: 12_345 },
  surplus: 0,
  openDoubts: 0,
  removedAtTarget: 0,
  byHeaders: 0,
  droppedKeywords: 0,
  repaired: 0,
  pendingFlags: 0,
  otherDates: 0,
  folderCount: 2,
  evidence: null,
  verified: null,
  confidence: '',
  ...more,
});

/** Checked by the schema, so that no test speaks of a summary that cannot be. */
export function summary(mailboxes: MailboxLine[], more: Partial<PassSummary> = {}): PassSummary {
  return PassSummary.parse({
    version: 1,
    batch: 'contoso',
    pass: 'initial',
    passId: 'contoso-initial-1',
    startedAt: '2024-05-01T10:00:00.000Z',
    endedAt: '2024-05-01T12:05:00.000Z',
    verdict: 'complete',
    failure: null,
    rejected: 0,
    mailboxes,
    totals: summaryTotals(mailboxes, more.pass ?? 'initial'),
    ...more,
  });
}

export const refused = {
  code: 'LOGIN_REFUSED',
  message: 'The source refused the login.',
  hint: 'Correct user name or password of this row and upload the CSV again.',
} as const;
