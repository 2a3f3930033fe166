/** RFC 7889: how large a message each folder takes, at a server that says so by folder. */
import { MigrationError } from '../../errors.ts';
import type { FolderNames } from './folder-name.ts';
import type { Connection } from './wire/connection.ts';
import { values, type Response } from './wire/response.ts';
import { pairs } from './wire/values.ts';

/** With LIST-STATUS one command tells all; a single folder is asked for by itself. Refused ones are absent. */
export async function appendLimits(
  connection: Connection,
  names: FolderNames,
  at: { paths: readonly string[]; listStatus: boolean },
): Promise<Map<string, number>> {
  const limits = new Map<string, number>();
  const note = (response: Response): void => {
    if (response.kind !== 'STATUS') return;
    const [raw, items] = values(response);
    const told = pairs(items).get('APPENDLIMIT');
    // NIL: without limit.
    if (typeof raw === 'string' && typeof told === 'string' && /^\d{1,15}$/.test(told))
      limits.set(names.listed(raw), Number(told));
  };
  const commands =
    at.listStatus && at.paths.length > 1
      ? ['LIST "" "*" RETURN (STATUS (APPENDLIMIT))']
      : at.paths.map((path) => `STATUS ${names.onWire(path)} (APPENDLIMIT)`);
  await Promise.all(commands.map((command) => unlessRefused(connection.command(command, note))));
  return limits;
}

async function unlessRefused(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SERVER_REFUSED') throw error;
  }
}
