/** A worker between claim and release, and how a step of it changes the state. */
import type { ChunkRecord, CopyRow, OpenWindow } from '../../../shared/contract/items.ts';
import { tailRows } from '../../../shared/core/protocol/ledger-part.ts';
import type { Setting } from './setting.ts';
import { nameOf } from './servers.ts';
import { textOf, withAt, type ChunkState, type State, type Task, type Worker } from './state.ts';

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

export const names = (at: At, rows: readonly number[]): string =>
  rows.map((index) => `row ${index} (${nameOf(at.setting, messageAt(at, index))})`).join(' and ');

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

/** A window that was found open, or opened just now. */
export function inWindow(setting: Setting, worker: Worker, open: OpenWindow): Worker {
  const doubt = setting.rules.inDoubt(open);
  const { to, uidFloor, uidValidity } = open;
  const from = worker.record.committed;
  const task: Task = { from, to, uidFloor, uidValidity, doubt, outcomes: [] };
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    ...worker,
    task,
    slides: setting.slides && !doubt,
    alone: false,
    matched: false,
    claims: null,
    doubtful: [],
    undecided: [],
    telling: doubt && setting.uidPlus && worker.rewrites === null ? null : 'tried',
    refused: [],
    ...(doubt ? lookAt(worker, indexes) : { at: 'work', look: null }),
  };
}

/** What a worker does once it holds the chunk. */
export function begun(setting: Setting, worker: Worker): Worker {
  const { record, chunk } = worker;
  if (record.committed >= (setting.chunks[chunk]?.rows.length ?? 0)) return { ...worker, at: 'finish' };
  return record.open ? inWindow(setting, worker, record.open) : { ...worker, at: 'open' };
}

/** What begins with a look-up of these rows. */
export const lookAt = ({ rewrites }: Worker, indexes: readonly number[]): Pick<Worker, 'at' | 'look'> => ({
  at: rewrites === false ? 'look' : 'rivals',
  look: { indexes, rivals: null, uidValidity: 0, copies: [], claims: null },
});

export function withRecord(state: State, k: number, next: ChunkRecord, rows?: readonly CopyRow[]): State {
  const chunk = chunkOf(state, k);
  const isCommit = rows !== undefined && next.sequence > chunk.record.sequence;
  const truth = isCommit ? [...chunk.truth, tailRows(next, rows)] : chunk.truth;
  return { ...state, chunks: withAt(state.chunks, k, { ...chunk, record: next, truth }) };
}
