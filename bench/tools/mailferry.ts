/** The product as a user runs it: `mailferry run DIR --state DIR --json`, a process of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pair, Tool } from './tool.ts';

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
    writeFileSync(join(batch, 'migration.json'), JSON.stringify(settings(pair)));
    const { source, target } = pair;
    const row = ['bench@contoso.example', source.user, source.password, target.user, target.password].join(',');
    writeFileSync(
      join(batch, 'wave1.csv'),
      `EmailAddress,UserName,Password,TargetUserName,TargetPassword\r\n${row}\r\n`,
    );
    const args = [program, 'run', batch, '--state', join(home, 'state'), '--json'];
    return { command: process.execPath, args, cwd: home };
  },
};

function settings({ source, target, connections }: Pair): object {
  const endpoint = (port: number): object => ({
    host: '127.0.0.1',
    port,
    tls: 'none',
    auth: 'password',
    allowPlaintext: true,
    allowPrivateAddress: true,
    connections: { total: connections, perMailbox: connections },
  });
  return { source: endpoint(source.port), target: endpoint(target.port) };
}
