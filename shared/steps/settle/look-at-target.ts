/** What the target folder holds when a folder is settled. */
import type { LedgerRow } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { instantKey } from '../../core/identity.ts';
import { countSurplus, findSurplus, type SeenCopies } from '../../core/settle/surplus.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import { hashesOf } from '../sync/doubt.ts';

export interface TargetLook extends SeenCopies {
  uidValidity: number;
  messageCount: number;
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

/** What `findSurplus` suspects, compared by octets. The folder is open at the target. */
export async function surplusOf(target: TargetMailbox, rows: readonly LedgerRow[], look: TargetLook): Promise<number> {
  const surplus = findSurplus(rows, look);
  const uids = surplus.compare.flatMap(({ free, kept }) => [...free, ...kept]);
  return countSurplus(surplus, await hashesOf(target, uids));
}
