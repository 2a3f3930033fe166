/**
 * The next folder of the chunk, opened on both sides while the last answers of this one are owed; otherwise a mailbox
 * of many small folders waits for round trips most of the time. Nothing is sent to the target but a SELECT: the window
 * of the next folder is opened, and its bytes go out, only when this one's is committed.
 */
import type { PlannedFolder } from '../../contract/items.ts';
import { cleanEnd } from '../../core/protocol/window.ts';
import type { FolderFetch, FolderState, SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import type { SourceUid } from '../../contract/ids.ts';
import { RowFeed } from './row-feed.ts';
import { folderOf, type Slice } from './slice.ts';

export interface Ahead {
  folder: PlannedFolder;
  /** Rows [from, to) are on their way. */
  from: number;
  to: number;
  feed: RowFeed;
  fetch: FolderFetch<SourceUid>;
  messages: FolderFetch<SourceUid>['messages'];
  target: Promise<FolderState>;
}

/** null: the next rows need more than to be sent, or there are none. */
export function beginAhead(
  sides: { source: SourceMailbox; target: TargetMailbox },
  slice: Slice,
  at: { from: number; limitBytes: number },
): Ahead | null {
  const { from, limitBytes } = at;
  const row = slice.rows[from];
  const to = cleanEnd(slice.rows, from);
  if (!row || to === from) return null;
  const folder = folderOf(slice, row.folder);
  const feed = new RowFeed(slice.rows, { indexes: [], from, to, limitBytes });
  const fetch = sides.source.fetchFrom(folder.sourcePath, feed.groups());
  const target = sides.target.openFolder(folder.targetPath);
  // Who enters the folder hears of a failure; until then it is nobody's.
  fetch.uidValidity.catch(() => {});
  target.catch(() => {});
  return { folder, from, to, feed, fetch, messages: fetch.messages, target };
}
