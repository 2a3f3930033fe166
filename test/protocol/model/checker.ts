/**
 * Breadth-first exploration of every state of a model. States are vectors of small numbers in an arena, found again
 * through an open-addressing hash table; parents are remembered, so the trace of a violation is a shortest one.
 */
import { Vectors } from './vectors.ts';

export interface Model<S> {
  start: S;
  /** All that may happen next. `fault`: the world's doing; the protocol may not rely on it. */
  expand(state: S, emit: (label: string, next: S, fault: boolean) => void): void;
  violations(state: S): readonly string[];
  /** A verdict has been reached. */
  isFinal(state: S): boolean;
  width: number;
  encode(state: S): ArrayLike<number>;
  decode(vector: ArrayLike<number>): S;
}

export interface Step<S> {
  label: string;
  state: S;
}

export interface Exploration<S> {
  states: number;
  /** Shortest trace of each violation that was found. */
  violations: Map<string, Step<S>[]>;
  /** Trace to a state from which no verdict is reached though all faults stop; null: there is none. */
  stuck: Step<S>[] | null;
  finals: number;
  /** False: the exploration was ended by its limits. */
  whole: boolean;
}

export interface Wishes {
  mostStates: number;
  /** Ends with the first state that violates this. */
  until?: string;
  liveness?: boolean;
}

export function explore<S>(model: Model<S>, wishes: Wishes): Exploration<S> {
  const search = new Search(model);
  const whole = search.run(wishes);
  const traces = [...search.violating].map(([rule, at]): [string, Step<S>[]] => [rule, search.trace(at)]);
  const stuck = wishes.liveness && whole ? search.stuck() : null;
  return {
    states: search.count,
    violations: new Map(traces),
    stuck: stuck === null ? null : search.trace(stuck),
    finals: search.finals.size,
    whole,
  };
}

class Search<S> {
  readonly violating = new Map<string, number>();
  readonly finals = new Set<number>();
  private readonly model: Model<S>;
  private readonly vectors: Vectors;
  private readonly parents: number[] = [];
  private readonly edges: number[] = [];
  private readonly labels = new Map<string, number>();
  /** Fault-free steps as pairs from, to. */
  private readonly calm: { from: number; to: number }[][] = [];

  constructor(model: Model<S>) {
    this.model = model;
    this.vectors = new Vectors(model.width);
  }

  get count(): number {
    return this.vectors.count;
  }

  run({ mostStates, until, liveness }: Wishes): boolean {
    this.meet(this.model.start, 0, '');
    for (let at = 0; at < this.vectors.count; at++) {
      if (this.vectors.count > mostStates) return false;
      if (until !== undefined && this.violating.has(until)) return false;
      const state = this.model.decode(this.vectors.at(at));
      const calm: number[] = [];
      this.model.expand(state, (label, next, fault) => {
        const to = this.meet(next, at, label);
        if (liveness && !fault) calm.push(to);
      });
      if (liveness) for (const to of calm) (this.calm[to] ??= []).push({ from: at, to });
    }
    return true;
  }

  private meet(state: S, parent: number, label: string): number {
    const before = this.vectors.count;
    const at = this.vectors.insert(this.model.encode(state));
    if (at < before) return at;
    this.parents.push(parent);
    this.edges.push(this.labelId(label));
    for (const rule of this.model.violations(state)) if (!this.violating.has(rule)) this.violating.set(rule, at);
    if (this.model.isFinal(state)) this.finals.add(at);
    return at;
  }

  private labelId(label: string): number {
    const id = this.labels.get(label) ?? this.labels.size;
    this.labels.set(label, id);
    return id;
  }

  /** First state from which no fault-free path leads to a final one: backwards from the final ones. */
  stuck(): number | null {
    const reaches = new Uint8Array(this.count);
    const queue = [...this.finals];
    for (const at of queue) reaches[at] = 1;
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const { from } of this.calm[at] ?? []) {
        if (reaches[from]) continue;
        reaches[from] = 1;
        queue.push(from);
      }
    }
    const stuck = reaches.indexOf(0);
    return stuck === -1 ? null : stuck;
  }

  trace(end: number): Step<S>[] {
    const names = [...this.labels.keys()];
    const steps: Step<S>[] = [];
    for (let at = end; at !== 0; at = this.parents[at] ?? 0) {
      steps.push({ label: names[this.edges[at] ?? 0] ?? '', state: this.model.decode(this.vectors.at(at)) });
    }
    return steps.reverse();
  }
}
