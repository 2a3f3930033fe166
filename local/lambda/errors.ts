import * as z from 'zod';

/** What a caller of Lambda is told; Step Functions takes `errorType` as Error and the whole as Cause. */
export const LambdaFailure = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()).optional(),
});
export type LambdaFailure = z.infer<typeof LambdaFailure>;

export class LambdaError extends Error {
  override name = 'LambdaError';
  readonly failure: LambdaFailure;

  constructor(failure: LambdaFailure) {
    super(`${failure.errorType}: ${failure.errorMessage}`);
    this.failure = failure;
  }
}

export const lambdaError = (errorType: string, errorMessage: string): LambdaError =>
  new LambdaError({ errorType, errorMessage });

/** The pool was closed while an event was in work: nothing is known about its end. */
export class PoolClosedError extends Error {
  override name = 'PoolClosedError';
}
