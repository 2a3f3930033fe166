import { join } from 'node:path';
import type { Tool } from './tool.ts';

export const imapsync: Tool = {
  name: 'imapsync',
  about: 'imapsync, without TLS, with its cache, without its surveys before and after',
  latencyBound: true,
  incremental: true,
  addedHeader: null,
  program(home, { source, target }) {
    const side = (n: number, at: typeof source): string[] => [
      `--host${n}`,
      '127.0.0.1',
      `--port${n}`,
      String(at.port),
      `--user${n}`,
      at.user,
      `--password${n}`,
      at.password,
      `--nossl${n}`,
      `--notls${n}`,
    ];
    const quick = ['--noreleasecheck', '--nolog', '--nofoldersizes', '--nofoldersizesatend', '--no-modulesversion'];
    const cache = ['--nocheckmessageexists', '--noabletosearch', '--usecache', '--tmpdir', home];
    const args = [...side(1, source), ...side(2, target), ...quick, ...cache, '--pidfile', join(home, 'pid')];
    return { command: 'imapsync', args, cwd: home };
  },
};
