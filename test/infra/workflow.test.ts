import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { retriedNow } from '../../shared/errors.ts';
import { pascalCase } from '../../infra/functions.ts';
import { steps } from '../../shared/contract/names.ts';
import { allStates, definition, definitionText, state, successors, type State } from './definition.ts';
import { one, readable, synthesize } from './stack.ts';

const template = synthesize();
const machine = definition(template);
const states = allStates(machine);
const tasks = Object.entries(states).filter(([, { Type }]) => Type === 'Task');
const retried = (s: State) => (s.Retry ?? []).flatMap((retrier) => retrier.ErrorEquals);

test('the definition passes asl-validator', () => {
  const validate: (definition: unknown) => { isValid: boolean; errorsText: () => string } = createRequire(
    import.meta.url,
  )('asl-validator');
  const arns = definitionText(template).replaceAll(/<[\w:.]+>/g, (name) =>
    name.endsWith('.Arn>') ? 'arn:aws:lambda:eu-central-1:123456789012:function:f' : 'aws',
  );
  const result = validate(JSON.parse(arns));
  expect(result.isValid ? '' : result.errorsText()).toBe('');
});

test('every state is a step, or says what it is in words', () => {
  const ofSteps = [...steps.map(pascalCase), 'EachMailbox', 'EachChunk'];
  const named = Object.keys(states).filter((name) => !name.includes(' ') && name !== 'Done');
  expect(named.toSorted()).toEqual(ofSteps.filter((name) => name !== 'StartPass').toSorted());
});

describe('a task', () => {
  test.each(tasks)('%s is given up one minute after its Lambda must have ended', (name, { TimeoutSeconds }) => {
    const lambda = one(template, 'AWS::Lambda::Function', `Functions${name}`);
    expect(TimeoutSeconds).toBe(Number(lambda.Properties['Timeout']) + 60);
  });

  test.each(tasks)('%s survives what Lambda itself gets wrong', (_, s) => {
    const retriedByName = retried(s);
    for (const error of [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.TooManyRequestsException',
      'Sandbox.Timedout',
      'Runtime.ExitError',
      'States.Timeout',
    ])
      expect(retriedByName).toContain(error);
  });

  test.each(tasks)('%s is retried with jitter, so that mailboxes do not return in step', (_, s) => {
    for (const retrier of s.Retry ?? []) expect(retrier.JitterStrategy).toBe('FULL');
  });

  test.each(['PlanBatch', 'PlanMailbox', 'SyncSlice', 'SettleMailbox'])(
    '%s is retried for what the catalogue calls "now", briefly, and for no other error of ours',
    (name) => {
      const ours = (state(machine, name).Retry ?? []).filter(({ ErrorEquals }) =>
        ErrorEquals.some((error) => !error.includes('.')),
      );
      expect(ours).toHaveLength(1);
      expect(ours[0]?.ErrorEquals.toSorted()).toEqual([...retriedNow].toSorted());
      expect(ours[0]).toMatchObject({ IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 3 });
    },
  );

  test('that logs in is never retried for a refused login: that would lock the account', () => {
    for (const name of ['PlanMailbox', 'SyncSlice', 'SettleMailbox'])
      for (const wildcard of ['LOGIN_REFUSED', 'States.ALL', 'States.TaskFailed'])
        expect(retried(state(machine, name))).not.toContain(wildcard);
  });

  test('that ends a pass is retried for everything: nobody comes after it', () => {
    for (const name of ['ReportPass', 'CloseBatch']) expect(retried(state(machine, name)).at(-1)).toBe('States.ALL');
  });
});

describe('a failure', () => {
  test.each([
    ['PlanBatch', 'ReportPass'],
    ['EachMailbox', 'ReportPass'],
    ['PlanMailbox', 'SettleMailbox'],
    ['EachChunk', 'SettleMailbox'],
    ['SyncSlice', 'Chunk failed'],
    ['SettleMailbox', 'Mailbox not settled'],
  ])('of %s leads to %s', (name, next) => {
    expect(state(machine, name).Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: next }]);
  });

  test('of the pass is reported first, then ends the execution as failed', () => {
    expect(successors(state(machine, 'ReportPass'))).toEqual(['How did the pass end?']);
    expect(successors(state(machine, 'How did the pass end?'))).toContain('Pass failed');
    expect(state(machine, 'Pass failed').Type).toBe('Fail');
  });
});

