/** What the workflow repeats by itself, for how long, and what never. */
import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { retriedNow } from '../shared/errors.ts';

/**
 * Lambda did not take or did not finish the invocation for reasons of its own. The CDK's own list
 * (`retryOnServiceExceptions`) lacks TooManyRequests, which a new account with 10 concurrent invocations meets first.
 */
const serviceErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
  // IAM is eventually consistent: the first execution after a deployment may be refused.
  'States.Permissions',
];

/** The environment died or hung: another one may do better, but each attempt may cost 15 minutes. */
const crashes = ['Sandbox.Timedout', 'Runtime.ExitError', 'States.Timeout'];

const jitterStrategy = sfn.JitterType.FULL;
const seconds = (n: number): Duration => Duration.seconds(n);

const serviceRetry: sfn.RetryProps = {
  errors: serviceErrors,
  interval: seconds(2),
  backoffRate: 2,
  maxAttempts: 8,
  maxDelay: seconds(60),
  jitterStrategy,
};
const crashRetry: sfn.RetryProps = {
  errors: crashes,
  interval: seconds(5),
  backoffRate: 2,
  maxAttempts: 2,
  jitterStrategy,
};
/** At most 1 + 3 + 9 s: a server that is down longer than that is the next pass's business. */
const catalogueRetry: sfn.RetryProps = {
  errors: [...retriedNow],
  interval: seconds(1),
  backoffRate: 3,
  maxAttempts: 3,
  jitterStrategy,
};
/** At most 2 + 4 + 8 + 16 + 32 + 60 s. */
const anyRetry: sfn.RetryProps = {
  errors: ['States.ALL'],
  interval: seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  maxDelay: seconds(60),
  jitterStrategy,
};

/**
 * For every step that may log in. Names only and never `States.ALL`: repeating LOGIN_REFUSED locks accounts.
 */
export const byName: readonly sfn.RetryProps[] = [serviceRetry, crashRetry, catalogueRetry];

/** For the last steps of a pass: they log in nowhere, are idempotent, and nobody comes after them to put things right. */
export const persistent: readonly sfn.RetryProps[] = [serviceRetry, crashRetry, anyRetry];
