import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from '../imap/client.ts';
import type { Tool } from './tool.ts';

export const mbsync: Tool = {
  name: 'mbsync',
  about: 'mbsync (Debian `isync`), Sync Pull, CopyArrivalDate; adds an X-TUID header to every copy',
  latencyBound: false,
  incremental: true,
  addedHeader: 'X-TUID',
  program(home, { source, target }) {
    const file = join(home, 'mbsyncrc');
    mkdirSync(join(home, 'state'), { recursive: true });
    const channel = [
      'Channel c',
      'Far :source:',
      'Near :target:',
      'Patterns *',
      'Sync Pull',
      'Create Near',
      'CopyArrivalDate yes',
      `SyncState ${join(home, 'state')}/`,
      '',
    ];
    writeFileSync(file, [store('source', source), store('target', target), channel.join('\n')].join('\n'));
    return { command: 'mbsync', args: ['-q', '-c', file, 'c'], cwd: home };
  },
};

function store(name: string, { port, user, password }: Access): string {
  return [
    `IMAPAccount ${name}`,
    'Host 127.0.0.1',
    `Port ${port}`,
    `User ${user}`,
    `Pass ${password}`,
    'SSLType None',
    'AuthMechs LOGIN',
    'Timeout 120',
    '',
    `IMAPStore ${name}`,
    `Account ${name}`,
    '',
  ].join('\n');
}
