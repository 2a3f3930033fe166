/** A cold start costs what V8 compiles, so that is kept, and done while other steps wait. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Json } from '../../local/json.ts';
import { warmCounts } from '../../local/states/warm-counts.ts';
import { fixtureHash } from './support/fixture-template.ts';
import { invoke, type RunningFixture, startFixture } from './support/fixture-stack.ts';
import { temporaryDirectory } from './support/real-template.ts';

const directory = temporaryDirectory();
const trace = join(directory.path, 'trace');
const commonJs = (body: string) => ({
  file: 'index.js',
  source: `'use strict'; const { threadId } = require('node:worker_threads'); ${body}`,
});

const stack = {
  definition: {
    QueryLanguage: 'JSONata',
    StartAt: 'First',
    States: { First: invoke('First', { Next: 'Second' }), Second: invoke('Second') },
  } satisfies Json,
  functions: {
    // Waits for what the other leaves when it is loaded, so that a slow machine makes it slower and not wrong.
    First: {
      timeoutSeconds: 30,
      environment: { TRACE: trace },
      ...commonJs(`const { existsSync } = require('node:fs');
        exports.handler = async () => {
          for (let i = 0; i < 500 && !existsSync(process.env.TRACE); i++) await new Promise((r) => setTimeout(r, 50));
          return existsSync(process.env.TRACE);
        };`),
    },
    Second: {
      environment: { TRACE: trace },
      ...commonJs(`require('node:fs').writeFileSync(process.env.TRACE, 'loaded');
        exports.handler = async (wasLoaded) => wasLoaded;`),
    },
    Hold: commonJs(
      'exports.handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return threadId; };',
    ),
    Throw: commonJs(`function fails() { throw new Error('no'); }\nexports.handler = async () => fails();`),
  },
};

let fixture: RunningFixture;
beforeAll(async () => (fixture = await startFixture(stack, { assemblyDirectory: directory.path })));
afterAll(async () => {
  await fixture.stop();
  directory.remove();
});

const cacheDirectory = join(directory.path, 'code-cache');

/** Files are written after the answer, so that nobody waits for them. */
async function keptOf(name: string, isDone: (file: string) => boolean = () => true): Promise<string[]> {
  for (;;) {
    const all = existsSync(cacheDirectory) ? readdirSync(cacheDirectory) : [];
    const kept = all.filter((file) => new RegExp(`^asset\\.${fixtureHash(name)}-[0-9a-f]+$`).test(file));
    if (kept.some(isDone)) return kept;
    await delay(10);
  }
}

test('a stack trace names the line of the source', async () => {
  const asset = join(directory.path, `asset.${fixtureHash('Throw')}`);
  // One segment for each generated line: column 0 is line 7 of `original.ts`, then line 8.
  writeFileSync(
    join(asset, 'index.js.map'),
    JSON.stringify({ version: 3, sources: ['original.ts'], names: [], mappings: 'AAMA;AACA' }),
  );
  const failure = fixture.stack.invoke('Throw', null);
  await expect(failure).rejects.toMatchObject({
    failure: {
      errorType: 'Error',
      trace: expect.arrayContaining([expect.stringMatching(/fails \(.*original\.ts:7:\d+\)/)]),
    },
  });
});

test('a function is loaded before its step comes, while the step before it works', async () => {
  expect(await fixture.run({})).toMatchObject({ status: 'SUCCEEDED', output: true });
});

test('functions of a Map within a Map are wanted in numbers, others once', () => {
  const task = (name: string): Json => ({ Type: 'Task', Arguments: { FunctionName: name } });
  const map = (states: Json): Json => ({ Type: 'Map', ItemProcessor: { States: states } });
  const inner = map({ Slice: task('slice') });
  const definition: Json = { States: { Plan: task('plan'), Each: map({ Settle: task('settle'), Chunks: inner }) } };
  expect([...warmCounts(definition)]).toEqual([
    ['plan', 1],
    ['settle', 1],
    ['slice', 4],
  ]);
});

test('what V8 has compiled of a bundle is kept once, and the next environment starts from it', async () => {
  const first = await fixture.stack.invoke('Hold', 0);
  expect(await keptOf('Hold')).toHaveLength(1);
  const [one, other] = await Promise.all([fixture.stack.invoke('Hold', 200), fixture.stack.invoke('Hold', 200)]);
  expect(new Set([one, other])).toHaveProperty('size', 2);
  expect([one, other]).toContain(first);
  expect(await keptOf('Hold')).toHaveLength(1);
});

test('compiled code that is damaged is passed over', async () => {
  await fixture.stack.invoke('Hold', 0);
  const [file = ''] = await keptOf('Hold');
  const kept = join(cacheDirectory, file);
  writeFileSync(kept, readFileSync(kept).fill(0));
  const threads = await Promise.all([0, 1, 2, 3].map(() => fixture.stack.invoke('Hold', 100)));
  expect(new Set(threads)).toHaveProperty('size', 4);
  const isWhole = (name: string): boolean => readFileSync(join(cacheDirectory, name)).some((octet) => octet !== 0);
  expect(await keptOf('Hold', isWhole)).toEqual([file]);
});
