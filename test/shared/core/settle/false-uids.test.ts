import { expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import { instantKey } from '../../../../shared/core/identity.ts';
import { withoutFalseUids } from '../../../../shared/core/settle/false-uids.ts';
import { outcome } from '../protocol/outcomes.ts';

const date = (day: string): string => `${day}-Mar-2026 10:00:00 +0000`;
const row = (uid: number, day: string) => ({
  ...outcome({ targetUid: TargetUid.parse(uid) }),
  sourceUid: SourceUid.parse(uid),
  internalDate: date(day),
  sizeBytes: 1,
  flags: [],
  vanished: false,
  doubtSince: null,
});

/** UIDs that rows name, by day | what the target shows, UID: day | UIDs afterwards */
test.each<[string, [number, string][], Record<number, string>, (number | null)[]]>([
  [
    'the truth stays',
    [
      [1, '01'],
      [2, '02'],
    ],
    { 1: '01', 2: '02' },
    [1, 2],
  ],
  ['a UID that nothing has, and a copy that nobody claims', [[9, '01']], { 1: '01' }, [null]],
  [
    'a UID that another message has, and a copy that nobody claims',
    [
      [2, '01'],
      [2, '02'],
    ],
    { 1: '01', 2: '02' },
    [null, 2],
  ],
  ['a copy that the user removed', [[1, '01']], { 2: '02' }, [1]],
  [
    'a copy that the user removed, beside the copy of a twin',
    [
      [1, '01'],
      [2, '01'],
    ],
    { 2: '01' },
    [1, 2],
  ],
  [
    'a target that keeps no dates',
    [
      [1, '01'],
      [2, '02'],
    ],
    { 1: '24', 2: '24' },
    [1, 2],
  ],
])('%s', (_title, rows, shown, expected) => {
  const byInstant = new Map<string, TargetUid[]>();
  for (const [uid, day] of Object.entries(shown)) {
    const instant = instantKey(date(day));
    byInstant.set(instant, [...(byInstant.get(instant) ?? []), TargetUid.parse(Number(uid))]);
  }
  const uids = new Set(Object.keys(shown).map(Number));
  const ledger = rows.map(([uid, day]) => row(uid, day));
  const kept = withoutFalseUids(ledger, { uids, byInstant });
  expect(kept.map(({ targetUid }) => targetUid)).toEqual(expected);
});
