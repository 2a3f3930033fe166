import type { Finding } from '../../contract/items.ts';
import type { MailboxLine, PassSummary } from '../../contract/report.ts';
import { comparedFindings, found } from '../verify/tally.ts';
import { missingOf } from './bar.ts';
import { csvText } from './csv-cell.ts';

/** Empty unless the pass was a verify pass: a 0 would say that nothing was found. */
const ofVerify = ({ verified }: MailboxLine, ...which: Finding[]): number | '' =>
  verified ? found(verified, ...which) : '';

const columns: readonly (readonly [string, (m: MailboxLine) => string | number])[] = [
  ['Mailbox', (m) => m.emailAddress],
  ['Target', (m) => m.targetUser],
  ['CSV row', (m) => m.origin],
  ['Verdict', (m) => m.verdict],
  ['Messages at the source', (m) => m.counts.source],
  ['Copied', (m) => m.counts.copied],
  ['Was there before', (m) => m.counts.present],
  ['Skipped', (m) => m.counts.skipped],
  ['Quarantined', (m) => m.counts.quarantined],
  ['Gone meanwhile', (m) => m.counts.gone],
  ['Missing', (m) => missingOf(m.counts)],
  ['Bytes copied', (m) => m.counts.bytes],
  ['Messages planned in this pass', (m) => m.planned.messages],
  ['Bytes planned in this pass', (m) => m.planned.bytes],
  ['Copied in this pass', (m) => m.copiedNow],
  ['Flags changed in this pass', (m) => m.flagsChangedNow],
  ['Surplus copies', (m) => m.surplus],
  ['Rows in doubt', (m) => m.openDoubts],
  ['Removed at the target since', (m) => m.removedAtTarget],
  ['Recognised by headers', (m) => m.byHeaders],
  ['Keywords the target cannot keep', (m) => m.droppedKeywords],
  ['Repaired messages', (m) => m.repaired],
  ['Messages without all flags', (m) => m.pendingFlags],
  ['Messages with another date', (m) => m.otherDates],
  ['Over a limit', (m) => m.overLimit?.messages ?? 0],
  ['Folders', (m) => m.folderCount],
  ['Read again', (m) => ofVerify(m, ...comparedFindings)],
  ['Found equal', (m) => ofVerify(m, 'equal', 'repaired')],
  ['Equal by headers only', (m) => ofVerify(m, 'rewritten')],
  ['Other octets', (m) => ofVerify(m, 'other-octets')],
  ['Other date', (m) => ofVerify(m, 'other-date')],
  ['Other flags', (m) => m.verified?.otherFlags ?? ''],
  ['Confidence', (m) => m.confidence],
  ['Code', (m) => m.failure?.code ?? ''],
  ['Reason', (m) => m.failure?.message ?? ''],
  ['What to do', (m) => m.failure?.hint ?? ''],
];

/** One line per mailbox. */
export function reportCsv({ mailboxes }: PassSummary): string {
  return csvText([columns.map(([title]) => title), ...mailboxes.map((m) => columns.map(([, of]) => of(m)))]);
}
