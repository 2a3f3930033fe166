/** Copies to which the target gave another INTERNALDATE than it was told (Dovecot does with dates in the future). */
import type { SourceUid } from '../../contract/ids.ts';
import type { LedgerRow } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';
import { isDelivered, isLive } from './ledger.ts';
import type { SeenCopies } from './surplus.ts';

export function otherDates(rows: readonly LedgerRow[], seen: SeenCopies): Set<SourceUid> {
  const shownAt = new Map<number, string>();
  for (const [instant, uids] of seen.byInstant) for (const uid of uids) shownAt.set(uid, instant);
  const others = rows.filter(({ targetUid, internalDate }) => {
    const shown = targetUid === null ? undefined : shownAt.get(targetUid);
    return shown !== undefined && shown !== instantKey(internalDate);
  });
  return new Set(others.filter((row) => isLive(row) && isDelivered(row)).map(({ sourceUid }) => sourceUid));
}
