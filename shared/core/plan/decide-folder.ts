/** What a folder needs, from what is known of it and what the server says of it now. */
import type { FolderRecord, PlannedFolder } from '../../contract/items.ts';
import type { FolderState } from '../../ports/mail.ts';

export interface FolderKnowledge {
  /** Last checkpoint; null before the first settle. */
  record: FolderRecord | null;
  /** Entry of an earlier plan whose chunks hold rows of this folder that are not settled yet. */
  pending: PlannedFolder | null;
  /** EXAMINE, just now. */
  state: FolderState;
}

export type FolderWork =
  /** List everything and match by content what the target has already. `voids`: carried rows name nothing any more. */
  { kind: 'rematch'; voids: boolean } | { kind: 'increment'; newFrom: number | null; flags: FlagsWork };

export type FlagsWork = { kind: 'none' } | { kind: 'changed'; since: string } | { kind: 'scan' };

/**
 * A UIDVALIDITY other than the one known, or a UIDNEXT that went back (a server restored from backup), means that UIDs
 * name other messages now (RFC 9051 2.3.1.1): nothing known by UID may be used.
 */
export function decideFolder({ record, pending, state }: FolderKnowledge): FolderWork {
  const base = baseOf({ record, pending });
  if (!base) return { kind: 'rematch', voids: false };
  if (base.uidValidity !== state.uidValidity || base.uidNext > state.uidNext) {
    return { kind: 'rematch', voids: pending !== null };
  }
  const newFrom = state.uidNext > base.uidNext ? base.uidNext : null;
  return { kind: 'increment', newFrom, flags: flagsWork({ record, pending, state }) };
}

function flagsWork({ record, pending, state }: FolderKnowledge): FlagsWork {
  if (!record || pending?.rematch || record.rowCount === 0) return { kind: 'none' };
  const since = record.checkpoint.highestModSeq;
  if (since === null || state.highestModSeq === null) return { kind: 'scan' };
  return since === state.highestModSeq ? { kind: 'none' } : { kind: 'changed', since };
}

/**
 * A plain count finds what vanished; with carried rows it cannot, because nobody knows yet which of them are gone. Nor
 * where the last settle had messages without a row (some had to wait): as many may have vanished since.
 */
export function needsRecount(known: FolderKnowledge, newCount: number): boolean {
  if (!known.record || known.pending) return false;
  return known.record.recount === true || known.record.rowCount + newCount !== known.state.messageCount;
}

/** Folder state up to which messages are settled or planned; null before the first plan. */
export function baseOf({ record, pending }: Pick<FolderKnowledge, 'record' | 'pending'>): FolderState | null {
  return pending?.state ?? record?.checkpoint ?? null;
}

/**
 * Told by STATUS, which may be behind: enough to leave the folder to a later pass, never to call it complete for good.
 * Without mod-sequences nobody knows whether flags changed.
 */
export function isUnchanged(record: FolderRecord, told: FolderState): boolean {
  const { uidValidity, uidNext, highestModSeq, messageCount } = record.checkpoint;
  return (
    record.recount !== true &&
    told.uidValidity === uidValidity &&
    told.uidNext === uidNext &&
    told.messageCount === messageCount &&
    told.messageCount === record.rowCount &&
    told.highestModSeq !== null &&
    told.highestModSeq === highestModSeq
  );
}
