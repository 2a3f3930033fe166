import { SliceRequest, SliceResult } from '../shared/contract/workflow.ts';
import { syncSlice } from '../shared/steps/sync-slice.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'sync-slice',
  input: SliceRequest,
  output: SliceResult,
  run: (ports, request, invocation) => syncSlice(ports, request, invocation),
});
