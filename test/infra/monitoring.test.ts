import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { metrics, metricsNamespace, outputs } from '../../shared/contract/names.ts';
import { ofType, one, readable, Statement, synthesize } from './stack.ts';

const template = synthesize();

describe('alarms', () => {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => readable(Properties));

  test.each([
    ['a pass that failed', { Namespace: 'AWS/States', MetricName: 'ExecutionsFailed' }],
    ['a pass that timed out', { Namespace: 'AWS/States', MetricName: 'ExecutionsTimedOut' }],
    ['a stuck slice', { Namespace: metricsNamespace, MetricName: metrics.slicesStuck }],
    ['an error of StartPass', { Namespace: 'AWS/Lambda', MetricName: 'Errors' }],
    ['an undelivered event', { Dimensions: [{ Name: 'QueueName', Value: '<TriggersUndelivered.QueueName>' }] }],
    ['a request given up', { Dimensions: [{ Name: 'QueueName', Value: '<TriggersFailedStarts.QueueName>' }] }],
  ])('ring for %s', (_, wanted) => {
    expect(alarms.filter((alarm) => matches(alarm, wanted))).toHaveLength(1);
  });

  test('ring at the first occurrence, are silent without data, and say what to do', () => {
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
        AlarmActions: ['<MonitoringAlarms>'],
        AlarmDescription: expect.stringMatching(/\.$/),
      });
  });

  test('may publish: the policy that enforces TLS replaces the default one', () => {
    const policy = z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) });
    const topic = policy.parse(readable(one(template, 'AWS::SNS::TopicPolicy').Properties));
    expect(topic.PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow',
      Action: ['sns:Publish'],
      Resource: ['<MonitoringAlarms>'],
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
    });
  });
});

function matches(value: unknown, wanted: object): boolean {
  try {
    expect(value).toMatchObject(wanted);
    return true;
  } catch {
    return false;
  }
}

test('the dashboard shows every custom metric', () => {
  const dashboard = one(template, 'AWS::CloudWatch::Dashboard').Properties;
  expect(dashboard['DashboardName']).toBe('mailferry');
  for (const name of Object.values(metrics)) expect(JSON.stringify(dashboard['DashboardBody'])).toContain(name);
});

test('queries are saved for the story of a mailbox, the errors by code and the slowest slices', () => {
  const names = ofType(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => String(Properties['Name']));
  expect(names.toSorted()).toEqual(['mailferry/errors by code', 'mailferry/one mailbox', 'mailferry/slowest slices']);
});

test('no log group keeps its lines for ever', () => {
  for (const [, { Properties }] of ofType(template, 'AWS::Logs::LogGroup'))
    expect(Properties).toMatchObject({ RetentionInDays: 90 });
});

test('the outputs are those that the command line reads', () => {
  expect(Object.keys(template.Outputs).toSorted()).toEqual(Object.values(outputs).toSorted());
});
