import { describe, expect, test } from '@jest/globals';
import { FolderKey } from '../../../../shared/contract/ids.ts';
import { withoutTwinsOf } from '../../../../shared/core/plan/hold-back.ts';

const row = (folder: string, internalDate: string) => ({
  folder: FolderKey.parse(folder.repeat(16)),
  internalDate,
});
const midnight = '02-Jan-2026 00:00:00 +0000';

/** new row | a row of a carried chunk | is planned now */
const table: [string, ReturnType<typeof row>, ReturnType<typeof row>, boolean][] = [
  ['another date', row('a', midnight), row('a', '02-Jan-2026 00:00:01 +0000'), true],
  ['another folder', row('a', midnight), row('b', midnight), true],
  ['the same moment', row('a', midnight), row('a', midnight), false],
  ['the same moment in another zone', row('a', midnight), row('a', '01-Jan-2026 23:00:00 -0100'), false],
];

describe('a new message', () => {
  test.each(table)(
    'beside an unfinished one of %s is planned only if it cannot be a twin',
    (_, fresh, carried, planned) => {
      expect(withoutTwinsOf([fresh], [carried])).toEqual(planned ? [fresh] : []);
    },
  );
});
