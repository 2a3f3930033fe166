import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Duration,
  RemovalPolicy,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_lambda_nodejs as nodejs,
  aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { metricsNamespace, steps, variables, type Step } from '../shared/contract/names.ts';
import { access, grantAccess } from './access.ts';
import type { Storage } from './storage.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

interface Size {
  memorySize: number;
  timeout: Duration;
}

/** All who talk to mail servers: imapflow buffers a whole message about three times (150 MB x 3), and one vCPU starts at 1,769 MB. */
const mailWorker: Size = { memorySize: 2048, timeout: Duration.minutes(15) };

const sizes: Readonly<Record<Step, Size>> = {
  // One HEAD, a few item reads, one StartExecution; a tick looks at every open batch.
  'start-pass': { memorySize: 256, timeout: Duration.minutes(1) },
  // One KMS call and one item per row: thousands of rows take minutes; parsing and encrypting want half a vCPU.
  'plan-batch': { memorySize: 1024, timeout: Duration.minutes(15) },
  'plan-mailbox': mailWorker,
  'sync-slice': mailWorker,
  'settle-mailbox': mailWorker,
  // Reads the results of up to thousands of mailboxes and renders one page from them.
  'report-pass': { memorySize: 2048, timeout: Duration.minutes(15) },
  // Deletes one credential item per mailbox.
  'close-batch': { memorySize: 512, timeout: Duration.minutes(15) },
};

export interface FunctionsProps {
  storage: Storage;
  entryOf: (step: Step) => string;
}

/** One function, one role and one log group per step. No reserved concurrency: new accounts have 10 in all. */
export class Functions extends Construct {
  readonly of: Readonly<Record<Step, nodejs.NodejsFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.of = {
      'start-pass': this.function('start-pass', props),
      'plan-batch': this.function('plan-batch', props),
      'plan-mailbox': this.function('plan-mailbox', props),
      'sync-slice': this.function('sync-slice', props),
      'settle-mailbox': this.function('settle-mailbox', props),
      'report-pass': this.function('report-pass', props),
      'close-batch': this.function('close-batch', props),
    };
    for (const step of steps) grantAccess(this.of[step], access[step], props.storage);
  }

  private function(step: Step, { storage, entryOf }: FunctionsProps): nodejs.NodejsFunction {
    const name = pascalCase(step);
    const logGroup = new logs.LogGroup(this, `${name}Logs`, {
      // Longer than the longest pass; the default would be for ever.
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Own role without AWSLambdaBasicExecutionRole, which may create and write every log group of the account.
    const role = new iam.Role(this, `${name}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    return new nodejs.NodejsFunction(this, name, {
      ...sizes[step],
      entry: entryOf(step),
      handler: 'handler',
      projectRoot,
      depsLockFilePath: dependencyFile(projectRoot),
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      bundling,
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      tracing: lambda.Tracing.ACTIVE,
      environment: environment(step, storage),
    });
  }
}

/** npm packs no lock file: an installed copy has its dependencies from package.json. */
export function dependencyFile(root: string): string {
  const lockFile = join(root, 'package-lock.json');
  return existsSync(lockFile) ? lockFile : join(root, 'package.json');
}

/** Name of the step's state and constructs: `sync-slice` -> `SyncSlice`. */
export function pascalCase(step: Step): string {
  return step.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The SDK is bundled: the tested version runs, not the runtime's. CommonJS, because V8 can keep the compiled code of a script. */
const bundling: nodejs.BundlingOptions = {
  format: nodejs.OutputFormat.CJS,
  target: 'node24',
  mainFields: ['module', 'main'],
  // An `import()` in a script whose compiled code was kept finds no loader (Node 20); a `require` does.
  esbuildArgs: { '--supported:dynamic-import': 'false' },
  bundleAwsSDK: true,
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  logLevel: nodejs.LogLevel.WARNING,
};

function environment(step: Step, storage: Storage): Record<string, string> {
  return {
    [variables.table]: storage.table.tableName,
    [variables.intakeBucket]: storage.intake.bucketName,
    [variables.dataBucket]: storage.data.bucketName,
    ...(access[step].credentials === 'none' ? {} : { [variables.keyId]: storage.credentialKey.keyArn }),
    NODE_OPTIONS: '--enable-source-maps',
    POWERTOOLS_SERVICE_NAME: 'mailferry',
    POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
  };
}
