/**
 * `node --import tsx stack-process.ts STATE_DIR KEY BODY`: a whole run in a process that can be killed. It uploads the
 * CSV unless it is there, waits until nothing is open, and prints the executions.
 */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedStack } from '../../../local/embedded-stack.ts';
import { realAssembly } from './real-template.ts';

const [stateDir = '', key = '', body = ''] = process.argv.slice(2);
const stack = await startEmbeddedStack({ stateDir, assembly: await realAssembly() });
const { region, credentials, endpoints } = stack.clientConfig;
const s3 = new S3Client({ region, credentials, endpoint: endpoints.s3 });
const upload = { Bucket: stack.outputs['IntakeBucketName'], Key: key, Body: body, IfNoneMatch: '*' };
await s3.send(new PutObjectCommand(upload)).catch((error: unknown) => {
  if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error;
});
s3.destroy();
await stack.idle();
process.stdout.write(JSON.stringify(stack.executions()));
await stack.close();
