/** Instances in which the protocol, as it ships, must hold. */
import { shipped } from './rules.ts';
import type { Instance } from './setting.ts';

const a = { text: 'a', day: 1 };
const b = { text: 'b', day: 1 };
const base: Instance = {
  messages: [a, b],
  workers: [0, 0],
  windowRows: 2,
  apart: false,
  uidPlus: true,
  together: false,
  slides: false,
  perfectWait: false,
  parts: false,
  passes: 0,
  stranger: null,
  rewrites: false,
  planted: [],
  learns: false,
  budget: {},
  rules: shipped,
};

export const of = (...overs: Partial<Instance>[]): Instance => Object.assign({}, base, ...overs);
export const twins = { messages: [a, a] };
export const one = { windowRows: 1 };
export const noUidPlus = { uidPlus: false };
/** Equal octets of two dates, in two chunks that are worked on at once. */
export const apart = { messages: [a, { ...a, day: 2 }], apart: true, workers: [0, 0, 1] };
/** The twin of a message arrives before the second pass. */
export const later = { messages: [a, { ...a, pass: 1 }], workers: [0, 0, 1], passes: 3 };
export const slides = { slides: true, messages: [a, a, b] };
export const waits = { perfectWait: true };
export const stranger = { text: 'stranger', day: 1 };

/** Small enough for every run of the tests. */
export const small: Record<string, Instance> = {
  'two messages, one in flight': of(one, { budget: { crash: 1, cut: 1, takeOver: 1 } }),
  'two messages, two in flight': of({ budget: { crash: 1, takeOver: 1 } }),
  'twins, two in flight, the target’s user': of(twins, { budget: { crash: 1, cut: 1, take: 1 } }),
  'twins, lost answers among siblings, foreign mail': of(twins, { budget: { halt: 2, take: 1, foreign: 1 } }),
  'twins, refusals among siblings': of(twins, { budget: { refuse: 2, crash: 1, take: 1 } }),
  'twins, the source’s user expunges': of(twins, { budget: { crash: 1, refuse: 1, halt: 1, expunge: 1 } }),
  'three messages in one APPEND': of(slides, {
    slides: false,
    together: true,
    windowRows: 3,
    budget: { crash: 1, refuse: 1, cut: 1 },
  }),
  'no UIDPLUS, twins one after the other': of(twins, one, noUidPlus, {
    budget: { crash: 2, cut: 1, take: 1, foreign: 1 },
  }),
  'no UIDPLUS, twins in flight': of(twins, noUidPlus, { budget: { crash: 1, refuse: 1, halt: 1, foreign: 1 } }),
  'two chunks, equal octets of two dates': of(apart, { budget: { crash: 1, cut: 1 } }),
  'two chunks, no UIDPLUS': of(apart, noUidPlus, { budget: { crash: 1, cut: 1, take: 1 } }),
  'a sliding window': of(slides, { budget: { crash: 1, cut: 1, take: 1 } }),
  'a sliding window, refusals': of(slides, { budget: { crash: 1, refuse: 1, halt: 1 } }),
  'a sliding window, taken over': of(slides, { budget: { takeOver: 1 } }),
  'a sliding window, no UIDPLUS': of(slides, noUidPlus, { budget: { crash: 1, cut: 1, foreign: 1 } }),
  'a twin arrives in the second pass': of(later, { passes: 1, budget: { crash: 1, cut: 1, take: 1, rerun: 1 } }),
  'a pass ends unfinished': of({ budget: { crash: 1, takeOver: 1, abort: 1 } }),
  'a pass ends unfinished, and a twin arrives': of(later, noUidPlus, { budget: { crash: 1, cut: 1, abort: 1 } }),
  'UIDVALIDITY changes, twins': of(twins, one, { budget: { crash: 1, halt: 1, renumber: 1, take: 1 } }),
  'UIDVALIDITY changes, foreign mail': of(twins, {
    stranger,
    budget: { refuse: 1, crash: 1, renumber: 1, foreign: 1 },
  }),
  'UIDVALIDITY changes, two chunks': of(apart, { budget: { crash: 1, renumber: 1 } }),
  'answers of conditional writes are lost': of(one, { budget: { lostWrite: 1, crash: 1, takeOver: 1 } }),
  'ledger parts': of(one, { parts: true, budget: { crash: 1, takeOver: 1, rest: 1 } }),
  'three workers': of(one, twins, { workers: [0, 0, 0], budget: { takeOver: 2 } }),
  'a perfect wait': of(twins, waits, { budget: { crash: 2, halt: 1, refuse: 1 } }),
  'a perfect wait, a sliding window': of(slides, waits, { budget: { crash: 2, cut: 1 } }),
};

/** Minutes each: `npm run check:protocol`. */
export const large: Record<string, Instance> = {
  'two messages, two in flight, taken over': of({ budget: { crash: 1, cut: 1, takeOver: 1 } }),
  'two chunks, taken over': of(apart, { budget: { crash: 1, cut: 1, takeOver: 1 } }),
  'two chunks, users and foreign mail': of(apart, noUidPlus, { budget: { crash: 1, cut: 1, take: 1, foreign: 1 } }),
  'twins, two in flight, taken over, the target’s user': of(twins, {
    budget: { crash: 1, cut: 1, takeOver: 1, take: 1 },
  }),
  'UIDVALIDITY changes, taken over': of(twins, one, { budget: { crash: 1, renumber: 1, takeOver: 1, take: 1 } }),
  'a sliding window, taken over and cut': of(slides, { budget: { crash: 1, cut: 1, takeOver: 1 } }),
  'a pass ends unfinished, a twin arrives, a worker lives on': of(later, noUidPlus, {
    budget: { crash: 1, abort: 1, takeOver: 1, take: 1 },
  }),
};
