import { describe, expect, test } from '@jest/globals';
import { countText, durationText, plural, sizeText } from '../../../../shared/core/report/numbers.ts';

describe('numbers as people read them', () => {
  test('counts', () => {
    expect([0, 999, 1000, 1_234_567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  test('plurals', () => {
    expect([plural(0, 'row'), plural(1, 'row'), plural(2000, 'row')]).toEqual(['0 rows', '1 row', '2,000 rows']);
    expect([plural(1, 'mailbox', 'mailboxes'), plural(2, 'mailbox', 'mailboxes')]).toEqual([
      '1 mailbox',
      '2 mailboxes',
    ]);
  });

  const sizes: [sizeBytes: number, text: string][] = [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 KB'],
    [12_345, '12.3 KB'],
    [123_456_789, '123 MB'],
    [999_960, '1.0 MB'],
    [4_200_000_000, '4.2 GB'],
    [5_000_000_000_000_000, '5,000 TB'],
  ];
  test.each(sizes)('%d bytes are %s', (sizeBytes, text) => {
    expect(sizeText(sizeBytes)).toBe(text);
  });

  const durations: [milliseconds: number, text: string][] = [
    [-5, '0 s'],
    [59_499, '59 s'],
    [60_000, '1 min 0 s'],
    [3_599_000, '59 min 59 s'],
    [7_500_000, '2 h 5 min'],
  ];
  test.each(durations)('%d ms are %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});
