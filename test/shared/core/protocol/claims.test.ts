import { describe, expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import { borneOut, claimsOn, type Claims } from '../../../../shared/core/protocol/claims.ts';
import { instantKey } from '../../../../shared/core/identity.ts';
import { outcome } from './outcomes.ts';

const row = (sourceUid: number, day: string) => ({
  sourceUid: SourceUid.parse(sourceUid),
  internalDate: `${day}-Mar-2026 10:00:00 +0000`,
});
const none = (): Claims => ({ claimed: new Set(), named: [], unknown: [] });
const names = ({ claimed, unknown }: Claims) => [[...claimed], unknown.map(({ sourceUid }) => Number(sourceUid))];

describe('claims on rows in doubt', () => {
  test('a row of this window that is delivered claims its UID, or is one that takes its copy first', () => {
    const own = [
      { row: row(1, '01'), outcome: outcome({ targetUid: TargetUid.parse(7) }) },
      { row: row(2, '01'), outcome: outcome({}) },
      { row: row(3, '01'), outcome: outcome({ outcome: 'gone' }) },
      { row: row(4, '01'), outcome: outcome({ outcome: 'present', evidence: 'matched' }) },
    ];
    expect(names(claimsOn([row(5, '01')], none(), own))).toEqual([[7], [2, 4]]);
  });

  test('a row of another date cannot hold one of the copies', () => {
    const claims = { ...none(), unknown: [row(1, '01'), row(2, '02')] };
    expect(names(claimsOn([row(4, '01')], claims, []))).toEqual([[], [1]]);
  });
});

describe('claims that the target does not bear out (faults F5)', () => {
  const march = (day: string): string => instantKey(row(1, day).internalDate);
  const named = (sourceUid: number, day: string, targetUid: number) => ({ ...row(sourceUid, day), targetUid });
  const claims: Claims = {
    claimed: new Set([7, 8, 9]),
    named: [named(1, '01', 7), named(2, '01', 8), named(3, '02', 9)],
    unknown: [row(4, '01')],
  };

  test.each<[string, [number, string][], [number[], number[]]]>([
    [
      'all are shown where they should be',
      [
        [7, '01'],
        [8, '01'],
        [9, '02'],
      ],
      [[7, 8, 9], [4]],
    ],
    [
      'a UID that nothing has: the copies of its date are dealt out by octets',
      [
        [7, '01'],
        [9, '02'],
      ],
      [[9], [4, 1, 2]],
    ],
    [
      'a UID that another message has',
      [
        [7, '01'],
        [8, '02'],
        [9, '02'],
      ],
      [[9], [4, 1, 2]],
    ],
  ])('%s', (_title, seen, expected) => {
    const seenAt = new Map(seen.map(([uid, day]) => [uid, march(day)]));
    expect(names(borneOut(claims, seenAt))).toEqual(expected);
  });
});
