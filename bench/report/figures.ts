/** Figures of a row: seconds for the whole corpus, rates, ratios. */
import type { ToolName } from '../tools/tool.ts';
import { extrapolatedSeconds } from './extrapolate.ts';
import type { CopyRow, LimitRow, MailTraffic, QuietRow, Results } from './rows.ts';

export interface Figure {
  /** For the whole corpus. */
  seconds: number;
  messagesPerSecond: number;
  megabytesPerSecond: number;
  /** From a sample. */
  extrapolated: boolean;
}

export type Place = Pick<CopyRow, 'roundTripMs' | 'variant'> & { kind: CopyRow['corpus']['kind'] };

/** Null for a copy that is not right: it has no speed. */
export function copyFigure(row: CopyRow): Figure | null {
  if (row.wrong !== null) return null;
  const quietSeconds = quietAt(row, row.roundTripMs)?.copySeconds ?? null;
  const sample = { seconds: row.copySeconds, quietSeconds, messages: row.copied };
  const seconds = extrapolatedSeconds(sample, row.corpus.count);
  return {
    seconds,
    messagesPerSecond: row.corpus.count / seconds,
    megabytesPerSecond: row.corpusBytes / 1e6 / seconds,
    extrapolated: row.copied < row.corpus.count,
  };
}

export const quietAt = (row: CopyRow, roundTripMs: number): QuietRow | undefined =>
  row.quiet.find((quiet) => quiet.roundTripMs === roundTripMs);

export function findCopy(results: Results, tool: ToolName, place: Place, connections?: number): CopyRow | undefined {
  return results.copies.find(
    (row) => row.tool === tool && isAt(row, place) && (connections === undefined || row.connections === connections),
  );
}

/** A second run over the whole corpus; of a latency-bound tool it is kept with its copy at 0 ms. */
export function findQuiet(results: Results, tool: ToolName, place: Place): QuietRow | undefined {
  const ofTool = results.copies.filter(
    (row) => row.tool === tool && row.corpus.kind === place.kind && row.wrong === null,
  );
  const whole = ofTool.filter((row) => row.variant === place.variant && row.copied === row.corpus.count);
  return whole.flatMap((row) => quietAt(row, place.roundTripMs) ?? [])[0];
}

const isAt = (row: Pick<CopyRow, 'corpus' | 'roundTripMs' | 'variant'>, place: Place): boolean =>
  row.corpus.kind === place.kind && row.roundTripMs === place.roundTripMs && row.variant === place.variant;

export const placeOf = (row: Pick<CopyRow, 'corpus' | 'roundTripMs' | 'variant'>): Place => ({
  kind: row.corpus.kind,
  roundTripMs: row.roundTripMs,
  variant: row.variant,
});

/** How many times as fast as the other tool, in messages per second. Null when one of them has no figure. */
export function timesAsFast(row: CopyRow | undefined, other: CopyRow | undefined): number | null {
  const [own, theirs] = [row && copyFigure(row), other && copyFigure(other)];
  return own && theirs ? own.messagesPerSecond / theirs.messagesPerSecond : null;
}

export function findLimit(results: Results, row: CopyRow): LimitRow | undefined {
  return results.limits.find((limit) => isAt(limit, placeOf(row)) && limit.connections === row.connections);
}

/** How many times the seconds that APPEND from memory takes. */
export function distanceToLimit(results: Results, row: CopyRow): number | null {
  const [figure, limit] = [copyFigure(row), findLimit(results, row)];
  return figure && limit ? figure.seconds / limit.appendSeconds : null;
}

/**
 * Seconds of a run of the product without what it takes to find an empty mailbox empty, on the same connections: the
 * embedded stack's cold start, but also the logins.
 */
export function secondsBeyondEmpty(results: Results, row: CopyRow): number | null {
  const empty = results.empty.find((other) => other.roundTripMs === row.roundTripMs);
  return row.tool !== 'mailferry' || !empty ? null : row.copySeconds - empty.copySeconds;
}

/** From the first connection to the last octet, both sides together. */
export function mailSeconds({ source, target }: MailTraffic): number {
  const seen = [source, target].filter(({ connections }) => connections > 0);
  if (seen.length === 0) return 0;
  const [first, last] = [Math.min(...seen.map((t) => t.firstMs)), Math.max(...seen.map((t) => t.lastMs))];
  return (last - first) / 1000;
}

/** imapsync, or what stands in for it where it cannot be had. */
export function yardstick(results: Results): 'imapsync' | 'naive' {
  return results.copies.some(({ tool, wrong }) => tool === 'imapsync' && wrong === null) ? 'imapsync' : 'naive';
}
