import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tool } from './tool.ts';

export const imapcopy: Tool = {
  name: 'imapcopy',
  about: 'imapcopy (Debian); has no second run, it would copy everything again',
  latencyBound: true,
  incremental: false,
  addedHeader: null,
  program(home, { source, target }) {
    const lines = [
      'SourceServer 127.0.0.1',
      `SourcePort ${source.port}`,
      'DestServer 127.0.0.1',
      `DestPort ${target.port}`,
      'DenyFlags "\\Recent"',
      'converttimezone "UTC" "+0000"',
      `Copy "${source.user}" "${source.password}" "${target.user}" "${target.password}"`,
      '',
    ];
    writeFileSync(join(home, 'ImapCopy.cfg'), lines.join('\n'));
    return { command: 'imapcopy', args: [], cwd: home };
  },
};
