import { MigrationError } from '../../errors.ts';
import type { FolderState } from '../../ports/mail.ts';
import { canonicalFlags } from './fetch-items.ts';
import type { Connection } from './wire/connection.ts';
import { statusOf, textOf, values, type Response } from './wire/response.ts';
import { pairs } from './wire/values.ts';

export interface OpenFolder {
  /** As sent: quoted and encoded. */
  name: string;
  state: FolderState;
  permanentFlags: { flags: readonly string[]; keywords: boolean };
}

export interface Told {
  exists: number;
  codes: Map<string, string>;
}

export const untold = (): Told => ({ exists: 0, codes: new Map() });

export interface Opening {
  verb: 'EXAMINE' | 'SELECT';
  name: string;
  condStore: boolean;
}

export const unreadable = { code: 'FOLDER_UNREADABLE', message: 'The server refused to open the folder.' } as const;

/** (CONDSTORE) with the command: some servers count mod-sequences only from the moment they are asked for. */
export function openingCommand({ verb, name, condStore }: Opening): string {
  return `${verb} ${name}${condStore ? ' (CONDSTORE)' : ''}`;
}

export async function openFolder(connection: Pick<Connection, 'command'>, opening: Opening): Promise<OpenFolder> {
  const told = untold();
  await connection.command(openingCommand(opening), (response) => note(told, response), unreadable);
  const uidNext = number(told.codes.get('UIDNEXT')) ?? (await askUidNext(connection, opening.name));
  return openedFolder(told, { ...opening, uidNext });
}

/** What the answers to EXAMINE or SELECT say. `uidNext`: asked for in another way. */
export function openedFolder(
  told: Told,
  { name, condStore, uidNext }: Opening & { uidNext: number | null },
): OpenFolder {
  const uidValidity = number(told.codes.get('UIDVALIDITY'));
  if (uidValidity === null || uidNext === null) {
    throw new MigrationError('FOLDER_UNREADABLE', 'The server does not number the messages of this folder.');
  }
  const highest = told.codes.get('HIGHESTMODSEQ') ?? '';
  return {
    name,
    state: {
      uidValidity,
      uidNext,
      messageCount: told.exists,
      highestModSeq: condStore && /^[1-9]\d{0,18}$/.test(highest) ? highest : null,
    },
    permanentFlags: permanentFlags(told.codes.get('PERMANENTFLAGS')),
  };
}

export function note(told: Told, response: Response): void {
  if (response.kind === 'EXISTS') told.exists = response.number ?? told.exists;
  if (response.kind !== 'OK') return;
  const [, word = '', rest = ''] = /^\[([^\] ]+) ?(.*?)\]/.exec(textOf(response)) ?? [];
  // Flags keep their case: the raw text, not the upper-cased code of statusOf.
  if (word !== '') told.codes.set(word.toUpperCase(), rest || statusOf(response).code);
}

/** Servers older than RFC 3501 leave UIDNEXT out of SELECT. */
async function askUidNext(connection: Pick<Connection, 'command'>, name: string): Promise<number | null> {
  let uidNext: number | null = null;
  await connection.command(`STATUS ${name} (UIDNEXT)`, (response) => {
    if (response.kind === 'STATUS') uidNext = number(pairs(values(response)[1]).get('UIDNEXT'));
  });
  return uidNext;
}

/** Without PERMANENTFLAGS all flags are permanent (RFC 9051 7.1). */
function permanentFlags(code: string | undefined): OpenFolder['permanentFlags'] {
  if (code === undefined)
    return { flags: ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'], keywords: true };
  const flags = code.replaceAll(/[()]/g, '').split(' ').filter(Boolean);
  return { flags: canonicalFlags(flags.filter((f) => f !== '\\*')), keywords: flags.includes('\\*') };
}

function number(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) && Number(value) > 0 ? Number(value) : null;
}
