import { describe, expect, test } from '@jest/globals';
import { defaults } from '../../../shared/contract/settings.ts';
import { intervalMs, nextDueAt } from '../../../shared/core/schedule.ts';

describe('an interval', () => {
  const rows: [text: string, milliseconds: number][] = [
    ['15m', 900_000],
    ['30min', 1_800_000],
    ['30 min', 1_800_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
    [defaults.every, 86_400_000],
  ];
  test.each(rows)('%s', (text, milliseconds) => {
    expect(intervalMs(text)).toBe(milliseconds);
  });

  test.each(['', 'h', '6', '6 hours', '-1h', '1.5h', '1w', '6h '])('%j is none', (text) => {
    expect(() => intervalMs(text)).toThrow(RangeError);
  });
});

test('the next pass is due one interval after the end of the last', () => {
  const endedAtMs = Date.UTC(2024, 1, 28, 22);
  expect(new Date(nextDueAt({ endedAtMs, every: '6h' })).toISOString()).toBe('2024-02-29T04:00:00.000Z');
});
