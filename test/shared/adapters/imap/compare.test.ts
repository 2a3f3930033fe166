import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDovecot, type MailServer } from '../../../../demo/dovecot.ts';
import { compareMailboxes } from '../../../support/compare.ts';
import { describeWithDovecot, freshUser } from '../../../support/dovecot.ts';
import { RawImap, type RawAccess } from '../../../support/raw-imap.ts';

const date = '01-Mar-2026 10:00:00 +0000';
const text = (subject: string): Buffer => Buffer.from(`Subject: ${subject}\r\n\r\nbody\r\n`);

/** The judge is judged: each planted difference must be told, and nothing else. */
describeWithDovecot('compareMailboxes', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startDovecot({ anyUserPassword: 'secret' });
  });
  afterAll(() => server.stop());

  async function filled(change: (imap: RawImap) => Promise<void> = async () => {}): Promise<RawAccess> {
    const access: RawAccess = { host: server.host, port: server.port, user: freshUser(), password: 'secret' };
    const imap = await RawImap.login(access);
    await imap.create('Αρχείο');
    for (const path of ['INBOX', 'Αρχείο']) {
      for (const subject of ['a', 'b', 'b']) {
        await imap.append(path, { octets: text(subject), flags: ['\\Seen'], internalDate: date });
      }
    }
    await change(imap);
    imap.close();
    return access;
  }

  const kinds = async (change: (imap: RawImap) => Promise<void>): Promise<string[]> =>
    (await compareMailboxes(await filled(), await filled(change))).map(({ folder, what }) => `${folder}: ${what}`);

  test('equal mailboxes have no difference, also with another zone and order', async () => {
    const other = await filled(async (imap) => {
      await imap.expunge('INBOX', 1);
      await imap.append('INBOX', { octets: text('a'), flags: ['\\Seen'], internalDate: '01-Mar-2026 13:00:00 +0300' });
    });
    expect(await compareMailboxes(await filled(), other)).toEqual([]);
  });

  test.each<[string, (imap: RawImap) => Promise<void>, string[]]>([
    ['a lost twin', (imap) => imap.expunge('Αρχείο', 3), ['Αρχείο: count', 'Αρχείο: message missing']],
    [
      'a doubled message',
      (imap) => imap.append('INBOX', { octets: text('a'), flags: ['\\Seen'], internalDate: date }),
      ['INBOX: count', 'INBOX: message extra'],
    ],
    [
      'a flag',
      (imap) => imap.store('INBOX', 2, '+FLAGS (\\Flagged)'),
      ['INBOX: message missing', 'INBOX: message extra'],
    ],
    ['a folder', async (imap) => void (await imap.command('DELETE "&A5EDwQPHA7UDrwO,-"')), ['Αρχείο: folder missing']],
  ])('told: %s', async (_title, change, expected) => {
    expect(await kinds(change)).toEqual(expected);
  });

  test.each<[string, { octets: Buffer; internalDate: string }]>([
    ['one octet', { octets: text('A'), internalDate: date }],
    ['one second', { octets: text('a'), internalDate: '01-Mar-2026 10:00:01 +0000' }],
  ])('told: %s', async (_title, message) => {
    const changed = kinds(async (imap) => {
      await imap.expunge('INBOX', 1);
      await imap.append('INBOX', { ...message, flags: ['\\Seen'] });
    });
    expect(await changed).toEqual(['INBOX: message missing', 'INBOX: message extra']);
  });

  test('folders can be mapped and flags ignored', async () => {
    const moved = await filled(async (imap) => {
      await imap.command('RENAME "&A5EDwQPHA7UDrwO,-" "Archive"');
      await imap.store('INBOX', 1, '+FLAGS ($Label1)');
    });
    const mapFolder = (path: string): string => (path === 'Αρχείο' ? 'Archive' : path);
    expect(await compareMailboxes(await filled(), moved, { mapFolder, ignoreFlags: ['$label1'] })).toEqual([]);
  });
});
