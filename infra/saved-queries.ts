import { aws_logs as logs, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { steps } from '../shared/contract/names.ts';
import type { Functions } from './functions.ts';

/** CloudWatch Logs Insights; field names are those of the log lines (`LogFields`). */
export function savedQueries(scope: Construct, { of }: Functions): void {
  const query = (name: string, functions: lambda.Function[], lines: string[]): void => {
    new logs.CfnQueryDefinition(scope, name, {
      name: `mailferry/${name}`,
      logGroupNames: functions.map((fn) => fn.logGroup.logGroupName),
      queryString: lines.join(' | '),
    });
  };
  const all = steps.map((step) => of[step]);
  query('one mailbox', all, [
    'fields @timestamp, step, message, chunkId, code, count, durationMs, waitSeconds, reason',
    'filter mailboxId = "PASTE-ID-HERE"',
    'sort @timestamp asc',
    'limit 1000',
  ]);
  query('errors by code', all, ['filter ispresent(code)', 'stats count(*) as times by code, step', 'sort times desc']);
  query(
    'slowest slices',
    [of['sync-slice']],
    [
      'filter ispresent(durationMs)',
      'fields @timestamp, mailboxId, chunkId, durationMs, count',
      'sort durationMs desc',
      'limit 50',
    ],
  );
}
