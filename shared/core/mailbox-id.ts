import { createHash } from 'node:crypto';
import { MailboxId } from '../contract/ids.ts';

const longestSlug = 41;

/** Readable, safe in keys and ARNs, and different for different addresses: the hash tells apart what the slug does not. */
export function mailboxIdOf(emailAddress: string): MailboxId {
  const address = emailAddress.normalize('NFC').toLowerCase();
  const slug = address
    .replace('@', '-')
    .replace(/[^a-z0-9._-]+/g, '')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, longestSlug);
  const hash = createHash('sha256').update(address, 'utf8').digest('hex').slice(0, 10);
  return MailboxId.parse(`${slug === '' ? 'mailbox' : slug}-${hash}`);
}
