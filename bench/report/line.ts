/** One line on the terminal for each copy, as soon as it is made. */
import { copyFigure, mailSeconds } from './figures.ts';
import { disturbedShare, type CopyRow, type MailTraffic } from './rows.ts';
import { numberText } from './text.ts';

const placeWidth = 34;

export function copyLine(row: CopyRow): string {
  const target = row.variant === 'everything' ? '' : ` (${row.variant} x${row.connections})`;
  const place = `${row.corpus.kind} ${row.roundTripMs} ms ${row.tool}${target}`.padEnd(placeWidth);
  const figure = copyFigure(row);
  if (!figure) return `${place} WRONG: ${row.wrong}`;
  const mark = `${figure.extrapolated ? ' e' : ''}${row.othersShare > disturbedShare ? ` ~${Math.round(row.othersShare * 100)} %` : ''}`;
  return [
    `${place} ${numberText(figure.messagesPerSecond)} messages/s, ${numberText(figure.megabytesPerSecond)} MB/s${mark}`,
    `${numberText(row.copySeconds)} s of ${numberText(row.wallSeconds)} s${mailText(row.mail)}`,
    `CPU ${numberText(row.cpuSeconds)} s (servers ${numberText(row.serverCpuSeconds)} s)`,
    `${Math.round(row.peakRssBytes / 1e6)} MB`,
    ...row.quiet.map((q) => `quiet at ${q.roundTripMs} ms ${numberText(q.copySeconds)} s${mailText(q.mail)}`),
  ].join(', ');
}

function mailText(mail: MailTraffic | null): string {
  if (mail === null) return '';
  const { source, target } = mail;
  return ` [IMAP ${numberText(mailSeconds(mail))} s, ${source.commands.total}+${target.commands.total} commands]`;
}
