/**
 * cdk-nag findings that stand, each with its reason. Exact finding ids, so that a wildcard nobody wrote down here fails
 * the synth: a new prefix, bucket or function has to be argued for.
 */
import { CfnElement, Validations, type Stack, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { steps } from '../shared/contract/names.ts';
import type { Functions } from './functions.ts';
import { prefixes, type Storage } from './storage.ts';
import type { Triggers } from './triggers.ts';
import type { Workflow } from './workflow.ts';

interface Parts {
  storage: Storage;
  functions: Functions;
  workflow: Workflow;
  triggers: Triggers;
}

export function acknowledgeFindings(stack: Stack, { storage, functions, workflow, triggers }: Parts): void {
  const accessLogs =
    'CloudTrail data events say who read what and are complete; access logs are best effort (S3 User Guide) and would be one more bucket that holds key names.';
  acknowledge(storage, 'S1', accessLogs);

  const deadLetters = 'It is a dead-letter queue: of an EventBridge rule, a schedule and an asynchronous function.';
  acknowledge(triggers, 'SQS3', deadLetters);

  const noResource =
    'X-Ray and the delivery of vended logs have no resource to name (Service Authorization Reference).';
  acknowledge(functions, 'IAM5[Resource::*]', noResource);
  acknowledge(workflow, 'IAM5[Resource::*]', noResource);

  // The CDK refuses a DISTRIBUTED processor without an execution type, and then warns that it is not the one in force.
  const both = 'The property is there to pass validation; mapExecutionType says the same.';
  Validations.of(workflow).acknowledge({ id: 'Annotation::@aws-cdk/aws-stepfunctions:propertyIgnored', reason: both });

  objectPatterns(stack, storage);
  invocations(stack, { functions, workflow });
}

function objectPatterns(stack: Stack, { intake, data }: Storage): void {
  const below = (bucket: s3.Bucket, pattern: string) => `IAM5[Resource::<${logicalId(bucket)}.Arn>/${pattern}]`;
  const ids =
    'Keys below a prefix come from ids that are made at run time; the prefix is the boundary (infra/access.ts).';
  for (const prefix of Object.values(prefixes)) acknowledge(stack, below(data, `${prefix}/*`), ids);
  acknowledge(
    stack,
    below(intake, '*'),
    'Batches are folders that administrators name; only StartPass and PlanBatch read here.',
  );
  acknowledge(stack, below(intake, '*.csv'), 'PlanBatch deletes the CSV with the passwords wherever it was uploaded.');
}

function invocations(stack: Stack, { functions, workflow }: Pick<Parts, 'functions' | 'workflow'>): void {
  const versions = 'Versions and aliases of this one function: the form that Step Functions and Scheduler document.';
  for (const step of steps) acknowledge(stack, `IAM5[Resource::<${logicalId(functions.of[step])}.Arn>:*]`, versions);

  const machine = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalId(workflow.machine)}"}]}]}`;
  const executions = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${machine}`;
  const names = 'Executions of this machine: their names are made at run time.';
  acknowledge(stack, `IAM5[Resource::${executions}:*]`, names);
  acknowledge(stack, `IAM5[Resource::${executions}/mailboxes:*]`, names);
}

function acknowledge(scope: IConstruct, finding: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
}

function logicalId(construct: IConstruct): string {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource)) throw new TypeError(`${construct.node.path} has no resource of its own`);
  return resource.stack.getLogicalId(resource);
}
