/** Canonical hashes of messages, read as streams. */
import { CanonicalHash } from '../../core/octets.ts';
import type { MailReader } from '../../ports/mail.ts';

export async function hashesOf<Uid extends number>(
  reader: MailReader<Uid>,
  uids: readonly Uid[],
): Promise<Map<Uid, string>> {
  const hashes = new Map<Uid, string>();
  if (uids.length === 0) return hashes;
  for await (const message of reader.fetchMessages(uids))
    hashes.set(message.uid, await canonicalHashOf(message.octets));
  return hashes;
}

export async function canonicalHashOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = new CanonicalHash();
  for await (const part of octets) hash.update(part);
  return hash.digest();
}
