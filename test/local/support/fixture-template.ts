import type { Json, JsonObject } from '../../../local/json.ts';

const ref = (id: string): JsonObject => ({ Ref: id });
const arn = (id: string): JsonObject => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Text with intrinsics in it, as CDK writes a DefinitionString. */
export function joined(definition: Json, references: Readonly<Record<string, JsonObject>>): JsonObject {
  const text = JSON.stringify(definition);
  const parts = text.split(/@(\w+)@/).map((part, index) => (index % 2 === 0 ? part : (references[part] ?? part)));
  return { 'Fn::Join': ['', parts] };
}

export interface FixtureFunction {
  timeoutSeconds?: number;
  memoryMb?: number;
  environment?: JsonObject;
  source: string;
  /** `index.mjs`, or `index.js` for CommonJS as the real bundles are. */
  file?: string;
}

export interface FixtureStack {
  functions: Record<string, FixtureFunction>;
  /** `@Name@` stands for the ARN of a function and for the name of a bucket. */
  definition?: Json;
  resources?: JsonObject;
  outputs?: JsonObject;
}

export const fixtureHash = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0');

/** A template in the shape that CDK synthesizes. */
export function fixtureTemplate(stack: FixtureStack): JsonObject {
  const resources: JsonObject = {
    Intake: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
    Data: { Type: 'AWS::S3::Bucket', Properties: {} },
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        Replicas: [{ Region: ref('AWS::Region') }],
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    RolePolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
        Roles: [ref('Role')],
      },
    },
    ...functionResources(stack),
    ...(stack.definition === undefined ? {} : { Machine: machineResource(stack) }),
    ...stack.resources,
  };
  const outputs = {
    IntakeBucketName: { Value: ref('Intake') },
    DataBucketName: { Value: ref('Data') },
    TableName: { Value: ref('Table') },
    ...(stack.definition === undefined ? {} : { StateMachineArn: { Value: ref('Machine') } }),
    ...stack.outputs,
  };
  return { Resources: resources, Outputs: outputs };
}

function functionResources(stack: FixtureStack): JsonObject {
  const entries = Object.entries(stack.functions).map(([name, fn]) => [
    name,
    {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${fixtureHash(name)}.zip` },
        Role: arn('Role'),
        Timeout: fn.timeoutSeconds ?? 30,
        MemorySize: fn.memoryMb ?? 256,
        Environment: { Variables: { DATA_BUCKET: ref('Data'), TABLE_NAME: ref('Table'), ...fn.environment } },
      },
    },
  ]);
  return Object.fromEntries(entries);
}

function machineResource(stack: FixtureStack): JsonObject {
  const functions = Object.keys(stack.functions).map((name) => [name, arn(name)]);
  const references = { ...Object.fromEntries(functions), Data: ref('Data'), Intake: ref('Intake') };
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { DefinitionString: joined(stack.definition ?? null, references), RoleArn: arn('Role') },
  };
}
