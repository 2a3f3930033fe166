import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MailServer } from '../../../../demo/dovecot.ts';
import { startHoodiecrow } from '../../../../demo/hoodiecrow.ts';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import type { Endpoint } from '../../../../shared/ports/mail.ts';
import { compareMailboxes } from '../../../support/compare.ts';
import { fetched, mail, outgoing, uidsOf } from '../../../suites/mail/world.ts';

const ada = { user: 'ada@example.org', password: 'one' };
const bob = { user: 'bob@example.org', password: 'two' };

describe('hoodiecrow, the fallback of the demo', () => {
  let server: MailServer;
  let endpoint: Endpoint;
  beforeAll(async () => {
    server = await startHoodiecrow({ users: [ada, bob] });
    const { host, port } = server;
    endpoint = { host, port, tls: 'none', auth: 'password', allowPlaintext: true, allowPrivateAddress: true };
  });
  afterAll(() => server.stop());

  test('each user has a mailbox of its own; what is appended is read again', async () => {
    const target = await new ImapServers().openTarget(endpoint, ada);
    await target.createFolder('Αρχείο/2026');
    for (const path of ['INBOX', 'Αρχείο/2026']) {
      await target.openFolder(path);
      const { answer } = await target.append(outgoing(mail('a'), ['\\Seen']));
      expect(await answer).toMatchObject({ kind: 'stored' });
    }
    const source = await new ImapServers().openSource(endpoint, ada);
    expect((await source.listFolders()).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['INBOX', 'Sent', 'Αρχείο/2026']),
    );
    await source.openFolder('Αρχείο/2026');
    expect((await fetched(source, await uidsOf(source))).map(({ octets }) => octets)).toEqual([mail('a')]);
    const other = await new ImapServers().openSource(endpoint, bob);
    expect(await other.openFolder('INBOX')).toMatchObject({ messageCount: 0 });
    for (const session of [target, source, other]) await session.close();
  });

  test('the independent client reads it too', async () => {
    const { host, port } = server;
    const differences = await compareMailboxes({ host, port, ...ada }, { host, port, ...bob });
    expect(differences.map(({ folder, what }) => `${folder}: ${what}`).sort()).toEqual([
      'INBOX: count',
      'INBOX: message missing',
      'Αρχείο/2026: folder missing',
      'Αρχείο: folder missing',
    ]);
  });

  test('a wrong password is LOGIN_REFUSED', async () => {
    const wrong = { ...ada, password: 'two' };
    await expect(new ImapServers().openSource(endpoint, wrong)).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
  });
});
