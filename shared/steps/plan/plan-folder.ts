/** Plans one folder: EXAMINE first, then what `decideFolder` says. Reads the source only; creates the target folder. */
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import type { CopyRow, FolderRecord, LedgerRow, PlannedFolder } from '../../contract/items.ts';
import { decideFolder, needsRecount, type FolderKnowledge, type FolderWork } from '../../core/plan/decide-folder.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { portableFlags } from '../../core/flags.ts';
import { possibleDate } from '../../core/repair/possible-date.ts';
import { catalogue, MigrationError } from '../../errors.ts';
import type { FolderState, MessageMeta, SourceMailbox } from '../../ports/mail.ts';
import { readLedger } from '../settle/settle-folder.ts';
import { readCandidates, type Candidates } from './candidates.ts';
import { rankByHeaders } from './crowds.ts';
import { changedFlags } from './changed-flags.ts';
import { ensureTarget } from './ensure-target.ts';
import { keptRows } from './kept-rows.ts';
import { from, listWhole, type Listing } from './list-folder.ts';
import { messagesToRetry } from './retries.ts';
import type { FolderPlan, Planning } from './planning.ts';
import type { Seen } from './survey.ts';

/** Damage of one folder stays in that folder; anything wider (session, login, throttling) ends the invocation. */
export async function planFolder(planning: Planning, mapped: MappedFolder, seen: Seen): Promise<FolderPlan> {
  const record = planning.records.get(mapped.folderKey) ?? null;
  const pending = planning.carried.pending.get(mapped.folderKey) ?? null;
  try {
    if (seen.state instanceof MigrationError) throw seen.state;
    const known = { record, pending, state: seen.state };
    const work = decideFolder(known);
    if (work.kind === 'rematch') return await rematch(planning, { mapped, known, seen, voids: work.voids });
    return await increment(planning, { mapped, known, seen, work });
  } catch (error) {
    if (!(error instanceof MigrationError) || catalogue[error.code].scope !== 'folder') throw error;
    const entry = pending ?? plannedFolder(mapped, { record, pending, state: unknownState });
    const failure = { code: error.code, message: error.message };
    return { folder: { ...entry, failure }, rows: [], skipped: [], flags: [], droppedKeywords: 0 };
  }
}

/** Nothing happened since the checkpoint, as far as the server tells without opening the folder. */
export function unchangedFolder(mapped: MappedFolder, record: FolderRecord): FolderPlan {
  const entry = plannedFolder(mapped, { record, pending: null, state: record.checkpoint });
  return { folder: { ...entry, expectedRows: record.rowCount }, rows: [], skipped: [], flags: [], droppedKeywords: 0 };
}

export const unknownState: FolderState = { uidValidity: 0, uidNext: 0, messageCount: 0, highestModSeq: null };

export function plannedFolder(mapped: MappedFolder, { record, state }: FolderKnowledge): PlannedFolder {
  return {
    ...mapped,
    state,
    expectedRows: 0,
    rematch: false,
    settledSequence: record?.sequence ?? 0,
    vanished: [],
    failure: null,
  };
}

interface At {
  mapped: MappedFolder;
  known: FolderKnowledge;
  seen: Seen;
}

/** First pass, renumbered folder, or lost records: everything is listed, and what the target has is matched by content. */
async function rematch(planning: Planning, at: At & { voids: boolean }): Promise<FolderPlan> {
  const { mapped, known, seen, voids } = at;
  if (seen.candidates instanceof MigrationError) throw seen.candidates;
  const candidates = seen.candidates ?? (await matchUnforeseen(planning, mapped));
  const first = seen.firstUid === 1 ? { state: known.state, messages: from(1, listingOf(at)) } : null;
  const { state, messages } = await listWhole(planning.source, mapped.sourcePath, first);
  const entry = plannedFolder(mapped, { ...known, state });
  const folder = {
    ...entry,
    expectedRows: messages.length,
    rematch: true,
    settledSequence: voids ? planning.carried.sequence : entry.settledSequence,
  };
  const { rows, droppedKeywords } = copyRows(mapped.folderKey, messages, candidates);
  const { uidValidity } = state;
  const ranked = await rankByHeaders(planning, { mapped, uidValidity, rows, candidates });
  return { folder, skipped: [], flags: [], rows: ranked, droppedKeywords };
}

async function matchUnforeseen(planning: Planning, mapped: MappedFolder): Promise<Candidates> {
  await ensureTarget(planning, mapped);
  return readCandidates(planning.target, mapped.targetPath);
}

const listingOf = ({ known, seen }: At): Listing => ({ state: known.state, messages: seen.messages });

type Increment = Extract<FolderWork, { kind: 'increment' }>;

