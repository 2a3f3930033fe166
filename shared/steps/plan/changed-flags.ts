/** Rows whose flags changed at the source since the last sync. */
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import type { FlagsRow, LedgerRow } from '../../contract/items.ts';
import { portableFlags, sameFlags } from '../../core/flags.ts';
import type { FlagsWork } from '../../core/plan/decide-folder.ts';
import type { FolderState, SourceMailbox } from '../../ports/mail.ts';

export interface FlagsQuestion {
  folder: FolderKey;
  work: FlagsWork;
  ledger: readonly LedgerRow[];
  state: FolderState;
}

/** Only messages whose copy is known by UID: a flag on the wrong message is damage, a flag that stays old is none. */
export async function changedFlags(source: SourceMailbox, question: FlagsQuestion): Promise<FlagsRow[]> {
  const { folder, work, ledger, state } = question;
  if (work.kind === 'none' || state.messageCount === 0) return [];
  const known = new Map<SourceUid, LedgerRow>(ledger.filter((row) => !row.vanished).map((row) => [row.sourceUid, row]));
  const changed: FlagsRow[] = [];
  const since = work.kind === 'changed' ? work.since : undefined;
  for await (const message of source.listFlags({ first: 1, last: '*' }, since)) {
    const row = known.get(message.uid);
    if (!row || row.targetUid === null || (row.outcome !== 'copied' && row.outcome !== 'present')) continue;
    const { flags } = portableFlags(message.flags);
    if (sameFlags(flags, [...row.flags, ...(row.pendingFlags ?? [])])) continue;
    changed.push({ folder, sourceUid: row.sourceUid, targetUid: row.targetUid, base: row.flags, flags });
  }
  return changed;
}
