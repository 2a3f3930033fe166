/** A worker between claim and release. Each function is one effect of the steps, with what is decided around it. */
import type { ChunkRecord, CopyRow, LedgerPartRow, OpenWindow } from '../../../shared/contract/items.ts';
import type { Transition } from '../../../shared/core/protocol/chunk.ts';
import { tailRows } from '../../../shared/core/protocol/ledger-part.ts';
import { windowEnd } from '../../../shared/core/protocol/window.ts';
import type { Setting } from './setting.ts';
import { spend, textOf, withAt, type ChunkState, type State, type Task, type LeadsTo, type Worker } from './state.ts';

export type Emit = (label: string, next: State, fault?: boolean) => void;

/** What a worker's step needs. */
export interface At {
  setting: Setting;
  state: State;
  /** The worker's number, and it. */
  w: number;
  worker: Worker;
  emit: Emit;
}

export const rowsOf = ({ setting, worker }: At): readonly CopyRow[] => setting.chunks[worker.chunk]?.rows ?? [];

export function chunkOf(state: State, k: number): ChunkState {
  const chunk = state.chunks[k];
  if (!chunk) throw new Error(`there is no chunk ${k}`);
  return chunk;
}

export const withWorker = (state: State, w: number, worker: Worker | null): State => ({
  ...state,
  workers: withAt(state.workers, w, worker),
});

export const messageAt = (at: At, index: number): number =>
  at.setting.messageOf[(rowsOf(at)[index]?.sourceUid ?? 1) - 1] ?? 0;

/** The connection is gone: what was sent may be stored at any later time, or never. */
export function disconnected(at: At, state: State): State {
  const { sent } = at.worker;
  return abandon(
    state,
    sent.map((rows) => rows.map((index) => messageAt(at, index))),
  );
}

/** The worker is no more. */
export const gone = (at: At, state: State): State => withWorker(disconnected(at, state), at.w, null);

export const abandon = (state: State, commands: State['abandoned']): State =>
  commands.length === 0
    ? state
    : { ...state, abandoned: [...state.abandoned, ...commands].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)) };

// ---------------------------------------------------------------- claim

/** T1 and T2. Whether a lease time has passed is not modelled: a holder may be taken over at any time. */
export function claim(setting: Setting, at: { state: State; w: number; emit: Emit }): void {
  const { state, w, emit } = at;
  const k = setting.workers[w] ?? 0;
  const isSecondFree = setting.workers.some((c, v) => v < w && c === k && state.workers[v] === null);
  const { pass } = state;
  if (isSecondFree || !pass.chunks.includes(k) || pass.seen || pass.ending || pass.verdict) return;
  const { record } = chunkOf(state, k);
  const isAlive = state.workers.some((other) => other?.chunk === k && other.record.fence === record.fence);
  const takesOver = record.owner !== null && isAlive;
  if (takesOver && state.budget.takeOver === 0) return;
  const observed = { fence: record.fence, renewal: record.renewal };
  const decided = setting.rules.claimChunk(record, { owner: `${w}`, observed, lookNotBefore: '2026-01-01T00:00:00Z' });
  if (decided.kind !== 'claim') return;
  const { next } = decided.transition;
  const worker = begin(setting, { state, k, record: next });
  const claimed = withWorker(withRecord(takesOver ? spend(state, 'takeOver') : state, k, next), w, worker);
  emit(`worker ${w} ${takesOver ? 'takes over' : 'claims'} chunk ${k}`, claimed, takesOver);
}

function begin(setting: Setting, at: { state: State; k: number; record: ChunkRecord }): Worker {
  const { state, k, record } = at;
  const { uidValidity, uidNext } = state.target;
  const { settledSequence, rematch } = state.pass.entry;
  const worker: Worker = {
    chunk: k,
    plan: { settledSequence, rematch },
    planChunks: state.pass.chunks,
    at: 'open',
    record,
    session: { uidValidity, uidFloor: uidNext, previousUid: 0 },
    task: null,
    sent: [],
    unread: [],
    refused: [],
    look: null,
    slides: setting.slides,
    alone: false,
    doubtful: [],
    halted: false,
    put: setting.rules.parts === 'by its writer only',
    written: null,
  };
  if (record.committed >= (setting.chunks[k]?.rows.length ?? 0)) return { ...worker, at: 'finish' };
  return record.open ? inWindow(setting, worker, record.open) : worker;
}

/** A window that was found open, or opened just now. */
function inWindow(setting: Setting, worker: Worker, open: OpenWindow): Worker {
  const doubt = setting.rules.inDoubt(open);
  const { to, uidFloor, uidValidity } = open;
  const from = worker.record.committed;
  const task: Task = { from, to, uidFloor, uidValidity, doubt, outcomes: [] };
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    ...worker,
    task,
    at: doubt ? 'look' : 'work',
    look: doubt ? { indexes, uidValidity: 0, copies: [], claims: null } : null,
    slides: setting.slides && !doubt,
    alone: false,
    doubtful: [],
    refused: [],
  };
}

// ---------------------------------------------------------------- open, release

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
  if (putFirst(at)) return;
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
  if (rules.permits(record, transition)) {
    const stored = withRecord(beforeCommit(at, next), worker.chunk, next, setting.parts ? rowsOf(at) : undefined);
    emit(label, withWorker(stored, w, afterWrite(at, next, leadsTo)));
    if (state.budget.lostWrite > 0) {
      const doubting: Worker = { ...worker, at: 'doubt its write', written: { next, leadsTo } };
      emit(`${label}; the answer is lost`, withWorker(spend(stored, 'lostWrite'), w, doubting), true);
    }
  } else if (rules.isMine(record, next))
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
  const written: Worker = { ...worker, record: next, written: null, put };
  const { task } = worker;
  if (leadsTo === 'opened' || !task) return next.open ? inWindow(setting, written, next.open) : written;
  if (written.halted || next.committed >= rowsOf(at).length) return { ...written, at: 'finish', task: null };
  if (!next.open) return { ...written, at: 'open', task: null };
  if (next.committed >= task.to) return inWindow(setting, written, next.open);
  const outcomes = task.outcomes.filter(([index]) => index >= next.committed);
  const { to, uidFloor } = next.open;
  return { ...written, at: 'work', task: { ...task, from: next.committed, to, uidFloor, outcomes } };
}

function withRecord(state: State, k: number, next: ChunkRecord, rows?: readonly CopyRow[]): State {
  const chunk = chunkOf(state, k);
  const isCommit = rows !== undefined && next.sequence > chunk.record.sequence;
  const truth = isCommit ? [...chunk.truth, tailRows(next, rows)] : chunk.truth;
  return { ...state, chunks: withAt(state.chunks, k, { ...chunk, record: next, truth }) };
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
  if (record.sequence === 0) return state;
  const chunk = chunkOf(state, worker.chunk);
  const parts: (readonly LedgerPartRow[] | null)[] = [...chunk.parts];
  while (parts.length < record.sequence) parts.push(null);
  parts[record.sequence - 1] = tailRows(record, rowsOf(at));
  return { ...state, chunks: withAt(state.chunks, worker.chunk, { ...chunk, parts }) };
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
