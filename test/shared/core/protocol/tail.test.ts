import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evidences, outcomes, repairNames, type RowOutcome } from '../../../../shared/contract/items.ts';
import { TargetUid } from '../../../../shared/contract/ids.ts';
import { decodeTail, encodeTail } from '../../../../shared/core/protocol/tail.ts';
import { errorCodes } from '../../../../shared/errors.ts';
import { copied } from './outcomes.ts';

const anyOutcome = fc.record({
  outcome: fc.constantFrom(...outcomes),
  targetUid: fc.option(fc.integer({ min: 1, max: 40 }).map((n) => TargetUid.parse(n))),
  evidence: fc.option(fc.constantFrom(...evidences)),
  doubt: fc.boolean(),
  code: fc.option(fc.constantFrom(...errorCodes)),
  sha256: fc.option(fc.constant('ab'.repeat(32)), { freq: 5 }),
});
/** Absent where nothing was repaired, as in every tail of before. */
const anyRow: fc.Arbitrary<RowOutcome> = fc
  .tuple(anyOutcome, fc.subarray([...repairNames]))
  .map(([row, repairs]) => (repairs.length === 0 ? row : { ...row, repairs }));

describe('the tail of a chunk item', () => {
  test('reads back as exactly what was written, in order', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 60 }), (rows) => expect(decodeTail(encodeTail(rows))).toEqual(rows)),
    );
  });

  test('of 100 messages copied one after the other is one short run', () => {
    const tail = encodeTail(Array.from({ length: 100 }, (_, i) => copied(4711 + i)));
    expect(tail).toBe('100 c a 0 4711');
  });

  test('of before repairs had names reads as it always did', () => {
    const quarantined = { outcome: 'quarantined', targetUid: null, evidence: null, doubt: true } as const;
    expect(decodeTail('2 c a 0 7;1 q - 1 0 MESSAGE_REFUSED abcd')).toEqual([
      copied(7),
      copied(8),
      { ...quarantined, code: 'MESSAGE_REFUSED', sha256: 'abcd' },
    ]);
  });

  test('says what was repaired, and a repaired row begins a run of its own', () => {
    const rows: RowOutcome[] = [copied(7), { ...copied(8), repairs: ['bare-newlines', 'nul-octets'] }, copied(9)];
    expect(encodeTail(rows)).toBe('1 c a 0 7;1 c a 0 8 - - no;1 c a 0 9');
  });

  test('of a window where every UID jumps stays far below the kilobyte of a write unit', () => {
    const tail = encodeTail(Array.from({ length: 50 }, (_, i) => copied(1_000_000 + 2 * i)));
    expect(Buffer.byteLength(tail)).toBeLessThan(900);
  });

  test.each(['x', '0 c a 0 1', '1 z a 0 1', '1 c a 0 0.5', '1 c a 0 7 - - x'])(
    'that nobody wrote (%j) is refused, never half-trusted',
    (tail) => {
      expect(() => decodeTail(tail)).toThrow(/tail/);
    },
  );
});