async function increment(planning: Planning, at: At & { work: Increment }): Promise<FolderPlan> {
  const { mapped, known, work } = at;
  const { source, ports } = planning;
  const added = work.newFrom === null ? [] : from(work.newFrom, listingOf(at));
  const ledger =
    (await needsLedger(planning, at, added.length)) && known.record ? await readLedger(ports, known.record.ledger) : [];
  const recounted = needsRecount(known, added.length)
    ? await recount(planning, { ...at, ledger })
    : { state: known.state, messages: added, vanished: [], expectedRows: expectedRows(known, added.length) };
  if (ledger.length > 0) await reopen(source, at);
  const vanished = new Set(recounted.vanished);
  const { targetPath } = mapped;
  const retried = known.pending ? [] : await messagesToRetry(planning, ledger, { vanished, targetPath });
  const rows = copyRows(mapped.folderKey, recounted.messages, () => []);
  const again = copyRows(mapped.folderKey, retried, () => []).rows;
  rows.rows.push(...again.map((row) => ({ ...row, again: true })));
  if (planning.retry && !known.pending)
    rows.rows.push(...(await quarantined(planning, { mapped, ledger, ...recounted })));
  const flags = await changedFlags(source, { folder: mapped.folderKey, work: work.flags, ledger, state: known.state });
  if (rows.rows.length > 0) await ensureTarget(planning, mapped);
  const entry = plannedFolder(mapped, { ...known, state: checkpointOf(known, recounted.state) });
  const folder = {
    ...entry,
    expectedRows: recounted.expectedRows,
    rematch: known.pending?.rematch ?? false,
    vanished: [...(known.pending?.vanished ?? []), ...recounted.vanished],
  };
  return { folder, skipped: [], flags, ...rows };
}

/** Flags and earlier failures are asked of the open folder, which must still be the one that was surveyed. */
async function reopen(source: SourceMailbox, { mapped, known }: At): Promise<void> {
  const { uidValidity } = await source.openFolder(mapped.sourcePath);
  if (uidValidity !== known.state.uidValidity)
    throw new MigrationError('UIDVALIDITY_CHANGED', 'The source renumbered the folder while it was planned.');
}

async function needsLedger(
  planning: Planning,
  { known, work }: { known: FolderKnowledge; work: Increment },
  newCount: number,
): Promise<boolean> {
  const { skipped } = planning.mailbox.counts;
  return planning.retry || work.flags.kind !== 'none' || needsRecount(known, newCount) || skipped > 0;
}

async function quarantined(
  { target }: Planning,
  at: { mapped: MappedFolder; ledger: readonly LedgerRow[]; vanished: readonly SourceUid[] },
): Promise<CopyRow[]> {
  if (at.ledger.every(({ outcome }) => outcome !== 'quarantined')) return [];
  const candidates = await readCandidates(target, at.mapped.targetPath);
  return keptRows({ folder: at.mapped.folderKey, ledger: at.ledger, vanished: new Set(at.vanished), candidates });
}

const expectedRows = (known: FolderKnowledge, newCount: number): number =>
  (known.pending?.expectedRows ?? known.record?.rowCount ?? 0) + newCount;

/** Flags of carried rows were read when that plan was made: changes since then must be found again by the next pass. */
function checkpointOf({ pending }: FolderKnowledge, state: FolderState): FolderState {
  return pending ? { ...state, highestModSeq: pending.state.highestModSeq } : state;
}

/** The counts do not add up: what the ledger has and the source not has vanished; the other way round was never seen. */
async function recount(planning: Planning, at: At & { ledger: readonly LedgerRow[] }) {
  const { state, messages } = await listWhole(planning.source, at.mapped.sourcePath, null);
  const listed = new Set<number>(messages.map(({ uid }) => uid));
  const live = at.ledger.filter((row) => !row.vanished && row.outcome !== 'gone');
  const spokenOf = new Set<number>(live.map(({ sourceUid }) => sourceUid));
  return {
    state,
    messages: messages.filter(({ uid }) => !spokenOf.has(uid)),
    vanished: live.map(({ sourceUid }) => sourceUid).filter((uid) => !listed.has(uid)),
    expectedRows: messages.length,
  };
}

function copyRows(
  folder: FolderKey,
  messages: readonly MessageMeta<SourceUid>[],
  candidates: Candidates,
): Pick<FolderPlan, 'rows' | 'droppedKeywords'> {
  let droppedKeywords = 0;
  const rows: CopyRow[] = messages.map((message) => {
    const { flags, dropped } = portableFlags(message.flags);
    droppedKeywords += dropped;
    const { uid: sourceUid, sizeBytes } = message;
    const { internalDate, clamped } = possibleDate(message.internalDate);
    const repairs = clamped ? { repairs: ['date' as const] } : {};
    const found = candidates({ internalDate, sizeBytes });
    return { folder, sourceUid, internalDate, sizeBytes, flags, candidates: found, ...repairs };
  });
  return { rows, droppedKeywords };
}
