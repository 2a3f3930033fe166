import { expect, test } from '@jest/globals';
import { FolderKey } from '../../../../shared/contract/ids.ts';
import { compactor } from '../../../../shared/core/settle/compact-row.ts';
import { groupsOf } from '../../../../shared/core/settle/groups.ts';

const folder = FolderKey.parse('0123456789abcdef');

test('rows with equal flags hold one list of them, and say the same as before', () => {
  const parsed = (): { folder: FolderKey; flags: string[]; uid: number }[] =>
    Array.from({ length: 1_000 }, (_, uid) => ({ folder, uid, flags: uid % 3 === 0 ? ['\\Seen', 'a'] : ['\\Seen'] }));
  const rows = parsed().map(compactor());
  expect(rows).toEqual(parsed());
  expect(new Set(rows.map(({ flags }) => flags)).size).toBe(2);
});

test('flags that only look alike when they are joined do not exist: a flag has no blank', () => {
  const compact = compactor();
  const rows = [['ab'], ['a', 'b'], []].map((flags) => compact({ folder, flags }));
  expect(rows.map(({ flags }) => flags)).toEqual([['ab'], ['a', 'b'], []]);
});

test.each([
  [[], 10, []],
  [[4, 4, 4], 10, [[4, 4], [4]]],
  [[20, 1, 1], 10, [[20], [1, 1]]],
  [[1, 20, 1], 10, [[1], [20], [1]]],
  [[0, 0], 0, [[0, 0]]],
])('groups of %j that are at most %i: %j', (sizes, most, groups) => {
  expect(groupsOf(sizes, (size) => size, most)).toEqual(groups);
});
