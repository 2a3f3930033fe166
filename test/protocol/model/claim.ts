/** T1 and T2: how a worker comes to a chunk. */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import type { Setting } from './setting.ts';
import { spend, type State, type Worker } from './state.ts';
import { begun, chunkOf, withRecord, withWorker, type Emit } from './worker.ts';

/** T1 and T2. Whether a lease time has passed is not modelled: a holder may be taken over at any time. */
export function claim(setting: Setting, at: { state: State; w: number; emit: Emit }): void {
  const { state, w, emit } = at;
  const k = setting.workers[w] ?? 0;
  const isSecondFree = setting.workers.some((c, v) => v < w && c === k && state.workers[v] === null);
  const { pass } = state;
  if (isSecondFree || !pass.chunks.includes(k) || pass.seen || pass.ending || pass.verdict) return;
  const { record } = chunkOf(state, k);
  const isAlive = state.workers.some((other) => isHolder(other, record));
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

/** A chunk that is planned again is another item. */
const isHolder = (worker: Worker | null, { chunkId, fence }: ChunkRecord): boolean =>
  worker?.record.chunkId === chunkId && worker.record.fence === fence;

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
    matched: true,
    claims: null,
    doubtful: [],
    rewrites: state.folder.rewrites,
    samples: [],
    learns: false,
    undecided: [],
    telling: 'tried',
    halted: false,
    put: setting.rules.parts === 'by its writer only',
    written: null,
  };
  return setting.parts && record.sequence > 0 ? { ...worker, at: 'begin' } : begun(setting, worker);
}
