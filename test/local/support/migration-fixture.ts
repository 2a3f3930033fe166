import type { Json } from '../../../local/json.ts';
import type { FixtureStack } from './fixture-template.ts';

/** What the handlers share: AWS calls without an SDK, so that a fixture needs no bundling. */
const aws = `
import { appendFileSync } from 'node:fs';
const key = process.env.AWS_ACCESS_KEY_ID;
const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=' + key + '/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0' };
const bucket = process.env.DATA_BUCKET;
const note = (line) => appendFileSync(process.env.NOTES, line + '\\n');
const get = async (bucket, name) => (await fetch(process.env.AWS_ENDPOINT_URL_S3 + '/' + bucket + '/' + name, { headers })).text();
const put = (bucket, name, body) => fetch(process.env.AWS_ENDPOINT_URL_S3 + '/' + bucket + '/' + name, { method: 'PUT', body, headers });
const json = async (endpoint, target, body) => {
  const response = await fetch(endpoint, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target }, body: JSON.stringify(body) });
  return { ok: response.ok, body: await response.json() };
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;

const startPass = `${aws}
export async function handler(event) {
  const { bucket, object } = event.detail;
  const name = 'pass-' + Buffer.from(object['version-id']).toString('hex').slice(0, 20);
  const input = JSON.stringify({ bucket: bucket.name, key: object.key });
  const answer = await json(process.env.AWS_ENDPOINT_URL_SFN, 'AWSStepFunctions.StartExecution', { stateMachineArn: process.env.MACHINE, name, input });
  if (!answer.ok && !answer.body.__type.includes('ExecutionAlreadyExists')) throw new Error(answer.body.message);
  note('start ' + object.key);
}`;

const plan = `${aws}
export async function handler({ bucket: intake, key }) {
  const [, ...lines] = (await get(intake, key)).trim().split('\\n');
  const rows = lines.map((line) => { const [mailbox, chunks] = line.split(','); return { mailbox, chunks: Number(chunks) }; });
  await put(bucket, 'manifest.jsonl', rows.map((row) => JSON.stringify(row)).join('\\n'));
  note('plan');
  return { count: rows.length, key: 'manifest.jsonl' };
}`;

const sync = `${aws}
export async function handler({ mailbox, chunk, loop }) {
  note('sync ' + mailbox + ' ' + chunk + ' ' + loop + ' begin');
  await pause(3);
  if (mailbox.startsWith('bad')) throw Object.assign(new Error('no login'), { name: 'LOGIN_REFUSED' });
  note('sync ' + mailbox + ' ' + chunk + ' ' + loop + ' end');
  return loop < 1 ? { status: 'more' } : { status: 'done' };
}`;

const settle = `${aws}
export async function handler({ mailbox, chunks }) {
  await json(process.env.AWS_ENDPOINT_URL_DYNAMODB, 'DynamoDB_20120810.UpdateItem', {
    TableName: process.env.TABLE_NAME, Key: { pk: { S: mailbox }, sk: { S: 'settled' } },
    UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } });
  note('settle ' + mailbox);
  return { status: 'ended', mailbox, chunks };
}`;

const report = `${aws}
export async function handler({ results }) {
  const manifest = JSON.parse(await get(bucket, results.Key));
  const rows = [];
  for (const file of manifest.ResultFiles.SUCCEEDED) {
    const text = await get(bucket, file.Key);
    rows.push(...text.split('\\n').map((line) => JSON.parse(JSON.parse(line).Output)));
  }
  note('report');
  return { mailboxes: rows.sort((a, b) => (a.mailbox < b.mailbox ? -1 : 1)), failed: manifest.ResultFiles.FAILED.length };
}`;

const task = (name: string, payload: Json, rest: Record<string, Json>): Json => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `@${name}@`, Payload: payload },
  Output: '{% $states.result.Payload %}',
  TimeoutSeconds: 60,
  Retry: [{ ErrorEquals: ['Sandbox.Timedout', 'Runtime.ExitError'], MaxAttempts: 2, JitterStrategy: 'FULL' }],
  ...rest,
});

const eachChunk: Json = {
  Type: 'Map',
  Items: '{% [1..$states.input.chunks] %}',
  MaxConcurrency: 3,
  ItemSelector: { mailbox: '{% $states.input.mailbox %}', chunk: '{% $states.context.Map.Item.Value %}', loop: 0 },
  ItemProcessor: {
    StartAt: 'SyncSlice',
    States: {
      SyncSlice: task(
        'Sync',
        {
          mailbox: '{% $states.input.mailbox %}',
          chunk: '{% $states.input.chunk %}',
          loop: '{% $states.input.loop %}',
        },
        {
          Output: '{% $merge([$states.input, $states.result.Payload]) %}',
          Next: 'SliceDone',
        },
      ),
      SliceDone: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.input.status = 'done' %}", Next: 'ChunkDone' }],
        Default: 'Again',
      },
      Again: {
        Type: 'Wait',
        Seconds: 0,
        Output: '{% $merge([$states.input, {"loop": $states.input.loop + 1}]) %}',
        Next: 'SyncSlice',
      },
      ChunkDone: { Type: 'Succeed', Output: '{% $states.input.chunk %}' },
    },
  },
  Assign: { chunks: '{% $states.result %}' },
  Output: '{% $states.input %}',
  Catch: [
    {
      ErrorEquals: ['States.ALL'],
      Output: { status: 'ended', mailbox: '{% $states.input.mailbox %}', error: '{% $states.errorOutput.Error %}' },
      Next: 'MailboxFailed',
    },
  ],
  Next: 'Settle',
};

const definition: Json = {
  QueryLanguage: 'JSONata',
  StartAt: 'Plan',
  States: {
    Plan: task('Plan', '{% $states.input %}', { Next: 'AnyMailbox' }),
    AnyMailbox: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.count > 0 %}', Next: 'EachMailbox' }],
      Default: 'Nothing',
    },
    Nothing: { Type: 'Succeed', Output: { mailboxes: [] } },
    EachMailbox: {
      Type: 'Map',
      Label: 'mailboxes',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        Arguments: { Bucket: '@Data@', Key: '{% $states.input.key %}' },
        ReaderConfig: { InputType: 'JSONL' },
      },
      ItemSelector: '{% $states.context.Map.Item.Value %}',
      MaxConcurrency: 4,
      ToleratedFailurePercentage: 100,
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: { Bucket: '@Data@', Prefix: 'results' },
        WriterConfig: { OutputType: 'JSONL', Transformation: 'NONE' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'EachChunk',
        States: {
          EachChunk: eachChunk,
          MailboxFailed: { Type: 'Pass', End: true },
          Settle: task(
            'Settle',
            { mailbox: '{% $states.input.mailbox %}', chunks: '{% $chunks %}' },
            {
              End: true,
            },
          ),
        },
      },
      Output: { results: '{% $states.result.ResultWriterDetails %}' },
      Next: 'Report',
    },
    Report: task('Report', '{% $states.input %}', { End: true }),
  },
};

/** A migration in miniature: CSV in, one execution, a child for each mailbox, an iteration for each chunk. */
export function migrationFixture(notesPath: string): FixtureStack {
  const environment = { NOTES: notesPath };
  const fn = (source: string) => ({ source, environment });
  const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:Machine';
  return {
    functions: {
      StartPass: { source: startPass, environment: { ...environment, MACHINE: machine } },
      Plan: fn(plan),
      Sync: fn(sync),
      Settle: fn(settle),
      Report: fn(report),
    },
    definition,
    resources: {
      CsvUploaded: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            detail: { bucket: { name: [{ Ref: 'Intake' }] }, object: { key: [{ wildcard: '*/*.csv' }] } },
          },
          State: 'ENABLED',
          Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': ['StartPass', 'Arn'] } }],
        },
      },
    },
    outputs: { StartPassFunctionName: { Value: { Ref: 'StartPass' } } },
  };
}
