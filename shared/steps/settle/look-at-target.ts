/** What the target folder holds when a folder is settled. */
import type { LedgerRow } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { instantKey } from '../../core/identity.ts';
import { countSurplus, findSurplus, type SeenCopies } from '../../core/settle/surplus.ts';
import type { FolderState, MessageMeta, TargetMailbox } from '../../ports/mail.ts';
import { headersOf } from '../sync/headers.ts';
import { hashesOf } from '../sync/hashes.ts';

export interface TargetLook extends SeenCopies {
  uidValidity: number;
  messageCount: number;
}

export function targetLook({
  state,
  messages,
}: {
  state: FolderState;
  messages: readonly MessageMeta<TargetUid>[];
}): TargetLook {
  const uids = new Set<number>();
  const byInstant = new Map<string, TargetUid[]>();
  for (const message of messages) {
    uids.add(message.uid);
    const instant = instantKey(message.internalDate);
    const same = byInstant.get(instant);
    if (same) same.push(message.uid);
    else byInstant.set(instant, [message.uid]);
  }
  return { uidValidity: state.uidValidity, messageCount: state.messageCount, uids, byInstant };
}

export interface Suspicion {
  path: string;
  rows: readonly LedgerRow[];
  look: TargetLook;
  rewrites: boolean | null;
}

/**
 * What `findSurplus` suspects, compared. Unless the target is known to keep octets, copies whose headers say nothing
 * can't be told apart, and each is named.
 */
export async function surplusOf(target: TargetMailbox, { path, rows, look, rewrites }: Suspicion): Promise<number> {
  const surplus = findSurplus(rows, look);
  const uids = surplus.compare.flatMap(({ free, kept }) => [...free, ...kept]);
  if (uids.length > 0) await target.openFolder(path);
  const headers = [...(await headersOf(target, uids))].flatMap(([uid, identity]): [TargetUid, string][] => {
    const face = identity?.key ?? (rewrites === false ? null : 'nameless');
    return face === null ? [] : [[uid, face]];
  });
  return countSurplus(surplus, await hashesOf(target, uids), new Map(headers));
}
