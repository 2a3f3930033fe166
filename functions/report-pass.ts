import { ReportRequest, PassReported } from '../shared/contract/workflow.ts';
import { reportPass } from '../shared/steps/report-pass.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'report-pass',
  input: ReportRequest,
  output: PassReported,
  run: (ports, request) => reportPass(ports, request),
});
