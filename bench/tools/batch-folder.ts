/** What an administrator gives the product: settings and a CSV. */
import type { Pair } from './tool.ts';

/** Everything that the corpora hold. */
const largestMessageBytes = 150_000_000;

export function batchSettings({ source, target, connections }: Pair): string {
  const endpoint = (port: number): object => ({
    host: '127.0.0.1',
    port,
    tls: 'none',
    auth: 'password',
    allowPlaintext: true,
    allowPrivateAddress: true,
    connections: { total: connections, perMailbox: connections },
  });
  const sides = { source: endpoint(source.port), target: endpoint(target.port) };
  return JSON.stringify({ ...sides, limits: { messageBytes: largestMessageBytes } });
}

export function batchCsv({ source, target }: Pair): string {
  const row = ['bench@contoso.example', source.user, source.password, target.user, target.password].join(',');
  return `EmailAddress,UserName,Password,TargetUserName,TargetPassword\r\n${row}\r\n`;
}
