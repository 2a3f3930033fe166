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
 * Copies that no row claims though a row in doubt has exactly these octets and this INTERNALDATE: twins that could not
 * be prevented, reported and never removed (protocol section 6, rules 4 and 5). The folder is open at the target.
 */
export async function countSurplus(
  target: TargetMailbox,
  rows: readonly LedgerRow[],
  look: TargetLook,
): Promise<number> {
  const claimed = new Set<number>(rows.flatMap((row) => (row.targetUid === null ? [] : [row.targetUid])));
  const suspects = new Map<TargetUid, TargetUid>();
  for (const row of rows) {
    if (!row.doubt || row.targetUid === null || !look.uids.has(row.targetUid)) continue;
    for (const uid of look.byInstant.get(instantKey(row.internalDate)) ?? [])
      if (!claimed.has(uid)) suspects.set(uid, row.targetUid);
  }
  const hashes = await hashesOf(target, [...new Set([...suspects.keys(), ...suspects.values()])]);
  const twins = [...suspects].filter(
    ([uid, kept]) => hashes.get(uid) !== undefined && hashes.get(uid) === hashes.get(kept),
  );
  return surplusOf(
    twins.map(([uid]) => uid),
    rows,
    look,
  );
}

/** Rows delivered without a known UID take their copies first (section 5, rule 6): what is left over is surplus. */
function surplusOf(twins: readonly TargetUid[], rows: readonly LedgerRow[], look: TargetLook): number {
  const unknown = new Map<string, number>();
  for (const row of rows) {
    if ((row.outcome !== 'copied' && row.outcome !== 'present') || row.targetUid !== null) continue;
    unknown.set(instantKey(row.internalDate), (unknown.get(instantKey(row.internalDate)) ?? 0) + 1);
  }
  let surplus = 0;
  for (const [instant, uids] of look.byInstant) {
    const here = uids.filter((uid) => twins.includes(uid)).length;
    surplus += Math.max(0, here - (unknown.get(instant) ?? 0));
  }
  return surplus;
}
