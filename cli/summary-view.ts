/** The table at the end. */
import type { MailboxLine, PassSummary } from '../shared/contract/report.ts';
import { headline } from '../shared/core/report/headline.ts';
import { supersededText } from '../shared/core/report/next-steps.ts';
import { plural } from '../shared/core/report/numbers.ts';
import { bytesText, cellText, countText, printable } from './format.ts';

const columns = [
  { title: 'mailbox', width: 32, of: (m: MailboxLine) => m.emailAddress },
  { title: 'verdict', width: 20, of: (m: MailboxLine) => m.verdict },
  { title: 'source', width: 9, of: (m: MailboxLine) => countText(m.counts.source) },
  { title: 'copied', width: 9, of: (m: MailboxLine) => countText(m.counts.copied) },
  { title: 'now', width: 7, of: (m: MailboxLine) => countText(m.copiedNow) },
  { title: 'present', width: 8, of: (m: MailboxLine) => countText(m.counts.present) },
  { title: 'left out', width: 9, of: (m: MailboxLine) => countText(m.counts.skipped + m.counts.quarantined) },
  { title: 'size', width: 9, of: (m: MailboxLine) => bytesText(m.counts.bytes) },
] as const;

export function summaryLines(summary: PassSummary, reportPath: string | null): string[] {
  const { totals } = summary;
  const table = [
    columns.map(({ title, width }) => cellText(title, width)).join(' '),
    columns.map(({ width }) => '─'.repeat(width)).join(' '),
    ...summary.mailboxes.map((m) => columns.map(({ of, width }) => cellText(of(m), width)).join(' ')),
  ];
  const failures = summary.mailboxes.filter((m) => m.failure).flatMap(failureLines);
  const lines = [
    `${summary.pass} pass of ${summary.batch}: ${summary.verdict}`,
    '',
    ...(summary.mailboxes.length > 0 ? [...table.map((line) => line.trimEnd()), ''] : []),
    ...failures,
    ...summary.mailboxes.flatMap((m) => overLimitLines(m, summary.pass)),
    ...(summary.failure ? [`${summary.failure.code}: ${summary.failure.message}`, `  ${summary.failure.hint}`] : []),
    ...(summary.supersededBy === null ? [] : [headline(summary), supersededText(summary.supersededBy)]),
    ...(summary.rejected > 0 ? [`${summary.rejected} rows of the CSV were rejected: see rejected.csv`] : []),
    ...alteredLines(summary),
    `${totals.complete + totals.completeWithSkips} of ${totals.mailboxes} mailboxes complete${copiedText(summary)}.`,
    ...(totals.confidence === '' ? [] : [totals.confidence]),
    ...(reportPath === null ? [] : [`Report: ${reportPath}`]),
  ];
  // The sentence of a failure may name a folder.
  return lines.map(printable);
}

/** What did not arrive as it was, and where to look for it. */
function alteredLines({ mailboxes }: PassSummary): string[] {
  const sum = (of: (m: MailboxLine) => number): number => mailboxes.reduce((all, m) => all + of(m), 0);
  const lines: [count: number, what: string, text: string][] = [
    [sum((m) => m.counts.quarantined), 'message', 'in quarantine: `mailferry retry` tries again'],
    [sum((m) => m.repaired), 'message', 'repaired so that the target takes it: see items.jsonl'],
    [sum((m) => m.pendingFlags), 'message', 'without flags that the target refused: the next pass tries to set them'],
    [sum((m) => m.otherDates), 'message', 'to which the target gave another date: see items.jsonl'],
    [sum((m) => m.droppedKeywords), 'keyword', 'left out because the target cannot keep it'],
  ];
  return lines.filter(([count]) => count > 0).map(([count, what, text]) => `${plural(count, what)} ${text}`);
}

function overLimitLines({ emailAddress, overLimit }: MailboxLine, pass: PassSummary['pass']): string[] {
  if (!overLimit || overLimit.messages === 0) return [];
  const { messages, bytes } = overLimit;
  const what = pass === 'preflight' ? 'over a limit, would be left out' : 'over a limit, left out';
  return [`${emailAddress}: ${plural(messages, 'message')} (${bytesText(bytes)}) ${what}: see items.jsonl`];
}

/** Passes that copy nothing need not say so. */
const copiedText = ({ pass, totals }: PassSummary): string =>
  pass === 'verify' || pass === 'preflight' ? '' : `, ${countText(totals.copiedNow)} messages copied in this pass`;

function failureLines(m: MailboxLine): string[] {
  return m.failure ? [`${m.emailAddress}: ${m.failure.code}: ${m.failure.message}`, `  ${m.failure.hint}`] : [];
}
