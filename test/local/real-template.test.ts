/** The very template that is deployed, from the upload of a CSV to the report. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { skippingClock } from '../../local/clock.ts';
import { type EmbeddedStack, startEmbeddedStack, type StackEvent } from '../../local/embedded-stack.ts';
import { mailboxId, realAssembly, temporaryDirectory } from './support/real-template.ts';

const state = temporaryDirectory();
const events: StackEvent[] = [];
let stack: EmbeddedStack;
let s3: S3Client;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  const assembly = await realAssembly();
  stack = await startEmbeddedStack({
    stateDir: state.path,
    assembly,
    clock: skippingClock(),
    onEvent: (event) => events.push(event),
  });
  const { region, credentials, endpoints } = stack.clientConfig;
  s3 = new S3Client({ region, credentials, endpoint: endpoints.s3 });
  dynamodb = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
}, 60_000);

afterAll(async () => {
  s3.destroy();
  dynamodb.destroy();
  await stack.close();
  state.remove();
});

const output = (name: string): string => stack.outputs[name] ?? '';

async function runPass(batch: string, ids: string[]) {
  const before = stack.executions().length;
  const key = `${batch}/wave1.csv`;
  await s3.send(new PutObjectCommand({ Bucket: output('IntakeBucketName'), Key: key, Body: `${ids.join('\n')}\n` }));
  await stack.idle();
  const [execution, ...others] = stack.executions();
  if (execution === undefined || others.length !== before) throw new Error('no execution was started');
  return execution;
}

async function readJson(key: string): Promise<unknown> {
  const object = await s3.send(new GetObjectCommand({ Bucket: output('DataBucketName'), Key: key }));
  return JSON.parse((await object.Body?.transformToString()) ?? '');
}

async function callsOf(prefix: string): Promise<string[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: output('TableName'),
      KeyConditionExpression: 'pk = :calls AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':calls': { S: 'calls' }, ':prefix': { S: prefix } },
    }),
  );
  return Items.map((item) => `${item['sk']?.S} x${item['calls']?.N}`);
}

describe('an upload runs one pass', () => {
  test('with a verdict for every mailbox, whatever became of the others', async () => {
    const names = ['plain', 'refused', 'flaky', 'quiet', 'empty', 'more', 'waits', 'half', 'long', 'unsettled'];
    const ids = names.map((name) => mailboxId(name));
    const execution = await runPass('contoso', ids);
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      output: { status: 'reported', verdict: 'incomplete', mailboxes: 10, incomplete: 3 },
    });
    const summary = await readJson(`reports/contoso/${execution.name}/summary.json`);
    const incomplete = ['half', 'refused', 'unsettled'];
    const verdicts = ids.map((id, at) => ({
      mailboxId: id,
      verdict: incomplete.includes(names[at] ?? '') ? 'incomplete' : 'complete',
    }));
    expect(summary).toEqual(expect.arrayContaining(verdicts.map((verdict) => expect.objectContaining(verdict))));
  }, 30_000);

  test('that waits for another one when the plan says so', async () => {
    const execution = await runPass('waiting', [mailboxId('quiet', 1)]);
    expect(execution.status).toBe('SUCCEEDED');
    expect(await callsOf('plan-batch waiting')).toEqual(['plan-batch waiting x2']);
  });

  test('that ends as failed, but reported, when the batch cannot be planned', async () => {
    const execution = await runPass('nothing', []);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'CSV_EMPTY' });
    expect(await readJson(`reports/nothing/${execution.name}/summary.json`)).toEqual([]);
  });
});

describe('in the workflow', () => {
  test('a refused login is never repeated, and settling hears of it', async () => {
    expect(await callsOf(`plan-mailbox ${mailboxId('refused')}`)).toEqual([`plan-mailbox ${mailboxId('refused')} x1`]);
    const settled = await callsOf(`settle-mailbox ${mailboxId('refused')}`);
    expect(settled).toEqual([`settle-mailbox ${mailboxId('refused')} LOGIN_REFUSED [] x1`]);
  });

  test('a lost connection is tried again by its name', async () => {
    expect(await callsOf(`plan-mailbox ${mailboxId('flaky')}`)).toEqual([`plan-mailbox ${mailboxId('flaky')} x3`]);
    const retried = events.filter((event) => event.type === 'StateRetried');
    expect(retried).toContainEqual(expect.objectContaining({ state: 'PlanMailbox', error: 'CONNECTION_LOST' }));
  });

  test('a planner that has more to do is invoked again', async () => {
    expect(await callsOf(`plan-mailbox ${mailboxId('more')}`)).toEqual([`plan-mailbox ${mailboxId('more')} x2`]);
  });

  test('a chunk that fails does not stop its neighbour, and settling gets its name', async () => {
    const id = mailboxId('half');
    expect(await callsOf(`sync-slice ${id}`)).toEqual([
      `sync-slice ${id} 0 0 x1`,
      `sync-slice ${id} 0 1 x1`,
      `sync-slice ${id} 1 0 x1`,
    ]);
    expect(await callsOf(`settle-mailbox ${id}`)).toEqual([
      `settle-mailbox ${id} - [{"chunk":1,"error":"TARGET_FULL"}] x1`,
    ]);
  });

  test('what a slice observed comes back to it after the wait', async () => {
    const id = mailboxId('waits');
    expect(await callsOf(`sync-slice ${id} 0`)).toEqual([`sync-slice ${id} 0 0 x1`, `sync-slice ${id} 0 1 x1`]);
  });

  test('the ResultWriter leaves its files under results/ of the data bucket', async () => {
    const execution = stack.executions().at(-1);
    const prefix = `results/contoso/${execution?.name}/`;
    const list = await s3.send(new ListObjectsV2Command({ Bucket: output('DataBucketName'), Prefix: prefix }));
    const names = (list.Contents ?? []).map(({ Key }) => Key?.replace(prefix, '').replace(/^[0-9a-f-]{36}/, '<run>'));
    expect(names).toEqual(['<run>/SUCCEEDED_0.json', '<run>/manifest.json']);
  });
});
