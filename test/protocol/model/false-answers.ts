/**
 * An APPENDUID that lies: it names a UID that nothing has, or a message of another instant. (One that names a message of
 * the same instant is not found out: docs/limits.md.)
 */
import { of, slides, twins } from './instances.ts';
import { violated } from './judge.ts';
import type { Instance } from './setting.ts';
import { without, type Variant } from './variants.ts';

/** Twins, with a message of another instant between them. */
const between = {
  windowRows: 3,
  messages: [
    { text: 'a', day: 1 },
    { text: 'b', day: 2 },
    { text: 'a', day: 1 },
  ],
};

export const small: Record<string, Instance> = {
  'APPENDUID lies, twins': of(twins, { budget: { crash: 1, cut: 1, misname: 1, rerun: 1 } }),
  'APPENDUID lies, two instants': of(between, { budget: { crash: 1, misname: 1 } }),
  'APPENDUID lies, a sliding window': of(slides, between, {
    windowRows: 2,
    budget: { crash: 1, refuse: 1, misname: 2 },
  }),
  'APPENDUID lies, UIDVALIDITY changes': of(twins, { budget: { crash: 1, misname: 1, renumber: 1 } }),
  'APPENDUID lies, a rewriting target is learnt': of({
    rewrites: true,
    learns: true,
    budget: { crash: 1, halt: 1, misname: 1 },
  }),
};

export const variants: Record<string, Variant> = {
  'where a claimed UID is not shown, its instant is dealt out by octets': without(
    { borneOut: (claims) => ({ ...claims }) },
    [twins, { budget: { refuse: 1, misname: 1 } }],
    violated.loss,
  ),
  'settling forgets UIDs that were false': without(
    { withoutFalseUids: (rows) => [...rows] },
    [between, { budget: { crash: 1, misname: 1 } }],
    violated.wrong,
  ),
};
