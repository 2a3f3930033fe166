/** A small stack written by hand, for what the real template has no case of. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { join } from 'node:path';
import { skippingClock } from '../../../local/clock.ts';
import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from '../../../local/embedded-stack.ts';
import type { Json } from '../../../local/json.ts';
import { fixtureAssembly } from './fixture-assembly.ts';
import type { FixtureStack } from './fixture-template.ts';
import { temporaryDirectory } from './real-template.ts';

export interface RunningFixture {
  stack: EmbeddedStack;
  stateDir: string;
  s3: S3Client;
  dynamodb: DynamoDBClient;
  sfn: SFNClient;
  output: (name: string) => string;
  /** Starts an execution and waits for its end. */
  run: (input: Json, name?: string) => Promise<EndedExecution>;
  stop: () => Promise<void>;
}

export interface EndedExecution {
  status?: string;
  output: Json;
  error?: string;
  cause?: string;
  eventCount?: number;
}

export function clientsOf({ clientConfig }: EmbeddedStack, accessKeyId = clientConfig.credentials.accessKeyId) {
  const { region, endpoints } = clientConfig;
  const options = { region, credentials: { ...clientConfig.credentials, accessKeyId }, maxAttempts: 1 };
  return {
    s3: new S3Client({ ...options, endpoint: endpoints.s3 }),
    dynamodb: new DynamoDBClient({ ...options, endpoint: endpoints.dynamodb }),
    sfn: new SFNClient({ ...options, endpoint: endpoints.sfn }),
  };
}

/** Waits end at once unless another clock is given. */
export async function startFixture(
  fixture: FixtureStack,
  options: Partial<EmbeddedStackOptions> & { assemblyDirectory?: string } = {},
): Promise<RunningFixture> {
  const directory = temporaryDirectory();
  const { assemblyDirectory = join(directory.path, 'assembly'), ...rest } = options;
  const assembly = await fixtureAssembly(assemblyDirectory, fixture);
  const stateDir = join(directory.path, 'state');
  const stack = await startEmbeddedStack({ stateDir, assembly, clock: skippingClock(), ...rest });
  const clients = clientsOf(stack);
  return {
    stack,
    stateDir,
    ...clients,
    output: (name) => stack.outputs[name] ?? '',
    run: (input, name) => runExecution(stack, clients.sfn, { input, name }),
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await stack.close();
      directory.remove();
    },
  };
}

async function runExecution(
  stack: EmbeddedStack,
  sfn: SFNClient,
  { input, name }: { input: Json; name: string | undefined },
): Promise<EndedExecution> {
  const stateMachineArn = stack.outputs['StateMachineArn'];
  const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  await stack.idle();
  const { executionArn } = started;
  const ended = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  const { eventCount } = stack.executions().find(({ arn }) => arn === executionArn) ?? {};
  const output: Json = JSON.parse(ended.output ?? 'null');
  const { status, error, cause } = ended;
  return { status, output, error, cause, eventCount };
}

/** A Task state that ends the machine unless `rest` says otherwise. */
export const invoke = (functionName: string, rest: Record<string, Json> = { End: true }): Json => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `@${functionName}@`, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...rest,
});
