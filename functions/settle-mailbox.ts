import { SettleRequest, MailboxEnded } from '../shared/contract/workflow.ts';
import { settleMailbox } from '../shared/steps/settle-mailbox.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'settle-mailbox',
  input: SettleRequest,
  output: MailboxEnded,
  run: (ports, request) => settleMailbox(ports, request),
});
