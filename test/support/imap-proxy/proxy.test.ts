/** The instrument itself: without a strike nothing is different, and each strike does what it says. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startDovecot, type MailServer } from '../../../demo/dovecot.ts';
import { ImapServers } from '../../../shared/adapters/imap/index.ts';
import { mailSuite } from '../../suites/mail-suite.ts';
import { all as collect, mail, outgoing } from '../../suites/mail/world.ts';
import { describeWithDovecot, freshUser, mailboxAt } from '../dovecot.ts';
import { RawImap } from '../raw-imap.ts';
import {
  all,
  Barrier,
  carryOut,
  isAppend,
  lyingAppendUid,
  once,
  startImapProxy,
  withHeader,
  without,
  type Behaviour,
  type ImapProxy,
} from './index.ts';

const password = 'secret';

describeWithDovecot('a proxy that strikes nowhere', () => {
  mailSuite('passes everything on', () => world());
  mailSuite('passes everything on, synchronizing literals', () => world({ tells: without('LITERAL+', 'MULTIAPPEND') }));
});

async function world(behaviour?: Behaviour) {
  const server = await startDovecot({ anyUserPassword: password });
  const proxy = await startImapProxy(server, behaviour);
  return {
    servers: new ImapServers(),
    endpoint: proxy.endpoint,
    mailbox: () => mailboxAt(server, password),
    close: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
}

describeWithDovecot('a strike', () => {
  let server: MailServer;
  let proxy: ImapProxy;
  const user = { name: '' };
  beforeAll(async () => {
    server = await startDovecot({ anyUserPassword: password });
  });
  afterEach(() => proxy.stop());
  afterAll(() => server.stop());

  async function open(behaviour: Behaviour) {
    proxy = await startImapProxy(server, behaviour);
    user.name = freshUser();
    const session = await new ImapServers().openTarget(proxy.endpoint, { user: user.name, password });
    await session.openFolder('INBOX');
    return session;
  }
  const access = () => ({ host: server.host, port: server.port, user: user.name, password });
  const stored = async (): Promise<string[]> => {
    const imap = await RawImap.login(access());
    const messages = await imap.fetchAll('INBOX');
    imap.close();
    return messages.map(({ octets }) => octets.toString('latin1'));
  };
  const append = async (behaviour: Behaviour, subjects: readonly string[] = ['a']) => {
    const session = await open(behaviour);
    const sent = [];
    for (const subject of subjects) sent.push(await session.append(outgoing(mail(subject), [])));
    const answers = await Promise.all(sent.map(({ answer }) => answer));
    await session.close();
    return answers;
  };
  const at = (when: string): Behaviour => once((point) => isAppend(point) && point.when === when);
  const text = mail('a').toString();

  describe.each([
    ['LITERAL+', undefined],
    ['synchronizing literals', without('LITERAL+', 'LITERAL-', 'MULTIAPPEND')],
  ])('%s', (_name, tells) => {
    test.each([
      ['before the command: nothing is stored', 'command', 0],
      ['in the middle of the literal: nothing is stored', 'literal', 0],
      ['before the answer: the message is stored', 'answer', 1],
      ['within the answer: the message is stored', 'within', 1],
    ])('%s, and the client cannot know', async (_title, when, messageCount) => {
      expect(await append({ ...at(when), ...(tells ? { tells } : {}) })).toEqual([{ kind: 'lost' }]);
      // The next connection waits until the server is done with the one that was cut.
      const again = await new ImapServers().openTarget(proxy.endpoint, { user: user.name, password });
      expect(await again.openFolder('INBOX')).toMatchObject({ messageCount });
      await again.close();
    });
  });

  test('the answer is another one though the message is stored', async () => {
    const hit = once((point) => isAppend(point) && point.when === 'answer', { say: ['M2 NO [CANNOT] not stored'] });
    expect(await append(hit)).toMatchObject([{ kind: 'refused', code: 'MESSAGE_REFUSED' }]);
    expect(await stored()).toEqual([text]);
  });

  test('a withheld APPEND is carried out when the test says so', async () => {
    const taken: Buffer[] = [];
    const hit = once((point) => isAppend(point) && point.when === 'command', 'withhold');
    const answers = await append({ ...hit, withheld: (command) => taken.push(command) }, ['a', 'b']);
    expect(answers.map(({ kind }) => kind)).toEqual(['lost', 'lost']);
    expect(await stored()).toEqual([]);
    for (const command of taken) await carryOut(access(), command);
    expect((await stored())[0]).toBe(text);
  });

  test('a connection that stands still goes on when the test says so', async () => {
    const barrier = new Barrier();
    const answers = append({ gate: barrier.gate((point) => isAppend(point) && point.when === 'command') });
    await barrier.whenReached();
    expect(await stored()).toEqual([]);
    barrier.release();
    expect(await answers).toMatchObject([{ kind: 'stored' }]);
  });

  test.each([
    [without('UIDPLUS'), { targetUid: null }],
    [lyingAppendUid((uid, uidValidity) => `${uidValidity} ${uid + 7}`), { targetUid: 8 }],
    [all(without('UIDPLUS'), without('MULTIAPPEND')), { targetUid: null }],
  ])('what the server tells is rewritten: %#', async (tells, expected) => {
    expect(await append({ tells })).toMatchObject([{ kind: 'stored', ...expected }]);
  });

  test.each([undefined, without('LITERAL+', 'LITERAL-', 'MULTIAPPEND')])(
    'what is stored has a header line more: %#',
    async (tells) => {
      await append({ stores: withHeader('X-Stored-By: another'), ...(tells ? { tells } : {}) }, ['a', 'b']);
      const rewritten = (subject: string): string => `X-Stored-By: another\r\n${mail(subject).toString()}`;
      expect(await stored()).toEqual([rewritten('a'), rewritten('b')]);
    },
  );

  test('a message breaks off in the middle', async () => {
    const session = await open({});
    await (
      await session.append(outgoing(mail('a'), []))
    ).answer;
    Object.assign(
      proxy.behaviour,
      once((point) => point.when === 'body'),
    );
    const source = await new ImapServers().openSource(proxy.endpoint, { user: user.name, password });
    await source.openFolder('INBOX');
    const read = async () => {
      for await (const { octets } of source.fetchGroups([])) await collect(octets);
      for await (const message of source.listMessages({ first: 1, last: '*' }))
        for await (const { octets } of source.fetchMessages([message.uid])) await collect(octets);
    };
    await expect(read()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await Promise.all([source.close(), session.close()]);
  });
});
