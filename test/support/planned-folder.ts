import type { FolderKey } from '../../shared/contract/ids.ts';
import type { PlannedFolder } from '../../shared/contract/items.ts';

/** INBOX, as it was listed with so many messages. */
export const plannedFolder = (folderKey: FolderKey, expectedRows: number): PlannedFolder => ({
  folderKey,
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  state: { uidValidity: 1, uidNext: 9, messageCount: expectedRows, highestModSeq: null },
  expectedRows,
  rematch: false,
  settledSequence: 0,
  vanished: [],
  failure: null,
});
