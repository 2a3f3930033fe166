import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';

/** Where the stack "is". Account and region appear in ARNs only. */
export interface Placement {
  account: string;
  region: string;
  pseudo: Readonly<Record<string, string>>;
}

export function localPlacement(stackName: string): Placement {
  const account = '000000000000';
  const region = 'us-east-1';
  return {
    account,
    region,
    pseudo: {
      'AWS::Partition': 'aws',
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stackName,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
    },
  };
}

export interface Identity {
  logicalId: string;
  Type: string;
  name: string;
}

const nameProperties: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::SQS::Queue': 'QueueName',
};

/** The physical name: the template's own, else made from the logical id, which is stable between syntheses. */
export function nameOf(id: string, resource: { Type: string; Properties: JsonObject }, placement: Placement): string {
  const explicit = resource.Properties[nameProperties[resource.Type] ?? ''];
  if (typeof explicit === 'string') return explicit;
  if (resource.Type === 'AWS::S3::Bucket') return id.toLowerCase();
  if (resource.Type === 'AWS::KMS::Key') return uuidFrom(`${placement.account}/${id}`);
  return id;
}

const arns: Readonly<Record<string, (name: string, at: Placement) => string>> = {
  'AWS::Lambda::Function': (name, at) => `arn:aws:lambda:${at.region}:${at.account}:function:${name}`,
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::StepFunctions::StateMachine': (name, at) => `arn:aws:states:${at.region}:${at.account}:stateMachine:${name}`,
  'AWS::DynamoDB::GlobalTable': (name, at) => `arn:aws:dynamodb:${at.region}:${at.account}:table/${name}`,
  'AWS::DynamoDB::Table': (name, at) => `arn:aws:dynamodb:${at.region}:${at.account}:table/${name}`,
  'AWS::SQS::Queue': (name, at) => `arn:aws:sqs:${at.region}:${at.account}:${name}`,
  'AWS::SNS::Topic': (name, at) => `arn:aws:sns:${at.region}:${at.account}:${name}`,
  'AWS::KMS::Key': (name, at) => `arn:aws:kms:${at.region}:${at.account}:key/${name}`,
  'AWS::IAM::Role': (name, at) => `arn:aws:iam::${at.account}:role/${name}`,
  'AWS::Logs::LogGroup': (name, at) => `arn:aws:logs:${at.region}:${at.account}:log-group:${name}:*`,
  'AWS::SecretsManager::Secret': (name, at) => `arn:aws:secretsmanager:${at.region}:${at.account}:secret:${name}`,
};

export function arnOf(resource: Identity, placement: Placement): string {
  const format = arns[resource.Type];
  if (format !== undefined) return format(resource.name, placement);
  const service = resource.Type.split('::')[1]?.toLowerCase() ?? 'local';
  return `arn:aws:${service}:${placement.region}:${placement.account}:${resource.name}`;
}

const referredByArn = ['AWS::StepFunctions::StateMachine', 'AWS::SNS::Topic', 'AWS::SecretsManager::Secret'];

export function referenceOf(resource: Identity, placement: Placement): string {
  if (referredByArn.includes(resource.Type)) return arnOf(resource, placement);
  if (resource.Type === 'AWS::SQS::Queue')
    return `https://sqs.${placement.region}.amazonaws.com/${placement.account}/${resource.name}`;
  return resource.name;
}

export function attributeOf(resource: Identity, attribute: string, placement: Placement): string | undefined {
  if (attribute === 'Arn' || attribute === 'TopicArn' || attribute === 'Id') return arnOf(resource, placement);
  if (['Name', 'QueueName', 'TopicName', 'KeyId'].includes(attribute)) return resource.name;
  return undefined;
}

function uuidFrom(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
