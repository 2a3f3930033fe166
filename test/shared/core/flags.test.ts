import { describe, expect, test } from '@jest/globals';
import { flagChange, portableFlags, sameFlags } from '../../../shared/core/flags.ts';

describe('flags that go to the target', () => {
  test.each([
    [['\\SEEN', '\\recent', '$Forwarded'], ['$Forwarded', '\\Seen'], 0],
    [['\\XUnknown', 'two words', 'naïve', 'ok-1'], ['ok-1'], 2],
    [['Work', 'work'], ['work'], 0],
  ])('%j become %j', (flags, kept, dropped) => {
    expect(portableFlags(flags)).toEqual({ flags: kept, dropped });
  });
});

describe('a flag change', () => {
  const rows: [string, string[], string[], string[], string[], string[]][] = [
    ['set at the source is set at the target', [], ['\\Seen'], [], ['\\Seen'], []],
    ['cleared at the source is cleared at the target', ['\\Seen'], [], ['\\Seen'], [], ['\\Seen']],
    ['of the target user stays', [], [], ['\\Flagged'], [], []],
    ['undone by the target user stays undone', ['\\Seen'], ['\\Seen'], [], [], []],
    ['that the target has already is not sent', [], ['\\Seen'], ['\\seen'], [], []],
    ['on both sides: each keeps its own', ['\\Seen'], ['\\Seen', 'Work'], ['\\Flagged'], ['Work'], []],
  ];
  test.each(rows)('%s', (_, base, source, target, add, remove) => {
    expect(flagChange({ base, source, target })).toEqual({ add, remove });
  });

  test('flags are compared without case and order', () => {
    expect(sameFlags(['\\Seen', 'A'], ['a', '\\seen'])).toBe(true);
    expect(sameFlags(['A'], ['A', 'B'])).toBe(false);
  });
});
