import * as z from 'zod';
import type { Json } from '../json.ts';
import { type Resolver, UnsupportedTemplateError } from './intrinsics.ts';

export interface TargetModel {
  functionArn: string;
  deadLetterArn: string | undefined;
}

export interface RuleModel {
  name: string;
  pattern: Json;
  targets: TargetModel[];
}

const DeadLetter = z.object({ Arn: z.string() }).optional();
const RuleProperties = z.object({
  State: z.string().default('ENABLED'),
  EventPattern: z.custom<Json>().optional(),
  ScheduleExpression: z.never({ error: 'a rule with a schedule: use AWS::Scheduler::Schedule' }).optional(),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        DeadLetterConfig: DeadLetter,
        RetryPolicy: z.unknown().optional(),
      }),
    )
    .default([]),
});

export function readRules(resolver: Resolver): RuleModel[] {
  return resolver
    .ofType('AWS::Events::Rule')
    .filter(({ properties }) => properties['State'] !== 'DISABLED')
    .map(({ name, properties }) => {
      const rule = RuleProperties.parse(properties);
      return {
        name,
        pattern: rule.EventPattern ?? {},
        targets: rule.Targets.map((target) => ({
          functionArn: functionArn(target.Arn, name),
          deadLetterArn: target.DeadLetterConfig?.Arn,
        })),
      };
    });
}

export interface ScheduleModel {
  name: string;
  expression: string;
  timezone: string;
  /** The Input text, with its `<aws.scheduler.…>` keywords still in it. */
  input: string;
  target: TargetModel;
}

const ScheduleProperties = z.object({
  State: z.string().default('ENABLED'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  Target: z.object({ Arn: z.string(), Input: z.string().default('{}'), DeadLetterConfig: DeadLetter }),
});

export function readSchedules(resolver: Resolver): ScheduleModel[] {
  return resolver
    .ofType('AWS::Scheduler::Schedule')
    .filter(({ properties }) => properties['State'] !== 'DISABLED')
    .map(({ name, properties }) => {
      const schedule = ScheduleProperties.parse(properties);
      return {
        name,
        expression: schedule.ScheduleExpression,
        timezone: schedule.ScheduleExpressionTimezone,
        input: schedule.Target.Input,
        target: {
          functionArn: functionArn(schedule.Target.Arn, name),
          deadLetterArn: schedule.Target.DeadLetterConfig?.Arn,
        },
      };
    });
}

/** How Lambda treats an asynchronous event that fails (`AWS::Lambda::EventInvokeConfig`). */
export interface AsyncModel {
  functionName: string;
  maximumRetryAttempts: number;
  onFailureArn: string | undefined;
}

const AsyncProperties = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.number().int().min(0).max(2).default(2),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional(),
});

export function readAsyncConfigs(resolver: Resolver): AsyncModel[] {
  return resolver.ofType('AWS::Lambda::EventInvokeConfig').map(({ properties }) => {
    const config = AsyncProperties.parse(properties);
    return {
      functionName: functionNameOf(config.FunctionName),
      maximumRetryAttempts: config.MaximumRetryAttempts,
      onFailureArn: config.DestinationConfig?.OnFailure?.Destination,
    };
  });
}

function functionArn(arn: string, owner: string): string {
  if (!arn.includes(':lambda:')) throw new UnsupportedTemplateError(`${owner} has a target that is no Lambda: ${arn}`);
  return arn;
}

/** From a name, an ARN, or an ARN with a qualifier. */
export function functionNameOf(nameOrArn: string): string {
  const parts = nameOrArn.split(':');
  return parts[0] === 'arn' ? (parts[6] ?? nameOrArn) : (parts[0] ?? nameOrArn);
}
