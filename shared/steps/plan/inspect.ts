/** The passes that copy nothing: `preflight` (can it work, and how much is it?) and `verify` (is anything missing?). */
import type { MailboxRecord } from '../../contract/items.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { verdictOf } from '../../core/settle/verdict.ts';
import { failed } from '../../core/failure.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderPlan, Planning } from './planning.ts';

type Fields = Partial<Omit<MailboxRecord, 'mailboxId'>>;

/** Opens every folder of the source; nothing is written at the target. */
export async function preflight({ source, mailbox }: Planning, mapped: readonly MappedFolder[]): Promise<Fields> {
  let messages = 0;
  let failure: MailboxRecord['failure'] = null;
  for (const { sourcePath } of mapped) {
    try {
      messages += (await source.openFolder(sourcePath)).messageCount;
    } catch (error) {
      if (!(error instanceof MigrationError) || error.scope !== 'folder') throw error;
      failure ??= failed(error.code, `Folder "${sourcePath}": ${error.message}`);
    }
  }
  return {
    verdict: failure ? 'incomplete' : 'complete',
    failure,
    planned: { messages, bytes: 0 },
    folderCount: mapped.length,
    ...(mailbox.plan === null ? { counts: { ...mailbox.counts, source: messages } } : {}),
  };
}

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
