/** The pass `verify`: is anything missing? */
import type { MailboxRecord } from '../../contract/items.ts';
import { verdictOf } from '../../core/settle/verdict.ts';
import { failed } from '../../core/failure.ts';
import type { FolderPlan, Planning } from './planning.ts';

type Fields = Partial<Omit<MailboxRecord, 'mailboxId'>>;

/** Compares the source with the ledgers, as an incremental pass would, and says what that pass would have to do. */
export function verify({ mailbox, carried }: Planning, folders: readonly FolderPlan[]): Fields {
  const missing = folders.reduce((sum, f) => sum + f.rows.length, 0);
  const unread = folders.find((f) => f.folder.failure)?.folder;
  const failure =
    unread?.failure && unread.failure.code
      ? failed(unread.failure.code, `Folder "${unread.sourcePath}": ${unread.failure.message}`)
      : missing > 0 || carried.chunks.length > 0
        ? failed('CONTINUED', `${missing} messages of the source are not at the target yet.`)
        : null;
  return { verdict: verdictOf(mailbox.counts, failure !== null), failure, planned: { messages: missing, bytes: 0 } };
}
