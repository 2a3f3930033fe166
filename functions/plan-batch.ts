import { PassRequest, PlanBatchResult } from '../shared/contract/workflow.ts';
import { planBatch } from '../shared/steps/plan-batch.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'plan-batch',
  input: PassRequest,
  output: PlanBatchResult,
  run: (ports, request) => planBatch(ports, request),
});
