/** Real steps over the real adapter, stores in memory: one mailbox from one server to another, without a stack. */
import { ImapServers } from '../../shared/adapters/imap/index.ts';
import { surroundingsOf, type Surroundings } from './world.ts';

export interface Access {
  host: string;
  port: number;
  user: string;
  password: string;
}

export function imapSurroundings(at: { source: Access; target: Access }): Promise<Surroundings> {
  const endpoint = ({ host, port }: Access) =>
    ({ host, port, tls: 'none', auth: 'password', allowPlaintext: true, allowPrivateAddress: true }) as const;
  const login = ({ user, password }: Access) => ({ user, password });
  return surroundingsOf(new ImapServers(), {
    settings: { source: endpoint(at.source), target: endpoint(at.target) },
    logins: { source: login(at.source), target: login(at.target) },
  });
}
