/** How the rows of a verify pass are shared out. */
import type { VerifyRow } from '../../contract/verify.ts';

/** A window's findings are one object; both sides of it are in memory as hashes. */
const window = { rows: 1_000, bytes: 32 * 1024 * 1024 } as const;
const chunk = { least: 500, usual: 5_000, bytes: 1024 * 1024 * 1024, sharesOfMailbox: 8 } as const;

/**
 * End (exclusive) of the window that starts at `from`: rows of one folder. It depends on nothing but the rows, so that
 * whoever repeats a window reads the same one and writes the same object, a worker that lost its lease included.
 */
export function verifyWindowEnd(rows: readonly VerifyRow[], from: number): number {
  const folder = rows[from]?.folder;
  let to = from;
  let bytes = 0;
  for (let row = rows[to]; row && row.folder === folder && to - from < window.rows; row = rows[to]) {
    bytes += row.sizeBytes;
    if (to > from && bytes > window.bytes) break;
    to += 1;
  }
  return to;
}

export interface Share {
  rows: number;
  bytes: number;
}

/** How much a chunk holds so that `mostChunks` are enough, with a tenth to spare for what their ends leave. */
export function chunkShare(total: Share, mostChunks: number): Share {
  const spread = (n: number): number => Math.ceil((n * 1.1) / mostChunks);
  const usual = Math.min(Math.max(Math.ceil(total.rows / chunk.sharesOfMailbox), chunk.least), chunk.usual);
  return { rows: Math.max(usual, spread(total.rows)), bytes: Math.max(chunk.bytes, spread(total.bytes)) };
}
