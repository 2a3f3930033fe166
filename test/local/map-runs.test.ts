/** Distributed Maps: what their children see, and what is in the files that they leave. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { Json, JsonObject } from '../../local/json.ts';
import { invoke, type RunningFixture, startFixture } from './support/fixture-stack.ts';

const distributed = (states: JsonObject): Json => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
});
const writer = (outputType: string): JsonObject => ({
  Resource: 'arn:aws:states:::s3:putObject',
  Arguments: { Bucket: '@Data@', Prefix: 'results' },
  WriterConfig: { OutputType: outputType, Transformation: 'NONE' },
});
const map = (states: JsonObject, rest: JsonObject): Json => ({
  Type: 'Map',
  Items: '{% $states.input.items %}',
  ItemProcessor: distributed(states),
  End: true,
  ...rest,
});

const definition: Json = {
  QueryLanguage: 'JSONata',
  StartAt: 'Which',
  States: {
    Which: {
      Type: 'Choice',
      Choices: ['Run', 'Strict', 'See', 'Hidden', 'Batches', 'Lines'].map((name) => ({
        Condition: `{% $states.input.case = '${name}' %}`,
        Next: name,
        Assign: { outer: 1 },
      })),
    },
    Run: map(
      { Work: invoke('Work', { End: true }) },
      { Label: 'run', ToleratedFailurePercentage: 100, ResultWriter: writer('JSON') },
    ),
    Lines: map(
      { 'Work too': invoke('Work', { End: true }) },
      { Label: 'lines', ToleratedFailurePercentage: 100, ResultWriter: writer('JSONL') },
    ),
    Strict: map(
      { 'Work strictly': invoke('Work', { End: true }) },
      { Label: 'strict', MaxConcurrency: 2, ToleratedFailureCount: 1, ResultWriter: writer('JSON') },
    ),
    See: map({ Seen: { Type: 'Pass', Output: '{% $states.context %}', End: true } }, { Label: 'see' }),
    Hidden: map({ Look: { Type: 'Pass', Output: { v: '{% $outer %}' }, End: true } }, { Label: 'hidden' }),
    Batches: map(
      { Batch: { Type: 'Succeed' } },
      { Label: 'batches', ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { pass: 'p' } } },
    ),
  },
};

/** Fails for negative items, takes its time for even ones. */
const work = `export const handler = async (n) => {
  if (n < 0) throw Object.assign(new Error('negative'), { name: 'NEGATIVE' });
  await new Promise((resolve) => setTimeout(resolve, n % 2 === 0 ? 30 : 0));
  return n * 10;
};`;

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture({ functions: { Work: { source: work } }, definition });
});
afterAll(() => fixture.stop());

const Files = z.array(z.object({ Key: z.string(), Size: z.number() }));
const Manifest = z.strictObject({
  DestinationBucket: z.string(),
  MapRunArn: z.string(),
  ResultFiles: z.strictObject({ FAILED: Files, PENDING: Files, SUCCEEDED: Files }),
});
const Result = z.strictObject({
  MapRunArn: z.string(),
  ResultWriterDetails: z.strictObject({ Bucket: z.string(), Key: z.string() }),
});
const Rows = z.array(z.record(z.string(), z.unknown()));

async function read(Key: string): Promise<string> {
  const object = await fixture.s3.send(new GetObjectCommand({ Bucket: fixture.output('DataBucketName'), Key }));
  return (await object.Body?.transformToString()) ?? '';
}

