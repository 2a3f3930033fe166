import type { MailboxLine, PassTotals } from '../../contract/report.ts';
import { addCounts } from '../settle/verdict.ts';

export function summaryTotals(mailboxes: readonly MailboxLine[]): PassTotals {
  const having = (verdict: MailboxLine['verdict']): number => mailboxes.filter((m) => m.verdict === verdict).length;
  return {
    mailboxes: mailboxes.length,
    complete: having('complete'),
    completeWithSkips: having('complete with skips'),
    incomplete: having('incomplete'),
    counts: addCounts(mailboxes.map((m) => m.counts)),
    copiedNow: mailboxes.reduce((sum, m) => sum + m.copiedNow, 0),
    surplus: mailboxes.reduce((sum, m) => sum + m.surplus, 0),
  };
}
