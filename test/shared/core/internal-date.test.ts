import { describe, expect, test } from '@jest/globals';
import { parseInternalDate } from '../../../shared/core/internal-date.ts';

describe('an INTERNALDATE', () => {
  test.each([
    ['17-Jul-1996 02:44:25 -0700', Date.UTC(1996, 6, 17, 9, 44, 25)],
    [' 1-Jan-2026 00:00:00 +0000', Date.UTC(2026, 0, 1)],
    ['1-Jan-2026 00:00:00 +0200', Date.UTC(2025, 11, 31, 22)],
    ['31-Dec-1969 23:59:59 +0000', -1000],
    ['29-Feb-2024 12:00:00 +0530', Date.UTC(2024, 1, 29, 6, 30)],
  ])('%s is one moment', (raw, epochMs) => {
    expect(parseInternalDate(raw)).toEqual({ epochSeconds: epochMs / 1000 });
  });

  test.each([
    '',
    '31-Feb-2026 00:00:00 +0000',
    '01-Foo-2026 00:00:00 +0000',
    '2026-01-01T00:00:00Z',
    '01-Jan-2026 25:00:00 +0000',
  ])('%s is none', (raw) => {
    expect(parseInternalDate(raw)).toBeNull();
  });
});
