/** What `npm run synth` refuses to let pass. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { buildCheckedApp } from '../../infra/checks.ts';
import { stubEntry } from './stack.ts';

const outdir = mkdtempSync(join(tmpdir(), 'mailferry-checks-'));
afterAll(() => rmSync(outdir, { recursive: true }));
const app = buildCheckedApp({ outdir, bundle: false, entryOf: stubEntry });
const stack = app.node.findChild('mailferry');
if (!(stack instanceof Stack)) throw new TypeError('no stack');
const planted = new sqs.Queue(stack, 'Planted');

const Finding = z.looseObject({
  ruleName: z.string(),
  violatingConstructs: z.array(z.object({ constructPath: z.string() })),
});
const Report = z.object({
  pluginReports: z.array(
    z.object({ violations: z.array(Finding), suppressedViolations: z.array(Finding.extend({ reason: z.string() })) }),
  ),
});
const report = () =>
  Report.parse(JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))).pluginReports;

test('a violation of AwsSolutions stops the synth', () => {
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
});

test('nothing else is found: all that stands was acknowledged', () => {
  const paths = report().flatMap(({ violations }) => violations.flatMap((found) => found.violatingConstructs));
  expect(new Set(paths.map(({ constructPath }) => constructPath))).toEqual(new Set([`${planted.node.path}/Resource`]));
});

test('every acknowledgement has a written reason', () => {
  const standing = report().flatMap(({ suppressedViolations }) => suppressedViolations);
  expect(standing.length).toBeGreaterThan(10);
  for (const { reason } of standing) expect(reason).toMatch(/^\w.{30,}\.$/);
});
