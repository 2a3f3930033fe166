/** Conditional writes of a worker that holds a chunk, and the ledger part that comes between two commits. */
import type { ChunkRecord, LedgerPartRow } from '../../../shared/contract/items.ts';
import type { Transition } from '../../../shared/core/protocol/chunk.ts';
import { tailRows } from '../../../shared/core/protocol/ledger-part.ts';
import { windowEnd } from '../../../shared/core/protocol/window.ts';
import { spend, withAt, type LeadsTo, type State, type Worker } from './state.ts';
import { sampled } from './learn.ts';
import { begun, chunkOf, gone, inWindow, rowsOf, withRecord, withWorker, type At } from './worker.ts';

export function openingAt(at: At, from: number): { to: number; uidValidity: number; uidFloor: number } {
  const { uidValidity, uidFloor } = at.worker.session;
  return { to: windowEnd(rowsOf(at), from, null), uidValidity, uidFloor };
}

export function open(at: At): void {
  const { setting, state, w, worker, emit } = at;
  const transition = setting.rules.openWindow(worker.record, openingAt(at, worker.record.committed));
  write(at, {
    transition,
    leadsTo: 'opened',
    label: `worker ${w} opens rows [${worker.record.committed}, ${transition.next.open?.to})`,
  });
  if (state.budget.rest > 0) {
    const rest = { ...at, emit: (label: string, next: State) => emit(label, spend(next, 'rest'), true) };
    write(rest, { transition: releasing(at), leadsTo: 'released', label: `worker ${w} has no time left, releases` });
  }
}

function releasing({ setting, worker }: At): Transition {
  const done = !worker.halted && worker.record.committed >= (setting.chunks[worker.chunk]?.rows.length ?? 0);
  return setting.rules.release(worker.record, { done, lookNotBefore: null, forgiven: true });
}

export function finish(at: At): void {
  if (!at.worker.halted && putFirst(at)) return;
  write(at, { transition: releasing(at), leadsTo: 'released', label: `worker ${at.w} releases the chunk` });
}

// ---------------------------------------------------------------- conditional writes

export interface Write {
  transition: Transition;
  leadsTo: LeadsTo;
  label: string;
}

export function write(at: At, { transition, leadsTo, label }: Write): void {
  const { setting, state, w, worker, emit } = at;
  const { rules } = setting;
  const { record } = chunkOf(state, worker.chunk);
  const { next } = transition;
  // A chunk that is planned again is another item.
  const isThere = record.chunkId === next.chunkId;
  if (isThere && rules.permits(record, transition)) {
    const stored = withRecord(beforeCommit(at, next), worker.chunk, next, setting.parts ? rowsOf(at) : undefined);
    emit(label, withWorker(stored, w, afterWrite(at, next, leadsTo)));
    if (state.budget.lostWrite > 0) {
      const doubting: Worker = { ...worker, at: 'doubt its write', written: { next, leadsTo } };
      emit(`${label}; the answer is lost`, withWorker(spend(stored, 'lostWrite'), w, doubting), true);
    }
  } else if (isThere && rules.isMine(record, next))
    emit(`${label}: refused, goes on`, withWorker(state, w, afterWrite(at, next, leadsTo)));
  else emit(`${label}: refused, ends`, gone(at, state));
}

/** The item is read once: was it written? */
export function readBack(at: At): void {
  const { setting, state, w, worker, emit } = at;
  if (!worker.written) return;
  const { next, leadsTo } = worker.written;
  const isMine = setting.rules.isMine(chunkOf(state, worker.chunk).record, next);
  const label = `worker ${w} reads the chunk item: ${isMine ? 'its write' : 'not its write, ends'}`;
  emit(label, isMine ? withWorker(state, w, afterWrite(at, next, leadsTo)) : gone(at, state));
}

function afterWrite(at: At, next: ChunkRecord, leadsTo: LeadsTo): Worker | null {
  if (leadsTo === 'released') return null;
  const { setting, worker } = at;
  const put = leadsTo === 'committed' ? false : worker.put;
  const written: Worker = { ...worker, record: next, written: null, put, ...sampled(at, next, leadsTo) };
  const { task } = worker;
  if (leadsTo === 'opened' || !task) return next.open ? inWindow(setting, written, next.open) : written;
  if (written.halted || next.committed >= rowsOf(at).length) return { ...written, at: 'finish', task: null };
  if (!next.open) return { ...written, at: 'open', task: null };
  if (next.committed >= task.to) return inWindow(setting, written, next.open);
  const outcomes = task.outcomes.filter(([index]) => index >= next.committed);
  const { to, uidFloor } = next.open;
  return { ...written, at: 'work', task: { ...task, from: next.committed, to, uidFloor, outcomes } };
}

// ---------------------------------------------------------------- ledger parts

/** Where parts are no steps of their own, the part of the last commit is there before the next is written. */
function beforeCommit(at: At, next: ChunkRecord): State {
  const { setting, state, worker } = at;
  const isCommit = next.sequence > worker.record.sequence;
  return setting.parts || !isCommit ? state : putPart(at, worker.record);
}

export function putPart(at: At, record: ChunkRecord): State {
  const { state, worker } = at;
  const chunk = chunkOf(state, worker.chunk);
  if (record.sequence === 0 || record.chunkId !== chunk.record.chunkId) return state;
  const parts: (readonly LedgerPartRow[] | null)[] = [...chunk.parts];
  while (parts.length < record.sequence) parts.push(null);
  parts[record.sequence - 1] = tailRows(record, rowsOf(at));
  return { ...state, chunks: withAt(state.chunks, worker.chunk, { ...chunk, parts }) };
}

/** Whoever takes a chunk writes the part of its last commit before anything else, and once more before the next. */
export function repeatPart(at: At): void {
  const { setting, w, worker, emit } = at;
  const goesOn = begun(setting, worker);
  if (setting.rules.parts === 'by its writer only') emit(`worker ${w} goes on`, withWorker(at.state, w, goesOn));
  else
    emit(`worker ${w} writes ledger part ${worker.record.sequence}`, withWorker(putPart(at, worker.record), w, goesOn));
}

/** True: the part of the last commit comes first. */
export function putFirst(at: At): boolean {
  const { setting, w, worker, emit } = at;
  if (!setting.parts || worker.put || worker.record.sequence === 0) return false;
  if (setting.rules.parts === 'before its commit') return false;
  const put = withWorker(putPart(at, worker.record), w, { ...worker, put: true });
  emit(`worker ${w} writes ledger part ${worker.record.sequence}`, put);
  return true;
}
