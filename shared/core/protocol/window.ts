/** Which rows the next window takes: one folder, bounded in rows, octets and expected time. */
import type { FolderKey } from '../../contract/ids.ts';
import type { CopyRow } from '../../contract/items.ts';
import { limits } from './limits.ts';

export interface Pace {
  rows: number;
  ms: number;
}

/** End (exclusive) of the window that starts at `from`; at least one row. */
export function windowEnd(rows: readonly CopyRow[], from: number, pace: Pace | null): number {
  const folder = rows[from]?.folder;
  const rowLimit = rowsWithin(pace);
  let to = from;
  let bytes = 0;
  for (let row = rows[to]; row && row.folder === folder && to - from < rowLimit; row = rows[to]) {
    bytes += row.sizeBytes;
    if (to > from && bytes > limits.windowBytes) break;
    to += 1;
  }
  return to;
}

/** A slow server gets short windows: a crash then leaves few rows in doubt, and the lease is renewed by commits. */
function rowsWithin(pace: Pace | null): number {
  if (!pace || pace.rows === 0 || pace.ms <= 0) return limits.windowRows;
  const expected = Math.floor((pace.rows / pace.ms) * limits.windowMs);
  return Math.max(1, Math.min(limits.windowRows, expected));
}

/** How far a window that ends at `to` may slide, so that a look-up from its floor stays small. */
export function slideEnd(rows: readonly CopyRow[], to: number): number {
  return cleanRun(rows, { folder: rows[to - 1]?.folder, from: to, most: limits.slideRows });
}

/** End (exclusive) of the rows of one folder from `from` on that need nothing but to be sent. */
export function cleanEnd(rows: readonly CopyRow[], from: number): number {
  return cleanRun(rows, { folder: rows[from]?.folder, from, most: limits.windowRows + limits.slideRows });
}

function cleanRun(
  rows: readonly CopyRow[],
  { folder, from, most }: { folder: FolderKey | undefined; from: number; most: number },
): number {
  let end = from;
  while (end - from < most && rows[end]?.folder === folder && needsOnlySending(rows[end])) end += 1;
  return end;
}

const needsOnlySending = (row: CopyRow | undefined): boolean =>
  row !== undefined && row.candidates.length === 0 && row.kept === undefined;
