/** What one pass leaves to the next: messages that vanish while others wait, and rows that settling sends back. */
import { apart, later, of } from './instances.ts';
import { violated } from './judge.ts';
import { shipped, type Rules } from './rules.ts';
import type { Instance } from './setting.ts';
import { without, type Variant } from './variants.ts';

/** Of the date of the first, not equal to it: it waits as well. */
const follows = {
  ...later,
  messages: [
    { text: 'a', day: 1 },
    { text: 'b', day: 1, pass: 1 },
  ],
};
/** A coarser key, so that two chunks can claim one copy and settling has something to send back. */
const doubleClaims = { ...apart, rules: { ...shipped, identityOf: (hash: string): string => hash } };

export const small: Record<string, Instance> = {
  'messages vanish at the source, another arrives': of(follows, {
    passes: 1,
    budget: { crash: 1, expunge: 1, take: 1 },
  }),
  'messages vanish while another waits': of(follows, { budget: { crash: 1, expunge: 1, abort: 1 } }),
  'a double claim is sent back': of(doubleClaims, { passes: 2, budget: { crash: 1, expunge: 1 } }),
};

export const large: Record<string, Instance> = {
  'rewriting, messages of one header vanish while another waits': of(follows, {
    messages: [
      { text: 'a', day: 1, head: 'h' },
      { text: 'b', day: 1, head: 'h', pass: 1 },
    ],
    rewrites: true,
    budget: { crash: 1, cut: 1, take: 1, expunge: 1, abort: 1 },
  }),
};

const notCounted: Partial<Rules> = {
  needsRecount: ({ record, ...known }, newCount) =>
    shipped.needsRecount({ ...known, record: record && { ...record, recount: false } }, newCount),
};
const forgotten: Partial<Rules> = {
  withoutDoubleClaims: (rows) => shipped.withoutDoubleClaims(rows).filter(({ code }) => code !== 'COUNTS_DISAGREE'),
};

export const variants: Record<string, Variant> = {
  'what did not add up is counted again': without(
    notCounted,
    [follows, { budget: { expunge: 1, abort: 1 } }],
    violated.outcome,
  ),
  'a row that is sent back keeps its doubt': without(
    forgotten,
    [doubleClaims, { passes: 2, budget: { crash: 1 } }],
    violated.twin,
  ),
};
