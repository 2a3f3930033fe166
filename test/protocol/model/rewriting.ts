/**
 * Targets that store other octets than they are given (protocol section 5, step 5). `alike` are two messages of one
 * header: a copy of the one looks like a copy of the other, and only who else could be meant keeps them apart.
 */
import type { CopyRow } from '../../../shared/contract/items.ts';
import { noUidPlus, of, one, slides, twins } from './instances.ts';
import { violated } from './judge.ts';
import { shipped, type Rules, type Within } from './rules.ts';
import type { Instance } from './setting.ts';
import { without, type Variant } from './variants.ts';

const rewrites = { rewrites: true };
const learns = { learns: true };
const [a, b] = [
  { text: 'a', day: 1, head: 'h' },
  { text: 'b', day: 1, head: 'h' },
];
const alike = { messages: [a, b] };
/** Two chunks of one instant, which planning never makes: what is left must hold without it. */
const apart: Partial<Instance> = {
  workers: [0, 0, 1],
  rules: { ...shipped, cutChunks: (rows: readonly CopyRow[]): CopyRow[][] => rows.map((row) => [row]) },
};
/** The second of the pair arrives before the second pass. */
const later = { messages: [a, { ...b, pass: 1 }], workers: [0, 0, 1], passes: 2 };
/** Other mail with our header comes in: at a target that keeps octets that is no copy of ours. */
const stranger = { stranger: { text: 'stranger', day: 1, head: 'h' } };

export const small: Record<string, Instance> = {
  'rewriting, two headers': of(rewrites, { budget: { crash: 1, cut: 1 } }),
  'A25 rewriting, twins, no UIDPLUS': of(twins, rewrites, noUidPlus, { budget: { crash: 1, refuse: 1, take: 1 } }),
  'A10 rewriting, one header, one in flight': of(alike, one, rewrites, { budget: { crash: 2, cut: 1, take: 1 } }),
  'A11 rewriting, one header, two in flight': of(alike, rewrites, { budget: { crash: 1, cut: 1, foreign: 1 } }),
  'rewriting, one header, lost answers': of(alike, rewrites, { budget: { refuse: 1, halt: 1, take: 1, expunge: 1 } }),
  'rewriting, a sliding window': of(slides, { messages: [a, a, b] }, rewrites, { budget: { crash: 1, refuse: 1 } }),
  'A12, A20 rewriting, one header in two chunks': of(alike, apart, rewrites, { budget: { crash: 1, cut: 1 } }),
  'A34 the same without UIDPLUS': of(alike, apart, rewrites, noUidPlus, { budget: { crash: 1, cut: 1 } }),
  'A21 rewriting, the other of one header arrives later': of(later, rewrites, {
    budget: { crash: 1, cut: 1, take: 1, rerun: 1 },
  }),
  'A30 rewriting, UIDVALIDITY changes': of(alike, rewrites, { budget: { crash: 1, renumber: 1, take: 1 } }),
  'rewriting or not is learnt': of(rewrites, learns, { budget: { crash: 1, cut: 1, take: 1 } }),
  'rewriting or not is learnt, one header': of(alike, rewrites, learns, { budget: { crash: 1, cut: 1 } }),
  'octets are kept, other mail has our header': of(learns, stranger, {
    messages: [a, { ...b, head: 'i' }],
    budget: { crash: 1, foreign: 1 },
  }),
};

/** Minutes each: `npm run check:protocol`. */
export const large: Record<string, Instance> = {
  'rewriting, one header, taken over': of(alike, rewrites, { budget: { crash: 1, cut: 1, takeOver: 1 } }),
  'rewriting, one header in two chunks, users and foreign mail': of(alike, apart, rewrites, {
    budget: { crash: 1, cut: 1, take: 1, foreign: 1 },
  }),
  'rewriting, one header, UIDVALIDITY changes, no UIDPLUS': of(alike, rewrites, noUidPlus, {
    budget: { crash: 1, halt: 1, renumber: 1, take: 1 },
  }),
  'octets are kept, other mail has our header, lost answers': of(learns, stranger, {
    messages: [a, { ...b, head: 'i' }],
    budget: { crash: 1, halt: 1, refuse: 1, foreign: 1 },
  }),
};

const { loss, wrong } = violated;
const anybody: Partial<Rules> = { ambiguousRows: () => [] };
const among = (circle: keyof Within): Partial<Rules> => ({
  rivalsAmong: (rivals, within) => rivals.filter(({ sourceUid }) => within[circle].includes(sourceUid ?? 0)),
});

export const variants: Record<string, Variant> = {
  'V12 only who is unambiguous is known by its header': without(
    anybody,
    [alike, one, rewrites, { budget: { crash: 1, refuse: 1 } }],
    loss,
  ),
  'V13 the same, two in flight': without(anybody, [alike, rewrites, { budget: { crash: 1 } }], loss),
  'V30 the same, never two workers at once': without(
    anybody,
    [alike, one, rewrites, { workers: [0], budget: { crash: 2 } }],
    loss,
  ),
  'V14 judged among more than the window': without(
    among('window'),
    [alike, one, rewrites, { budget: { crash: 1, refuse: 1 } }],
    loss,
  ),
  'V15 judged among more than the chunk': without(
    among('chunk'),
    [alike, apart, rewrites, { budget: { crash: 1, cut: 1 } }],
    loss,
  ),
  'V16 what another chunk has in hand is ambiguous, twins too': without(
    {
      similarRivals: (rows, rivals) =>
        shipped.similarRivals(
          rows,
          rivals.map((rival) => ({ ...rival, elsewhere: false })),
        ),
    },
    [twins, apart, rewrites, noUidPlus, { budget: { crash: 1, cut: 1 } }],
    loss,
  ),
  'V27 judged among the rows of earlier passes too': without(
    among('plan'),
    [later, rewrites, { budget: { crash: 1, cut: 1 } }],
    loss,
  ),
  'V34 rows of unknown UID count, after a new UIDVALIDITY too': without(
    {
      rivalsAmong: (rivals) => rivals.filter(({ targetUid, uidValidity }) => targetUid !== null || uidValidity === 0),
    },
    [later, rewrites, { budget: { crash: 1, cut: 1, renumber: 1 } }],
    wrong,
  ),
  'what can’t be read may be meant': without(
    {
      similarRivals: (rows, rivals) =>
        shipped.similarRivals(
          rows,
          rivals.filter(({ headers }) => headers !== null),
        ),
    },
    [alike, rewrites, { budget: { crash: 1, expunge: 1 } }],
    loss,
  ),
  'by their header too, rows with unknown UID claim first': without(
    { matchHeaders: (look) => shipped.matchHeaders({ ...look, deliveredUnknown: [] }) },
    [twins, one, rewrites, noUidPlus, { budget: { crash: 1 } }],
    loss,
  ),
  'a header is evidence only where the target is known to rewrite': without(
    { learnRewrites: () => true },
    [learns, stranger, { messages: [a], budget: { crash: 1, foreign: 1 } }],
    loss,
  ),
};

export const nets: Record<string, Variant> = {
  'who else may be meant is read before the FETCH, while claims are read after it': without(
    { rivalsBeforeFetch: false },
    [twins, apart, rewrites, noUidPlus, { budget: { crash: 1, cut: 1 } }],
    loss,
  ),
};
