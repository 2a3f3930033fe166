/**
 * Copies that no row claims though a row of their instant is in doubt: twins that could not be prevented, reported and
 * never removed (protocol section 6, rules 4 and 5).
 */
import type { LedgerRow } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { instantKey } from '../identity.ts';
import { isDelivered } from './ledger.ts';

export interface SeenCopies {
  uids: ReadonlySet<number>;
  /** UIDs by INTERNALDATE instant. */
  byInstant: ReadonlyMap<string, readonly TargetUid[]>;
}

export interface Surplus {
  /** Surplus whatever the octets: a row without a known UID cannot be compared. */
  counted: number;
  /** Of `free`, those are surplus that have the octets, or the header, of one of `kept`. */
  compare: { free: TargetUid[]; kept: TargetUid[] }[];
}

export function findSurplus(rows: readonly LedgerRow[], seen: SeenCopies): Surplus {
  const claimed = new Set<number>(rows.flatMap((row) => (row.targetUid === null ? [] : [row.targetUid])));
  const surplus: Surplus = { counted: 0, compare: [] };
  for (const [instant, same] of rowsByInstant(rows)) {
    if (!same.some((row) => row.doubt)) continue;
    const free = (seen.byInstant.get(instant) ?? []).filter((uid) => !claimed.has(uid));
    const nameless = same.filter((row) => row.targetUid === null && (row.doubt || isDelivered(row)));
    const kept = same.flatMap(({ doubt, targetUid }) =>
      doubt && targetUid !== null && seen.uids.has(targetUid) ? [targetUid] : [],
    );
    // What a row without a UID holds cannot be compared, so all are counted: each that was delivered takes one copy first.
    if (nameless.length > 0) surplus.counted += Math.max(0, free.length - nameless.filter(isDelivered).length);
    else if (free.length > 0 && kept.length > 0) surplus.compare.push({ free, kept });
  }
  return surplus;
}

/**
 * `hashes` of the octets, and keys of the headers, of the copies to be compared that are still there. The header counts
 * too, because a server that rewrites makes other octets of each twin; and naming one too many removes nothing.
 */
export function countSurplus(
  surplus: Surplus,
  hashes: ReadonlyMap<TargetUid, string>,
  headers: ReadonlyMap<TargetUid, string> = new Map(),
): number {
  const faces = (uid: TargetUid): string[] => [hashes.get(uid) ?? [], headers.get(uid) ?? []].flat();
  return surplus.compare.reduce((sum, { free, kept }) => {
    const doubtful = new Set(kept.flatMap(faces));
    return sum + free.filter((uid) => faces(uid).some((face) => doubtful.has(face))).length;
  }, surplus.counted);
}

function rowsByInstant(rows: readonly LedgerRow[]): Map<string, LedgerRow[]> {
  const byInstant = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const instant = instantKey(row.internalDate);
    const same = byInstant.get(instant);
    if (same) same.push(row);
    else byInstant.set(instant, [row]);
  }
  return byInstant;
}
