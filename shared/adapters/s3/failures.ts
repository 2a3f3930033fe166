import { S3ServiceException } from '@aws-sdk/client-s3';
import { MigrationError } from '../../errors.ts';

/** HEAD answers without a body, so the SDK has only `NotFound` to say; a missing bucket is a GET's `NoSuchBucket`. */
const missingNames = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

/** Reading a delete marker by its version id (S3 API reference, GetObject: 405 Method Not Allowed). */
const deleteMarkerStatus = 405;

/** Turns "there is no such object" into null; every other failure stays one. */
export async function nullIfMissing<T>(sent: Promise<T>): Promise<T | null> {
  try {
    return await sent;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return missingNames.has(error.name) || error.$metadata.httpStatusCode === deleteMarkerStatus;
}

/** Names the object by its key (ids only). No cause: the message of a JSON error quotes the text. */
export function damaged(key: string, what: string): MigrationError {
  return new MigrationError('STATE_DAMAGED', `Object ${key} ${what}.`);
}
