/** SettleMailbox and the passes that follow. */
import type { CopyRow, FolderRecord, LedgerRow, MailboxPlan, PlannedFolder } from '../../../shared/contract/items.ts';
import { chunkIdOf, planSequenceOf, TargetUid } from '../../../shared/contract/ids.ts';
import { needsRecount } from '../../../shared/core/plan/decide-folder.ts';
import { endDoubts, openDoubts } from '../../../shared/core/settle/doubt.ts';
import { countRows, isLive } from '../../../shared/core/settle/ledger.ts';
import type { SeenCopies } from '../../../shared/core/settle/surplus.ts';
import { addCounts, verdictOf } from '../../../shared/core/settle/verdict.ts';
import { untouchedChunk } from '../../../shared/core/protocol/chunk.ts';
import { outcomesOfChunk } from './outcomes.ts';
import { arrived, folderKey, passId, plannedChunk, plannedFolder, type Setting } from './setting.ts';
import { spend, type ChunkState, type Ending, type Seen, type State } from './state.ts';
import { chunkOf, type Emit } from './worker.ts';

export function settle(setting: Setting, state: State, emit: Emit): void {
  const { pass, target } = state;
  const isDone = pass.chunks.every((k) => chunkOf(state, k).record.done);
  if (pass.ending) {
    const ended = { ...state, pass: { ...pass, seen: null, ending: null, verdict: pass.ending } };
    emit(`settle: the verdict is "${pass.ending.verdict}"`, ended);
  } else if (pass.seen) judge(setting, { state, seen: pass.seen, emit });
  else if (isDone && !pass.verdict) {
    const copies = target.copies.flatMap(({ there, uid, message }) => (there ? [{ uid, message }] : []));
    const seen = { uidValidity: target.uidValidity, copies };
    emit('settle: looks at the target', { ...state, pass: { ...pass, seen } });
  }
  const isStarted = pass.seen !== null || pass.ending !== null || pass.verdict !== null;
  if (isStarted && state.budget.rerun > 0) {
    const again = { ...spend(state, 'rerun'), pass: { ...pass, seen: null, ending: null, verdict: null } };
    emit('settle is started again', again, true);
  }
  if (pass.number < setting.lastPass) {
    if (pass.verdict) emit(`pass ${pass.number + 1} begins`, nextPass(setting, state));
    else if (!isDone && state.budget.abort > 0)
      emit(`pass ${pass.number} ends unfinished, the next begins`, nextPass(setting, spend(state, 'abort')), true);
  }
}

const now = '2026-04-01T00:00:00Z';

function judge(setting: Setting, { state, seen, emit }: { state: State; seen: Seen; emit: Emit }): void {
  const { rules } = setting;
  const { pass, folder } = state;
  const open = pass.chunks.filter((k) => planSequenceOf(chunkOf(state, k).record.chunkId) > pass.entry.settledSequence);
  const added = open.flatMap((k) => outcomesOfChunk({ setting, state }, k));
  const ledgerNow = rules.mergeLedger({
    previous: pass.entry.rematch ? [] : folder.ledger,
    previousUidValidity: folder.record?.targetUidValidity ?? seen.uidValidity,
    added,
    flags: new Map(),
    vanished: new Set(),
    uidValidity: seen.uidValidity,
    now,
  });
  const merged = rules.withoutFalseUids(ledgerNow, copiesSeen(setting, seen));
  const problem = rules.judgeFolder(pass.entry, { rows: merged, added });
  const surplus = surplusOf(setting, { state, seen, rows: merged });
  const ledger = rules.withoutDoubleClaims(endDoubts(merged, Date.parse(now)));
  const verdict = verdictOf(addCounts([countRows(ledger)]), problem !== null);
  const ending: Ending = { verdict, surplus, openDoubts: openDoubts(ledger) };
  const record = folderRecord(state, { ledger, uidValidity: seen.uidValidity });
  emit('settle: writes the ledger', {
    ...state,
    folder: { ...state.folder, record, ledger },
    pass: { ...pass, seen: null, ending },
  });
}

function surplusOf(
  setting: Setting,
  { state, seen, rows }: { state: State; seen: Seen; rows: readonly LedgerRow[] },
): number {
  const hashes = new Map<TargetUid, string>();
  const headers = new Map<TargetUid, string>();
  const nameless = state.folder.rewrites === false ? null : 'nameless';
  for (const { uid, message } of state.target.copies.filter(({ there }) => there)) {
    hashes.set(TargetUid.parse(uid), setting.copyIdentities[message] ?? '');
    const face = setting.headers[message]?.key ?? nameless;
    if (face !== null) headers.set(TargetUid.parse(uid), face);
  }
  return setting.rules.countSurplus(setting.rules.findSurplus(rows, copiesSeen(setting, seen)), hashes, headers);
}

