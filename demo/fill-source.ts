/** Puts the sample company into the source, as people's mail programs would have. */
import type { MailServer } from './dovecot.ts';
import { ImapServers } from '../shared/adapters/imap/index.ts';
import type { TargetMailbox } from '../shared/ports/mail.ts';
import { sampleFolders, sampleMailbox, type SampleMessage } from './company.ts';

export interface SourceUser {
  user: string;
  password: string;
}

/** Returns how many messages there are. Mailboxes that hold something already stay as they are. */
export async function fillSource(
  server: Pick<MailServer, 'host' | 'port'>,
  users: readonly SourceUser[],
): Promise<number> {
  let count = 0;
  for (const login of users) {
    const endpoint = {
      ...server,
      tls: 'none',
      auth: 'password',
      allowPlaintext: true,
      allowPrivateAddress: true,
    } as const;
    const mailbox = await new ImapServers().openTarget(endpoint, login);
    try {
      count += await fillMailbox(mailbox, login.user);
    } finally {
      await mailbox.close();
    }
  }
  return count;
}

async function fillMailbox(mailbox: TargetMailbox, user: string): Promise<number> {
  let count = 0;
  for (const folder of sampleFolders(user)) {
    await mailbox.createFolder(folder);
    await mailbox.subscribe(folder);
    const { messageCount } = await mailbox.openFolder(folder);
    const messages = [...sampleMailbox(user)].filter((message) => message.folder === folder);
    // What an interrupted filling left is a prefix.
    for (const message of messages.slice(messageCount)) await store(mailbox, message);
    count += messages.length;
  }
  return count;
}

async function store(mailbox: TargetMailbox, { octets, internalDate, flags }: SampleMessage): Promise<void> {
  const { answer } = await mailbox.append({ flags, internalDate, octetCount: octets.length, octets: once(octets) });
  const { kind } = await answer;
  if (kind !== 'stored') throw new Error(`the demo source did not take a message: ${kind}`);
}

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}
