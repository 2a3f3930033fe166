/** Folder names as levels: what is left of a path once namespace prefix and delimiter are taken off. */
import type { ListedFolder, Namespace, Namespaces } from '../../ports/mail.ts';
import type { NamedFolder } from './special-use.ts';

export interface FolderSide {
  folders: readonly ListedFolder[];
  namespaces: Namespaces;
}

/** The folders of the user's own namespace; shared and other users' folders would leak into every mailbox. */
export function ownFolders({ folders, namespaces }: FolderSide): NamedFolder[] {
  return folders
    .filter((folder) => !namespaces.foreign.some((foreign) => isInside(folder.path, foreign)))
    .map((folder) => ({ folder, levels: levelsOf(folder, namespaces) }));
}

function isInside(path: string, { prefix, delimiter }: Namespace): boolean {
  if (prefix === '') return false;
  const root = delimiter !== null && prefix.endsWith(delimiter) ? prefix.slice(0, -delimiter.length) : prefix;
  return path === root || path.startsWith(prefix);
}

export function levelsOf(folder: Pick<ListedFolder, 'path' | 'delimiter'>, namespaces: Namespaces): string[] {
  const { path, delimiter } = folder;
  if (path.toUpperCase() === 'INBOX') return ['INBOX'];
  const prefix = namespaces.personal.map((p) => p.prefix).find((p) => p !== '' && path.startsWith(p)) ?? '';
  const rest = path.slice(prefix.length);
  const levels = delimiter === null || delimiter === '' ? [rest] : rest.split(delimiter);
  // RFC 9051 5.1: INBOX compares without case, also as the root of a hierarchy.
  return levels[0]?.toUpperCase() === 'INBOX' && levels.length > 1 ? ['INBOX', ...levels.slice(1)] : levels;
}

export const isInbox = (levels: readonly string[]): boolean => levels.length === 1 && levels[0] === 'INBOX';

/** How the target writes names. */
export interface TargetNaming {
  prefix: string;
  delimiter: string;
}

export function namingOf({ folders, namespaces }: FolderSide): TargetNaming {
  const personal = namespaces.personal[0];
  const delimiter = personal?.delimiter ?? folders.find((f) => f.delimiter !== null)?.delimiter ?? '/';
  return { prefix: personal?.prefix ?? '', delimiter: delimiter === '' ? '/' : delimiter };
}

/** Path at the target. A delimiter inside a level would make two levels of it, and control characters make no name. */
export function pathOf(levels: readonly string[], naming: TargetNaming): string {
  if (isInbox(levels)) return 'INBOX';
  const substitute = naming.delimiter === '_' ? '-' : '_';
  const safe = levels.map((level) => {
    const clean = level.replaceAll(naming.delimiter, substitute).replace(/\p{Cc}/gu, substitute);
    return clean === '' ? substitute : clean;
  });
  const path = safe.join(naming.delimiter);
  // A target that keeps everything below `INBOX.` has INBOX's children there too.
  return path.startsWith(naming.prefix) && naming.prefix !== '' ? path : `${naming.prefix}${path}`;
}
