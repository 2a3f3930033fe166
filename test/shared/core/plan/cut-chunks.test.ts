import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FolderKey, SourceUid } from '../../../../shared/contract/ids.ts';
import type { CopyRow } from '../../../../shared/contract/items.ts';
import { cutChunks } from '../../../../shared/core/plan/cut-chunks.ts';

const nowMs = Date.UTC(2026, 10, 24);
const inbox = FolderKey.parse('0'.repeat(16));
const sent = FolderKey.parse('1'.repeat(16));
const pad = (n: number): string => String(n).padStart(2, '0');

function row(uid: number, internalDate: string, more: Partial<CopyRow> = {}): CopyRow {
  return {
    folder: inbox,
    sourceUid: SourceUid.parse(uid),
    internalDate,
    sizeBytes: 1_000,
    flags: [],
    candidates: [],
    ...more,
  };
}
const uids = (rows: readonly CopyRow[]): number[] => rows.map((r) => r.sourceUid);

describe('chunks', () => {
  test('start with this month’s mail of all folders, newest first', () => {
    const rows = [
      row(1, '01-Jan-2020 00:00:00 +0000'),
      row(2, '01-Nov-2026 00:00:00 +0000'),
      row(3, '20-Nov-2026 00:00:00 +0000'),
      row(4, '10-Nov-2026 00:00:00 +0000', { folder: sent }),
    ];
    expect(cutChunks(rows, { maxChunks: 40, nowMs }).map(uids)).toEqual([[3, 2, 4, 1]]);
  });

  test('never part twins: rows of a folder with one INTERNALDATE instant', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) =>
      row(i + 1, i % 2 === 0 ? '01-Jan-2026 00:00:00 +0000' : '01-Jan-2026 02:00:00 +0200'),
    );
    expect(cutChunks(rows, { maxChunks: 40, nowMs })).toHaveLength(1);
  });

  test('share a large mailbox among workers, within the number allowed', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) =>
      row(i + 1, `${pad((i % 28) + 1)}-Jan-20${pad(i % 26)} ${pad(i % 24)}:${pad(i % 60)}:${pad(i % 59)} +0000`),
    );
    const chunks = cutChunks(rows, { maxChunks: 40, nowMs });
    expect(chunks.length).toBeGreaterThan(20);
    expect(chunks.length).toBeLessThanOrEqual(40);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(6_000);
  });

  test('hold every row once, and at most as many chunks as allowed', () => {
    const date = fc.constantFrom(
      '01-Jan-2026 00:00:00 +0000',
      '02-Jan-2026 00:00:00 +0000',
      'no date',
      '20-Nov-2026 00:00:00 +0000',
    );
    const rows = fc.array(fc.tuple(date, fc.integer({ min: 0, max: 600_000_000 }), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 5 }), (list, maxChunks) => {
        const input = list.map(([internalDate, sizeBytes, other], i) =>
          row(i + 1, internalDate, { sizeBytes, folder: other ? sent : inbox }),
        );
        const chunks = cutChunks(input, { maxChunks, nowMs });
        expect(chunks.length).toBeLessThanOrEqual(maxChunks);
        expect(chunks.flatMap(uids).sort((a, b) => a - b)).toEqual(uids(input));
      }),
    );
  });
});
