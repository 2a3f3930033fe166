/** StartExecution is how late duplicates of an event are recognized, so it must answer as AWS does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { systemClock } from '../../local/clock.ts';
import { type RunningFixture, startFixture } from './support/fixture-stack.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', End: true } },
  };
  fixture = await startFixture({ functions: {}, definition }, { clock: systemClock });
});
afterAll(() => fixture.stop());

const start = (name: string, seconds: number) =>
  fixture.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: fixture.output('StateMachineArn'),
      name,
      input: JSON.stringify({ seconds }),
    }),
  );
const describeIt = async (executionArn: string | undefined) =>
  fixture.sfn.send(new DescribeExecutionCommand({ executionArn }));
const exists = { name: 'ExecutionAlreadyExists', message: expect.stringContaining('Execution Already Exists: ') };

describe('a name that is taken', () => {
  test('by a running execution of the same input gives that one', async () => {
    const first = await start('same', 60);
    const second = await start('same', 60);
    expect(second).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
  });

  test('by a running execution of another input is refused', async () => {
    await start('other', 60);
    await expect(start('other', 61)).rejects.toMatchObject(exists);
  });

  test('by an execution that has ended is refused, also with the same input', async () => {
    const { executionArn } = await start('ended', 0);
    while ((await describeIt(executionArn)).status === 'RUNNING') continue;
    expect(await describeIt(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"seconds":0}' });
    await expect(start('ended', 0)).rejects.toMatchObject(exists);
  });
});

describe('a name', () => {
  test.each(['x'.repeat(80), 'ü', 'a.b_c-d', "it's"])('may be %s', async (name) => {
    await expect(start(name, 60)).resolves.toMatchObject({ executionArn: expect.stringContaining(`:${name}`) });
  });

  test.each(['', 'x'.repeat(81), 'a b', 'a/b', 'a:b', 'a*', '<a>', 'a|b', 'a\\b'])("may not be '%s'", async (name) => {
    await expect(start(name, 60)).rejects.toMatchObject({ name: 'InvalidName' });
  });
});

describe('stopping', () => {
  test('ends the execution as ABORTED with the words of who stopped it', async () => {
    const { executionArn } = await start('stopped', 60);
    await fixture.sfn.send(new StopExecutionCommand({ executionArn, error: 'BY_HAND', cause: 'wrong file' }));
    const stopped = { status: 'ABORTED', error: 'BY_HAND', cause: 'wrong file' };
    expect(await describeIt(executionArn)).toMatchObject(stopped);
    await expect(start('stopped', 60)).rejects.toMatchObject(exists);
  });

  test('what has ended changes nothing', async () => {
    const executionArn = fixture.stack.executions().find(({ name }) => name === 'stopped')?.arn;
    await fixture.sfn.send(new StopExecutionCommand({ executionArn, error: 'AGAIN' }));
    expect(await describeIt(executionArn)).toMatchObject({ error: 'BY_HAND' });
  });

  test('an unknown execution or machine is an error', async () => {
    const unknown = `${fixture.output('StateMachineArn')}x`;
    await expect(describeIt(unknown)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    const command = new StartExecutionCommand({ stateMachineArn: unknown, name: 'x' });
    await expect(fixture.sfn.send(command)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

describe('listing', () => {
  test('has the newest first, by status, in pages', async () => {
    const stateMachineArn = fixture.output('StateMachineArn');
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const list = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 2, nextToken });
      const page = await fixture.sfn.send(list);
      names.push(...(page.executions ?? []).map(({ name }) => name));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const running = fixture.stack.executions().filter(({ status }) => status === 'RUNNING');
    expect(names).toEqual(running.map(({ name }) => name));
    expect(names.at(-1)).toBe('same');
  });
});
