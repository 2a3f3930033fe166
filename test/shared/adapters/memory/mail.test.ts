import { MemoryMailServers } from '../../../../shared/adapters/memory/mail/index.ts';
import { freshUser } from '../../../support/dovecot.ts';
import { mailSuite, type Mailbox } from '../../../suites/mail-suite.ts';

mailSuite('memory mail servers', async () => {
  const servers = new MemoryMailServers();
  const mailbox = async (): Promise<Mailbox> => {
    const login = { user: freshUser(), password: 'secret' };
    const account = servers.addSource(login.user, login.password);
    servers.targets.set(login.user, { password: login.password, account });
    return {
      login,
      create: async (path) => void account.addFolder(path),
      plant: async (path, message) => void account.store(path, message),
      remove: async (path, uid) => account.remove(path, uid),
      see: async (path) => account.folder(path).messages,
    };
  };
  const endpoint = { host: 'memory', port: 993, tls: 'implicit', auth: 'password' } as const;
  return { servers, endpoint, mailbox, close: async () => {} };
});
