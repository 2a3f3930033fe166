/** Who may do what with stored data: the table to read before trusting the system with passwords. */
import { aws_iam as iam, type aws_lambda as lambda, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Step } from '../shared/contract/names.ts';
import { prefixes, type Storage } from './storage.ts';

type Prefix = keyof typeof prefixes;

interface Access {
  items: readonly string[];
  /** Prefixes of the data bucket. */
  reads: readonly Prefix[];
  writes: readonly Prefix[];
  intake: 'none' | 'read' | 'read and delete';
  credentials: 'none' | 'encrypt' | 'decrypt';
}

const readAndWriteItems = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'];
/** Also locks, and credentials of rows that are gone. */
const allItems = [...readAndWriteItems, 'dynamodb:DeleteItem'];

export const access: Readonly<Record<Step, Access>> = {
  'start-pass': { items: allItems, reads: [], writes: [], intake: 'read', credentials: 'none' },
  'plan-batch': {
    items: allItems,
    reads: ['passes', 'reports'],
    writes: ['passes', 'reports'],
    intake: 'read and delete',
    // It stores passwords it can never read again.
    credentials: 'encrypt',
  },
  'plan-mailbox': {
    items: readAndWriteItems,
    reads: ['plans', 'ledgers'],
    writes: ['plans', 'ledgers'],
    intake: 'none',
    credentials: 'decrypt',
  },
  // Reads what it has put into quarantine, to append it again.
  'sync-slice': {
    items: readAndWriteItems,
    reads: ['plans', 'ledgers', 'quarantine'],
    writes: ['ledgers', 'quarantine'],
    intake: 'none',
    credentials: 'decrypt',
  },
  // It counts and looks at the target, so it has to log in.
  'settle-mailbox': {
    items: readAndWriteItems,
    reads: ['plans', 'ledgers'],
    writes: ['plans', 'ledgers'],
    intake: 'none',
    credentials: 'decrypt',
  },
  'report-pass': {
    items: allItems,
    reads: ['passes', 'results', 'reports', 'ledgers'],
    writes: ['reports'],
    intake: 'none',
    credentials: 'none',
  },
  // Destroys credentials by deleting their items: needs no key for that.
  'close-batch': { items: allItems, reads: ['reports'], writes: ['reports'], intake: 'none', credentials: 'none' },
};

export function grantAccess(target: lambda.Function, wanted: Access, storage: Storage): void {
  storage.table.grant(target, ...wanted.items);
  grantData(target, wanted, storage);
  if (wanted.intake !== 'none') grantIntakeRead(target, storage);
  if (wanted.intake === 'read and delete') grantIntakeDelete(target, storage.intake);
  if (wanted.credentials === 'encrypt') storage.credentialKey.grant(target, 'kms:Encrypt');
  if (wanted.credentials === 'decrypt') storage.credentialKey.grant(target, 'kms:Decrypt');
}

function grantData(target: lambda.Function, { reads, writes }: Access, { data, bucketKey }: Storage): void {
  const objects = (names: readonly Prefix[]) => names.map((name) => data.arnForObjects(`${prefixes[name]}/*`));
  if (reads.length > 0) {
    allow(target, ['s3:GetObject'], objects(reads));
    // Not only to list: without it a missing object is 403 instead of 404 (S3 API reference, GetObject, Permissions).
    // No s3:prefix condition, because GetObject carries no prefix and would be 403 again; keys hold ids only.
    allow(target, ['s3:ListBucket'], [data.bucketArn]);
  }
  // Large manifests go up in parts; a failed upload is taken back at once.
  if (writes.length > 0) allow(target, ['s3:PutObject', 's3:AbortMultipartUpload'], objects(writes));
  if (reads.length + writes.length > 0) bucketKey.grant(target, 'kms:Decrypt', 'kms:GenerateDataKey');
}

function grantIntakeRead(target: lambda.Function, { intake, bucketKey }: Storage): void {
  allow(target, ['s3:GetObject', 's3:GetObjectVersion'], [intake.arnForObjects('*')]);
  allow(target, ['s3:ListBucket'], [intake.bucketArn]);
  bucketKey.grant(target, 'kms:Decrypt');
}

function grantIntakeDelete(target: lambda.Function, intake: s3.Bucket): void {
  allow(target, ['s3:ListBucketVersions'], [intake.bucketArn]);
  allow(target, ['s3:DeleteObject', 's3:DeleteObjectVersion'], [intake.arnForObjects('*.csv')]);
}

function allow(target: lambda.Function, actions: string[], resources: string[]): void {
  target.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
}
