import { MigrationError } from '../../errors.ts';
import type { ListedFolder, Namespace, Namespaces } from '../../ports/mail.ts';
import type { FolderNames } from './folder-name.ts';
import { limits } from './limits.ts';
import type { Connection } from './wire/connection.ts';
import { values } from './wire/response.ts';
import { isList, strings, type Value } from './wire/values.ts';

interface RawFolder {
  path: string;
  delimiter: string | null;
  attributes: string[];
}

/** `pattern` is on-wire text: quoted, `*` and `%` are wildcards. */
export async function list(connection: Connection, names: FolderNames, command: string): Promise<RawFolder[]> {
  const folders: RawFolder[] = [];
  await connection.command(command, (response) => {
    if (response.kind !== 'LIST' && response.kind !== 'LSUB') return;
    const [attributes, delimiter, raw] = values(response);
    if (typeof raw !== 'string') return;
    if (folders.length >= limits.folders)
      throw new MigrationError('SERVER_REFUSED', 'The server lists too many folders.');
    folders.push({
      path: names.listed(raw),
      delimiter: typeof delimiter === 'string' && delimiter !== '' ? delimiter : null,
      attributes: strings(attributes).map((a) => a.toLowerCase()),
    });
  });
  return folders;
}

export async function listFolders(
  connection: Connection,
  names: FolderNames,
  specialUseOnDemand: boolean,
): Promise<ListedFolder[]> {
  const listed = await list(connection, names, `LIST "" "*"${specialUseOnDemand ? ' RETURN (SPECIAL-USE)' : ''}`);
  const subscribed = await subscribedPaths(connection, names);
  const byPath = new Map(listed.map((folder) => [folder.path, folder]));
  return [...byPath.values()].map((folder) => ({ ...folder, subscribed: subscribed.has(folder.path) }));
}

/** A server without subscriptions may refuse LSUB: then there are none. */
async function subscribedPaths(connection: Connection, names: FolderNames): Promise<Set<string>> {
  try {
    return new Set((await list(connection, names, 'LSUB "" "*"')).map(({ path }) => path));
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'SERVER_REFUSED') return new Set();
    throw error;
  }
}

export async function delimiterOf(connection: Connection, names: FolderNames): Promise<string | null> {
  const [root] = await list(connection, names, 'LIST "" ""');
  return root?.delimiter ?? null;
}

export async function namespaces(connection: Connection): Promise<Namespaces> {
  let found: Value[] = [];
  await connection.command('NAMESPACE', (response) => {
    if (response.kind === 'NAMESPACE') found = values(response);
  });
  const [personal, others, shared] = found;
  return { personal: namespaceList(personal), foreign: [...namespaceList(others), ...namespaceList(shared)] };
}

function namespaceList(value: Value | undefined): Namespace[] {
  if (!isList(value)) return [];
  return value.flatMap((entry) => {
    const [prefix, delimiter] = isList(entry) ? entry : [];
    if (typeof prefix !== 'string') return [];
    return [{ prefix, delimiter: typeof delimiter === 'string' ? delimiter : null }];
  });
}
