/** Which folders the source's user has hidden from view by not subscribing to them. */
import type { ListedFolder } from '../../ports/mail.ts';

/** Where nothing is subscribed, subscriptions are not used (or not offered): a target that shows only them would show nothing. */
export function hiddenFolders(folders: readonly ListedFolder[]): string[] {
  if (folders.every(({ subscribed }) => !subscribed)) return [];
  return folders.flatMap(({ path, subscribed }) => (subscribed || path.toUpperCase() === 'INBOX' ? [] : [path]));
}
