import { MigrationError } from '../../errors.ts';
import { firstWord } from './classify.ts';
import type { FolderNames } from './folder-name.ts';
import { list } from './folders.ts';
import type { Connection } from './wire/connection.ts';

const refused = { code: 'FOLDER_REFUSED', message: 'The target refused to create the folder.' } as const;

/**
 * Level by level: a parent that exists only through its child cannot hold mail. A refused parent is no failure (a
 * namespace prefix may not be created); the folder itself must exist in the end, whatever CREATE said.
 */
export async function createFolder(
  connection: Connection,
  names: FolderNames,
  path: string,
  delimiter: string | null,
): Promise<void> {
  const levels = delimiter === null ? [path] : levelsOf(path, delimiter);
  for (const level of levels) {
    if (level.toUpperCase() === 'INBOX') continue;
    const refusal = await tryCreate(connection, names, level);
    if (refusal && level === path && !(await exists(connection, names, path))) throw refusal;
  }
}

async function tryCreate(connection: Connection, names: FolderNames, path: string): Promise<MigrationError | null> {
  try {
    await connection.command(`CREATE ${names.onWire(path)}`, undefined, refused);
    return null;
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'FOLDER_REFUSED') throw error;
    return firstWord(String(error.details['responseCode'] ?? '')) === 'ALREADYEXISTS' ? null : error;
  }
}

async function exists(connection: Connection, names: FolderNames, path: string): Promise<boolean> {
  const found = await list(connection, names, `LIST "" ${names.onWire(path)}`);
  return found.some(
    (f) => f.path === path && !f.attributes.includes('\\noselect') && !f.attributes.includes('\\nonexistent'),
  );
}

function levelsOf(path: string, delimiter: string): string[] {
  const words = path.split(delimiter);
  return words.map((_, at) => words.slice(0, at + 1).join(delimiter));
}
