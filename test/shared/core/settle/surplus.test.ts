import { describe, expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import type { LedgerRow } from '../../../../shared/contract/items.ts';
import { instantKey } from '../../../../shared/core/identity.ts';
import { countSurplus, findSurplus } from '../../../../shared/core/settle/surplus.ts';
import { outcome } from '../protocol/outcomes.ts';

const internalDate = '01-Mar-2026 10:00:00 +0000';
const uids = (...numbers: number[]) => numbers.map((n) => TargetUid.parse(n));
const row = (uid: number | null, doubt: boolean): LedgerRow => ({
  ...outcome({ targetUid: uid === null ? null : TargetUid.parse(uid), doubt }),
  sourceUid: SourceUid.parse(1),
  internalDate,
  sizeBytes: 1,
  flags: [],
  vanished: false,
  doubtSince: null,
});

/** rows | copies of their date at the target as UID: octets, octets and header | surplus */
const table: [string, LedgerRow[], Record<number, string>, number][] = [
  ['without a doubt nothing is surplus', [row(7, false)], { 7: 'm', 8: 'm' }, 0],
  ['a second copy of a row in doubt is', [row(7, true)], { 7: 'm', 8: 'm' }, 1],
  ['a message with other octets is not', [row(7, true)], { 7: 'm', 8: 'x' }, 0],
  ['rewritten twins of one header are', [row(7, true)], { 7: 'm header', 8: 'n header' }, 1],
  ['other headers, or none, are not', [row(7, true)], { 7: 'm one', 8: 'n two', 9: 'o' }, 0],
  ['the copy of a twin is not', [row(7, true), row(8, false)], { 7: 'm', 8: 'm' }, 0],
  ['a row without a UID takes one copy, whatever its octets', [row(null, true)], { 7: 'm', 8: 'x' }, 1],
  ['where the row lost its copy nothing can be compared', [row(7, true)], { 8: 'm' }, 0],
];

describe('surplus', () => {
  test.each(table)('%s', (_, rows, copies, expected) => {
    const there = uids(...Object.keys(copies).map(Number));
    const byInstant = new Map([[instantKey(internalDate), there]]);
    const part = (at: number) => there.map((uid) => [uid, copies[uid]?.split(' ')[at] ?? `${uid}`] as const);
    const found = findSurplus(rows, { uids: new Set<number>(there), byInstant });
    expect(countSurplus(found, new Map(part(0)), new Map(part(1)))).toBe(expected);
  });
});