describe('EachMailbox', () => {
  const map = state(machine, 'EachMailbox');

  test('gives every mailbox an execution of its own, named by a short label', () => {
    expect(map.ItemProcessor?.['ProcessorConfig']).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
    expect(map['Label']).toBe('mailboxes');
  });

  test('reads the manifest as JSON Lines', () => {
    expect(map['ItemReader']).toEqual({
      Resource: 'arn:<AWS::Partition>:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: '<StorageData>', Key: '{% $states.input.manifest.key %}' },
    });
  });

  test('writes its results, with Arguments: the CDK dropped this in silence more than once', () => {
    expect(map['ResultWriter']).toEqual({
      Resource: 'arn:<AWS::Partition>:states:::s3:putObject',
      Arguments: { Bucket: '<StorageData>', Prefix: expect.stringContaining("'results/'") },
    });
  });

  test('is not stopped by failed mailboxes, and goes as wide as the plan says', () => {
    expect(map['ToleratedFailurePercentage']).toBe(100);
    expect(map['MaxConcurrency']).toBe('{% $states.input.mailboxConcurrency %}');
  });

  test('hands a child all it may know', () => {
    const selector = z.record(z.string(), z.string()).parse(map['ItemSelector']);
    expect(Object.keys(selector).toSorted()).toEqual(['batch', 'mailboxId', 'pass', 'passId']);
  });

  test('shares no variable name with its children, who could not see it', () => {
    const assigned = (list: State[]) =>
      list.flatMap((s) => [s, ...(s.Catch ?? []), ...(s.Choices ?? [])]).flatMap(names);
    const names = (holder: object) => ('Assign' in holder ? Object.keys(z.looseObject({}).parse(holder.Assign)) : []);
    const outer = new Set(assigned(Object.values(machine.States)));
    const inner = map.ItemProcessor === undefined ? [] : assigned(Object.values(allStates(map.ItemProcessor)));
    expect(outer).toEqual(new Set(['manifest', 'results', 'passFailure']));
    expect(new Set(inner)).toEqual(new Set(['rounds', 'failure', 'failedChunks']));
  });
});

describe('the history of 25,000 events', () => {
  const events: Record<string, number> = { Task: 5, Choice: 2, Wait: 2, Pass: 2, Succeed: 2 };
  const inner = state(machine, 'EachChunk').ItemProcessor?.States ?? {};

  /** Events of the dearest way from a state to the end of its loop. */
  function dearest(name: string, start: string): number {
    const own = events[inner[name]?.Type ?? ''] ?? Number.NaN;
    const next = successors(inner[name] ?? { Type: '' }).filter((successor) => successor !== start);
    return own + Math.max(0, ...next.map((successor) => dearest(successor, start)));
  }

  test('is spent by at most 9 events per slice', () => {
    expect(dearest('SyncSlice', 'SyncSlice')).toBe(9);
  });

  test('is not eaten up by planning', () => {
    const rounds = /\$rounds >= (\d+)/.exec(JSON.stringify(state(machine, 'Mailbox planned?')))?.[1];
    expect(Number(rounds) * 9).toBeLessThan(5000);
  });
});

describe('the machine', () => {
  const { Properties } = one(template, 'AWS::StepFunctions::StateMachine');

  test('logs every event but no payload, to a group that needs no resource policy', () => {
    expect(readable(Properties['LoggingConfiguration'])).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    expect(one(template, 'AWS::Logs::LogGroup', 'Workflow').Properties).toMatchObject({
      LogGroupName: '/aws/vendedlogs/states/mailferry',
      RetentionInDays: 90,
    });
  });

  test('is traced, speaks JSONata and ends after 30 days', () => {
    expect(Properties['TracingConfiguration']).toEqual({ Enabled: true });
    expect(machine).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: 30 * 86_400 });
  });
});
