/** Hundreds of storms; each must leave nothing lost, nothing claimed falsely, and every twin reported. */
import { describe, expect, test } from '@jest/globals';
import { calm } from './profiles.ts';
import { explore, type Profile } from './storm.ts';

const storms: Record<string, Partial<Profile>> = {
  'copies that another tool planted, taken away meanwhile': {
    planted: [
      { text: 'twin', date: '01-Mar-2026' },
      { text: 'twin', date: '02-Mar-2026' },
    ],
    windowRows: 1,
    faults: { kill: 1, freeze: 1, renumber: 1, 'take away': 2 },
  },
  'every fault there is': {
    faults: {
      kill: 2,
      'answer lost': 2,
      freeze: 2,
      cut: 2,
      no: 2,
      renew: 2,
      clock: 1,
      renumber: 1,
      'take away': 1,
      expunge: 1,
      foreign: 1,
    },
  },
  'three workers of one chunk': {
    executions: 3,
    windowRows: 1,
    faults: { kill: 2, 'answer lost': 2, freeze: 3, cut: 2, no: 1, renew: 2, clock: 1 },
  },
  'faults at every seventh call': {
    faultRate: 0.15,
    faults: { kill: 5, 'answer lost': 5, freeze: 5, cut: 5, no: 3, renew: 5, clock: 3 },
  },
};
/** Twins, and messages of one header that are none. */
const alike: Profile['messages'] = [
  { head: 'h', text: 'one', date: '01-Mar-2026' },
  { head: 'h', text: 'one', date: '01-Mar-2026' },
  { head: 'h', text: 'two', date: '02-Mar-2026' },
  { head: 'h', text: 'three', date: '02-Mar-2026' },
  { head: 'i', text: 'four', date: '02-Mar-2026' },
  { text: 'no Message-ID', date: '01-Mar-2026' },
];
const faults = { kill: 2, 'answer lost': 2, freeze: 2, cut: 2, no: 1, renew: 1, clock: 1 } as const;
const rewriting: Record<string, Partial<Profile>> = {
  'a target that adds a header line': { rewrites: 'header', faults },
  'a target that wraps lines anew, and its user': {
    rewrites: 'wrapping',
    windowRows: 3,
    faults: { ...faults, renumber: 1, 'take away': 1, expunge: 1, foreign: 1 },
  },
  'a rewriting target that another tool has copied to': {
    rewrites: 'header',
    windowRows: 1,
    planted: alike.slice(0, 4),
    faults: { ...faults, renumber: 1, 'take away': 1, expunge: 1 },
  },
};
for (const [name, profile] of Object.entries(rewriting)) storms[name] = { messages: alike, ...profile };
const seeds = 300;

describe('a storm', () => {
  test.each(Object.entries(storms))(
    'of %s breaks no invariant',
    async (_name, profile) => {
      const broken: string[] = [];
      for (let seed = 0; seed < (profile.rewrites ? seeds / 2 : seeds); seed++) {
        const { violations } = await explore(seed, { ...calm, uidPlus: seed % 2 === 0, ...profile });
        broken.push(...violations.map(({ rule, detail }) => `seed ${seed}, ${rule}: ${detail}`));
      }
      expect(broken).toEqual([]);
    },
    180_000,
  );
});
