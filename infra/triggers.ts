import {
  Duration,
  aws_events as events,
  aws_events_targets as eventTargets,
  aws_lambda as lambda,
  aws_lambda_destinations as destinations,
  aws_scheduler as scheduler,
  aws_scheduler_targets as scheduleTargets,
  aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { variables } from '../shared/contract/names.ts';
import type { Functions } from './functions.ts';
import type { Storage } from './storage.ts';
import type { Workflow } from './workflow.ts';

export interface TriggersProps {
  storage: Storage;
  functions: Functions;
  workflow: Workflow;
}

/**
 * An upload and a clock; both call StartPass, which decides. Both are asynchronous invokers, so a lost request has two
 * places to end in: not delivered to Lambda, or delivered and failed three times.
 */
export class Triggers extends Construct {
  readonly undelivered: sqs.Queue;
  readonly failedStarts: sqs.Queue;

  constructor(scope: Construct, id: string, { storage, functions, workflow }: TriggersProps) {
    super(scope, id);
    const startPass = functions.of['start-pass'];
    this.undelivered = deadLetters(this, 'Undelivered');
    this.failedStarts = deadLetters(this, 'FailedStarts');
    startPass.configureAsyncInvoke({ retryAttempts: 2, onFailure: new destinations.SqsDestination(this.failedStarts) });
    allowStarting(startPass, workflow);
    this.onUpload(startPass, storage);
    this.onTick(startPass);
  }

  private onUpload(startPass: lambda.Function, { intake }: Storage): void {
    new events.Rule(this, 'CsvUploaded', {
      description: 'A CSV arrived in a folder of the intake bucket',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [intake.bucketName] }, object: { key: [{ wildcard: '*/*.csv' }] } },
      },
      targets: [new eventTargets.LambdaFunction(startPass, { deadLetterQueue: this.undelivered })],
    });
  }

  /** One schedule for all batches: StartPass knows which are due, so nothing is created at run time. */
  private onTick(startPass: lambda.Function): void {
    new scheduler.Schedule(this, 'Tick', {
      description: 'StartPass starts the passes that are due',
      schedule: scheduler.ScheduleExpression.rate(Duration.minutes(15)),
      target: new scheduleTargets.LambdaInvoke(startPass, {
        // The scheduled time is the same in each delivery of one tick; execution id and attempt are not.
        input: scheduler.ScheduleTargetInput.fromObject({
          kind: 'tick',
          scheduledFor: scheduler.ContextAttribute.scheduledTime,
        }),
        deadLetterQueue: this.undelivered,
        // The next tick makes up for a lost one.
        maxEventAge: Duration.minutes(15),
        retryAttempts: 5,
      }),
    });
  }
}

function allowStarting(startPass: lambda.Function, { machine }: Workflow): void {
  startPass.addEnvironment(variables.stateMachineArn, machine.stateMachineArn);
  machine.grantStartExecution(startPass);
  machine.grantExecution(startPass, 'states:DescribeExecution');
}

/** SQS_MANAGED: with a customer key neither EventBridge nor Scheduler could send. */
function deadLetters(scope: Construct, id: string): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
