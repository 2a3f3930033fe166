import { MailboxRequest, PlanMailboxResult } from '../shared/contract/workflow.ts';
import { planMailbox } from '../shared/steps/plan-mailbox.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'plan-mailbox',
  input: MailboxRequest,
  output: PlanMailboxResult,
  run: (ports, request, { deadline }) => planMailbox(ports, request, deadline),
});
