/** What the fixture handlers share. They use the SDK as the real ones do: endpoints and Region come from their environment. */
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

export const s3 = new S3Client({});
const dynamodb = new DynamoDBClient({});

export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export async function readText(place: { bucket: string; key: string; versionId?: string }): Promise<string> {
  const command = new GetObjectCommand({ Bucket: place.bucket, Key: place.key, VersionId: place.versionId });
  return (await (await s3.send(command)).Body?.transformToString()) ?? '';
}

export async function writeText(place: { bucket: string; key: string }, text: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: place.bucket, Key: place.key, Body: text }));
}

/** How often it was called with this name, this time included. */
export async function count(name: string): Promise<number> {
  const { Attributes } = await dynamodb.send(
    new UpdateItemCommand({
      TableName: variable('TABLE_NAME'),
      Key: { pk: { S: 'calls' }, sk: { S: name } },
      UpdateExpression: 'ADD calls :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Number(Attributes?.['calls']?.N);
}

/** The mailbox id says what its handlers do: `fails-…`, `waits-…`; the hash at its end makes it a valid one. */
export const does = (mailboxId: string, behaviour: string): boolean => mailboxId.startsWith(behaviour);

export function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
