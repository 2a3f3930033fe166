import { describe, expect, test } from '@jest/globals';
import { allowed, ofType, one, readable, Statement, statements, synthesize } from './stack.ts';

const template = synthesize();
const buckets = ofType(template, 'AWS::S3::Bucket');
const intake = one(template, 'AWS::S3::Bucket', 'StorageIntake');
const data = one(template, 'AWS::S3::Bucket', 'StorageData');

describe('what is kept', () => {
  test('buckets, table and keys survive the deletion of the stack', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key'])
      for (const [, resource] of ofType(template, type)) expect(resource.DeletionPolicy).toBe('Retain');
  });

  test('retained resources have no physical name, so a failed first deployment blocks nothing', () => {
    for (const [, { Properties }] of buckets) expect(Properties).not.toHaveProperty('BucketName');
    expect(one(template, 'AWS::DynamoDB::Table').Properties).not.toHaveProperty('TableName');
  });

  test('the table is keyed by pk and sk, on demand, recoverable, and tidied by expiresAt', () => {
    expect(one(template, 'AWS::DynamoDB::Table').Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('what is closed', () => {
  test('both buckets are private, versioned and encrypted with the buckets key', () => {
    expect(buckets).toHaveLength(2);
    for (const [, { Properties }] of buckets)
      expect(readable(Properties)).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { KMSMasterKeyID: '<StorageBucketKey.Arn>' } },
          ],
        },
      });
  });

  test('both buckets refuse plain HTTP', () => {
    const policies = ofType(template, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(2);
    for (const [, { Properties }] of policies)
      expect(JSON.stringify(Properties)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
  });

  test('keys rotate', () => {
    for (const [, { Properties }] of ofType(template, 'AWS::KMS::Key'))
      expect(Properties).toMatchObject({ EnableKeyRotation: true });
  });

  test('no identity but those of three workers can decrypt a credential', () => {
    const decrypting = ofType(template, 'AWS::IAM::Policy')
      .map(([id]) => id)
      .filter((id) => allowed(statements(template, id), 'kms:Decrypt').includes('<StorageCredentialKey.Arn>'));
    expect(decrypting.map((id) => id.replace(/RoleDefaultPolicy.*/, '')).toSorted()).toEqual([
      'FunctionsPlanMailbox',
      'FunctionsSettleMailbox',
      'FunctionsSyncSlice',
    ]);
  });

  test('a key trusts only the own account, which IAM then narrows', () => {
    for (const [, { Properties }] of ofType(template, 'AWS::KMS::Key')) {
      const policy = JSON.parse(JSON.stringify(readable(Properties['KeyPolicy'])));
      const [statement, ...others] = Statement.array().parse(policy.Statement);
      expect(statement?.Principal).toEqual({ AWS: 'arn:<AWS::Partition>:iam::<AWS::AccountId>:root' });
      expect(others).toEqual([]);
    }
  });
});

describe('what is forgotten', () => {
  test('the intake keeps current objects, because migration.json must stay, and forgets replaced ones after a day', () => {
    expect(intake.Properties['LifecycleConfiguration']).toEqual({
      Rules: [
        {
          Id: 'forget-replaced-uploads',
          Status: 'Enabled',
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          ExpiredObjectDeleteMarker: true,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    });
  });

  test('in the data bucket only plans and results expire, and plans outlive the longest pass', () => {
    const lifecycle = JSON.stringify(data.Properties['LifecycleConfiguration']);
    const expiring = [...lifecycle.matchAll(/"ExpirationInDays":(\d+),"Id":"[^"]+","Prefix":"([^"]+)"/g)];
    expect(expiring.map(([, days, prefix]) => [prefix, Number(days)])).toEqual([
      ['plans/', 180],
      ['results/', 30],
    ]);
  });
});

test('the intake sends its events by its own property, without a custom resource', () => {
  expect(intake.Properties['NotificationConfiguration']).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
  expect(data.Properties).not.toHaveProperty('NotificationConfiguration');
  expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
});
