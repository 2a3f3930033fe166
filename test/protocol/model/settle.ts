/** SettleMailbox and the passes that follow. */
import type { CopyRow, FolderRecord, LedgerRow, MailboxPlan, PlannedFolder } from '../../../shared/contract/items.ts';
import { chunkIdOf, planSequenceOf, TargetUid, type SourceUid } from '../../../shared/contract/ids.ts';
import { endDoubts, openDoubts } from '../../../shared/core/settle/doubt.ts';
import { countRows, isLive } from '../../../shared/core/settle/ledger.ts';
import type { SeenCopies } from '../../../shared/core/settle/surplus.ts';
import { addCounts, verdictOf } from '../../../shared/core/settle/verdict.ts';
import { untouchedChunk } from '../../../shared/core/protocol/chunk.ts';
import { outcomesOfChunk } from './outcomes.ts';
import { folderKey, passId, plannedChunk, plannedFolder, type Setting } from './setting.ts';
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
    vanished: new Set(pass.entry.vanished),
    uidValidity: seen.uidValidity,
    now,
  });
  const merged = rules.withoutFalseUids(ledgerNow, copiesSeen(setting, seen));
  const problem = rules.judgeFolder(pass.entry, { rows: merged, added });
  const surplus = surplusOf(setting, { state, seen, rows: merged });
  const ledger = rules.withoutDoubleClaims(endDoubts(merged, Date.parse(now)));
  const verdict = verdictOf(addCounts([countRows(ledger)]), problem !== null);
  const ending: Ending = { verdict, surplus, openDoubts: openDoubts(ledger) };
  const record = folderRecord(state, { ledger, uidValidity: seen.uidValidity, recount: problem !== null });
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

function folderRecord(
  state: State,
  at: { ledger: readonly LedgerRow[]; uidValidity: number; recount: boolean },
): FolderRecord {
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
    recount: at.recount,
  };
}

/** Chunks that are unfinished are carried on; what else has no row is planned (plan-folder.ts, write-plan.ts). */
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
  const { planned, vanished, expectedRows } = listed(setting, { state, pending, number });
  const isHeld = (k: number): boolean => setting.rules.withoutTwinsOf(rowsOf(k), elder).length < rowsOf(k).length;
  const isPlanned = (k: number): boolean => rowsOf(k).every(({ sourceUid }) => planned.has(sourceUid));
  const own = [...setting.chunks.keys()].filter((k) => !unfinished.includes(k) && isPlanned(k) && !isHeld(k));
  const chunks = state.chunks.map((chunk, k): ChunkState => {
    if (own.includes(k)) return { record: untouchedChunk(chunkIdOf(number + 1, k + 1)), parts: [], truth: [] };
    return unfinished.includes(k) && !isCarried(k) ? anew(chunk) : chunk;
  });
  const rematch = pending?.rematch ?? false;
  const entry = plannedFolder({ expectedRows, rematch, settledSequence: record?.sequence ?? 0, vanished });
  const next = { number, entry, chunks: [...unfinished, ...own] };
  return { ...state, chunks, pass: { ...next, seen: null, ending: null, verdict: null } };
}

interface Listed {
  /** Source UIDs. */
  planned: ReadonlySet<number>;
  vanished: SourceUid[];
  expectedRows: number;
}

/** What came since the last plan; or, where the counts do not add up, all that no row speaks of, and what is gone. */
function listed(
  { messages, rules }: Setting,
  at: { state: State; pending: PlannedFolder | null; number: number },
): Listed {
  const { record, ledger } = at.state.folder;
  const there = messages.flatMap(({ pass = 0 }, i) =>
    pass <= at.number && !at.state.expunged.includes(i + 1) ? [{ uid: i + 1, isNew: pass === at.number }] : [],
  );
  const added = there.filter(({ isNew }) => isNew);
  const state = { uidValidity: 1, uidNext: messages.length + 1, messageCount: there.length, highestModSeq: null };
  // What was skipped is tried again by every pass.
  const skipped = at.pending
    ? []
    : ledger.filter(({ outcome }) => outcome === 'skipped').map(({ sourceUid }) => sourceUid);
  if (!rules.needsRecount({ record, pending: at.pending, state }, added.length)) {
    const expectedRows = (at.pending?.expectedRows ?? record?.rowCount ?? there.length - added.length) + added.length;
    return {
      planned: new Set([...added.map(({ uid }) => uid), ...skipped]),
      vanished: at.pending?.vanished ?? [],
      expectedRows,
    };
  }
  const live = ledger.filter((row) => isLive(row) && row.outcome !== 'gone').map(({ sourceUid }) => sourceUid);
  const uids = there.map(({ uid }) => uid);
  const unspoken = uids.filter((uid) => !live.some((known) => known === uid));
  const planned = new Set([...unspoken, ...skipped]);
  return { planned, vanished: live.filter((uid) => !uids.includes(uid)), expectedRows: uids.length };
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

/** Only where carrying on is switched off: rows without an outcome are planned anew, without their open window. */
const anew = (chunk: ChunkState): ChunkState => {
  const { committed, tail, tailRows, tailUidValidity, sequence, done, chunkId, fence } = chunk.record;
  const fresh = untouchedChunk(chunkId);
  return {
    ...chunk,
    record: { ...fresh, fence: fence + 1, committed, tail, tailRows, tailUidValidity, sequence, done },
  };
};
