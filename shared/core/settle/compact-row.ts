/**
 * Equal texts of many rows as one. JSON makes each anew, and of half a million rows that a mailbox may have, the name
 * of the folder and the flags alone are a third of what they take.
 */
import type { FolderKey } from '../../contract/ids.ts';

export interface Repeating {
  folder: FolderKey;
  flags: string[];
}

export function compactor(): <Row extends Repeating>(row: Row) => Row {
  const folders = new Map<FolderKey, FolderKey>();
  const lists = new Map<string, string[]>();
  return (row) => ({
    ...row,
    folder: known(folders, row.folder, row.folder),
    // No flag has a blank in it.
    flags: known(lists, row.flags.join(' '), row.flags),
  });
}

function known<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  const before = map.get(key);
  if (before === undefined) map.set(key, value);
  return before ?? value;
}
