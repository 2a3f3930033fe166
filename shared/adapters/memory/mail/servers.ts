import { SourceUid, TargetUid } from '../../../contract/ids.ts';
import { MigrationError } from '../../../errors.ts';
import type { Endpoint, Login, MailReader, MailServers, SourceMailbox, TargetMailbox } from '../../../ports/mail.ts';
import { MemoryReader } from './reader.ts';
import { MemoryTarget } from './target.ts';
import { MailAccount, type MailAccountOptions } from './store.ts';

/** Two in-memory IMAP servers: hosts are ignored, users are looked up by side. */
export class MemoryMailServers implements MailServers {
  readonly sources = new Map<string, { password: string; account: MailAccount }>();
  readonly targets = new Map<string, { password: string; account: MailAccount }>();
  /** Passwords that were tried, by user: tests count login attempts. */
  readonly attempts: string[] = [];

  addSource(user: string, password = 'secret', options: MailAccountOptions = {}): MailAccount {
    const account = new MailAccount(options);
    this.sources.set(user, { password, account });
    return account;
  }

  addTarget(user: string, password = 'secret', options: MailAccountOptions = {}): MailAccount {
    const account = new MailAccount(options);
    this.targets.set(user, { password, account });
    return account;
  }

  async openSource(_endpoint: Endpoint, login: Login): Promise<SourceMailbox> {
    return new MemoryReader(this.admit(this.sources, login), 'EXAMINE', (uid) => SourceUid.parse(uid));
  }

  async openTarget(_endpoint: Endpoint, login: Login): Promise<TargetMailbox> {
    return new MemoryTarget(this.admit(this.targets, login));
  }

  async openTargetToRead(_endpoint: Endpoint, login: Login): Promise<MailReader<TargetUid>> {
    return new MemoryReader(this.admit(this.targets, login), 'EXAMINE', (uid) => TargetUid.parse(uid));
  }

  private admit(side: Map<string, { password: string; account: MailAccount }>, login: Login): MailAccount {
    this.attempts.push(login.user);
    const entry = side.get(login.user);
    if (!entry || entry.password !== login.password)
      throw new MigrationError('LOGIN_REFUSED', 'The server refused the login.');
    const { account } = entry;
    if (account.pauseSeconds > 0) {
      const error = new MigrationError('THROTTLED', 'The server asked for a pause.', {
        retryAfterSeconds: account.pauseSeconds,
      });
      account.pauseSeconds = 0;
      throw error;
    }
    return account;
  }
}
