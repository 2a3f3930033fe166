/** Octets of a row's message: from the source, or, where it is tried again, as they were kept in quarantine. */
import { createHash } from 'node:crypto';
import type { CopyRow, Repair } from '../../contract/items.ts';
import { quarantineKeys } from '../../contract/keys.ts';
import { ContentHashes, type Face } from '../../core/repair/content-hashes.ts';
import { Examination, OctetRepair } from '../../core/repair/octets.ts';
import type { Sessions } from './sessions.ts';
import type { Assignment } from './slice.ts';

type Row = Pick<CopyRow, 'folder' | 'sourceUid' | 'kept'>;

export const quarantineKey = ({ key }: Assignment, row: Pick<CopyRow, 'folder' | 'sourceUid'>): string =>
  quarantineKeys.message(key.batch, key.mailboxId, row.folder, row.sourceUid);

/** null: neither the source nor the quarantine has it any more. */
export async function readMessage<T>(
  assignment: Assignment,
  sessions: Sessions,
  at: { row: Row; use: (octets: AsyncIterable<Uint8Array>) => Promise<T> },
): Promise<T | null> {
  const { row, use } = at;
  const kept = row.kept && (await assignment.ports.data.readOctets(quarantineKey(assignment, row)));
  if (kept) return use(kept);
  if (!sessions.sourceValid || row.kept?.vanished === true) return null;
  let used: T | null = null;
  for await (const { octets } of sessions.source.fetchMessages([row.sourceUid])) used = await use(octets);
  return used;
}

export interface Examined {
  examination: Examination;
  /** Of the exact octets. */
  sha256: string;
}

export async function examine(octets: AsyncIterable<Uint8Array>): Promise<Examined> {
  const examination = new Examination();
  const hash = createHash('sha256');
  for await (const part of octets) {
    examination.update(part);
    hash.update(part);
  }
  examination.end();
  return { examination, sha256: hash.digest('hex') };
}

export async function facesOf(octets: AsyncIterable<Uint8Array>): Promise<readonly Face[]> {
  const hashes = new ContentHashes();
  for await (const part of octets) hashes.update(part);
  return hashes.faces();
}

export async function* repairedOctets(
  octets: AsyncIterable<Uint8Array>,
  repairs: readonly Repair[],
): AsyncIterable<Uint8Array> {
  const repair = new OctetRepair(repairs);
  for await (const part of octets) yield repair.update(part);
  yield repair.end();
}
