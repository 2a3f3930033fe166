import type { Evidence, Verified } from '../../contract/items.ts';
import type { PassKind } from '../../contract/names.ts';
import type { MailboxLine, PassTotals } from '../../contract/report.ts';
import { addEvidence } from '../settle/ledger.ts';
import { addCounts } from '../settle/verdict.ts';
import { addTallies } from '../verify/tally.ts';
import { confidenceOf } from './confidence.ts';

export function summaryTotals(mailboxes: readonly MailboxLine[], pass: PassKind): PassTotals {
  const having = (verdict: MailboxLine['verdict']): number => mailboxes.filter((m) => m.verdict === verdict).length;
  const evidence = evidenceOfAll(mailboxes);
  const verified = verifiedOfAll(mailboxes);
  return {
    mailboxes: mailboxes.length,
    complete: having('complete'),
    completeWithSkips: having('complete with skips'),
    incomplete: having('incomplete'),
    counts: addCounts(mailboxes.map((m) => m.counts)),
    copiedNow: mailboxes.reduce((sum, m) => sum + m.copiedNow, 0),
    surplus: mailboxes.reduce((sum, m) => sum + m.surplus, 0),
    evidence,
    verified,
    confidence: confidenceOf({ pass, evidence, verified }),
  };
}

/** null as long as one mailbox is not counted: a sum over the others would look like all. */
function evidenceOfAll(mailboxes: readonly MailboxLine[]): Evidence | null {
  const known = mailboxes.flatMap(({ evidence }) => (evidence ? [evidence] : []));
  return known.length < mailboxes.length ? null : addEvidence(known);
}

/** Mailboxes that were not verified at all are incomplete, and named as such. */
function verifiedOfAll(mailboxes: readonly MailboxLine[]): Verified | null {
  const known = mailboxes.flatMap(({ verified }) => (verified ? [verified] : []));
  if (known.length === 0) return null;
  const sum = (of: (verified: Verified) => number): number => known.reduce((total, one) => total + of(one), 0);
  return { ...addTallies(known), goneAtSource: sum((v) => v.goneAtSource), foldersLeft: sum((v) => v.foldersLeft) };
}
