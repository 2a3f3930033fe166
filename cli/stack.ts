/** The embedded stack and the clients that look into it; the same calls would look into AWS. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { loadAssembly, startEmbeddedStack, type EmbeddedStack, type StackEvent } from '../local/embedded-stack.ts';
import {
  documentClient,
  DynamoBatchStore,
  DynamoChunkStore,
  DynamoMailboxStore,
} from '../shared/adapters/dynamodb/index.ts';
import { S3DataStore } from '../shared/adapters/s3/index.ts';
import { outputs, passMetadataKey } from '../shared/contract/names.ts';
import { PassRequest } from '../shared/contract/workflow.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { synthesizer } from './synthesize.ts';

const projectDir = fileURLToPath(new URL('..', import.meta.url));

export interface Execution {
  request: PassRequest;
  status: 'running' | 'succeeded' | 'failed';
  /** Of a failed one. */
  error: string;
  cause: string;
}

export interface Operator {
  stack: EmbeddedStack;
  ports: Pick<Ports, 'batches' | 'mailboxes' | 'chunks' | 'data'>;
  /** Returns the version id. */
  upload(key: string, octets: Uint8Array, pass: string | null): Promise<string>;
  /** From the data bucket. */
  download(key: string): Promise<Uint8Array>;
  /** Executions of the batch that are still running. */
  running(batch: string): Promise<PassRequest[]>;
  describe(passId: string): Promise<Execution>;
  close(): Promise<void>;
}

export interface OperatorOptions {
  stateDir: string;
  watch: boolean;
  onEvent: (event: StackEvent) => void;
  say: (text: string) => void;
}

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { stateDir, watch, onEvent } = options;
  const assembly = await loadAssembly({
    projectDir,
    cacheDir: join(homedir(), '.cache', 'mailferry'),
    synthesize: async (outdir) => {
      options.say('Preparing the stack, as after every change of its sources: about ten seconds.');
      await synthesizer(projectDir)(outdir);
    },
  });
  const stack = await startEmbeddedStack({ stateDir: join(stateDir, 'stack'), assembly, onEvent, schedules: watch });
  const { region, credentials, endpoints } = stack.clientConfig;
  const objects = new S3Client({ region, credentials, endpoint: endpoints.s3, forcePathStyle: true });
  const states = new SFNClient({ region, credentials, endpoint: endpoints.sfn });
  const documents = documentClient(new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }));
  const table = output(stack, outputs.table);
  const machine = output(stack, outputs.stateMachine);
  const describe = (arn: string): Promise<Execution> => describeExecution(states, arn);
  return {
    stack,
    ports: {
      batches: new DynamoBatchStore(documents, table),
      mailboxes: new DynamoMailboxStore(documents, table),
      chunks: new DynamoChunkStore(documents, table),
      data: new S3DataStore(objects, output(stack, outputs.dataBucket)),
    },
    upload: async (key, octets, pass) => {
      const Metadata = pass === null ? undefined : { [passMetadataKey]: pass };
      const Bucket = output(stack, outputs.intakeBucket);
      const put = await objects.send(new PutObjectCommand({ Bucket, Key: key, Body: octets, Metadata }));
      return put.VersionId ?? 'null';
    },
    download: async (key) => {
      const found = await objects.send(new GetObjectCommand({ Bucket: output(stack, outputs.dataBucket), Key: key }));
      return (await found.Body?.transformToByteArray()) ?? new Uint8Array();
    },
    running: async (batch) => {
      const list = await states.send(new ListExecutionsCommand({ stateMachineArn: machine, statusFilter: 'RUNNING' }));
      const described = await Promise.all(
        (list.executions ?? []).map(({ executionArn }) => describe(executionArn ?? '')),
      );
      return described.map(({ request }) => request).filter((request) => request.batch === batch);
    },
    describe: (passId) => describe(`${machine.replace(':stateMachine:', ':execution:')}:${passId}`),
    close: async () => {
      for (const client of [objects, states, documents]) client.destroy();
      await stack.close();
    },
  };
}

async function describeExecution(states: SFNClient, executionArn: string): Promise<Execution> {
  const found = await states.send(new DescribeExecutionCommand({ executionArn }));
  const request = PassRequest.parse(JSON.parse(found.input ?? 'null'));
  const status = found.status === 'RUNNING' ? 'running' : found.status === 'SUCCEEDED' ? 'succeeded' : 'failed';
  return { request, status, error: found.error ?? '', cause: found.cause ?? '' };
}

function output({ outputs: values }: EmbeddedStack, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`the stack has no output ${name}`);
  return value;
}
