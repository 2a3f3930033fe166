/** Laws of merging a ledger, whatever the rows. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FolderKey, SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import { outcomes, type LedgerPartRow, type LedgerRow } from '../../../../shared/contract/items.ts';
import { countRows, mergeLedger, type LedgerChange } from '../../../../shared/core/settle/ledger.ts';

const folder = FolderKey.parse('0123456789abcdef');
const now = '2026-11-24T10:00:00.000Z';
const before = '2026-11-24T08:00:00.000Z';
const uid = fc.integer({ min: 1, max: 30 }).map((n) => SourceUid.parse(n));

const row = fc
  .record({
    sourceUid: uid,
    outcome: fc.constantFrom(...outcomes),
    targetUid: fc.option(fc.integer({ min: 1, max: 99 }).map((n) => TargetUid.parse(n))),
    doubt: fc.boolean(),
    vanished: fc.boolean(),
    sizeBytes: fc.integer({ min: 0, max: 1_000 }),
  })
  .map((some): LedgerRow => ({
    ...some,
    evidence: null,
    code: null,
    sha256: null,
    internalDate: '01-Jan-2026 00:00:00 +0000',
    flags: [],
    doubtSince: some.doubt ? before : null,
  }));
const part = fc
  .tuple(row, fc.constantFrom(5, 6))
  .map(([some, uidValidity]): LedgerPartRow => ({ ...some, vanished: false, doubtSince: null, folder, uidValidity }));
const distinct = { selector: (r: { sourceUid: number }) => r.sourceUid, maxLength: 30 };
const change = fc.record({
  previous: fc.uniqueArray(row, distinct),
  previousUidValidity: fc.constantFrom(5, 6),
  added: fc.uniqueArray(part, distinct),
  flags: fc.constant<LedgerChange['flags']>(new Map()),
  vanished: fc.array(uid).map((list) => new Set(list)),
  uidValidity: fc.constantFrom(5, 6),
  now: fc.constant(now),
});
const law = (rule: (change: LedgerChange, merged: LedgerRow[]) => void): void =>
  fc.assert(fc.property(change, (c) => rule(c, mergeLedger(c))));
const uids = (rows: readonly { sourceUid: number }[]): number[] => rows.map((r) => r.sourceUid);

describe('a merged ledger', () => {
  test('speaks of every message once, in ascending order', () =>
    law(({ previous, added }, merged) => {
      const expected = [...new Set([...uids(previous), ...uids(added)])].sort((a, b) => a - b);
      expect(uids(merged)).toEqual(expected);
    }));

  test('has the newest outcome of each', () =>
    law(({ previous, added }, merged) => {
      for (const { sourceUid, outcome } of merged) {
        const source = added.find((r) => r.sourceUid === sourceUid) ?? previous.find((r) => r.sourceUid === sourceUid);
        expect(outcome).toBe(source?.outcome);
      }
    }));

  test('adds up', () =>
    law((_, merged) => {
      const { source, copied, present, skipped, quarantined, gone } = countRows(merged);
      expect(copied + present + skipped + quarantined + gone).toBe(source);
      expect(source).toBe(merged.filter((r) => !r.vanished).length);
    }));

  test('never loses a doubt, nor the moment since when it is', () =>
    law(({ previous, added }, merged) => {
      for (const old of [...previous, ...added].filter((r) => r.doubt)) {
        const found = merged.find((r) => r.sourceUid === old.sourceUid);
        expect(found?.doubt).toBe(true);
        expect([before, now]).toContain(found?.doubtSince);
      }
      for (const r of merged.filter((m) => !m.doubt)) expect(r.doubtSince).toBeNull();
    }));

  test('names no copy by a UID of another UIDVALIDITY', () =>
    law(({ previousUidValidity, added, uidValidity }, merged) => {
      for (const { sourceUid, targetUid } of merged) {
        const of = added.find((r) => r.sourceUid === sourceUid)?.uidValidity ?? previousUidValidity;
        if (of !== uidValidity) expect(targetUid).toBeNull();
      }
    }));

  test('is the same when it is merged again: settling twice changes nothing', () =>
    law((c, merged) => {
      const again = mergeLedger({ ...c, previous: merged, previousUidValidity: c.uidValidity });
      expect(again).toEqual(merged);
    }));
});
