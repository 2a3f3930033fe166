/** A call that the template does not allow fails here, and not after the first deploy. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { CopyObjectCommand, DeleteObjectsCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type EmbeddedStack, startEmbeddedStack } from '../../local/embedded-stack.ts';
import type { JsonObject } from '../../local/json.ts';
import { readStack } from '../../local/template/stack-model.ts';
import { clientsOf, invoke, startFixture } from './support/fixture-stack.ts';
import { realAssembly, temporaryDirectory } from './support/real-template.ts';

describe('StartPass of the real template', () => {
  const state = temporaryDirectory();
  let stack: EmbeddedStack;
  let clients: ReturnType<typeof clientsOf>;
  let operator: ReturnType<typeof clientsOf>;
  const output = (name: string): string => stack.outputs[name] ?? '';

  beforeAll(async () => {
    stack = await startEmbeddedStack({ stateDir: state.path, assembly: await realAssembly() });
    clients = clientsOf(stack, output('StartPassFunctionName'));
    operator = clientsOf(stack);
  }, 60_000);
  afterAll(async () => {
    for (const client of [...Object.values(clients), ...Object.values(operator)]) client.destroy();
    await stack.close();
    state.remove();
  });

  test('reads the intake bucket, and the operator may write there', async () => {
    const place = { Bucket: output('IntakeBucketName'), Key: 'contoso/migration.json' };
    await operator.s3.send(new PutObjectCommand({ ...place, Body: '{}' }));
    await expect(clients.s3.send(new GetObjectCommand(place))).resolves.toMatchObject({ ContentLength: 2 });
  });

  test.each(['IntakeBucketName', 'DataBucketName'])('may not write into %s', async (bucket) => {
    const command = new PutObjectCommand({ Bucket: output(bucket), Key: 'x', Body: 'x' });
    await expect(clients.s3.send(command)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(/is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::/),
    });
  });

  test('may not delete either: each key is refused in the answer', async () => {
    const Objects = [{ Key: 'contoso/migration.json' }];
    const command = new DeleteObjectsCommand({ Bucket: output('IntakeBucketName'), Delete: { Objects } });
    expect(await clients.s3.send(command)).toMatchObject({ Errors: [{ Code: 'AccessDenied' }] });
  });

  test('reads items, but may not scan', async () => {
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
    const TableName = output('TableName');
    await expect(clients.dynamodb.send(new GetItemCommand({ TableName, Key }))).resolves.toBeDefined();
    const scan = clients.dynamodb.send(new ScanCommand({ TableName }));
    await expect(scan).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('starts and describes executions, but may not stop them', async () => {
    const start = new StartExecutionCommand({ stateMachineArn: output('StateMachineArn'), name: 'x', input: '{}' });
    const { executionArn } = await clients.sfn.send(start);
    await expect(clients.sfn.send(new DescribeExecutionCommand({ executionArn }))).resolves.toBeDefined();
    const stop = clients.sfn.send(new StopExecutionCommand({ executionArn }));
    await expect(stop).rejects.toMatchObject({ name: 'AccessDeniedException' });
    stack.stopExecution(executionArn ?? '');
  });

  test('may not encrypt with any key', async () => {
    const { region, credentials, endpoints } = stack.clientConfig;
    const accessKeyId = output('StartPassFunctionName');
    const kms = new KMSClient({ region, credentials: { ...credentials, accessKeyId }, endpoint: endpoints.kms });
    const keys = readStack(await realAssembly()).keys;
    expect(keys).toHaveLength(2);
    for (const { arn } of keys) {
      const encrypted = kms.send(new EncryptCommand({ KeyId: arn, Plaintext: Buffer.from('x') }));
      await expect(encrypted).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
    kms.destroy();
  });
});

describe('the role of a state machine', () => {
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.input.reads = 'table' %}", Next: 'Read' }],
        Default: 'Invoke',
      },
      Invoke: invoke('Answer'),
      Read: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          Arguments: { Bucket: '@Data@', Key: 'items.json' },
          ReaderConfig: { InputType: 'JSON' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'In',
          States: { In: { Type: 'Succeed' } },
        },
        End: true,
      },
    },
  };
  const RolePolicy: JsonObject = {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 's3:*', Resource: '*' },
          { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' },
        ],
      },
      Roles: [{ Ref: 'Role' }],
    },
  };

  test('is asked before a function is invoked, before items are read or copied, and Deny beats Allow', async () => {
    const functions = { Answer: { source: 'export const handler = async () => 1;' } };
    const fixture = await startFixture({ functions, definition, resources: { RolePolicy } });
    try {
      const invoked = await fixture.run({});
      expect(invoked).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('lambda:InvokeFunction') });
      const read = await fixture.run({ reads: 'table' });
      expect(read).toMatchObject({ error: 'States.ItemReaderFailed', cause: expect.stringContaining('s3:GetObject') });
      const asAnswer = clientsOf(fixture.stack, 'Answer').s3;
      await fixture.s3.send(new PutObjectCommand({ Bucket: fixture.output('DataBucketName'), Key: 'x', Body: 'x' }));
      const copy = new CopyObjectCommand({ Bucket: 'intake', Key: 'x', CopySource: 'data/x' });
      await expect(asAnswer.send(copy)).rejects.toMatchObject({ message: expect.stringContaining('s3:GetObject') });
      asAnswer.destroy();
    } finally {
      await fixture.stop();
    }
  });
});
