/** A worker thread is to a handler what Lambda would be. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mostEnvironments } from '../../local/lambda/function-environments.ts';
import type { Json } from '../../local/json.ts';
import { invoke, type RunningFixture, startFixture } from './support/fixture-stack.ts';
import { temporaryDirectory } from './support/real-template.ts';

const directory = temporaryDirectory();
const trace = join(directory.path, 'trace');
const source = (body: string): string => `let calls = 0; export const handler = async (event, context) => { ${body} };`;

const functions = {
  Count: { source: source('calls += 1; return calls;') },
  Sized: { source: source(`return 'x'.repeat(event.bytes);`) },
  Slow: {
    timeoutSeconds: 1,
    environment: { TRACE: trace },
    source: `import { writeFileSync } from 'node:fs'; ${source(`
      calls += 1;
      if (event.seconds === 0) return calls;
      await new Promise((resolve) => setTimeout(resolve, event.seconds * 1000));
      writeFileSync(process.env.TRACE, 'still alive');`)}`,
  },
  Thread: {
    source: `import { threadId } from 'node:worker_threads';
      export const handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return threadId; };`,
  },
  Spin: { timeoutSeconds: 1, source: source('for (;;) calls += 1;') },
  Exit: { source: source('process.exit(3);') },
  Memory: {
    memoryMb: 128,
    source: source('const all = []; for (;;) all.push(Array.from({ length: 1e5 }, () => ({ a: Math.random() })));'),
  },
  Reject: { source: source(`Promise.reject(new Error('unheard')); await new Promise((r) => setTimeout(r, 200));`) },
  Callback: { source: 'export const handler = (event, context, callback) => callback(null, 1);' },
  Broken: { source: `import './nothing.mjs'; export const handler = async () => 1;` },
  Context: {
    source: source(`return {
      left: context.getRemainingTimeInMillis(), name: context.functionName, id: context.awsRequestId,
      home: process.env.HOME ?? null, key: process.env.AWS_ACCESS_KEY_ID, region: process.env.AWS_REGION,
      s3: process.env.AWS_ENDPOINT_URL_S3, secret: process.env.SECRET_OF_THE_USER ?? null };`),
  },
};

let fixture: RunningFixture;
beforeAll(async () => {
  const definition: Json = {
    QueryLanguage: 'JSONata',
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $exists($states.input.crowd) %}', Next: 'Crowd' }],
        Default: 'Slow',
      },
      Slow: invoke('Slow', { End: true, Retry: [{ ErrorEquals: ['Sandbox.Timedout'], MaxAttempts: 1 }] }),
      Crowd: {
        Type: 'Map',
        Items: '{% $states.input.crowd %}',
        ItemSelector: { ms: 450 },
        ItemProcessor: { StartAt: 'Thread', States: { Thread: invoke('Thread', { End: true, TimeoutSeconds: 1 }) } },
        End: true,
      },
    },
  };
  const clientEnvironment = { PATH: '/bin', HOME: '/home/ada', SECRET_OF_THE_USER: 'x' };
  fixture = await startFixture({ functions, definition }, { clientEnvironment });
});
afterAll(async () => {
  await fixture.stop();
  directory.remove();
});

const call = (name: string, payload: unknown = {}): Promise<unknown> => fixture.stack.invoke(name, payload);
const failure = (errorType: string) => ({ failure: expect.objectContaining({ errorType }) });

describe('an environment', () => {
  test('stays warm between invocations', async () => {
    expect([await call('Count'), await call('Count')]).toEqual([1, 2]);
  });

  test('serves one invocation at a time, and a function has no more environments than there is room for', async () => {
    const threads = await Promise.all(Array.from({ length: 3 * mostEnvironments }, () => call('Thread', { ms: 20 })));
    expect(new Set(threads).size).toBe(mostEnvironments);
  });

  test('that runs over the timeout is killed, and the next one is fresh', async () => {
    expect(await call('Slow', { seconds: 0 })).toBe(1);
    await expect(call('Slow', { seconds: 1.4 })).rejects.toMatchObject(failure('Sandbox.Timedout'));
    await delay(800);
    expect(existsSync(trace)).toBe(false);
    expect(await call('Slow', { seconds: 0 })).toBe(1);
  });

  test('that computes for ever is killed too', async () => {
    await expect(call('Spin')).rejects.toMatchObject(failure('Sandbox.Timedout'));
  });

  test('that exits or runs out of memory is reported as Runtime.ExitError', async () => {
    await expect(call('Exit')).rejects.toMatchObject(failure('Runtime.ExitError'));
    await expect(call('Memory')).rejects.toMatchObject(failure('Runtime.ExitError'));
  });

  test('sees its own configuration and the local endpoints, and nothing of the user', async () => {
    expect(await call('Context')).toMatchObject({
      name: 'Context',
      key: 'Context',
      region: 'us-east-1',
      home: null,
      secret: null,
      s3: fixture.stack.clientConfig.endpoints.s3,
    });
  });
});

describe('an invocation is refused', () => {
  const mostBytes = 6 * 1024 * 1024;

  test('when the response is larger than 6 MB', async () => {
    await expect(call('Sized', { bytes: mostBytes - 2 })).resolves.toHaveLength(mostBytes - 2);
    const refused = failure('Function.ResponseSizeTooLarge');
    await expect(call('Sized', { bytes: mostBytes - 1 })).rejects.toMatchObject(refused);
  });

  test('when the request is larger than 6 MB', async () => {
    const refused = failure('Lambda.RequestEntityTooLargeException');
    await expect(call('Count', 'x'.repeat(mostBytes - 1))).rejects.toMatchObject(refused);
  });

  test('when there is no such function', async () => {
    await expect(call('Nobody')).rejects.toMatchObject(failure('Lambda.ResourceNotFoundException'));
  });

  test('when the handler wants a callback, which Node 24 has no more', async () => {
    await expect(call('Callback')).rejects.toMatchObject(failure('Runtime.CallbackHandlerDeprecated'));
  });

  test('when the module cannot be loaded', async () => {
    await expect(call('Broken')).rejects.toMatchObject(failure('Runtime.ImportModuleError'));
  });

  test('when a promise is rejected that nobody waits for', async () => {
    await expect(call('Reject')).rejects.toMatchObject(failure('Runtime.UnhandledPromiseRejection'));
  });
});

describe('a Task', () => {
  test('hears Sandbox.Timedout, and its retry by that name gets a fresh environment', async () => {
    const ended = await fixture.run({ seconds: 1.5 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(ended.cause).toMatch(/Task timed out after 1.00 seconds/);
    expect(ended.eventCount).toBe(2 + 2 + 1 + 3 + 3);
  });

  test('may wait in the queue for an environment for longer than its own timeout', async () => {
    const ended = await fixture.run({ crowd: Array.from({ length: 12 }, (_, n) => n) });
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  });
});
