import { createHash } from 'node:crypto';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { StartEvent, type StartResult } from '../../../../shared/contract/start-event.ts';
import { variable } from './fixture-world.ts';

const sfn = new SFNClient({});

export async function handler(source: unknown): Promise<StartResult> {
  const event = StartEvent.parse(source);
  if (event.kind !== 'upload') return { started: [], ignored: event.kind };
  const [batch = ''] = event.key.split('/');
  const passId = `${batch}-${createHash('sha256').update(event.versionId).digest('hex').slice(0, 12)}`;
  const { key, versionId } = event;
  const input = { batch, pass: 'initial', passId, scope: { kind: 'csv', key, versionId } };
  const command = { stateMachineArn: variable('STATE_MACHINE_ARN'), name: passId, input: JSON.stringify(input) };
  try {
    await sfn.send(new StartExecutionCommand(command));
    return { started: [{ batch, passId, as: 'started' }], ignored: null };
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return { started: [{ batch, passId, as: 'exists' }], ignored: null };
  }
}
