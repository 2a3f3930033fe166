/**
 * The order of effects, which the model has of its own, is that of the steps: whatever strikes them, all that the real
 * steps do is something that the model may do next, with the same chunk item, and it ends in the same place.
 */
import { describe, expect, test } from '@jest/globals';
import { limits } from '../../../shared/core/protocol/limits.ts';
import { of, one } from './instances.ts';
import { modelOf } from './model.ts';
import { follow } from './path.ts';
import { factsOf, runReal, type End } from './real.ts';
import type { Fate, Strike } from './recorder.ts';
import { shipped, type Rules } from './rules.ts';
import type { Instance } from './setting.ts';
import type { State } from './state.ts';

const [a, b, c] = [
  { text: 'a', day: 1 },
  { text: 'b', day: 1 },
  { text: 'c', day: 1 },
];
const base = of({
  slides: true,
  parts: true,
  messages: [a, b, c],
  budget: { crash: 1, takeOver: 1, refuse: 1, halt: 1, rerun: 1 },
});
const instances: Record<string, Instance> = {
  'two in flight': base,
  'one in flight': { ...base, ...one },
  'twins, no UIDPLUS': { ...base, messages: [a, a, b], uidPlus: false },
  'a rewriting target': { ...base, rewrites: true },
  'a rewriting target, one header': {
    ...base,
    rewrites: true,
    messages: [
      { ...a, head: 'h' },
      { ...b, head: 'h' },
      { ...a, head: 'h' },
    ],
  },
  'one of two twins planted': { ...base, windowRows: 3, messages: [a, b, a], planted: [a] },
  'a rewriting target, one of one header planted': {
    ...base,
    windowRows: 3,
    rewrites: true,
    messages: [{ ...a, head: 'h' }, { ...b, head: 'h' }, c],
    planted: [c, { ...a, head: 'h' }],
  },
  'a target of which nothing is known': { ...base, learns: true },
  'a rewriting target of which nothing is known': { ...base, ...one, learns: true, rewrites: true },
};
const fates: Fate[] = ['stop before', 'stop after', 'pause before', 'NO', 'NO, stored', 'lost', 'lost, stored'];

function inModel<T>(instance: Instance, run: () => T): T {
  const usual = { ...limits };
  Object.assign(limits, { windowRows: instance.windowRows, windowBytes: Infinity });
  try {
    return run();
  } finally {
    Object.assign(limits, usual);
  }
}

/** What the model has of the same. */
function endOf({ messages }: Instance, { folder, target, pass }: State): End {
  const names = [...new Set(messages.map(({ text }) => text))];
  const { verdict = null, surplus = 0, openDoubts = 0 } = pass.verdict ?? {};
  const atTarget = target.copies.map(({ message }) => names[message] ?? '');
  return { ledger: folder.ledger.map(factsOf), atTarget, verdict, surplus, openDoubts };
}

async function difference(instance: Instance, strike: Strike | null): Promise<string[]> {
  const { effects, end } = await runReal(instance, strike);
  const { states, lost } = inModel(instance, () => follow(modelOf(instance), effects));
  const title = strike ? `${strike.fate} effect ${strike.at}` : 'undisturbed';
  if (lost) return [title, ...lost.after, `then the steps: ${lost.at}`, ...lost.may.map((may) => `the model: ${may}`)];
  const ends = states.map((state) => JSON.stringify(endOf(instance, state)));
  return ends.includes(JSON.stringify(end)) ? [] : [title, `the steps end in ${JSON.stringify(end)}`, ...ends];
}

/** Each a model whose order of effects is not that of the steps. */
const others: Record<string, Partial<Rules>> = {
  'ledger parts before their commit': { parts: 'before its commit' },
  'UIDs that are never believed': {
    acknowledged: (stored, at) => shipped.acknowledged({ ...stored, targetUid: null }, at),
  },
  'floors that rise at a claim': {
    claimChunk: (record, me) => {
      const { open } = record;
      return shipped.claimChunk({ ...record, open: open && { ...open, uidFloor: open.uidFloor + 1 } }, me);
    },
  },
};

test.each(Object.entries(others))('a model of %s is found out', async (_, rules) => {
  const strike: Strike = { at: 9, fate: 'stop after' };
  expect(await difference(base, strike)).toEqual([]);
  expect(await difference({ ...base, rules: { ...shipped, ...rules } }, strike)).not.toEqual([]);
});

describe('the model may do what the steps do, and ends as they do', () => {
  test.each(Object.entries(instances))('%s', async (_, instance) => {
    const { count } = await runReal(instance, null);
    expect(count).toBeGreaterThan(12);
    const effects = Array.from({ length: count }, (_, i) => i + 1);
    const strikes = fates.flatMap((fate) => effects.map((at): Strike => ({ at, fate })));
    const different: string[] = [];
    for (const strike of [null, ...strikes]) different.push(...(await difference(instance, strike)));
    expect(different).toEqual([]);
  });
});
