import { describe, expect, test } from '@jest/globals';
import { one, ofType, readable, synthesize } from './stack.ts';

const template = synthesize();
const properties = (type: string, id = '') => readable(one(template, type, id).Properties);

test('an upload of <batch>/<name>.csv calls StartPass, and is kept if it cannot be delivered', () => {
  expect(properties('AWS::Events::Rule')).toMatchObject({
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: ['<StorageIntake>'] }, object: { key: [{ wildcard: '*/*.csv' }] } },
    },
    Targets: [{ Arn: '<FunctionsStartPass.Arn>', DeadLetterConfig: { Arn: '<TriggersUndelivered.Arn>' } }],
  });
});

test('the rule may call StartPass, and only this rule', () => {
  expect(properties('AWS::Lambda::Permission')).toMatchObject({
    FunctionName: '<FunctionsStartPass.Arn>',
    Principal: 'events.amazonaws.com',
    SourceArn: '<TriggersCsvUploaded.Arn>',
  });
});

test('one schedule ticks for all batches, and tells the time that identifies the tick', () => {
  expect(ofType(template, 'AWS::Scheduler::Schedule')).toHaveLength(1);
  expect(properties('AWS::Scheduler::Schedule')).toMatchObject({
    ScheduleExpression: 'rate(15 minutes)',
    State: 'ENABLED',
    Target: {
      Arn: '<FunctionsStartPass.Arn>',
      Input: '{"kind":"tick","scheduledFor":"<aws.scheduler.scheduled-time>"}',
      DeadLetterConfig: { Arn: '<TriggersUndelivered.Arn>' },
    },
  });
});

test('what StartPass fails at three times is kept', () => {
  expect(properties('AWS::Lambda::EventInvokeConfig')).toMatchObject({
    FunctionName: '<FunctionsStartPass>',
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: '<TriggersFailedStarts.Arn>' } },
  });
});

describe.each(['TriggersUndelivered', 'TriggersFailedStarts'])('the queue %s', (id) => {
  test('keeps messages for 14 days, encrypted in a way that EventBridge and Scheduler can use', () => {
    expect(ofType(template, 'AWS::SQS::Queue').find(([logicalId]) => logicalId.startsWith(id))?.[1].Properties).toEqual(
      {
        MessageRetentionPeriod: 14 * 86_400,
        SqsManagedSseEnabled: true,
      },
    );
  });

  test('refuses plain HTTP', () => {
    const policy = ofType(template, 'AWS::SQS::QueuePolicy').find(([logicalId]) => logicalId.startsWith(`${id}Policy`));
    expect(JSON.stringify(policy)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
  });
});
