/** What is drawn: a panel for each corpus, a group for each round trip, a bar for each tool. */
import { titles } from '../corpus/corpora.ts';
import { tools } from '../tools/tools.ts';
import { copyFigure, findLimit } from './figures.ts';
import type { CopyRow, Results } from './rows.ts';
import { numberText } from './text.ts';

export interface Bar {
  label: string;
  value: number;
  valueText: string;
  isOurs: boolean;
  /** The raw limit, drawn as a mark. */
  mark: number | null;
}

export interface Panel {
  title: string;
  unit: string;
  groups: { title: string; bars: Bar[] }[];
}

export function panelsOf(results: Results): Panel[] {
  const rows = results.copies.filter(({ variant }) => variant === 'everything');
  const kinds = [...new Set(rows.map(({ corpus }) => corpus.kind))];
  return kinds.map((kind) =>
    panel(
      results,
      rows.filter(({ corpus }) => corpus.kind === kind),
    ),
  );
}

function panel(results: Results, rows: readonly CopyRow[]): Panel {
  const kind = rows[0]?.corpus.kind ?? 'S';
  const count = rows[0]?.corpus.count.toLocaleString('en-US') ?? '';
  // Of large messages octets count, of small ones their number.
  const unit = kind === 'L' ? 'MB/s' : 'messages/s';
  const trips = [...new Set(rows.map(({ roundTripMs }) => roundTripMs))].sort((a, b) => a - b);
  const groups = trips.map((roundTripMs) => ({
    title: `${roundTripMs} ms`,
    bars: tools.flatMap(({ name }) => {
      const row = rows.find((other) => other.tool === name && other.roundTripMs === roundTripMs);
      return row ? barOf(results, row, unit) : [];
    }),
  }));
  return { title: `${count} messages, ${titles[kind]}`, unit, groups };
}

function barOf(results: Results, row: CopyRow, unit: string): Bar[] {
  const figure = copyFigure(row);
  if (!figure) return [];
  const amount = unit === 'MB/s' ? row.corpusBytes / 1e6 : row.corpus.count;
  const value = amount / figure.seconds;
  const limit = row.tool === 'mailferry' ? findLimit(results, row) : undefined;
  return [
    {
      label: row.tool,
      value,
      valueText: `${numberText(value)}${figure.extrapolated ? ' e' : ''}`,
      isOurs: row.tool === 'mailferry',
      mark: limit ? amount / limit.appendSeconds : null,
    },
  ];
}
