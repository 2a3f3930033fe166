import { describe, expect, test } from '@jest/globals';
import { pascalCase } from '../../infra/functions.ts';
import { steps, type Step } from '../../shared/contract/names.ts';
import { allowed, ofType, statements, synthesize } from './stack.ts';

const template = synthesize();
const of = (step: Step) => statements(template, `Functions${pascalCase(step)}Role`);
const data = (...prefixes: string[]) => prefixes.map((prefix) => `<StorageData.Arn>/${prefix}/*`);

test('no policy allows a whole service or an action by wildcard', () => {
  const actions = ofType(template, 'AWS::IAM::Policy').flatMap(([id]) =>
    statements(template, id).flatMap((s) => s.Action),
  );
  expect(actions.length).toBeGreaterThan(50);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});

test('every resource is named; only X-Ray and the delivery of vended logs have none to name', () => {
  const unscoped = ofType(template, 'AWS::IAM::Policy')
    .flatMap(([id]) => statements(template, id))
    .filter((s) => s.Resource.includes('*'))
    .flatMap((s) => s.Action);
  expect(unscoped.filter((action) => !/^(xray|logs):/.test(action))).toEqual([]);
});

describe('the intake bucket with the passwords', () => {
  test('is read by StartPass and PlanBatch only', () => {
    const readers = steps.filter((step) => JSON.stringify(of(step)).includes('StorageIntake'));
    expect(readers).toEqual(['start-pass', 'plan-batch']);
    for (const step of readers) expect(allowed(of(step), 's3:GetObjectVersion')).toEqual(['<StorageIntake.Arn>/*']);
  });

  test('loses CSV files, all versions of them, to PlanBatch only, and nothing else', () => {
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion'])
      for (const step of steps)
        expect(allowed(of(step), action)).toEqual(step === 'plan-batch' ? ['<StorageIntake.Arn>/*.csv'] : []);
  });

  test('is written by nobody: a CSV put there would start a pass', () => {
    for (const step of steps)
      expect(allowed(of(step), 's3:PutObject').filter((resource) => resource.includes('Intake'))).toEqual([]);
  });
});

describe('the data bucket', () => {
  test.each<[Step, string[], string[]]>([
    ['start-pass', [], []],
    ['plan-batch', ['passes', 'reports'], ['passes', 'reports']],
    ['plan-mailbox', ['plans', 'ledgers'], ['plans', 'ledgers']],
    ['sync-slice', ['plans', 'ledgers', 'quarantine'], ['ledgers', 'quarantine']],
    ['settle-mailbox', ['plans', 'ledgers'], ['plans', 'ledgers']],
    ['report-pass', ['passes', 'results', 'reports', 'ledgers'], ['reports']],
    ['close-batch', ['reports'], ['reports']],
  ])('%s reads %j and writes %j', (step, reads, writes) => {
    const got = allowed(of(step), 's3:GetObject').filter((resource) => resource.startsWith('<StorageData'));
    expect(got).toEqual(data(...reads));
    expect(allowed(of(step), 's3:PutObject')).toEqual(data(...writes));
  });

  test('answers 404 and not 403 for a missing object to everyone who reads', () => {
    for (const step of steps) {
      const buckets = new Set(allowed(of(step), 's3:GetObject').map((resource) => resource.replace(/\/.*/, '')));
      expect(new Set(allowed(of(step), 's3:ListBucket'))).toEqual(buckets);
    }
  });

  test('is deleted from by nobody', () => {
    for (const step of steps)
      expect(allowed(of(step), 's3:DeleteObject').filter((resource) => resource.includes('Data'))).toEqual([]);
  });
});

describe('the keys', () => {
  test('PlanBatch seals passwords it cannot read', () => {
    expect(allowed(of('plan-batch'), 'kms:Encrypt')).toEqual(['<StorageCredentialKey.Arn>']);
    expect(allowed(of('plan-batch'), 'kms:Decrypt')).not.toContain('<StorageCredentialKey.Arn>');
  });

  test('whoever touches objects may use the buckets key, and writers may make data keys', () => {
    for (const step of steps) {
      expect(allowed(of(step), 'kms:Decrypt')).toContain('<StorageBucketKey.Arn>');
      const writes = allowed(of(step), 's3:PutObject').length > 0;
      expect(allowed(of(step), 'kms:GenerateDataKey')).toEqual(writes ? ['<StorageBucketKey.Arn>'] : []);
    }
  });
});

describe('the state machine', () => {
  const machine = statements(template, 'WorkflowPass');

  test('may run a Distributed Map: start, watch, stop and redrive its children', () => {
    const executions = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<name>';
    expect(allowed(machine, 'states:StartExecution')).toEqual(['<WorkflowPass>']);
    expect(allowed(machine, 'states:DescribeExecution')).toEqual([`${executions}:*`]);
    expect(allowed(machine, 'states:StopExecution')).toEqual([`${executions}:*`]);
    expect(allowed(machine, 'states:RedriveExecution')).toEqual([`${executions}/mailboxes:*`]);
  });

  test('reads manifests and writes results, and nothing else of the data bucket', () => {
    expect(allowed(machine, 's3:PutObject')).toEqual(data('results'));
    expect(allowed(machine, 's3:GetObject')).toEqual([...data('results'), ...data('passes')]);
  });

  test('may use the buckets key, or writing the first result fails', () => {
    expect(allowed(machine, 'kms:GenerateDataKey')).toEqual(['<StorageBucketKey.Arn>']);
    expect(allowed(machine, 'kms:Decrypt')).toEqual(['<StorageBucketKey.Arn>']);
  });

  test('is started by StartPass only, which may also ask after its executions', () => {
    const starters = steps.filter((step) => allowed(of(step), 'states:StartExecution').length > 0);
    expect(starters).toEqual(['start-pass']);
    expect(allowed(of('start-pass'), 'states:DescribeExecution')).toHaveLength(1);
  });
});

test('items are deleted by the steps that start, lock, report and close, not by workers', () => {
  const deleters = steps.filter((step) => allowed(of(step), 'dynamodb:DeleteItem').length > 0);
  expect(deleters).toEqual(['start-pass', 'plan-batch', 'report-pass', 'close-batch']);
  for (const step of steps) expect(allowed(of(step), 'dynamodb:Query')).toEqual(['<StorageTable.Arn>']);
});
