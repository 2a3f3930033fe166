import { describe, expect, test } from '@jest/globals';
import { FolderKey } from '../../../../shared/contract/ids.ts';
import type { FolderRecord } from '../../../../shared/contract/items.ts';
import { isUnchanged, needsRecount } from '../../../../shared/core/plan/decide-folder.ts';
import { plannedFolder } from '../../../protocol/model/setting.ts';

const checkpoint = { uidValidity: 1, uidNext: 5, messageCount: 3, highestModSeq: '7' };
const record: FolderRecord = {
  folderKey: FolderKey.parse('0123456789abcdef'),
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  checkpoint,
  targetUidValidity: 1,
  ledger: { bucket: 'data', key: 'ledger' },
  sequence: 1,
  rowCount: 3,
  openDoubts: 0,
};
const pending = plannedFolder({ expectedRows: 3, rematch: false, settledSequence: 1, vanished: [] });

describe('a folder is counted again', () => {
  test.each([
    [
      'not when the count is that of the ledger and what came',
      { record, pending: null },
      { messageCount: 4, newCount: 1 },
      false,
    ],
    ['when messages have vanished', { record, pending: null }, { messageCount: 3, newCount: 1 }, true],
    [
      'when the last settle had messages without a row',
      { record: { ...record, recount: true }, pending: null },
      { messageCount: 3, newCount: 0 },
      true,
    ],
    [
      'not while rows of it are carried',
      { record: { ...record, recount: true }, pending },
      { messageCount: 2, newCount: 0 },
      false,
    ],
    ['not before its first settle', { record: null, pending: null }, { messageCount: 2, newCount: 2 }, false],
  ])('%s', (_title, known, { messageCount, newCount }, expected) => {
    expect(needsRecount({ ...known, state: { ...checkpoint, messageCount } }, newCount)).toBe(expected);
  });
});

describe('a folder is unchanged', () => {
  test.each([
    ['when STATUS says what the checkpoint says', record, checkpoint, true],
    ['not when it is to be counted again', { ...record, recount: true }, checkpoint, false],
    ['not without mod-sequences', record, { ...checkpoint, highestModSeq: null }, false],
    ['not when a message has no row', { ...record, rowCount: 2 }, checkpoint, false],
  ])('%s', (_title, known, told, expected) => expect(isUnchanged(known, told)).toBe(expected));
});
