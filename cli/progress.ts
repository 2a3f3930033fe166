/** How far a pass is, read from the same records that the console shows. */
import { planSequenceOf } from '../shared/contract/ids.ts';
import type { MailboxRecord } from '../shared/contract/items.ts';
import type { Ports } from '../shared/ports/ports.ts';

export interface MailboxProgress {
  mailbox: string;
  state: MailboxRecord['state'];
  verdict: MailboxRecord['verdict'];
  folders: number;
  /** Of this pass. */
  messages: number;
  copied: number;
  sizeBytes: number;
  copiedBytes: number;
}

type ProgressPorts = Pick<Ports, 'mailboxes' | 'chunks'>;

export async function readProgress(
  ports: ProgressPorts,
  batch: string,
  passIds: ReadonlySet<string>,
): Promise<MailboxProgress[]> {
  const mailboxes: MailboxProgress[] = [];
  for await (const record of ports.mailboxes.list(batch)) {
    if (passIds.has(record.passId)) mailboxes.push(await progressOf(ports, batch, record));
  }
  return mailboxes;
}

async function progressOf(ports: ProgressPorts, batch: string, record: MailboxRecord): Promise<MailboxProgress> {
  const done = record.state === 'settled' || record.state === 'closed';
  const live = record.state === 'syncing' ? await copiedSoFar(ports, batch, record) : { messages: 0, bytes: 0 };
  return {
    mailbox: record.emailAddress,
    state: record.state,
    verdict: done ? record.verdict : null,
    folders: record.folderCount,
    messages: record.planned.messages,
    // Of a verify pass: messages that were read again.
    copied: done ? (record.verified ? record.planned.messages : record.copiedNow) : live.messages,
    sizeBytes: record.planned.bytes,
    copiedBytes: live.bytes,
  };
}

async function copiedSoFar(ports: ProgressPorts, batch: string, record: MailboxRecord) {
  const chunks = await ports.chunks.list({ batch, mailboxId: record.mailboxId });
  const current = chunks.filter((chunk) => planSequenceOf(chunk.chunkId) === record.planSequence);
  return {
    messages: current.reduce((sum, chunk) => sum + chunk.copied, 0),
    bytes: current.reduce((sum, chunk) => sum + chunk.bytes, 0),
  };
}
