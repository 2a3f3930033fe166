import type { LedgerRow } from '../../contract/items.ts';
import { limits } from '../protocol/limits.ts';

/**
 * A doubt ends when a settle looked at the target after the longest life of an abandoned command, counted from the
 * settle that saw the doubt first (by then the worker and its connection were gone).
 */
export function endDoubts(rows: readonly LedgerRow[], nowMs: number): LedgerRow[] {
  const lifeMs = limits.doubtMinutes * 60_000;
  return rows.map((row) => {
    const over = row.doubt && row.doubtSince !== null && nowMs - Date.parse(row.doubtSince) >= lifeMs;
    return over ? { ...row, doubt: false, doubtSince: null } : row;
  });
}

export const openDoubts = (rows: readonly LedgerRow[]): number => rows.filter((row) => row.doubt).length;
