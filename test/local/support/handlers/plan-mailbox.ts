import { MailboxRequest, type PlanMailboxResult } from '../../../../shared/contract/workflow.ts';
import { count, does, failure } from './fixture-world.ts';

export async function handler(source: unknown): Promise<PlanMailboxResult> {
  const { mailboxId } = MailboxRequest.parse(source);
  const calls = await count(`plan-mailbox ${mailboxId}`);
  if (does(mailboxId, 'refused')) throw failure('LOGIN_REFUSED', 'no login');
  if (does(mailboxId, 'broken')) throw failure('CONNECTION_LOST', 'always');
  if (does(mailboxId, 'flaky') && calls < 3) throw failure('CONNECTION_LOST', 'twice');
  if (does(mailboxId, 'quiet')) return { status: 'ended', mailboxId, verdict: 'complete' };
  if (does(mailboxId, 'empty')) return { status: 'planned', chunkCount: 0, chunkConcurrency: 1 };
  if (does(mailboxId, 'more') && calls === 1) return { status: 'more' };
  if (does(mailboxId, 'waits') && calls === 1) return { status: 'wait', waitSeconds: 3600, reason: 'throttled' };
  return { status: 'planned', chunkCount: 2, chunkConcurrency: 2 };
}
