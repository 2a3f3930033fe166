import { Duration, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Step } from '../shared/contract/names.ts';
import { pascalCase, type Functions } from './functions.ts';

export interface StepTaskProps {
  comment: string;
  payload: sfn.TaskInput;
  retries: readonly sfn.RetryProps[];
  outputs?: string | Record<string, string>;
  assign?: Record<string, unknown>;
}

/** The state of a step: invokes its function and hands on the answer. */
export function stepTask(scope: Construct, functions: Functions, step: Step, props: StepTaskProps): tasks.LambdaInvoke {
  const lambdaFunction = functions.of[step];
  const timeout = lambdaFunction.timeout ?? Duration.seconds(3);
  const task = tasks.LambdaInvoke.jsonata(scope, pascalCase(step), {
    comment: props.comment,
    lambdaFunction,
    payload: props.payload,
    // Without it the response headers would count towards the 262,144 bytes.
    outputs: props.outputs ?? '{% $states.result.Payload %}',
    assign: props.assign,
    // The default is 99,999,999 s: three years of waiting for an answer that was lost.
    taskTimeout: sfn.Timeout.duration(timeout.plus(Duration.minutes(1))),
    retryOnServiceExceptions: false,
  });
  for (const retry of props.retries) task.addRetry(retry);
  return task;
}

/**
 * `TaskFailure` from a caught error. Cut, because a cause may be 32,768 characters long and travels in payloads; a
 * failure may come without one, and an undefined field would itself be an error.
 */
export const caughtFailure = {
  error: '{% $states.errorOutput.Error %}',
  cause: "{% $substring($exists($states.errorOutput.Cause) ? $states.errorOutput.Cause : '', 0, 1000) %}",
};

/** As an expression, because the CDK's rendering may drop a literal null. */
export const nothing = '{% null %}';

/** A field of the execution's input: the PassRequest, or in a child the MailboxRequest. */
export const requested = (field: string): string => `{% $states.context.Execution.Input.${field} %}`;
