import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInternalDate } from '../../../../shared/core/internal-date.ts';
import { possibleDate } from '../../../../shared/core/repair/possible-date.ts';

describe('the date that a message is appended with', () => {
  test.each([
    '01-Jan-1970 00:00:00 +0000',
    '31-Dec-1969 23:59:59 -0100',
    '19-Jan-2038 03:14:08 +0000',
    '07-Feb-2106 06:28:16 +0000',
    '29-Feb-2024 12:00:00 +0545',
    '01-Mar-2024 00:30:00 -1130',
    '01-Mar-2024 00:30:00 +1400',
  ])('%s stays as it is', (raw) => {
    expect(possibleDate(raw)).toEqual({ internalDate: raw, clamped: false });
  });

  test.each([
    ['31-Dec-2016 23:59:60 +0000', '01-Jan-2017 00:00:00 +0000'],
    ['01-Jan-2017 05:29:60 +0530', '01-Jan-2017 05:30:00 +0530'],
  ])('the leap second %s is the moment %s', (raw, internalDate) => {
    expect(possibleDate(raw)).toEqual({ internalDate, clamped: false });
    expect(parseInternalDate(internalDate)).toEqual(parseInternalDate(raw));
  });

  test.each([
    ['', '01-Jan-1970 00:00:00 +0000'],
    ['yesterday', '01-Jan-1970 00:00:00 +0000'],
    ['01-Foo-2024 00:00:00 +0000', '01-Jan-1970 00:00:00 +0000'],
    ['31-Feb-2023 10:00:00 +0100', '28-Feb-2023 10:00:00 +0100'],
    ['31-Feb-2024 10:00:00 +0100', '29-Feb-2024 10:00:00 +0100'],
    ['00-Mar-2024 10:00:00 +0100', '01-Mar-2024 10:00:00 +0100'],
    ['01-Mar-2024 25:61:99 +0100', '01-Mar-2024 23:59:59 +0100'],
    ['01-Mar-2024 10:00:00 +9999', '01-Mar-2024 10:00:00 +0000'],
  ])('%j is no moment and becomes %s, which is reported', (raw, internalDate) => {
    expect(possibleDate(raw)).toEqual({ internalDate, clamped: true });
  });

  test('is a moment whatever the source told, and stays what it is', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    const month = fc.constantFrom('Jan', 'feb', 'DEC', 'Xxx');
    const year = fc.integer({ min: 0, max: 9998 }).map((n) => String(n).padStart(4, '0'));
    const date = fc.tuple(two, month, year).map((parts) => parts.join('-'));
    const time = fc.tuple(two, two, two).map((parts) => parts.join(':'));
    const zone = fc.tuple(fc.constantFrom('+', '-'), two, two).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.tuple(date, time, zone), (parts) => {
        const { internalDate } = possibleDate(parts.join(' '));
        expect(parseInternalDate(internalDate)).not.toBeNull();
        expect(possibleDate(internalDate)).toEqual({ internalDate, clamped: false });
      }),
    );
  });
});
