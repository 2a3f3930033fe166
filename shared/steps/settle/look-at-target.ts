/** What the target folder holds when a folder is settled. */
import type { LedgerRow } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { instantKey } from '../../core/identity.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import { hashesOf } from '../sync/doubt.ts';

export interface TargetLook {
  uidValidity: number;
  messageCount: number;
  uids: ReadonlySet<number>;
  /** UIDs by INTERNALDATE instant. */
  byInstant: ReadonlyMap<string, readonly TargetUid[]>;
}

export async function lookAtTarget(target: TargetMailbox, path: string): Promise<TargetLook> {
  const state = await target.openFolder(path);
  const uids = new Set<number>();
  const byInstant = new Map<string, TargetUid[]>();
  if (state.messageCount > 0) {
    for await (const message of target.listMessages({ first: 1, last: '*' })) {
      uids.add(message.uid);
      const instant = instantKey(message.internalDate);
      const same = byInstant.get(instant);
      if (same) same.push(message.uid);
      else byInstant.set(instant, [message.uid]);
    }
  }
  return { uidValidity: state.uidValidity, messageCount: state.messageCount, uids, byInstant };
}

/**
 * Copies that no row claims though a row of their instant is in doubt: twins that could not be prevented, reported and
 * never removed (protocol section 6, rules 4 and 5). The folder is open at the target.
 */
export async function countSurplus(
  target: TargetMailbox,
  rows: readonly LedgerRow[],
  look: TargetLook,
): Promise<number> {
  const claimed = new Set<number>(rows.flatMap((row) => (row.targetUid === null ? [] : [row.targetUid])));
  let surplus = 0;
  for (const [instant, same] of rowsByInstant(rows)) {
    if (!same.some((row) => row.doubt)) continue;
    const free = (look.byInstant.get(instant) ?? []).filter((uid) => !claimed.has(uid));
    const nameless = same.filter((row) => row.targetUid === null && (row.doubt || isDelivered(row)));
    // What a row without a UID holds cannot be compared, so all are counted: each that was delivered takes one copy first.
    surplus +=
      nameless.length > 0
        ? Math.max(0, free.length - nameless.filter(isDelivered).length)
        : await countTwins(target, { free, rows: same, look });
  }
  return surplus;
}

const isDelivered = (row: LedgerRow): boolean => row.outcome === 'copied' || row.outcome === 'present';

/** Of `free`, the copies with exactly the octets of a row in doubt that still has its own. */
async function countTwins(
  target: TargetMailbox,
  at: { free: readonly TargetUid[]; rows: readonly LedgerRow[]; look: TargetLook },
): Promise<number> {
  const kept = at.rows.flatMap(({ doubt, targetUid }) =>
    doubt && targetUid !== null && at.look.uids.has(targetUid) ? [targetUid] : [],
  );
  if (at.free.length === 0 || kept.length === 0) return 0;
  const hashes = await hashesOf(target, [...at.free, ...kept]);
  const doubtful = new Set(kept.map((uid) => hashes.get(uid)));
  return at.free.filter((uid) => hashes.has(uid) && doubtful.has(hashes.get(uid))).length;
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
