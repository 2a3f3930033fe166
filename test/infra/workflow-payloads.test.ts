/** The definition's JSONata, evaluated with the version Step Functions has, against the contract's parsers. */
import { describe, expect, test } from '@jest/globals';
import jsonata from 'jsonata';
import type * as z from 'zod';
import { CloseRequest, MailboxRequest, ObjectRef, PassRequest, ReportRequest } from '../../shared/contract/workflow.ts';
import { MailboxEnded, SettleRequest, SliceRequest, TaskFailure } from '../../shared/contract/workflow.ts';
import { definition, expressions, state, type State } from './definition.ts';
import { synthesize } from './stack.ts';

const machine = definition(synthesize());

/** A payload template as Step Functions renders it: `$states` and variables bound, undefined refused. */
async function render(value: unknown, bindings: Record<string, unknown>): Promise<unknown> {
  if (typeof value === 'string' && value.startsWith('{%')) {
    const result: unknown = await jsonata(value.slice(2, -2)).evaluate(undefined, bindings);
    if (result === undefined) throw new Error(`undefined: ${value}`);
    return JSON.parse(JSON.stringify(result));
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => render(item, bindings)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(async ([key, inner]) => [key, await render(inner, bindings)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const passRequest = { batch: 'contoso', pass: 'initial', passId: 'contoso-wave1-initial-1', scope: { kind: 'batch' } };
const mailboxRequest = { batch: 'contoso', pass: 'initial', passId: 'contoso-1', mailboxId: 'ann-0123456789' };
const context = (input: unknown, more: object = {}) => ({ Execution: { Input: input }, ...more });

function payload(name: string): unknown {
  const { Arguments } = state(machine, name);
  return typeof Arguments === 'object' && Arguments !== null && 'Payload' in Arguments ? Arguments.Payload : undefined;
}

async function rendersTo(schema: z.ZodObject | z.ZodType, value: unknown, bindings: Record<string, unknown>) {
  const rendered = await render(value, bindings);
  expect(schema.parse(rendered)).toEqual(rendered);
  return rendered;
}

const choose = async (s: State, bindings: Record<string, unknown>): Promise<string | undefined> => {
  for (const rule of s.Choices ?? [])
    if ('Condition' in rule && (await render(rule.Condition, bindings)) === true) return rule.Next;
  return s.Default;
};

test('every expression parses as JSONata 2.0.6', () => {
  const all = expressions(machine);
  expect(all.length).toBeGreaterThan(60);
  for (const expression of all) expect(() => jsonata(expression)).not.toThrow();
});

test('no expression starts at the top level, which Step Functions refuses', () => {
  for (const expression of expressions(machine)) expect(expression).not.toMatch(/^\$(?![\w])|\$\$/);
});

describe('the pass', () => {
  const $states = { context: context(passRequest), input: {} };
  const manifest = { bucket: 'data', key: 'passes/contoso/1/mailboxes.jsonl' };

  test('PlanBatch gets the request, also after a wait', async () => {
    const afterWait = { ...$states, input: { status: 'wait', waitSeconds: 60, reason: 'busy' } };
    expect(await rendersTo(PassRequest, payload('PlanBatch'), { states: afterWait })).toEqual(passRequest);
  });

  test.each([
    [{ status: 'wait', waitSeconds: 60, reason: 'busy' }, 'Wait for the batch'],
    [{ status: 'planned', mailboxCount: 0, manifest, mailboxConcurrency: 1 }, 'ReportPass'],
    [{ status: 'planned', mailboxCount: 2, manifest, mailboxConcurrency: 1 }, 'EachMailbox'],
  ])('after PlanBatch, %j leads to %s', async (input, next) => {
    expect(await choose(state(machine, 'Batch planned?'), { states: { input } })).toBe(next);
  });

  test('ReportPass gets manifest and results after a Map, and null for what never was', async () => {
    const planned = { ...$states, result: { Payload: { status: 'planned', manifest } } };
    const afterPlan = await render(state(machine, 'PlanBatch')['Assign'], { states: planned });
    await rendersTo(ReportRequest, payload('ReportPass'), { states: $states, ...Object(afterPlan) });

    const details = { ResultWriterDetails: { Bucket: 'data', Key: 'results/contoso/1/u/manifest.json' } };
    const map = state(machine, 'EachMailbox')['Assign'];
    const afterMap = Object(await render(map, { states: { ...$states, result: details } }));
    expect(afterMap.results).toEqual(ObjectRef.parse({ bucket: 'data', key: 'results/contoso/1/u/manifest.json' }));
    await rendersTo(ReportRequest, payload('ReportPass'), { states: $states, ...Object(afterPlan), ...afterMap });
  });

  test('ReportPass gets the failure of PlanBatch and of the Map, cut to 1,000 characters', async () => {
    const failed = { ...$states, errorOutput: { Error: 'CSV_EMPTY', Cause: 'x'.repeat(5000) } };
    const [catcher] = state(machine, 'PlanBatch').Catch ?? [];
    const variables = Object(await render(Object(catcher).Assign, { states: failed }));
    const request = ReportRequest.parse(await render(payload('ReportPass'), { states: $states, ...variables }));
    expect(request).toMatchObject({ manifest: null, results: null, failure: { error: 'CSV_EMPTY' } });
    expect(request.failure?.cause).toHaveLength(1000);
  });

  test('results are written below the batch and the pass', async () => {
    const prefix = Object(state(machine, 'EachMailbox')['ResultWriter']).Arguments.Prefix;
    expect(await render(prefix, { states: $states })).toBe('results/contoso/contoso-wave1-initial-1');
  });

  test('a child gets its mailbox and the pass', async () => {
    const item = context(passRequest, { Map: { Item: { Index: 0, Value: { mailboxId: 'ann-0123456789' } } } });
    await rendersTo(MailboxRequest, state(machine, 'EachMailbox')['ItemSelector'], { states: { context: item } });
  });

  test.each([
    [{ error: 'CSV_EMPTY', cause: '' }, 'final', 'Pass failed'],
    [null, 'final', 'CloseBatch'],
    [null, 'initial', 'Done'],
  ])('with failure %j a %s pass goes on to %s', async (passFailure, pass, next) => {
    const states = { context: context({ ...passRequest, pass }) };
    expect(await choose(state(machine, 'How did the pass end?'), { states, passFailure })).toBe(next);
    await rendersTo(CloseRequest, payload('CloseBatch'), { states });
  });
});

describe('a mailbox', () => {
  const $states = { context: context(mailboxRequest), input: {} };

  test('planning gets the request and counts its rounds', async () => {
    await rendersTo(MailboxRequest, payload('PlanMailbox'), { states: $states });
    const { Assign } = state(machine, 'PlanMailbox');
    const first = await render(Assign, { states: $states });
    expect(first).toEqual({ rounds: 1, failure: null, failedChunks: [] });
    expect(await render(Assign, { states: $states, rounds: 7 })).toMatchObject({ rounds: 8 });
  });

  test.each([
    [{ status: 'ended', mailboxId: 'a', verdict: 'complete' }, 1, 'Nothing to copy'],
    [{ status: 'planned', chunkCount: 0, chunkConcurrency: 1 }, 1, 'SettleMailbox'],
    [{ status: 'planned', chunkCount: 3, chunkConcurrency: 1 }, 200, 'EachChunk'],
    [{ status: 'more' }, 199, 'PlanMailbox'],
    [{ status: 'wait', waitSeconds: 5, reason: '' }, 199, 'Wait before planning goes on'],
    [{ status: 'more' }, 200, 'SettleMailbox'],
    [{ status: 'wait', waitSeconds: 5, reason: '' }, 200, 'SettleMailbox'],
  ])('after planning, %j in round %i leads to %s', async (input, rounds, next) => {
    expect(await choose(state(machine, 'Mailbox planned?'), { states: { input }, rounds })).toBe(next);
  });

  test('planning that never ends is settled as stuck', () => {
    const rule = (state(machine, 'Mailbox planned?').Choices ?? []).find((choice) => 'Assign' in choice);
    expect(TaskFailure.parse(Object(rule).Assign.failure).error).toBe('STUCK');
  });

  test.each([
    [1, [0]],
    [3, [0, 1, 2]],
  ])('%i chunks are %j', async (chunkCount, chunks) => {
    expect(await render(state(machine, 'EachChunk')['Items'], { states: { input: { chunkCount } } })).toEqual(chunks);
  });

  test('settling hears of no failed chunk, of one, and of several: always a list', async () => {
    const { Assign } = state(machine, 'EachChunk');
    const fine = { chunk: 0, error: null };
    const lost = { chunk: 1, error: 'CONNECTION_LOST' };
    const refused = { chunk: 2, error: 'LOGIN_REFUSED' };
    for (const [result, failedChunks] of [
      [[fine], []],
      [[lost], [lost]],
      [[fine, lost], [lost]],
      [
        [fine, lost, refused],
        [lost, refused],
      ],
    ]) {
      expect(await render(Assign, { states: { result } })).toEqual({ failedChunks });
      const variables = { failure: null, failedChunks };
      await rendersTo(SettleRequest, payload('SettleMailbox'), { states: $states, ...variables });
    }
  });

  test('a failure without a cause is still one', async () => {
    const [catcher] = state(machine, 'PlanMailbox').Catch ?? [];
    const states = { ...$states, errorOutput: { Error: 'States.Timeout' } };
    const variables = Object(await render(Object(catcher).Assign, { states }));
    await rendersTo(SettleRequest, payload('SettleMailbox'), { states: $states, ...variables });
  });

  test('that could not be settled ends incomplete', async () => {
    const output = await rendersTo(MailboxEnded, state(machine, 'Mailbox not settled')['Output'], { states: $states });
    expect(output).toMatchObject({ verdict: 'incomplete' });
  });
});

describe('a chunk', () => {
  const item = context(mailboxRequest, { Map: { Item: { Index: 4, Value: 4 } } });

  test('starts with loop 0 and carries loop and observed lease round by round', async () => {
    const input = await render(state(machine, 'EachChunk')['ItemSelector'], { states: { context: item } });
    const first = await rendersTo(SliceRequest, payload('SyncSlice'), { states: { context: item, input } });
    expect(first).toMatchObject({ chunk: 4, loop: 0, observed: null });

    const observed = { fence: 3, renewal: 9 };
    const result = { Payload: { status: 'wait', waitSeconds: 90, reason: 'lease held', observed } };
    const output = await render(state(machine, 'SyncSlice')['Output'], { states: { input, result } });
    const next = await rendersTo(SliceRequest, payload('SyncSlice'), { states: { context: item, input: output } });
    expect(next).toMatchObject({ chunk: 4, loop: 1, observed });
    expect(await choose(state(machine, 'More of this chunk?'), { states: { input: output } })).toBe(
      'Wait before the next slice',
    );
    expect(await render(state(machine, 'Wait before the next slice')['Seconds'], { states: { input: output } })).toBe(
      90,
    );
  });

  test.each([
    ['more', 'SyncSlice'],
    ['wait', 'Wait before the next slice'],
    ['done', 'Chunk ended'],
    ['continued', 'Chunk ended'],
  ])('that is %s leads to %s', async (status, next) => {
    expect(await choose(state(machine, 'More of this chunk?'), { states: { input: { status } } })).toBe(next);
  });

  test('ends as {chunk, error}, whichever way', async () => {
    const input = { chunk: 4 };
    expect(await render(state(machine, 'Chunk ended')['Output'], { states: { input } })).toEqual({
      chunk: 4,
      error: null,
    });
    const [catcher] = state(machine, 'SyncSlice').Catch ?? [];
    const states = { input, errorOutput: { Error: 'E'.repeat(256), Cause: '' } };
    expect(await render(Object(catcher).Output, { states })).toEqual({ chunk: 4, error: 'E'.repeat(60) });
  });
});
