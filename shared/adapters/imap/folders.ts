import { MigrationError } from '../../errors.ts';
import type { FolderState, ListedFolder, Namespace, Namespaces } from '../../ports/mail.ts';
import type { FolderNames } from './folder-name.ts';
import { limits } from './limits.ts';
import type { Connection } from './wire/connection.ts';
import { values, type Response } from './wire/response.ts';
import { isList, pairs, strings, type Value } from './wire/values.ts';

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

export interface ListOptions {
  /** RFC 5258: subscriptions come with LIST, one command less. */
  extended: boolean;
  /** Told only when asked for (RFC 6154). */
  specialUse: boolean;
}

export async function listFolders(
  connection: Connection,
  names: FolderNames,
  { extended, specialUse }: ListOptions,
): Promise<ListedFolder[]> {
  const wanted = ['SUBSCRIBED', ...(specialUse ? ['SPECIAL-USE'] : [])].join(' ');
  const [listed, subscribed] = await Promise.all([
    list(connection, names, `LIST "" "*"${extended ? ` RETURN (${wanted})` : ''}`),
    extended ? new Set<string>() : subscribedPaths(connection, names),
  ]);
  const byPath = new Map(listed.map((folder) => [folder.path, folder]));
  return [...byPath.values()].map((folder) => ({
    ...folder,
    subscribed: subscribed.has(folder.path) || folder.attributes.includes('\\subscribed'),
  }));
}

/**
 * Folder states without opening anything: LIST-STATUS (RFC 5819), else one STATUS a folder. A hint only: a server may
 * answer from an index that is behind (Dovecot, two sessions on a maildir never indexed). Refused folders are absent.
 */
export async function folderStates(
  connection: Connection,
  names: FolderNames,
  at: { paths: readonly string[]; listStatus: boolean; condStore: boolean },
): Promise<Map<string, FolderState>> {
  const states = new Map<string, FolderState>();
  const items = `(MESSAGES UIDNEXT UIDVALIDITY${at.condStore ? ' HIGHESTMODSEQ' : ''})`;
  const note = (response: Response): void => {
    if (response.kind !== 'STATUS') return;
    const [raw, counts] = values(response);
    const state = stateOf(pairs(counts), at.condStore);
    if (typeof raw === 'string' && state) states.set(names.listed(raw), state);
  };
  if (at.listStatus) await connection.command(`LIST "" "*" RETURN (STATUS ${items})`, note);
  else await Promise.all(at.paths.map((path) => askStatus(connection, `STATUS ${names.onWire(path)} ${items}`, note)));
  return states;
}

async function askStatus(connection: Connection, command: string, note: (response: Response) => void): Promise<void> {
  try {
    await connection.command(command, note);
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SERVER_REFUSED') throw error;
  }
}

function stateOf(items: ReadonlyMap<string, Value>, condStore: boolean): FolderState | null {
  const count = (name: string): number => Number(items.get(name) ?? Number.NaN);
  const state = { uidValidity: count('UIDVALIDITY'), uidNext: count('UIDNEXT'), messageCount: count('MESSAGES') };
  const modSeq = items.get('HIGHESTMODSEQ');
  if (!Object.values(state).every((n) => Number.isSafeInteger(n) && n >= 0)) return null;
  const known = condStore && typeof modSeq === 'string' && /^[1-9]\d{0,18}$/.test(modSeq);
  return { ...state, highestModSeq: known ? modSeq : null };
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
