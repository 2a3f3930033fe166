import { describe, expect, test } from '@jest/globals';
import { flagChange, portableFlags, sameFlags, type FlagSides } from '../../../shared/core/flags.ts';

describe('flags that go to the target', () => {
  test.each([
    [['\\SEEN', '\\recent', '$Forwarded'], ['$Forwarded', '\\Seen'], 0],
    [['\\XUnknown', 'two words', 'naïve', 'ok-1'], ['ok-1'], 2],
    [['Work', 'work'], ['work'], 0],
  ])('%j become %j', (flags, kept, dropped) => {
    expect(portableFlags(flags)).toEqual({ flags: kept, dropped });
  });
});

const sides = (base: string[], source: string[], target: string[]): FlagSides => ({ base, source, target });

describe('a flag change', () => {
  const rows: [rule: string, sides: FlagSides, change: { add: string[]; remove: string[] }][] = [
    ['set at the source is set at the target', sides([], ['\\Seen'], []), { add: ['\\Seen'], remove: [] }],
    [
      'cleared at the source is cleared at the target',
      sides(['\\Seen'], [], ['\\Seen']),
      { add: [], remove: ['\\Seen'] },
    ],
    ['of the target user stays', sides([], [], ['\\Flagged']), { add: [], remove: [] }],
    ['undone by the target user stays undone', sides(['\\Seen'], ['\\Seen'], []), { add: [], remove: [] }],
    ['that the target has already is not sent', sides([], ['\\Seen'], ['\\seen']), { add: [], remove: [] }],
    [
      'on both sides: each keeps its own',
      sides(['\\Seen'], ['\\Seen', 'Work'], ['\\Flagged']),
      { add: ['Work'], remove: [] },
    ],
  ];
  test.each(rows)('%s', (_, three, change) => {
    expect(flagChange(three)).toEqual(change);
  });

  test('flags are compared without case and order', () => {
    expect(sameFlags(['\\Seen', 'A'], ['a', '\\seen'])).toBe(true);
    expect(sameFlags(['A'], ['A', 'B'])).toBe(false);
  });
});
