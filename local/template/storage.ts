import * as z from 'zod';
import type { Json } from '../json.ts';
import type { Resolver } from './intrinsics.ts';

export interface BucketModel {
  name: string;
  versioned: boolean;
  /** Off until enabled for each bucket; then every kind of event, with no filter (ev-events.html). */
  emitsEvents: boolean;
  /** Set with SSE-KMS: then readers and writers need rights on the key too. */
  keyArn: string | undefined;
}

const Encryption = z.object({
  ServerSideEncryptionConfiguration: z.array(
    z.object({ ServerSideEncryptionByDefault: z.object({ KMSMasterKeyID: z.string().optional() }).optional() }),
  ),
});
const BucketProperties = z.object({
  BucketEncryption: Encryption.optional(),
  VersioningConfiguration: z.object({ Status: z.string() }).optional(),
  NotificationConfiguration: z
    .object({ EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.boolean().default(true) }).optional() })
    .optional(),
});

export function readBuckets(resolver: Resolver): BucketModel[] {
  return resolver.ofType('AWS::S3::Bucket').map(({ name, properties }) => {
    const bucket = BucketProperties.parse(properties);
    return {
      name,
      versioned: bucket.VersioningConfiguration?.Status === 'Enabled',
      keyArn:
        bucket.BucketEncryption?.ServerSideEncryptionConfiguration[0]?.ServerSideEncryptionByDefault?.KMSMasterKeyID,
      emitsEvents: bucket.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
    };
  });
}

/** Input of CreateTable, and what CloudFormation sets afterwards. */
export interface TableModel {
  name: string;
  definition: Json;
  ttlAttribute: string | undefined;
}

const Attributes = z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() }));
const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).optional() }),
});
const TableProperties = z.object({
  AttributeDefinitions: Attributes,
  KeySchema,
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
});

export function readTables(resolver: Resolver): TableModel[] {
  const resources = [...resolver.ofType('AWS::DynamoDB::GlobalTable'), ...resolver.ofType('AWS::DynamoDB::Table')];
  return resources.map(({ name, properties }) => {
    const { TimeToLiveSpecification: ttl, ...table } = TableProperties.parse(properties);
    const definition = { TableName: name, BillingMode: 'PAY_PER_REQUEST', ...table };
    return {
      name,
      definition: JSON.parse(JSON.stringify(definition)),
      ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : undefined,
    };
  });
}

export interface KeyModel {
  id: string;
  arn: string;
  aliases: string[];
}

const AliasProperties = z.object({ AliasName: z.string(), TargetKeyId: z.string() });

export function readKeys(resolver: Resolver): KeyModel[] {
  const aliases = resolver.ofType('AWS::KMS::Alias').map(({ properties }) => AliasProperties.parse(properties));
  return resolver.ofType('AWS::KMS::Key').map(({ name, arn }) => ({
    id: name,
    arn,
    aliases: aliases.filter(({ TargetKeyId }) => TargetKeyId === name || TargetKeyId === arn).map((a) => a.AliasName),
  }));
}
