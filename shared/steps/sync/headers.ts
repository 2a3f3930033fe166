/** Header identities, read as they are needed. */
import type { SourceUid } from '../../contract/ids.ts';
import { headerIdentity, type HeaderIdentity } from '../../core/header-identity.ts';
import { MigrationError } from '../../errors.ts';
import type { MailReader } from '../../ports/mail.ts';
import type { Sessions } from './sessions.ts';

interface SourceRow {
  /** null: names nothing at the source any more. */
  sourceUid: SourceUid | null;
  /** As planned: what its copy was appended with. */
  internalDate: string;
}

/** Into the sessions' memory: rows of one instant are asked after again by every window that has some of them. */
export async function readSourceHeaders(
  { source, sourceValid, headers }: Sessions,
  rows: readonly SourceRow[],
): Promise<void> {
  const dates = new Map<SourceUid, string>();
  for (const { sourceUid, internalDate } of rows)
    if (sourceUid !== null && !headers.has(sourceUid)) dates.set(sourceUid, internalDate);
  if (!sourceValid) return;
  for (const [uid, identity] of await headersOf(source, [...dates.keys()], dates)) headers.set(uid, identity);
}

/** A server that does not understand the question has headers that identify nothing. */
export async function headersOf<Uid extends number>(
  reader: MailReader<Uid>,
  uids: readonly Uid[],
  dates?: ReadonlyMap<Uid, string>,
): Promise<Map<Uid, HeaderIdentity | null>> {
  const identities = new Map<Uid, HeaderIdentity | null>();
  if (uids.length === 0) return identities;
  try {
    for await (const { uid, internalDate, octets } of reader.fetchHeaders(uids))
      identities.set(uid, headerIdentity(octets, dates?.get(uid) ?? internalDate));
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SERVER_REFUSED') throw error;
  }
  return identities;
}
