import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Counts } from '../../../../shared/contract/items.ts';
import { bar, legend, missingOf, sharesOf } from '../../../../shared/core/report/bar.ts';
import { noCounts } from './samples.ts';

const widthsOf = (counts: Counts): number[] =>
  [...bar(counts, 10).html.matchAll(/<rect x="[\d.]+" y="0" width="([\d.]+)"/g)].map(([, width]) => Number(width));

describe('the bar', () => {
  test('shows each part in proportion', () => {
    expect(widthsOf({ ...noCounts, source: 4, copied: 3, present: 1 })).toEqual([75, 25]);
  });

  test('shows one missing message of a million inside the bar', () => {
    const widths = widthsOf({ ...noCounts, source: 1_000_000, copied: 999_999 });
    expect(widths).toHaveLength(2);
    expect(widths[1]).toBeGreaterThan(0.5);
    expect((widths[0] ?? 0) + (widths[1] ?? 0)).toBeCloseTo(100, 1);
  });

  test('says without colours what it shows', () => {
    expect(bar({ ...noCounts, source: 1200, copied: 1200 }, 10).html).toContain('aria-label="copied 1,200"');
    expect(bar(noCounts, 10).html).toContain('aria-label="no messages"');
    expect(legend({ ...noCounts, source: 2, quarantined: 1 }).html).toMatch(/1 quarantined.*1 missing/s);
  });

  const count = fc.nat({ max: 2_000_000 });
  const counts = fc.record({
    source: count,
    copied: count,
    present: count,
    skipped: count,
    quarantined: count,
    gone: count,
    bytes: count,
  });

  test('is filled by its parts, whatever the counts', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        const sum = widthsOf(counts).reduce((all, width) => all + width, 0);
        const total = sharesOf(counts).reduce((all, share) => all + share.count, 0);
        expect(sum).toBeCloseTo(total === 0 ? 0 : 100, 0);
        expect(total).toBe(Math.max(counts.source, total - missingOf(counts)));
      }),
    );
  });
});
