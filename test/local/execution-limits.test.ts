/** Step Functions quotas and errors, which no laptop must be more generous about than AWS is. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json } from '../../local/json.ts';
import { invoke, type RunningFixture, startFixture } from './support/fixture-stack.ts';

const catchAll: Json = [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' }];
const caught = { Next: 'Done', Catch: catchAll };
const pass = (rest: Record<string, Json>): Json => ({ Type: 'Pass', ...rest });

/** One state for each case; the input's `case` chooses it. */
const cases: Record<string, Json> = {
  Answer: invoke('Answer', caught),
  Throw: invoke('Throw', caught),
  Undefined: pass({ Output: { x: '{% $states.input.missing %}' }, Next: 'Done' }),
  'Undefined in a Task': invoke('Answer', { ...caught, Output: '{% $states.result.missing %}' }),
  Loop: pass({ Next: 'Loop' }),
  Unmatched: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Done' }] },
  Swap: pass({ Assign: { x: 1, y: 2 }, Next: 'Swap 2' }),
  'Swap 2': pass({ Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'Swap 3' }),
  'Swap 3': pass({ Output: '{% [$states.input, $x, $y] %}', Next: 'Done' }),
  Bytes: pass({ Output: "{% $pad('', $states.input.bytes, 'x') %}", Next: 'Done' }),
  Chain: invoke('Answer', { Next: 'Done' }),
};

const definition: Json = {
  QueryLanguage: 'JSONata',
  StartAt: 'Which',
  States: {
    Which: {
      Type: 'Choice',
      Choices: Object.keys(cases).map((name) => ({ Condition: `{% $states.input.case = '${name}' %}`, Next: name })),
    },
    ...cases,
    Caught: { Type: 'Pass', Output: { caught: '{% $states.input %}' }, End: true },
    Done: { Type: 'Succeed' },
  },
};

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture({
    functions: {
      Answer: { source: `export const handler = async ({ bytes = 0 }) => 'x'.repeat(bytes);` },
      Throw: {
        source: `export const handler = async () => { throw Object.assign(new TypeError('boom'), { name: 'MINE' }); };`,
      },
    },
    definition,
  });
});
afterAll(() => fixture.stop());

const run = (name: string, rest: Record<string, Json> = {}) => fixture.run({ case: name, ...rest });
const limitBytes = 262_144;

describe('a payload may have 262,144 bytes', () => {
  test('as input of an execution, and not one more', async () => {
    const frame = JSON.stringify({ case: 'Loop', text: '' }).length;
    const input = (sizeBytes: number): Json => ({ case: 'x', text: 'é'.repeat((sizeBytes - frame + 3) / 2) });
    expect(Buffer.byteLength(JSON.stringify(input(limitBytes)))).toBe(limitBytes);
    expect(await fixture.run(input(limitBytes))).toMatchObject({ error: 'States.NoChoiceMatched' });
    await expect(fixture.run(input(limitBytes + 2))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  });

  test('as output of a state, quotes included', async () => {
    expect(await run('Bytes', { bytes: limitBytes - 2 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run('Bytes', { bytes: limitBytes - 1 })).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  test('as result of a task, headers included, and States.ALL does not catch the excess', async () => {
    expect(await run('Answer', { bytes: limitBytes - 2000 })).toMatchObject({ status: 'SUCCEEDED' });
    const error = 'States.DataLimitExceeded';
    const cause =
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.";
    expect(await run('Answer', { bytes: limitBytes - 2 })).toMatchObject({ status: 'FAILED', error, cause });
  });
});

describe('a history may have 25,000 events', () => {
  test('and an endless loop ends there, uncaught', async () => {
    const ended = await run('Loop');
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.eventCount).toBeGreaterThanOrEqual(25_000);
  });

  test('of which a start and an end, a Choice, a Task and a Succeed take 2 + 2 + 5 + 2', async () => {
    expect(await run('Chain')).toMatchObject({ status: 'SUCCEEDED', eventCount: 11 });
  });
});

describe('errors', () => {
  test('of a function have the name of its error, and the cause is JSON', async () => {
    expect(await run('Throw')).toMatchObject({ status: 'SUCCEEDED', output: { caught: 'MINE' } });
  });

  test('of an expression that returns nothing are in the words of AWS', async () => {
    expect(await run('Undefined')).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'Undefined' (entered at the event id #4). " +
        "The JSONata expression '$states.input.missing' specified for the field 'Output/x' returned nothing (undefined).",
    });
  });

  test('of an expression in a Task are caught', async () => {
    expect(await run('Undefined in a Task')).toMatchObject({ output: { caught: 'States.QueryEvaluationError' } });
  });

  test('no choice matched and no default', async () => {
    expect(await run('Unmatched')).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
});

describe('variables', () => {
  test('are all read before one is written', async () => {
    expect(await run('Swap')).toMatchObject({ output: [1, 2, 1] });
  });
});
