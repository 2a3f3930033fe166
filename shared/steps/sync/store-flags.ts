/** STORE of many messages at once, of which a server may refuse a flag. */
import type { TargetUid } from '../../contract/ids.ts';
import { MigrationError } from '../../errors.ts';
import type { TargetMailbox } from '../../ports/mail.ts';

export interface FlagChange {
  add: readonly string[];
  remove: readonly string[];
}

export interface ChangedRow {
  targetUid: TargetUid;
  change: FlagChange;
}

/** One command for all that need the same change. A flag that is refused does not keep the others from being set. */
export async function storeChanges(target: TargetMailbox, rows: readonly ChangedRow[]): Promise<void> {
  const groups = new Map<string, { uids: TargetUid[]; change: FlagChange }>();
  for (const { targetUid, change } of rows) {
    if (change.add.length + change.remove.length === 0) continue;
    const name = JSON.stringify(change);
    const group = groups.get(name) ?? { uids: [], change };
    group.uids.push(targetUid);
    groups.set(name, group);
  }
  for (const { uids, change } of groups.values()) {
    if (await isTaken(target, uids, change)) continue;
    for (const flag of change.add) await isTaken(target, uids, { add: [flag], remove: [] });
    for (const flag of change.remove) await isTaken(target, uids, { add: [], remove: [flag] });
  }
}

async function isTaken(target: TargetMailbox, uids: readonly TargetUid[], change: FlagChange): Promise<boolean> {
  try {
    await target.storeFlags(uids, change);
    return true;
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'SERVER_REFUSED') return false;
    throw error;
  }
}

export async function flagsAt(
  target: TargetMailbox,
  uids: readonly TargetUid[],
): Promise<Map<number, readonly string[]>> {
  const now = new Map<number, readonly string[]>();
  if (uids.length === 0) return now;
  const wanted = new Set<number>(uids);
  for await (const { uid, flags } of target.listFlags({ first: Math.min(...wanted), last: Math.max(...wanted) }))
    if (wanted.has(uid)) now.set(uid, flags);
  return now;
}