describe('the files of a run', () => {
  test('name every child once: input and output as JSON text, failures with error and cause', async () => {
    const ended = await fixture.run({ case: 'Run', items: [1, -2, 3, 4] });
    expect(ended.status).toBe('SUCCEEDED');
    const { MapRunArn, ResultWriterDetails } = Result.parse(ended.output);
    expect(MapRunArn).toMatch(/:mapRun:Machine\/run:[0-9a-f-]{36}$/);
    expect(ResultWriterDetails.Key).toMatch(/^results\/[0-9a-f-]{36}\/manifest\.json$/);
    const manifest = Manifest.parse(JSON.parse(await read(ResultWriterDetails.Key)));
    const { SUCCEEDED, FAILED, PENDING } = manifest.ResultFiles;
    expect([SUCCEEDED.length, FAILED.length, PENDING]).toEqual([1, 1, []]);
    const succeeded = Rows.parse(JSON.parse(await read(SUCCEEDED[0]?.Key ?? '')));
    expect(new Set(succeeded.map(({ Input, Output }) => [Input, Output].join(' ')))).toEqual(
      new Set(['1 10', '3 30', '4 40']),
    );
    expect(succeeded[0]).toMatchObject({ Status: 'SUCCEEDED', RedriveStatus: 'NOT_REDRIVABLE' });
    const [failed] = Rows.parse(JSON.parse(await read(FAILED[0]?.Key ?? '')));
    expect(failed).toMatchObject({ Status: 'FAILED', Error: 'NEGATIVE', Input: '-2' });
    expect(failed).not.toHaveProperty('Output');
    expect(JSON.parse(String(failed?.['Cause']))).toMatchObject({ errorType: 'NEGATIVE', errorMessage: 'negative' });
  });

  test('are in the order in which children end, not of the items', async () => {
    const ended = await fixture.run({ case: 'Lines', items: [2, 1] });
    const { ResultWriterDetails } = Result.parse(ended.output);
    const manifest = Manifest.parse(JSON.parse(await read(ResultWriterDetails.Key)));
    const key = manifest.ResultFiles.SUCCEEDED[0]?.Key ?? '';
    expect(key).toMatch(/\/SUCCEEDED_0\.jsonl$/);
    const lines = (await read(key)).split('\n').map((line) => z.object({ Input: z.string() }).parse(JSON.parse(line)));
    expect(lines.map(({ Input }) => Input)).toEqual(['1', '2']);
  });

  test('have the history of the parent grow by six, however many children there are', async () => {
    const few = await fixture.run({ case: 'Run', items: [1] });
    const many = await fixture.run({ case: 'Run', items: Array.from({ length: 50 }, (_, n) => n) });
    expect([few.eventCount, many.eventCount]).toEqual([2 + 2 + 6, 2 + 2 + 6]);
  });
});

describe('too many failures', () => {
  test('end the run, and what was not started is PENDING in its files', async () => {
    const ended = await fixture.run({ case: 'Strict', items: [-1, -2, 4, 6, 8, 10] });
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
    const list = new ListObjectsV2Command({ Bucket: fixture.output('DataBucketName'), Prefix: 'results/' });
    const { Contents = [] } = await fixture.s3.send(list);
    const [pending] = Contents.flatMap(({ Key = '' }) => (Key.endsWith('/PENDING_0.json') ? [Key] : []));
    const rows = Rows.parse(JSON.parse(await read(pending ?? '')));
    expect(rows).toContainEqual({ Input: '10', InputDetails: { Included: true }, Status: 'PENDING' });
  });
});

describe('a child', () => {
  test('sees itself as an execution of its own, and nothing of the parent', async () => {
    const { output } = await fixture.run({ case: 'See', items: [{ a: 1 }] }, 'parent');
    const Context = z.object({
      Execution: z.object({ Id: z.string(), Name: z.string(), Input: z.unknown() }),
      StateMachine: z.object({ Id: z.string(), Name: z.string() }),
      Map: z.undefined().optional(),
    });
    const [context] = z.array(Context).parse(output);
    expect(context?.Execution.Name).toMatch(/^[0-9a-f-]{36}$/);
    expect(context?.Execution.Id).toContain(`:execution:Machine/see:${context?.Execution.Name}`);
    expect(context?.Execution.Input).toEqual({ a: 1 });
    expect(context?.StateMachine).toMatchObject({ Name: 'Machine', Id: expect.stringMatching(/Machine\/see$/) });
  });

  test('cannot read a variable of the parent', async () => {
    const ended = await fixture.run({ case: 'Hidden', items: [1] });
    expect(ended.status).toBe('FAILED');
  });

  test('gets a batch of items, and what all batches share', async () => {
    const { output } = await fixture.run({ case: 'Batches', items: [1, 2, 3] });
    const BatchInput = { pass: 'p' };
    expect(output).toEqual([
      { BatchInput, Items: [1, 2] },
      { BatchInput, Items: [3] },
    ]);
  });
});

test('an object of the data bucket starts nothing', async () => {
  const before = fixture.stack.executions().length;
  const Bucket = fixture.output('DataBucketName');
  await fixture.s3.send(new PutObjectCommand({ Bucket, Key: 'a/b.csv', Body: 'x' }));
  await fixture.stack.idle();
  expect(fixture.stack.executions()).toHaveLength(before);
});
