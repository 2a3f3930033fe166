/** Composition root: the only place that reads the environment and knows which adapter stands behind which port. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import {
  documentClient,
  DynamoBatchStore,
  DynamoChunkStore,
  DynamoCredentialStore,
  DynamoFolderStore,
  DynamoMailboxStore,
} from '../shared/adapters/dynamodb/index.ts';
import { ImapServers } from '../shared/adapters/imap/index.ts';
import { KmsCipher } from '../shared/adapters/kms/index.ts';
import { S3DataStore, S3IntakeStore } from '../shared/adapters/s3/index.ts';
import { StatesPassStarter } from '../shared/adapters/states/index.ts';
import { PowertoolsTelemetry } from '../shared/adapters/telemetry/index.ts';
import { parseEnvironment } from '../shared/contract/environment.ts';
import type { Ports } from '../shared/ports/ports.ts';

export interface Runtime {
  ports: Ports;
  /** Sends the metrics of this invocation; logs are sent as they come. */
  flush(): void;
}

let runtime: Runtime | undefined;

/** Once per execution environment: connections of the SDK clients outlive an invocation. */
export function currentRuntime(): Runtime {
  runtime ??= createRuntime();
  return runtime;
}

function createRuntime(): Runtime {
  const environment = parseEnvironment(process.env);
  const { table, dataBucket, intakeBucket } = environment;
  const documents = documentClient(new DynamoDBClient());
  const objects = new S3Client();
  const telemetry = new PowertoolsTelemetry();
  const ports: Ports = {
    batches: new DynamoBatchStore(documents, table),
    mailboxes: new DynamoMailboxStore(documents, table),
    folders: new DynamoFolderStore(documents, table),
    chunks: new DynamoChunkStore(documents, table),
    credentials: new DynamoCredentialStore(documents, table),
    cipher: new KmsCipher(new KMSClient(), environment.keyId ?? ''),
    data: new S3DataStore(objects, dataBucket),
    intake: new S3IntakeStore(objects, intakeBucket),
    servers: new ImapServers(),
    passes: new StatesPassStarter(new SFNClient(), environment.stateMachineArn ?? ''),
    clock: { nowMs: () => Date.now() },
    telemetry,
  };
  return { ports, flush: () => telemetry.flush() };
}
