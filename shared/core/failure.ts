/** What the workflow caught, as something that may be shown. */
import * as z from 'zod';
import type { Failure } from '../contract/items.ts';
import type { TaskFailure } from '../contract/workflow.ts';
import { catalogue, isErrorCode, type ErrorCode } from '../errors.ts';

export const failed = (code: ErrorCode, message: string): Failure => ({
  code,
  message: message.slice(0, 1000),
  hint: catalogue[code].hint,
});

/** Messages of `MigrationError` are made for people; any other text may hold what must not be shown (faults A1). */
export function failureOf({ error, cause }: TaskFailure): Failure {
  if (!isErrorCode(error)) {
    return failed('INTERNAL', `The step ended with ${error.replace(/[^\w.]/g, '').slice(0, 80)}.`);
  }
  return failed(error, errorMessageOf(cause) ?? catalogue[error].hint);
}

/** Lambda's cause is JSON, but the workflow cuts it, so only the field is read. */
function errorMessageOf(cause: string): string | null {
  const quoted = /"errorMessage":\s*("(?:[^"\\]|\\.)*")/.exec(cause)?.[1];
  return quoted === undefined ? null : z.string().parse(JSON.parse(quoted));
}
