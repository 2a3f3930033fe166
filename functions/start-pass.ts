import { StartEvent, StartResult } from '../shared/contract/start-event.ts';
import { startPass } from '../shared/steps/start-pass.ts';
import { stepHandler } from './handler.ts';

export const handler = stepHandler({
  step: 'start-pass',
  input: StartEvent,
  output: StartResult,
  run: (ports, event) => startPass(ports, event),
});
