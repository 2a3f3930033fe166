/** Whether the model can do what was done: all states that it may be in after the same effects in the same order. */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import { decodeTail } from '../../../shared/core/protocol/tail.ts';
import type { Model } from './checker.ts';
import type { Effect } from './recorder.ts';
import type { State } from './state.ts';

export interface Followed {
  /** The model's states after the last effect that it could follow. */
  states: State[];
  /** null: it followed to the end. */
  lost: { after: string[]; at: string; may: string[] } | null;
}

/** Steps of the model that are no effect. */
const silent = /reads what is claimed|has drained|looks again at the others|nothing learnt|finds \(.*\) gone/;

export function follow(model: Model<State>, effects: readonly Effect[]): Followed {
  let states: State[] = [model.start];
  for (const [n, effect] of effects.entries()) {
    const quiet = withSilent(model, states);
    const next = quiet.flatMap((state) => stepsOf(model, state).filter((step) => isSame(step, effect)));
    if (next.length === 0) {
      const after = effects.slice(0, n).map(({ label }) => label);
      const may = quiet.flatMap((state) => stepsOf(model, state).map(({ label }) => label));
      return { states, lost: { after, at: describe(effect), may: [...new Set(may)] } };
    }
    states = distinct(next.map(({ state }) => state));
  }
  return { states, lost: null };
}

interface Step {
  label: string;
  state: State;
}

function stepsOf(model: Model<State>, state: State): Step[] {
  const steps: Step[] = [];
  model.expand(state, (label, next) => steps.push({ label: spoken(label), state: next }));
  return steps;
}

/** Which row of the chunk it is, tells its name; what a look-up finds, tells the commit. */
const spoken = (label: string): string =>
  label
    .replaceAll(/row \d+ (?=\()/g, '')
    .replace(/(claims|takes over) chunk \d+/, 'claims the chunk')
    .replace(/(has no time left, )?releases( the chunk)?/, 'releases')
    .replace(/looks: claims.*/, 'looks: claims')
    .replace(/(compares what was there before).*/, '$1')
    .replace(', to be read back', '');

function withSilent(model: Model<State>, states: readonly State[]): State[] {
  const all = [...states];
  for (const state of all) for (const step of stepsOf(model, state)) if (silent.test(step.label)) all.push(step.state);
  return all;
}

function isSame(step: Step, { label, record }: Effect): boolean {
  if (step.label !== label) return false;
  if (record === null || label.includes('refused')) return true;
  const [chunk] = step.state.chunks;
  return chunk !== undefined && facts(chunk.record) === facts(record);
}

/** All of a chunk item that decides anything; the target's UIDVALIDITY is its own affair. */
function facts({ committed, open, tail, tailRows, sequence, done, owner }: ChunkRecord): string {
  const outcomes = decodeTail(tail).map(({ outcome, targetUid, evidence, doubt }) => ({
    outcome,
    targetUid,
    evidence,
    doubt,
  }));
  const window = open && { to: open.to, uidFloor: open.uidFloor, doubt: open.attempts > 1 };
  return JSON.stringify({ committed, window, outcomes, tailRows, sequence, done, held: owner !== null });
}

const describe = ({ label, record }: Effect): string => (record ? `${label} ${facts(record)}` : label);

function distinct(states: readonly State[]): State[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}
