/** A folder gets another UIDVALIDITY, its messages other UIDs, and nothing else is different: what a restored server does. */
import { RawImap, type RawAccess } from './raw-imap.ts';

/** `name` as on the wire (`Archive`, `&A5E-`); not INBOX, which cannot be renamed away. */
export async function renumber(access: RawAccess, name: string): Promise<void> {
  const imap = await RawImap.login(access);
  try {
    await imap.command(`RENAME "${name}" "${name}-before"`);
    await imap.command(`CREATE "${name}"`);
    await imap.command(`SELECT "${name}-before"`);
    // Newest first, so that no UID stays what it was.
    const uids = (await imap.command('UID SEARCH ALL')).join(' ').match(/\d+/g) ?? [];
    for (const uid of uids.reverse()) await imap.command(`UID COPY ${uid} "${name}"`);
    await imap.command(`SELECT "${name}"`);
    await imap.command(`DELETE "${name}-before"`);
  } finally {
    imap.close();
  }
}
