/** Which target folder each source folder belongs to, asked of both servers. */
import type { TargetUid } from '../../contract/ids.ts';
import { mapFolders, type MappedFolder } from '../../core/plan/map-folders.ts';
import { hiddenFolders } from '../../core/plan/subscriptions.ts';
import type { MailReader } from '../../ports/mail.ts';
import type { Planning } from './planning.ts';

type Asked = Pick<Planning, 'source' | 'settings' | 'mailbox' | 'records' | 'hidden' | 'gone' | 'targetPaths'> & {
  target: MailReader<TargetUid>;
};

export async function mapMailbox(asked: Asked): Promise<MappedFolder[]> {
  const { source, target, settings, mailbox, records, hidden, gone, targetPaths } = asked;
  const [sourceFolders, sourceSpaces, targetFolders, targetSpaces] = await Promise.all([
    source.listFolders(),
    source.namespaces(),
    target.listFolders(),
    target.namespaces(),
  ]);
  for (const { path, attributes } of targetFolders) if (!attributes.includes('\\noselect')) targetPaths.add(path);
  for (const path of hiddenFolders(sourceFolders)) hidden.add(path);
  const listed = new Set(sourceFolders.map(({ path }) => path));
  gone.push(...[...records.values()].filter(({ sourcePath }) => !listed.has(sourcePath)));
  return mapFolders({
    source: { folders: sourceFolders, namespaces: sourceSpaces },
    target: { folders: targetFolders, namespaces: targetSpaces },
    rules: settings.folders ?? {},
    userRoot: mailbox.userRoot,
    known: new Map([...records.values()].map(({ folderKey, targetPath }) => [folderKey, targetPath])),
  });
}
