import { describe, expect, test } from '@jest/globals';
import { TargetUid } from '../../../../shared/contract/ids.ts';
import { assignCopies, type LookUp } from '../../../../shared/core/protocol/look-up.ts';

const copy = (uid: number, identity: string) => ({ targetUid: TargetUid.parse(uid), identity });
const look = (over: Partial<LookUp>): LookUp => ({
  rows: [],
  copies: [],
  claimed: new Set(),
  deliveredUnknown: [],
  ...over,
});
const row = (index: number, identity: string | null, ...repaired: string[]) => ({ index, identity, repaired });

/** rows | copies | claimed | delivered without UID -> what each row gets */
const table: [string, Partial<LookUp>, (number | 'nothing' | 'gone')[]][] = [
  ['a row whose copy is there adopts it', { rows: [row(0, 'm')], copies: [copy(7, 'm')] }, [7]],
  ['a row without a copy is appended again', { rows: [row(0, 'm')], copies: [copy(7, 'x')] }, ['nothing']],
  [
    'a row that the source no longer has is gone, never a loss',
    { rows: [row(0, null)], copies: [copy(7, 'm')] },
    ['gone'],
  ],
  [
    'one copy serves one row: the twin is appended again',
    { rows: [row(0, 'm'), row(1, 'm')], copies: [copy(7, 'm')] },
    [7, 'nothing'],
  ],
  [
    'twins take their copies in order of UID',
    { rows: [row(0, 'm'), row(1, 'm')], copies: [copy(9, 'm'), copy(7, 'm')] },
    [7, 9],
  ],
  [
    'a copy that an earlier attempt stored repaired is adopted, but not before the row that it is the very octets of',
    { rows: [row(0, 'm', 'r'), row(1, 'r'), row(2, 'n', 'r')], copies: [copy(7, 'r'), copy(8, 'r')] },
    [8, 7, 'nothing'],
  ],
  [
    'a copy that another row claims is left alone',
    { rows: [row(0, 'm')], copies: [copy(7, 'm')], claimed: new Set([7]) },
    ['nothing'],
  ],
  [
    'a twin delivered without a known UID takes its copy first (V18: else a loss is called complete)',
    { rows: [row(1, 'm')], copies: [copy(7, 'm')], deliveredUnknown: ['m'] },
    ['nothing'],
  ],
  [
    'each such twin sets aside one copy only',
    { rows: [row(2, 'm')], copies: [copy(7, 'm'), copy(8, 'm')], deliveredUnknown: ['m'] },
    [8],
  ],
  [
    'an ambiguous row is never adopted: a reported twin is better than a loss',
    { rows: [{ index: 0, identity: 'm', ambiguous: true }], copies: [copy(7, 'm')] },
    ['nothing'],
  ],
];

describe('a look-up', () => {
  test.each(table)('%s', (_, over, expected) => {
    const findings = assignCopies(look(over));
    expect(findings.map((f) => (f.found === 'copy' ? Number(f.targetUid) : f.found))).toEqual(expected);
  });
});
