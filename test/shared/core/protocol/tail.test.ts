import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evidences, outcomes, type RowOutcome } from '../../../../shared/contract/items.ts';
import { TargetUid } from '../../../../shared/contract/ids.ts';
import { decodeTail, encodeTail } from '../../../../shared/core/protocol/tail.ts';
import { errorCodes } from '../../../../shared/errors.ts';

const copied = (uid: number): RowOutcome => ({
  outcome: 'copied',
  targetUid: TargetUid.parse(uid),
  evidence: 'acknowledged',
  doubt: false,
  code: null,
  sha256: null,
});

const anyOutcome = fc.record({
  outcome: fc.constantFrom(...outcomes),
  targetUid: fc.option(fc.integer({ min: 1, max: 40 }).map((n) => TargetUid.parse(n))),
  evidence: fc.option(fc.constantFrom(...evidences)),
  doubt: fc.boolean(),
  code: fc.option(fc.constantFrom(...errorCodes)),
  sha256: fc.option(fc.constant('ab'.repeat(32)), { freq: 5 }),
});

describe('the tail of a chunk item', () => {
  test('reads back as exactly what was written, in order', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 60 }), (rows) =>
        expect(decodeTail(encodeTail(rows))).toEqual(rows),
      ),
    );
  });

  test('of 100 messages copied one after the other is one short run', () => {
    const tail = encodeTail(Array.from({ length: 100 }, (_, i) => copied(4711 + i)));
    expect(tail).toBe('100 c a 0 4711');
  });

  test('of a window where every UID jumps stays far below the kilobyte of a write unit', () => {
    const tail = encodeTail(Array.from({ length: 50 }, (_, i) => copied(1_000_000 + 2 * i)));
    expect(Buffer.byteLength(tail)).toBeLessThan(900);
  });

  test.each(['x', '0 c a 0 1', '1 z a 0 1', '1 c a 0 0.5'])(
    'that nobody wrote (%j) is refused, never half-trusted',
    (tail) => {
      expect(() => decodeTail(tail)).toThrow(/tail/);
    },
  );
});
