/** What is on disk is enough to go on with, and one process at a time works on it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  type Assembly,
  type EmbeddedStack,
  type EmbeddedStackOptions,
  startEmbeddedStack,
} from '../../local/embedded-stack.ts';
import { StateDirInUseError } from '../../local/state-dir.ts';
import { fixtureAssembly } from './support/fixture-assembly.ts';
import { clientsOf } from './support/fixture-stack.ts';
import { migrationFixture } from './support/migration-fixture.ts';
import { type TemporaryDirectory, temporaryDirectory } from './support/real-template.ts';

let directory: TemporaryDirectory;
let assembly: Assembly;
let stateDir: string;
let notes: string;
const running: EmbeddedStack[] = [];

beforeEach(async () => {
  directory = temporaryDirectory();
  stateDir = join(directory.path, 'state');
  notes = join(directory.path, 'notes');
  assembly = await fixtureAssembly(join(directory.path, 'assembly'), migrationFixture(notes));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((stack) => stack.close()));
  directory.remove();
});

async function start(options: Partial<EmbeddedStackOptions> = {}): Promise<EmbeddedStack> {
  const stack = await startEmbeddedStack({ stateDir, assembly, ...options });
  running.push(stack);
  return stack;
}

async function upload(stack: EmbeddedStack, text: string): Promise<void> {
  const { s3, ...others } = clientsOf(stack);
  await s3.send(new PutObjectCommand({ Bucket: 'intake', Key: 'contoso/wave1.csv', Body: text }));
  for (const client of [s3, ...Object.values(others)]) client.destroy();
}

const csv = ['mailbox,chunks', 'ada,3', 'bad,2', 'cyd,1'].join('\n');
const noted = (): string[] => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []);

describe('the lock', () => {
  test('of a live process is respected, and the error says whose it is', async () => {
    await start();
    const refused = startEmbeddedStack({ stateDir, assembly });
    await expect(refused).rejects.toBeInstanceOf(StateDirInUseError);
    await expect(refused).rejects.toThrow(`is in use by process ${process.pid}`);
  });

  test('of another live process too', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    await (await start()).close();
    writeFileSync(join(stateDir, 'lock'), String(other.pid));
    await expect(start()).rejects.toThrow(`is in use by process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await expect(start()).resolves.toBeDefined();
  });

  test.each(['', 'nonsense', '999999999'])("that says '%s' is taken over", async (content) => {
    await (await start()).close();
    writeFileSync(join(stateDir, 'lock'), content);
    await expect(start()).resolves.toBeDefined();
    expect(readFileSync(join(stateDir, 'lock'), 'utf8')).toBe(String(process.pid));
  });

  test('is given back by close, and when the start fails', async () => {
    await (await start()).close();
    expect(existsSync(join(stateDir, 'lock'))).toBe(false);
    writeFileSync(join(stateDir, 'outbox.jsonl'), '{"what":1}\n');
    await expect(start()).rejects.toThrow();
    expect(existsSync(join(stateDir, 'lock'))).toBe(false);
  });
});

describe('after a restart', () => {
  test('an execution goes on, and no slice that had ended runs again', async () => {
    const first = await start();
    await upload(first, csv);
    while (!noted().some((line) => line.startsWith('sync') && line.endsWith('end')))
      await new Promise((resolve) => setTimeout(resolve, 1));
    await first.close();
    const before = noted().filter((line) => line.endsWith('end'));
    const second = await start();
    await second.idle();
    expect(second.executions()).toMatchObject([{ status: 'SUCCEEDED', output: { failed: 0 } }]);
    const after = noted().filter((line) => line.endsWith('end'));
    const repeated = before.filter((line) => after.filter((other) => other === line).length > 1);
    // Ended in the function, but perhaps not yet in the journal: what was in flight.
    expect(repeated.length).toBeLessThanOrEqual(4);
    expect(after.filter((line) => line.startsWith('sync ada'))).toHaveLength(
      6 + repeated.filter((line) => line.startsWith('sync ada')).length,
    );
  });

  test('an upload whose event was not handed on is announced', async () => {
    const first = await start();
    await upload(first, csv);
    await first.idle();
    await first.close();
    const index = join(stateDir, 's3', 'intake', 'index.jsonl');
    const rows = readFileSync(index, 'utf8').trim().split('\n');
    expect(rows.map((row) => Object.keys(JSON.parse(row))[0])).toEqual(['put', 'announced']);
    writeFileSync(index, `${rows[0]}\n`);
    const second = await start();
    await second.idle();
    expect(noted().filter((line) => line.startsWith('start'))).toHaveLength(2);
    expect(second.executions()).toHaveLength(1);
  });

  test('an event in the outbox is delivered, and a torn last row of any log is dropped', async () => {
    const first = await start();
    await first.close();
    const delivery = { id: '1', functionName: 'Settle', payload: { mailbox: 'late' }, source: 'async' };
    appendFileSync(join(stateDir, 'outbox.jsonl'), `${JSON.stringify({ add: delivery })}\n{"add":{"id":"2","func`);
    appendFileSync(join(stateDir, 'executions', 'register.jsonl'), '{"arn":"arn:aws:st');
    const second = await start();
    await second.idle();
    expect(noted()).toEqual(['settle late']);
    await second.close();
    expect(readFileSync(join(stateDir, 'outbox.jsonl'), 'utf8')).not.toContain('"id":"2"');
  });

  test('objects are still there', async () => {
    const first = await start();
    await upload(first, csv);
    await first.close();
    const second = await start();
    const { s3 } = clientsOf(second);
    const object = await s3.send(new GetObjectCommand({ Bucket: 'intake', Key: 'contoso/wave1.csv' }));
    expect(await object.Body?.transformToString()).toBe(csv);
    s3.destroy();
  });
});

describe('an asynchronous event that its function refuses', () => {
  test('is tried three times and kept as a dead letter', async () => {
    const events: string[] = [];
    const stack = await start({ asyncRetryBaseMs: 1, onEvent: ({ type }) => events.push(type) });
    stack.invokeAsync('Sync', { mailbox: 'bad', chunk: 1, loop: 0 });
    await stack.idle();
    expect(noted()).toHaveLength(3);
    expect(events.filter((type) => type === 'DeadLetter')).toHaveLength(1);
    const letter = JSON.parse(readFileSync(join(stateDir, 'dead-letters.jsonl'), 'utf8'));
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      responsePayload: { errorType: 'LOGIN_REFUSED' },
    });
  });
});
