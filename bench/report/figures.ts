/** Figures of a row: seconds for the whole corpus, rates, ratios. */
import { extrapolatedSeconds } from './extrapolate.ts';
import type { CopyRow, LimitRow, Results } from './rows.ts';

export interface Figure {
  seconds: number;
  /** From a sample. */
  extrapolated: boolean;
}

export type Place = Pick<CopyRow, 'roundTripMs' | 'variant' | 'corpus'>;

/** For the whole corpus; null for a copy that is not right, which has no speed. */
export function copyFigure(row: CopyRow): Figure | null {
  if (row.wrong !== null) return null;
  const quietSeconds = row.quiet.find(({ roundTripMs }) => roundTripMs === row.roundTripMs)?.copySeconds ?? null;
  const sample = { seconds: row.copySeconds, quietSeconds, messages: row.copied };
  return { seconds: extrapolatedSeconds(sample, row.corpus.count), extrapolated: row.copied < row.corpus.count };
}

export const messagesPerSecond = (row: CopyRow, { seconds }: Figure): number => row.corpus.count / seconds;
export const megabytesPerSecond = (row: CopyRow, { seconds }: Figure): number => row.corpusBytes / 1e6 / seconds;

export function findCopy(results: Results, tool: CopyRow['tool'], place: Place): CopyRow | undefined {
  return results.copies.find((row) => row.tool === tool && isAt(row, place));
}

const isAt = (row: Place, { corpus, roundTripMs, variant }: Place): boolean =>
  row.corpus.kind === corpus.kind &&
  row.corpus.count === corpus.count &&
  row.roundTripMs === roundTripMs &&
  row.variant === variant;

export function findLimit(results: Results, row: CopyRow): LimitRow | undefined {
  return results.limits.find((limit) => isAt(limit, row) && limit.connections === row.connections);
}

/** How many times the seconds of `row` the other tool needs. Null when one of them has no figure. */
export function ratio(row: CopyRow, other: CopyRow | undefined): number | null {
  const [own, theirs] = [copyFigure(row), other && copyFigure(other)];
  return own && theirs ? theirs.seconds / own.seconds : null;
}
