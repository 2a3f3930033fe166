/** Live progress: a line per mailbox that is being worked on, and one for all. */
import { barText, bytesText, cellText, countText, durationText } from './format.ts';
import type { MailboxProgress } from './progress.ts';

const glyphs: Record<MailboxProgress['state'], string> = {
  queued: '·',
  planning: '…',
  syncing: '▸',
  settled: '✓',
  closed: '✓',
};

export interface Pace {
  elapsedSeconds: number;
  maxLines: number;
}

export function progressLines(mailboxes: readonly MailboxProgress[], pace: Pace): string[] {
  const ordered = [...mailboxes].sort((a, b) => rank(a) - rank(b));
  const shown = ordered.slice(0, Math.max(1, pace.maxLines - 1));
  const hidden = ordered.length - shown.length;
  return [
    ...shown.map((m) => mailboxLine(m, pace)),
    ...(hidden > 0 ? [`  … and ${hidden} more`] : []),
    totalLine(mailboxes, pace),
  ];
}

/** Those being worked on first. */
const rank = (m: MailboxProgress): number => ({ syncing: 0, planning: 1, settled: 2, closed: 2, queued: 3 })[m.state];

function mailboxLine(m: MailboxProgress, pace: Pace): string {
  const glyph = m.verdict === 'incomplete' ? '✗' : glyphs[m.state];
  const name = `${glyph} ${cellText(m.mailbox, 30)}`;
  if (m.verdict !== null) return `${name} ${barText(1, 20)} ${m.verdict}, ${countText(m.copied)} copied`;
  if (m.state !== 'syncing') return `${name} ${barText(0, 20)} ${m.state}`;
  const share = m.messages === 0 ? 1 : m.copied / m.messages;
  const rate = m.copied / Math.max(0.5, pace.elapsedSeconds);
  const eta = rate > 0 ? durationText((m.messages - m.copied) / rate) : '–';
  const counts = `${countText(m.copied)}/${countText(m.messages)} messages in ${m.folders} folders`;
  return `${name} ${barText(share, 20)} ${counts}, ${bytesText(m.copiedBytes)}, ${rate.toFixed(0)}/s, ETA ${eta}`;
}

function totalLine(mailboxes: readonly MailboxProgress[], { elapsedSeconds }: Pace): string {
  const sum = (of: (m: MailboxProgress) => number): number => mailboxes.reduce((total, m) => total + of(m), 0);
  const ended = mailboxes.filter((m) => m.verdict !== null).length;
  const copied = sum((m) => m.copied);
  const rate = copied / Math.max(0.5, elapsedSeconds);
  return `  ${ended} of ${mailboxes.length} mailboxes, ${countText(copied)} of ${countText(sum((m) => m.messages))} messages, ${rate.toFixed(0)}/s, ${durationText(elapsedSeconds)}`;
}