function copiesSeen(setting: Setting, seen: Seen): SeenCopies {
  const byInstant = new Map<string, TargetUid[]>();
  for (const { uid, message } of seen.copies) {
    const instant = setting.instants[message] ?? '';
    byInstant.set(instant, [...(byInstant.get(instant) ?? []), TargetUid.parse(uid)]);
  }
  return { uids: new Set(seen.copies.map(({ uid }) => uid)), byInstant };
}

function folderRecord(state: State, at: { ledger: readonly LedgerRow[]; uidValidity: number }): FolderRecord {
  return {
    folderKey,
    sourcePath: 'INBOX',
    targetPath: 'INBOX',
    checkpoint: state.pass.entry.state,
    targetUidValidity: at.uidValidity,
    ledger: { bucket: 'data', key: 'ledger' },
    sequence: state.pass.number + 1,
    rowCount: at.ledger.filter((row) => isLive(row) && row.outcome !== 'gone').length,
    openDoubts: openDoubts(at.ledger),
  };
}

/** Chunks that are unfinished are carried on; what else arrived is planned (plan-folder.ts, write-plan.ts). */
function nextPass(setting: Setting, state: State): State {
  const { pass, folder } = state;
  const { record } = folder;
  const number = pass.number + 1;
  const rowsOf = (k: number): readonly CopyRow[] => setting.chunks[k]?.rows ?? [];
  const carried = setting.rules.carriedOf(lastPlan(setting, state), new Map(record ? [[folderKey, record]] : []));
  const pending = carried.pending.get(folderKey) ?? null;
  const isCarried = (k: number): boolean =>
    carried.chunks.some(({ chunkId }) => chunkId === chunkOf(state, k).record.chunkId);
  const unfinished = pass.chunks.filter(
    (k) => planSequenceOf(chunkOf(state, k).record.chunkId) > (record?.sequence ?? 0),
  );
  const elder = unfinished.filter(isCarried).flatMap(rowsOf);
  const candidates = [...pass.waiting, ...setting.chunks.flatMap((chunk, k) => (chunk.pass === number ? [k] : []))];
  const isHeld = (k: number): boolean => setting.rules.withoutTwinsOf(rowsOf(k), elder).length < rowsOf(k).length;
  const own = candidates.filter((k) => !isHeld(k));
  const chunks = state.chunks.map((chunk, k) => {
    if (own.includes(k)) return { ...chunk, record: untouchedChunk(chunkIdOf(number + 1, k + 1)) };
    return unfinished.includes(k) && !isCarried(k) ? anew(chunk) : chunk;
  });
  const entry = plannedFolder({
    expectedRows: expectedRows(setting, { record, pending, number }),
    rematch: pending?.rematch ?? false,
    settledSequence: record?.sequence ?? 0,
  });
  const waiting = candidates.filter(isHeld);
  const planned = { number, entry, chunks: [...unfinished, ...own], waiting };
  return { ...state, chunks, pass: { ...planned, seen: null, ending: null, verdict: null } };
}

function lastPlan(setting: Setting, { pass, chunks }: State): MailboxPlan {
  return {
    version: 1,
    passId,
    sequence: pass.number + 1,
    folders: [pass.entry],
    chunks: pass.chunks.flatMap((k) =>
      chunks[k] ? [plannedChunk(chunks[k].record.chunkId, setting.chunks[k]?.rows ?? [])] : [],
    ),
    droppedKeywords: 0,
  };
}

function expectedRows(
  setting: Setting,
  at: { record: FolderRecord | null; pending: PlannedFolder | null; number: number },
): number {
  const messageCount = arrived(setting, at.number);
  const newCount = messageCount - arrived(setting, at.number - 1);
  const state = { uidValidity: 1, uidNext: messageCount + 1, messageCount, highestModSeq: null };
  if (needsRecount({ record: at.record, pending: at.pending, state }, newCount)) return messageCount;
  return (at.pending?.expectedRows ?? at.record?.rowCount ?? messageCount - newCount) + newCount;
}

/** Only where carrying on is switched off: rows without an outcome are planned anew, without their open window. */
const anew = (chunk: ChunkState): ChunkState => {
  const { committed, tail, tailRows, tailUidValidity, sequence, done, chunkId, fence } = chunk.record;
  const fresh = untouchedChunk(chunkId);
  return {
    ...chunk,
    record: { ...fresh, fence: fence + 1, committed, tail, tailRows, tailUidValidity, sequence, done },
  };
};
