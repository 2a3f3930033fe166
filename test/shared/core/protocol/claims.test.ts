import { describe, expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import { claimsOn, type Claims } from '../../../../shared/core/protocol/claims.ts';
import { outcome } from './outcomes.ts';

const row = (sourceUid: number, day: string) => ({
  sourceUid: SourceUid.parse(sourceUid),
  internalDate: `${day}-Mar-2026 10:00:00 +0000`,
});
const none = (): Claims => ({ claimed: new Set(), unknown: [] });
const names = ({ claimed, unknown }: Claims) => [[...claimed], unknown.map(({ sourceUid }) => Number(sourceUid))];

describe('claims on rows in doubt', () => {
  test('a row of this window that was answered OK claims its UID, or is one that takes its copy first', () => {
    const own = [
      { row: row(1, '01'), outcome: outcome({ targetUid: TargetUid.parse(7) }) },
      { row: row(2, '01'), outcome: outcome({}) },
      { row: row(3, '01'), outcome: outcome({ outcome: 'gone' }) },
    ];
    expect(names(claimsOn([row(4, '01')], none(), own))).toEqual([[7], [2]]);
  });

  test('a row of another date cannot hold one of the copies', () => {
    const claims = { ...none(), unknown: [row(1, '01'), row(2, '02')] };
    expect(names(claimsOn([row(4, '01')], claims, []))).toEqual([[], [1]]);
  });
});
