/**
 * States as vectors: each component is numbered by its text. Before that, numbers that only ever are compared are
 * replaced by their rank, so that histories which differ in nothing but how often a lease changed hands are one state.
 */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import type { Budget, ChunkState, FolderState, PassState, State, Target, Worker } from './state.ts';

/** Plain data by number: equal data have equal numbers. Parts are numbered first, so that little text is compared. */
const values = (data: object): unknown[] => Object.values(data);

class Numbers {
  private readonly byText = new Map<string, number>();
  private readonly byObject = new Map<object, number>();

  of(value: object): number {
    const known = this.byObject.get(value);
    if (known !== undefined) return known;
    let text = Array.isArray(value) ? '[' : '{';
    // A place always holds the same kind of thing, so the names of fields need no comparison.
    for (const part of values(value)) {
      text += typeof part === 'object' && part !== null ? `${this.of(part)}|` : `${String(part)}|`;
    }
    const equal = this.byText.get(text);
    if (equal !== undefined) return equal;
    const number = this.byText.size + 1;
    this.byText.set(text, number);
    this.byObject.set(value, number);
    return number;
  }
}

/** One component of the states. */
class Numbered<T> {
  private readonly numbers: Numbers;
  private readonly values = new Map<number, T>();

  constructor(numbers: Numbers) {
    this.numbers = numbers;
  }

  id(value: T & (object | null)): number {
    const id = value === null ? 0 : this.numbers.of(value);
    if (!this.values.has(id)) this.values.set(id, value);
    return id;
  }

  value(id: number): T {
    const value = this.values.get(id);
    if (value === undefined) throw new Error(`there is no component ${id}`);
    return value;
  }
}

export class Codec {
  readonly width: number;
  private readonly chunkCount: number;
  private readonly exact: boolean;
  private readonly numbers = new Numbers();
  private readonly target = new Numbered<Target>(this.numbers);
  private readonly abandoned = new Numbered<State['abandoned']>(this.numbers);
  private readonly expunged = new Numbered<State['expunged']>(this.numbers);
  private readonly folder = new Numbered<FolderState>(this.numbers);
  private readonly pass = new Numbered<PassState>(this.numbers);
  private readonly budget = new Numbered<Budget>(this.numbers);
  private readonly chunk = new Numbered<ChunkState>(this.numbers);
  private readonly worker = new Numbered<Worker | null>(this.numbers);

  /** `exact`: renewals are kept as they are (where the answer of a write may be lost, a copy of the record is about). */
  constructor(like: State, exact: boolean) {
    this.chunkCount = like.chunks.length;
    this.width = 6 + like.chunks.length + like.workers.length;
    this.exact = exact;
  }

  encode(raw: State): number[] {
    const state = this.ranked(raw);
    return [
      this.target.id(state.target),
      this.abandoned.id(state.abandoned),
      this.expunged.id(state.expunged),
      this.folder.id(state.folder),
      this.pass.id(state.pass),
      this.budget.id(state.budget),
      ...state.chunks.map((chunk) => this.chunk.id(chunk)),
      ...state.workers.map((worker) => this.worker.id(worker)),
    ];
  }

  decode(vector: ArrayLike<number>): State {
    const at = (i: number): number => vector[i] ?? 0;
    return {
      target: this.target.value(at(0)),
      abandoned: this.abandoned.value(at(1)),
      expunged: this.expunged.value(at(2)),
      folder: this.folder.value(at(3)),
      pass: this.pass.value(at(4)),
      budget: this.budget.value(at(5)),
      chunks: Array.from({ length: this.chunkCount }, (_, k) => this.chunk.value(at(6 + k))),
      workers: Array.from({ length: this.width - 6 - this.chunkCount }, (_, w) =>
        this.worker.value(at(6 + this.chunkCount + w)),
      ),
    };
  }

  private ranked(state: State): State {
    if (this.exact) return state;
    const workers = [...state.workers];
    const chunks = state.chunks.map((chunk, k) => {
      const record = chunk.record;
      const live = workers.flatMap((worker) => (worker?.chunk === k ? [worker.record.fence] : []));
      const fences = [...new Set([record.fence, ...live])].sort((a, b) => a - b);
      const rank = (fence: number): number => (fence === 0 ? 0 : fences.indexOf(fence) + 1);
      workers.forEach((worker, w) => {
        if (worker?.chunk !== k) return;
        const current = worker.record.fence === record.fence && worker.record.renewal === record.renewal;
        const ranks = { fence: rank(worker.record.fence), renewal: current ? 1 : 0, owner: `${w}` };
        workers[w] = withRecord(worker, reduced(worker.record, ranks));
      });
      const holder = state.workers.findIndex((w) => w?.chunk === k && w.record.fence === record.fence);
      const owner = record.owner === null ? null : holder === -1 ? 'nobody' : `${holder}`;
      const next = reduced(record, { fence: rank(record.fence), renewal: 1, owner });
      return next === record ? chunk : { ...chunk, record: next };
    });
    return { ...state, chunks, workers };
  }
}

const withRecord = (worker: Worker, record: ChunkRecord): Worker =>
  record === worker.record ? worker : { ...worker, record };

/** Counters for people and clocks are left out: no decision of the copy loop depends on them. */
function reduced(record: ChunkRecord, to: Pick<ChunkRecord, 'fence' | 'renewal' | 'owner'>): ChunkRecord {
  const { open } = record;
  const attempts = Math.min(open?.attempts ?? 1, 2);
  const isReduced =
    record.fence === to.fence &&
    record.renewal === to.renewal &&
    record.owner === to.owner &&
    record.idleSlices + record.copied + record.bytes === 0 &&
    (open === null || (open.attempts === attempts && open.lookNotBefore === null));
  if (isReduced) return record;
  const reducedOpen = open && { ...open, attempts, lookNotBefore: null };
  return { ...record, ...to, open: reducedOpen, idleSlices: 0, copied: 0, bytes: 0 };
}
