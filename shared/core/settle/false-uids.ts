/**
 * UIDs that a server acknowledged and that name something else (faults F5): the target shows them under another date,
 * or not at all, while a copy of the row's own date is claimed by nobody. Left in the ledger they would make flags
 * follow to other people's messages and copies of ours look like surplus.
 */
import type { LedgerRow } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';
import { isDelivered } from './ledger.ts';
import type { SeenCopies } from './surplus.ts';

export function withoutFalseUids(rows: readonly LedgerRow[], seen: SeenCopies): LedgerRow[] {
  const shownAt = new Map<number, string>();
  for (const [instant, uids] of seen.byInstant) for (const uid of uids) shownAt.set(uid, instant);
  const isShown = ({ targetUid, internalDate }: LedgerRow): boolean =>
    targetUid !== null && shownAt.get(targetUid) === instantKey(internalDate);
  const claimed = new Set(rows.filter(isShown).map(({ targetUid }) => Number(targetUid)));
  return rows.map((row) => {
    if (!isDelivered(row) || row.targetUid === null || isShown(row)) return row;
    // A target that keeps no dates shows no copy there, and one that the user removed leaves none.
    const own = seen.byInstant.get(instantKey(row.internalDate)) ?? [];
    return own.some((uid) => !claimed.has(uid)) ? { ...row, targetUid: null, evidence: 'counted' as const } : row;
  });
}
