/** What leaves a handler when its step fails: the catalogue's words, never those of a foreign error (faults A1). */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { stepHandler } from '../../functions/handler.ts';
import { variables } from '../../shared/contract/names.ts';
import { MigrationError } from '../../shared/errors.ts';

const secret = 'pw-of-ada Subject: private';
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
const before = { ...process.env };
let written: string[];

beforeEach(() => {
  written = [];
  const { table, dataBucket, intakeBucket } = variables;
  Object.assign(process.env, { [table]: 't', [dataBucket]: 'd', [intakeBucket]: 'i', AWS_REGION: 'eu-central-1' });
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = before;
});

const failing = (error: unknown) =>
  stepHandler({
    step: 'plan-batch',
    input: z.object({ batch: z.string() }),
    output: z.object({ done: z.boolean() }),
    async run() {
      throw error;
    },
  });

const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

test.each([
  ['an error of a library', Object.assign(new TypeError(secret), { detail: secret })],
  ['what is no error', secret],
  [
    'an error of ours that was caused by one',
    new MigrationError('SERVER_REFUSED', 'No.', { cause: new Error(secret) }),
  ],
])('the text of %s does not leave: not as an error, not in the log', async (_title, error) => {
  const shown = await thrown(failing(error)({ batch: 'contoso' }, context));
  expect(shown).toBeInstanceOf(MigrationError);
  const cause = shown instanceof Error ? shown.cause : null;
  expect(cause).toBeUndefined();
  const seen = `${String(shown)} ${JSON.stringify(shown)} ${written.join('')}`;
  expect(seen).not.toContain('pw-of-ada');
  expect(seen).not.toContain('private');
  // The log names batch and step, or the secrecy would cost the trace.
  expect(written.join('')).toContain('contoso');
});

test.each([
  ['an input that is not the step’s', () => failing(null)({ batch: 7, password: secret }, context)],
  [
    'an output that is not the step’s',
    () =>
      stepHandler({
        step: 'plan-batch',
        input: z.unknown(),
        output: z.object({ done: z.boolean() }),
        run: () => Promise.resolve(JSON.parse(JSON.stringify({ done: secret }))),
      })({}, context),
  ],
])('%s is refused without being quoted', async (_title, run) => {
  const shown = await thrown(run());
  expect(shown).toMatchObject({ code: 'INTERNAL' });
  expect(`${String(shown)} ${written.join('')}`).not.toContain('pw-of-ada');
});
