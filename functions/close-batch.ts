import { CloseRequest, BatchClosing } from '../shared/contract/workflow.ts';
import { closeBatch } from '../shared/steps/close-batch.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'close-batch',
  input: CloseRequest,
  output: BatchClosing,
  run: (ports, request) => closeBatch(ports, request),
});
