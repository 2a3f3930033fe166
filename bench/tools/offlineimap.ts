import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from '../imap/client.ts';
import type { Tool } from './tool.ts';

export const offlineimap: Tool = {
  name: 'offlineimap',
  about: 'offlineimap3 (Debian), IMAP to IMAP, 4 connections, no fsync of its own',
  latencyBound: true,
  incremental: true,
  addedHeader: null,
  program(home, { source, target }) {
    const file = join(home, 'offlineimaprc');
    const general = [
      '[general]',
      'accounts = A',
      `metadata = ${join(home, 'meta')}`,
      'ui = quiet',
      'fsync = False',
      '',
    ];
    const account = ['[Account A]', 'localrepository = L', 'remoterepository = R', ''];
    const lines = [
      ...general,
      ...account,
      ...repository('L', target),
      ...repository('R', source),
      'readonly = True',
      '',
    ];
    writeFileSync(file, lines.join('\n'));
    return { command: 'offlineimap', args: ['-o', '-c', file], cwd: home };
  },
};

function repository(name: string, { port, user, password }: Access): string[] {
  return [
    `[Repository ${name}]`,
    'type = IMAP',
    'remotehost = 127.0.0.1',
    `remoteport = ${port}`,
    `remoteuser = ${user}`,
    `remotepass = ${password}`,
    'ssl = no',
    'starttls = no',
    'maxconnections = 4',
  ];
}
