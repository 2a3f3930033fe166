/** One line on the terminal for each copy, as soon as it is made. */
import { copyFigure, megabytesPerSecond, messagesPerSecond } from './figures.ts';
import type { CopyRow } from './rows.ts';
import { numberText } from './text.ts';

export function copyLine(row: CopyRow): string {
  const place = `${row.corpus.kind} ${row.roundTripMs} ms ${row.tool}${row.variant === 'everything' ? '' : ` (${row.variant} x${row.connections})`}`;
  const figure = copyFigure(row);
  if (!figure) return `${place.padEnd(34)} NOT THE SAME: ${row.wrong}`;
  const seconds = `${numberText(row.copySeconds)} s of ${numberText(row.wallSeconds)} s`;
  const rates = `${numberText(messagesPerSecond(row, figure))} messages/s, ${numberText(megabytesPerSecond(row, figure))} MB/s`;
  const cost = `CPU ${numberText(row.cpuSeconds)} s, ${Math.round(row.peakRssBytes / 1e6)} MB`;
  const quiet = row.quiet.map((q) => `${numberText(q.copySeconds)} s at ${q.roundTripMs} ms`).join(', ');
  return `${place.padEnd(34)} ${rates}${figure.extrapolated ? ' e' : ''} (${seconds}), ${cost}${quiet && `, quiet ${quiet}`}${mailText(row)}`;
}

function mailText({ mail, quiet }: CopyRow): string {
  const text = (of: CopyRow['mail'] | undefined): string =>
    of ? `${of.source.commands.total}+${of.target.commands.total} commands` : '';
  const [copy, second] = [text(mail), text(quiet[0]?.mail)];
  return copy && ` [${copy}${second && `, quiet ${second}`}]`;
}
