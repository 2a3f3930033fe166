/** Messages that another tool, or a pass whose records were lost, has put into the target before. */
import { noUidPlus, of, one, twins } from './instances.ts';
import { violated } from './judge.ts';
import { shipped } from './rules.ts';
import type { Instance } from './setting.ts';
import { noNet, without, type Variant } from './variants.ts';

const [a, b] = [
  { text: 'a', day: 1, head: 'h' },
  { text: 'b', day: 1, head: 'h' },
];
const alike = { messages: [a, b], rewrites: true };
const plantedA = { planted: [{ text: 'a', day: 1 }] };
const plantedAlike = { planted: [a] };

export const small: Record<string, Instance> = {
  'planted, one of two twins': of(twins, plantedA, { budget: { crash: 1, cut: 1, take: 1 } }),
  'planted, one of two twins, one in flight, no UIDPLUS': of(twins, one, noUidPlus, plantedA, {
    budget: { crash: 2, cut: 1, take: 1 },
  }),
  'planted, UIDVALIDITY changes': of(twins, plantedA, { budget: { crash: 1, renumber: 1, foreign: 1 } }),
  'planted, taken over': of(twins, plantedA, { budget: { crash: 1, takeOver: 1 } }),
  'planted, a rewriting target': of(twins, plantedA, { rewrites: true, budget: { crash: 1, refuse: 1, take: 1 } }),
  'planted, a rewriting target, one header': of(alike, plantedAlike, { budget: { crash: 1, refuse: 1, take: 1 } }),
  'planted, a rewriting target, one header, vanished at the source': of(alike, plantedAlike, {
    budget: { crash: 1, expunge: 1, halt: 1 },
  }),
};

const { loss, double } = violated;

export const variants: Record<string, Variant> = {
  'what was there before is claimed by one row': without(
    { ...noNet, matchCandidates: (look) => shipped.matchCandidates({ ...look, claimed: new Set() }) },
    [twins, one, plantedA, {}],
    double,
  ),
  'of what was there before too, rows with unknown UID take theirs first': without(
    { matchCandidates: (look) => ({ ...shipped.matchCandidates({ ...look, nameless: [] }), nameless: [] }) },
    [twins, one, plantedA, { budget: { crash: 1, renumber: 1 } }],
    loss,
  ),
  'what was there before is known by its header only where nothing else may be meant': without(
    { ambiguousRows: () => [] },
    [{ ...alike, messages: [b, a] }, plantedAlike, {}],
    loss,
  ),
};
