import { type MailboxEnded, SettleRequest } from '../../../../shared/contract/workflow.ts';
import { count, does, failure } from './fixture-world.ts';

export async function handler(source: unknown): Promise<MailboxEnded> {
  const request = SettleRequest.parse(source);
  const { mailboxId, failedChunks } = request;
  await count(`settle-mailbox ${mailboxId} ${request.failure?.error ?? '-'} ${JSON.stringify(failedChunks)}`);
  if (does(mailboxId, 'unsettled')) throw failure('INTERNAL', 'no count');
  const verdict = request.failure === null && failedChunks.length === 0 ? 'complete' : 'incomplete';
  return { status: 'ended', mailboxId, verdict };
}
