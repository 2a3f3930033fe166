/** Peak memory of one worker that copies a mailbox with a 150 MB message. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { corpusName, type CorpusSpec } from '../corpus/corpora.ts';
import { difference, snapshot } from '../imap/snapshot.ts';
import type { MemoryRow } from '../report/rows.ts';
import { password } from '../servers.ts';
import { batchCsv, batchSettings } from '../tools/batch-folder.ts';
import type { Bench } from './copy.ts';
import { measure } from './measure.ts';
import { dropTemporary, makeTemporary } from './temporary.ts';

const entry = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
const messages: CorpusSpec = { kind: 'X', count: 2 };
const user = 'worker-memory';

export async function workerMemory(bench: Bench): Promise<MemoryRow> {
  const home = makeTemporary('worker');
  try {
    const original = await bench.source(messages);
    const { source, targets } = bench.servers;
    const target = { port: targets.everything.port, user, password };
    const pair = { source: { port: source.port, user: corpusName(messages), password }, target, connections: 1 };
    const input = JSON.stringify({ settings: batchSettings(pair), csv: batchCsv(pair) });
    const script = await bundle(home);
    const { exitCode, lastWords, ...measured } = await measure({
      command: process.execPath,
      args: [script, input],
      cwd: home,
      env: lambdaEnvironment,
    });
    const wrong = exitCode === 0 ? difference(original, await snapshot(target)) : `exit code ${exitCode}: ${lastWords}`;
    const messageBytes = Math.round(original.bytes / original.messages);
    return { messageBytes, messages: original.messages, ...measured, wrong };
  } finally {
    dropTemporary(home);
    bench.servers.forget(user);
  }
}

/** As the Lambda's code is bundled: without a loader for TypeScript, whose memory is not the worker's. */
async function bundle(home: string): Promise<string> {
  const outfile = join(home, 'worker.cjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return outfile;
}

/** The clients are made from it and never called: what they would keep is kept in memory. */
const lambdaEnvironment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  TABLE_NAME: 'bench',
  INTAKE_BUCKET: 'bench-intake',
  DATA_BUCKET: 'bench-data',
};
