import { SourceUid, TargetUid } from '../../contract/ids.ts';
import type { Endpoint, Login, MailReader, MailServers, SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import { logIn } from './login.ts';
import { ImapReader } from './reader.ts';
import { ImapTarget } from './target.ts';

export class ImapServers implements MailServers {
  async openSource(endpoint: Endpoint, login: Login): Promise<SourceMailbox> {
    return new ImapReader(await logIn(endpoint, login), 'EXAMINE', (uid) => SourceUid.parse(uid));
  }

  async openTarget(endpoint: Endpoint, login: Login): Promise<TargetMailbox> {
    return new ImapTarget(await logIn(endpoint, login), 'SELECT', (uid) => TargetUid.parse(uid));
  }

  async openTargetToRead(endpoint: Endpoint, login: Login): Promise<MailReader<TargetUid>> {
    return new ImapReader(await logIn(endpoint, login), 'EXAMINE', (uid) => TargetUid.parse(uid));
  }
}
