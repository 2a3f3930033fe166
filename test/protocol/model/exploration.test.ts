/**
 * Every interleaving of what may go wrong, in small instances, over the functions that ship: crashes, lost answers,
 * APPENDs that are carried out late, workers that live on, both users, foreign mail, renumbered folders. Nothing is
 * left to chance here; `invariants.test.ts` is the other half, chance over the whole steps.
 */
import { describe, expect, test } from '@jest/globals';
import type { Exploration } from './checker.ts';
import { exploreInstance, told } from './explore-one.ts';
import * as keeping from './instances.ts';
import * as answers from './false-answers.ts';
import * as passes from './passes.ts';
import * as planted from './planted.ts';
import * as rewriting from './rewriting.ts';
import type { State } from './state.ts';
import * as usual from './variants.ts';

const small = { ...keeping.small, ...rewriting.small, ...answers.small, ...passes.small, ...planted.small };
const large = { ...keeping.large, ...rewriting.large, ...passes.large };
const variants = {
  ...usual.variants,
  ...rewriting.variants,
  ...answers.variants,
  ...passes.variants,
  ...planted.variants,
};
const nets = { ...usual.nets, ...rewriting.nets };
const wantsLarge = process.env['MODEL'] === 'large';
const minutes = (count: number): number => count * 60_000;

/** Violations with their shortest traces, for people. */
function found({ violations, stuck }: Exploration<State>): string[] {
  const broken = [...violations].map(([rule, trace]) => [`${rule}, in ${trace.length} steps`, ...told(trace)]);
  const dead = stuck ? ['no verdict is reached any more', ...told(stuck)] : [];
  return [...broken.flat(), ...dead];
}

describe('the protocol holds, and comes to a verdict, with', () => {
  const instances = Object.entries({ ...small, ...(wantsLarge ? large : {}) });

  test.each(instances)(
    '%s',
    (_, instance) => {
      // Who waits until all abandoned commands have landed may wait for ever.
      const result = exploreInstance(instance, { mostStates: Infinity, liveness: !instance.perfectWait });
      expect(found(result)).toEqual([]);
      expect(result.finals).toBeGreaterThan(0);
    },
    minutes(60),
  );
});

describe('without the rule', () => {
  test.each(Object.entries(variants))(
    '"%s" the invariants break, with it they hold',
    (_, variant) => {
      const { instance, breaks } = variant;
      const { violations } = exploreInstance(usual.broken(variant), { mostStates: 300_000, until: breaks });
      expect([...violations.keys()]).toContain(breaks);
      expect(found(exploreInstance(instance, { mostStates: Infinity }))).toEqual([]);
    },
    minutes(10),
  );

  test.each(Object.entries(nets))(
    '"%s" nothing breaks yet',
    (_, variant) => {
      expect(found(exploreInstance(usual.broken(variant), { mostStates: Infinity }))).toEqual([]);
    },
    minutes(10),
  );
});
