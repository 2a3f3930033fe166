import { fileURLToPath } from 'node:url';
import type { Tool } from './tool.ts';

const loop = fileURLToPath(new URL('./naive-loop.mjs', import.meta.url));

export const naive: Tool = {
  name: 'naive',
  about: 'a plain imapflow loop (`bench/tools/naive-loop.mjs`): FETCH one, APPEND one',
  latencyBound: true,
  incremental: true,
  addedHeader: null,
  program: (home, { source, target }) => ({
    command: process.execPath,
    args: [loop, String(source.port), source.user, String(target.port), target.user, source.password],
    cwd: home,
  }),
};
