/** The product as a user runs it: `mailferry run DIR --state DIR --json`, a process of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchCsv, batchSettings } from './batch-folder.ts';
import type { Tool } from './tool.ts';

const program = fileURLToPath(new URL('../../bin/mailferry.mjs', import.meta.url));

export const mailferry: Tool = {
  name: 'mailferry',
  about: 'this project, `mailferry run DIR` on the embedded stack',
  latencyBound: false,
  incremental: true,
  addedHeader: null,
  program(home, pair) {
    const batch = join(home, 'bench');
    mkdirSync(batch, { recursive: true });
    writeFileSync(join(batch, 'migration.json'), batchSettings(pair));
    writeFileSync(join(batch, 'wave1.csv'), batchCsv(pair));
    const args = [program, 'run', batch, '--state', join(home, 'state'), '--json'];
    return { command: process.execPath, args, cwd: home };
  },
};
