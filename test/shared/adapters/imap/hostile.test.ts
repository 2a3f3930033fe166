import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SourceUid } from '../../../../shared/contract/ids.ts';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import { scriptedImap, type Script, type ScriptedServer } from '../../../support/scripted-imap.ts';
import { all, everythingIn, mail, outgoing } from '../../../suites/mail/world.ts';

const login = { user: 'a@example.org', password: 'pass-Word-3' };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function server(script: Script, greeting?: string): Promise<ScriptedServer> {
  const scripted = await scriptedImap(script, greeting);
  running.push(scripted);
  return scripted;
}

async function target(script: Script) {
  const { endpoint } = await server(script);
  const session = await new ImapServers().openTarget(endpoint, login);
  running.push({ stop: () => session.close() });
  await session.openFolder('INBOX');
  return session;
}

async function source(script: Script) {
  const { endpoint } = await server(script);
  const session = await new ImapServers().openSource(endpoint, login);
  running.push({ stop: () => session.close() });
  await session.openFolder('INBOX');
  return session;
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.then(String, (error: unknown) => error);
const to =
  (pattern: RegExp, answer: string): Script =>
  (command) =>
    pattern.test(command) ? answer : null;

describe('login answers', () => {
  test.each([
    ['TAG NO [AUTHENTICATIONFAILED] bad pass-Word-3\r\n', 'LOGIN_REFUSED'],
    ['TAG NO [UNAVAILABLE] backend down\r\n', 'THROTTLED'],
    ['TAG NO [LIMIT] too much\r\n', 'THROTTLED'],
    ['TAG NO Maximum number of connections from user+IP exceeded\r\n', 'THROTTLED'],
    ['TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n', 'THROTTLED'],
  ])('%j', async (answer, code) => {
    const { endpoint } = await server(to(/^LOGIN/, answer));
    const error = await failure(new ImapServers().openSource(endpoint, login));
    expect(error).toMatchObject({ code });
    expect(everythingIn(error)).not.toContain('pass-Word-3');
  });

  test.each([
    ['plain words', 'IMAP4rev1 AUTH=PLAIN', 'pass-Word-3', 'LOGIN "a@example.org" "pass-Word-3"'],
    ['a password that quoting changes', 'IMAP4rev1 AUTH=PLAIN', 'pass"Word', 'AUTHENTICATE PLAIN'],
    ['a password that is not ASCII', 'IMAP4rev1 AUTH=PLAIN', 'pässWord', 'AUTHENTICATE PLAIN'],
    ['a server that forbids LOGIN', 'IMAP4rev1 AUTH=PLAIN LOGINDISABLED', 'pass-Word-3', 'AUTHENTICATE PLAIN'],
  ])('%s', async (_case, capabilities, password, command) => {
    const script: Script = (line) => (line === 'AUTHENTICATE PLAIN' ? '+ \r\n' : null);
    const { endpoint, commands } = await server(script, `* OK [CAPABILITY ${capabilities}] ready\r\n`);
    void failure(new ImapServers().openSource(endpoint, { ...login, password }));
    while (!commands.some((line) => /^(?:LOGIN|AUTHENTICATE)/.test(line))) await delay(5);
    expect(commands.find((line) => /^(?:LOGIN|AUTHENTICATE)/.test(line))).toBe(command);
  });

  test('a named pause is kept, and not slept inside the call', async () => {
    const { endpoint } = await server(
      to(/^LOGIN/, 'TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n'),
    );
    expect(await failure(new ImapServers().openSource(endpoint, login))).toMatchObject({ retryAfterSeconds: 93 });
  }, 3_000);

  test('what is written is sent at once, not held back for an acknowledgement', async () => {
    const noDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    await target(() => null);
    expect(noDelay.mock.calls).toEqual([[true]]);
    noDelay.mockRestore();
  });

  test('a server that skips the login is refused', async () => {
    const { endpoint } = await server(() => null, '* PREAUTH welcome\r\n');
    expect(await failure(new ImapServers().openSource(endpoint, login))).toMatchObject({ code: 'LOGIN_REFUSED' });
  });

  test('no plaintext unless it is allowed, and no password before STARTTLS', async () => {
    const { endpoint, commands } = await server(() => null);
    const refused = { ...endpoint, allowPlaintext: false };
    expect(await failure(new ImapServers().openSource(refused, login))).toMatchObject({ code: 'TLS_UNAVAILABLE' });
    const starttls = { ...endpoint, tls: 'starttls' } as const;
    expect(await failure(new ImapServers().openSource(starttls, login))).toMatchObject({ code: 'TLS_UNAVAILABLE' });
    expect(commands.filter((c) => /LOGIN|AUTH/.test(c))).toEqual([]);
  });
});

describe('append answers', () => {
  test.each([
    ['TAG NO [OVERQUOTA] full\r\n', { kind: 'refused', code: 'TARGET_FULL' }],
    ['TAG NO [TOOBIG] no\r\n', { kind: 'refused', code: 'MESSAGE_TOO_LARGE' }],
    ['TAG NO [TRYCREATE] no\r\n', { kind: 'refused', code: 'FOLDER_REFUSED' }],
    ['TAG NO [UNAVAILABLE] retry in 30 seconds\r\n', { kind: 'refused', code: 'THROTTLED', retryAfterSeconds: 30 }],
    ['TAG BAD no such thing\r\n', { kind: 'refused', code: 'MESSAGE_REFUSED' }],
    ['TAG OK done\r\n', { kind: 'stored', targetUid: null, uidValidity: null }],
    ['TAG OK [APPENDUID 7 99999999999] done\r\n', { kind: 'stored', targetUid: null, uidValidity: null }],
    ['* 1 EXISTS\r\nTAG OK [APPENDUID 7 12] done\r\n', { kind: 'stored', targetUid: 12, uidValidity: 7 }],
    ['* BYE shutting down\r\n', { kind: 'lost' }],
  ])('%j', async (text, expected) => {
    const session = await target(to(/^APPEND/, text));
    const { answer } = await session.append(outgoing(mail('a'), []));
    expect(await answer).toEqual(expected);
  });

  test('a dead connection loses every answer that was owed; the next call is CONNECTION_LOST', async () => {
    const session = await target((command, socket) => {
      if (!command.startsWith('APPEND')) return null;
      setTimeout(() => socket.destroy(), 20);
      return '';
    });
    const sent = [await session.append(outgoing(mail('a'), [])), await session.append(outgoing(mail('b'), []))];
    expect(await Promise.all(sent.map(({ answer }) => answer))).toEqual([{ kind: 'lost' }, { kind: 'lost' }]);
    expect(await failure(session.openFolder('INBOX'))).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('closing loses the answers that are still owed', async () => {
    const session = await target(to(/^APPEND/, ''));
    const { answer } = await session.append(outgoing(mail('a'), []));
    await session.close();
    expect(await answer).toEqual({ kind: 'lost' });
  });

  test('a farewell that asks for a pause makes the next call THROTTLED', async () => {
    const session = await target(to(/^APPEND/, '* BYE Too many requests, retry in 2 minutes\r\n'));
    await (
      await session.append(outgoing(mail('a'), []))
    ).answer;
    expect(await failure(session.openFolder('INBOX'))).toMatchObject({ code: 'THROTTLED', retryAfterSeconds: 120 });
  });

  test('a message that ends early kills the connection: half a literal is never stored', async () => {
    const session = await target(() => null);
    const short = { ...outgoing(mail('a'), []), octetCount: 10_000 };
    expect(await failure(session.append(short))).toMatchObject({ code: 'INTERNAL' });
    expect(await failure(session.openFolder('INBOX'))).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('a flag that is no atom is left out, a date that is none is never sent', async () => {
    const { endpoint, commands } = await server(() => null);
    const session = await new ImapServers().openTarget(endpoint, login);
    await session.openFolder('INBOX');
    const bad = ['\\Seen', 'a b', 'x)\r\nA DELETE INBOX', 'ok', 'Ä'];
    await (
      await session.append(outgoing(mail('a'), bad))
    ).answer;
    expect(commands.at(-1)).toMatch(/^APPEND "INBOX" \(\\Seen ok\) "17-Jul-1996/);
    const date = '"\r\nA DELETE INBOX';
    expect(await failure(session.append({ ...outgoing(mail('a'), []), internalDate: date }))).toMatchObject({
      code: 'INTERNAL',
    });
    await session.close();
  });
});

describe('reading answers', () => {
  const uids = [SourceUid.parse(5), SourceUid.parse(6)];

  test('UID behind the body, repeated, unasked and bodyless messages', async () => {
    const body = 'BODY[] {3}\r\nabc';
    const session = await source(
      to(
        /^UID FETCH/,
        `* 9 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (${body} FLAGS (\\seen \\Recent) INTERNALDATE " 7-Feb-2026 00:00:00 +0000" RFC822.SIZE 3 UID 5)\r\n` +
          `* 1 FETCH (UID 5 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" ${body})\r\n* 2 FETCH (UID 6 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" BODY[] NIL)\r\n` +
          `* 3 FETCH (UID 7 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" ${body})\r\nTAG OK done\r\n`,
      ),
    );
    const seen: unknown[] = [];
    for await (const { octets, ...meta } of session.fetchMessages(uids)) {
      seen.push({ ...meta, text: Buffer.concat(await all(octets)).toString() });
    }
    const internalDate = '07-Feb-2026 00:00:00 +0000';
    expect(seen).toEqual([{ uid: 5, flags: ['\\Seen'], internalDate, sizeBytes: 3, octetCount: 3, text: 'abc' }]);
  });

  test('repeated and descending UIDs in a listing', async () => {
    const row = (uid: number): string =>
      `* ${uid} FETCH (UID ${uid} FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" RFC822.SIZE 3)\r\n`;
    const session = await source(to(/^UID FETCH/, `${row(6)}${row(5)}${row(6)}* 1 EXISTS\r\nTAG OK done\r\n`));
    expect((await all(session.listMessages({ first: 1, last: '*' }))).map(({ uid }) => uid)).toEqual([5, 6]);
  });

  test('header fields: foreign, incomplete, repeated and quoted answers, and a list of fields spelled otherwise', async () => {
    const date = 'INTERNALDATE "07-Feb-2026 00:00:00 +0000"';
    const session = await source(
      to(
        /^UID FETCH/,
        `* 9 FETCH (UID 9 ${date} BODY[HEADER.FIELDS (TO)]<0> "To: x")\r\n* 1 FETCH (UID 6 BODY[HEADER.FIELDS (TO)]<0> "")\r\n` +
          `* 1 FETCH (BODY[HEADER.FIELDS ("DATE" "To")]<0> {7}\r\nTo: (\r\n ${date} UID 5)\r\n* 1 FETCH (UID 5 ${date} BODY[HEADER.FIELDS (TO)]<0> "")\r\n` +
          `* 2 FETCH (UID 6 ${date} BODY[HEADER.FIELDS (TO)]<0> NIL)\r\nTAG OK done\r\n`,
      ),
    );
    const told = await all(session.fetchHeaders([...uids, SourceUid.parse(6)]));
    expect(told.map(({ uid, octets }) => [uid, Buffer.from(octets).toString()])).toEqual([[5, 'To: (\r\n']]);
  });

  test('a connection that dies inside a message is CONNECTION_LOST', async () => {
    const session = await source((command, socket) => {
      if (!command.startsWith('UID FETCH')) return null;
      setTimeout(() => socket.destroy(), 20);
      return '* 1 FETCH (UID 5 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" BODY[] {300}\r\nabc';
    });
    const read = async (): Promise<void> => {
      for await (const { octets } of session.fetchMessages(uids)) await all(octets);
    };
    expect(await failure(read())).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('another command inside an open message is a programming error, not a hang', async () => {
    const session = await source(
      to(
        /^UID FETCH/,
        '* 1 FETCH (UID 5 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" BODY[] {3}\r\nabc)\r\nTAG OK done\r\n',
      ),
    );
    for await (const _message of session.fetchMessages(uids)) {
      expect(await failure(session.openFolder('INBOX'))).toMatchObject({ code: 'INTERNAL' });
    }
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 0 });
  });

  test.each([
    ['an endless line', `* LIST () "/" ${'x'.repeat(2 * 1024 * 1024)}`],
    ['an endless literal', '* LIST () "/" {999999999}\r\n'],
  ])('%s ends the connection', async (_title, answer) => {
    const session = await source(to(/^LIST "" "\*"/, answer));
    expect(await failure(session.listFolders())).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('a message of more than 512 MiB is not begun', async () => {
    const announced = `* 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Jan-2026 00:00:00 +0000" BODY[] {${512 * 1024 * 1024 + 1}}\r\n`;
    const session = await source(to(/^UID FETCH/, announced));
    const read = async (): Promise<void> => {
      for await (const message of session.fetchMessages([SourceUid.parse(1)])) expect(message).toBeUndefined();
    };
    expect(await failure(read())).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('more than 20,000 folders are refused', async () => {
    const listed = Array.from({ length: 20_001 }, (_, n) => `* LIST () "/" f${n}\r\n`).join('');
    const session = await source(to(/^LIST "" "\*"/, `${listed}TAG OK done\r\n`));
    expect(await failure(session.listFolders())).toMatchObject({ code: 'SERVER_REFUSED' });
  });

  test('names that are no modified UTF-7 are sent back as they were', async () => {
    const { endpoint, commands } = await server(to(/^L(?:IST|SUB)/, '* LIST () "/" "R&D"\r\nTAG OK done\r\n'));
    const session = await new ImapServers().openSource(endpoint, login);
    expect(await session.listFolders()).toMatchObject([{ path: 'R&D' }]);
    await session.openFolder('R&D');
    expect(commands.at(-1)).toBe('EXAMINE "R&D"');
    await session.close();
  });
});
