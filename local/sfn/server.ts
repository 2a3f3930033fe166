import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, jsonHandler, unknownOperation } from '../aws-json.ts';
import { type Listening, listen } from '../http-server.ts';
import { type Json, type JsonObject, parseJson } from '../json.ts';
import { type ExecutionRecord, executionStatuses } from '../states/execution-record.ts';
import type { Executions } from '../states/executions.ts';

export interface SfnServerOptions {
  executions: Executions;
  authorize: (call: { authorization: string | undefined; action: string; resource: string }) => void;
}

const StartInput = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().default('{}'),
});
const DescribeInput = z.object({ executionArn: z.string() });
const StopInput = DescribeInput.extend({ error: z.string().optional(), cause: z.string().optional() });
const ListInput = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.enum(executionStatuses).optional(),
  maxResults: z.number().int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
});

type Operation = (input: Json, authorize: (resource: string) => void) => Json;

export function startSfnServer({ executions, authorize }: SfnServerOptions): Promise<Listening> {
  const operations = sfnOperations(executions);
  return listen(
    jsonHandler(({ operation, input, authorization }) => {
      const run = operations[operation];
      if (run === undefined) throw unknownOperation(operation);
      return run(input, (resource) => authorize({ authorization, action: `states:${operation}`, resource }));
    }),
  );
}

function sfnOperations(executions: Executions): Record<string, Operation> {
  return {
    StartExecution(input, authorize) {
      const { stateMachineArn, name, input: text } = StartInput.parse(input);
      authorize(stateMachineArn);
      const record = executions.start(stateMachineArn, name ?? randomUUID(), parseInput(text));
      return { executionArn: record.arn, startDate: seconds(record.startedAt) };
    },
    DescribeExecution(input, authorize) {
      const { executionArn } = DescribeInput.parse(input);
      authorize(executionArn);
      return described(executions.describe(executionArn));
    },
    StopExecution(input, authorize) {
      const { executionArn, error, cause } = StopInput.parse(input);
      authorize(executionArn);
      const { stoppedAt } = executions.stop(executionArn, error, cause);
      return { stopDate: seconds(stoppedAt ?? new Date().toISOString()) };
    },
    ListExecutions(input, authorize) {
      const { stateMachineArn, statusFilter, maxResults, nextToken } = ListInput.parse(input);
      authorize(stateMachineArn);
      const all = executions
        .all()
        .filter((record) => record.machineArn === stateMachineArn && (statusFilter ?? record.status) === record.status);
      const from = Number(nextToken ?? 0);
      const to = from + (maxResults === 0 ? 100 : maxResults);
      const page: JsonObject = { executions: all.slice(from, to).map(summarized) };
      return to < all.length ? { ...page, nextToken: String(to) } : page;
    },
  };
}

function parseInput(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${text.slice(0, 200)}'`);
  }
}

/** Timestamps of the JSON protocols are seconds since 1970. */
const seconds = (isoTime: string): number => Date.parse(isoTime) / 1000;

function summarized(record: ExecutionRecord): JsonObject {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: seconds(record.startedAt),
    ...(record.stoppedAt === undefined ? {} : { stopDate: seconds(record.stoppedAt) }),
  };
}

function described(record: ExecutionRecord): JsonObject {
  const text = (value: Json): string => JSON.stringify(value);
  return {
    ...summarized(record),
    input: text(record.input),
    inputDetails: { included: true },
    ...(record.output === undefined ? {} : { output: text(record.output), outputDetails: { included: true } }),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    redriveCount: 0,
  };
}
