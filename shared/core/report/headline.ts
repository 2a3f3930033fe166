import type { PassSummary } from '../../contract/report.ts';
import { found } from '../verify/tally.ts';
import { countText, plural } from './numbers.ts';

/** The pass in one sentence for who has no time. Never says "arrived" above a pass that is not complete. */
export function headline(summary: PassSummary): string {
  const { verdict, totals, failure, supersededBy, rejected, pass } = summary;
  if (failure) return 'The pass could not be carried out.';
  if (supersededBy !== null) return 'This upload was replaced by a newer one before it was read.';
  if (totals.incomplete > 0) return someIncomplete(summary);
  if (rejected > 0)
    return `${plural(rejected, 'row')} of the CSV could not be used${totals.mailboxes > 0 ? `; ${othersText(summary)}` : ''}.`;
  if (verdict === 'incomplete') return 'The pass is not complete yet.';
  if (totals.mailboxes === 0) return 'There was no mailbox to work on.';
  const all = plural(totals.mailboxes, 'mailbox', 'mailboxes');
  if (pass === 'preflight') return `${all} can be migrated${expectedText(summary)}.`;
  if (pass === 'verify') return verifiedText(summary, all);
  const { skipped, quarantined } = totals.counts;
  if (verdict === 'complete with skips')
    return `Every message of ${all} is accounted for; ${countText(skipped + quarantined)} could not be delivered.`;
  return `Every message of ${all} has arrived.`;
}

function expectedText({ mailboxes }: PassSummary): string {
  const over = mailboxes.reduce((sum, m) => sum + (m.overLimit?.messages ?? 0), 0);
  return over === 0 ? '' : `; ${plural(over, 'message')} over a limit would be left out`;
}

/** What the target's users removed is accounted for, but nobody can read it again. */
function verifiedText({ totals: { counts, verified } }: PassSummary, all: string): string {
  const removed = verified ? found(verified, 'removed') : 0;
  const left = counts.skipped + counts.quarantined;
  const rewritten = verified ? found(verified, 'rewritten') : 0;
  const byHeaders = rewritten > 0 ? [`${countText(rewritten)} equal by headers only`] : [];
  if (removed + left === 0)
    return `Every message of ${all} was read again at the target${byHeaders.map((text) => `, ${text}`).join('')}.`;
  const parts = [
    ...(removed > 0 ? [`${countText(removed)} removed at the target after delivery`] : []),
    ...(left > 0 ? [`${countText(left)} could not be delivered`] : []),
    ...byHeaders,
  ];
  return `Every message of ${all} is accounted for; ${parts.join(', ')}.`;
}

function someIncomplete({ totals: { incomplete, mailboxes }, pass }: PassSummary): string {
  const some = `${countText(incomplete)} of ${plural(mailboxes, 'mailbox', 'mailboxes')}`;
  if (pass === 'preflight') return `${some} cannot be migrated yet.`;
  return `${some} ${incomplete === 1 ? 'is' : 'are'} not complete yet.`;
}

function othersText({ totals: { completeWithSkips, mailboxes }, pass }: PassSummary): string {
  const all = plural(mailboxes, 'mailbox', 'mailboxes');
  if (pass === 'preflight') return `${all} can be migrated`;
  const skips = completeWithSkips > 0 ? ', some with messages left out' : '';
  return `the other ${all} ${mailboxes === 1 ? 'is' : 'are'} complete${skips}`;
}
