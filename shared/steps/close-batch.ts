/**
 * CloseBatch, after a final pass: mailboxes that are whole lose their stored passwords and are closed; the batch is
 * closed when all are. Idempotent.
 */
import type { MailboxRecord } from '../contract/items.ts';
import type { BatchClosing, CloseRequest } from '../contract/workflow.ts';
import { afterClosing, mayClose } from '../core/batch/after-pass.ts';
import { MigrationError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';

type ClosePorts = Pick<Ports, 'batches' | 'mailboxes' | 'credentials' | 'clock' | 'telemetry'>;

export async function closeBatch(ports: ClosePorts, { batch, passId }: CloseRequest): Promise<BatchClosing> {
  const mailboxes: MailboxRecord[] = [];
  for await (const mailbox of ports.mailboxes.list(batch)) mailboxes.push(await closeMailbox(ports, batch, mailbox));
  const record = await ports.batches.read(batch);
  if (!record) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${batch}.`);
  const next = afterClosing(record, { passId, mailboxes, nowMs: ports.clock.nowMs() });
  await ports.batches.put(next);
  if (next.state === 'closed') return { status: 'closed', reason: '' };
  const open = mailboxes.filter(({ state }) => state !== 'closed').length;
  return { status: 'open', reason: `${open} of ${mailboxes.length} mailboxes are not finished.` };
}

async function closeMailbox(ports: ClosePorts, batch: string, mailbox: MailboxRecord): Promise<MailboxRecord> {
  if (!mayClose(mailbox)) return mailbox;
  // Before the state: a crash in between leaves an open mailbox without a password, which the next run closes.
  await ports.credentials.destroy({ batch, mailboxId: mailbox.mailboxId });
  if (mailbox.state !== 'closed') await ports.mailboxes.update(batch, mailbox.mailboxId, { state: 'closed' });
  return { ...mailbox, state: 'closed' };
}
