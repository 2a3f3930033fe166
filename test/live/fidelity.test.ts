/**
 * The fidelity table: what a client reads at the source before, and at the target after, Dovecot to Dovecot. What
 * Dovecot changes itself it has changed when the source is read (bare LF is told as CRLF, NUL as 0x80, INTERNALDATE in
 * the server's zone; a date before 1970 or in the future it does not keep). Octet by octet both ends are compared in
 * octet-exact.test.ts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { ItemLine } from '../../shared/contract/items.ts';
import { ledgerKeys } from '../../shared/contract/keys.ts';
import { compareMailboxes, instant } from '../support/compare.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { imapSurroundings, type Access } from '../support/imap-surroundings.ts';
import { RawImap, type RawMessage } from '../support/raw-imap.ts';
import { batch, key, mailboxId, runPass, type Surroundings } from '../support/world.ts';

const password = 'pass-Word-3';
let source: MailServer;
let target: MailServer;

interface Pair {
  source: Access;
  target: Access;
  surroundings: Surroundings;
  at: RawImap;
}

const open: RawImap[] = [];

async function freshPair(): Promise<Pair> {
  const access = ({ host, port }: MailServer): Access => ({ host, port, user: freshUser(), password });
  const [from, to] = [access(source), access(target)];
  const at = await RawImap.login(from);
  open.push(at);
  return { source: from, target: to, surroundings: await imapSurroundings({ source: from, target: to }), at };
}

let passes = 0;
async function copied({ surroundings }: Pair, pass: 'initial' | 'incremental' | 'retry' = 'initial') {
  const { verdict } = await runPass(surroundings, { passId: `pass-${++passes}`, pass });
  const record = await surroundings.ports.mailboxes.read(key.batch, key.mailboxId);
  return { verdict, record };
}

async function see(access: Access, folder = 'INBOX'): Promise<RawMessage[]> {
  const imap = await RawImap.login(access);
  open.push(imap);
  return (await imap.fetchAll(folder)).map((message) => ({
    ...message,
    flags: message.flags.filter((flag) => flag !== '\\Recent').sort(),
  }));
}

async function items({ surroundings }: Pair): Promise<ItemLine[]> {
  const lines: ItemLine[] = [];
  const itemsKey = ledgerKeys.items(batch, mailboxId);
  for await (const line of surroundings.ports.data.readLines(itemsKey, (v) => ItemLine.parse(v))) lines.push(line);
  return lines;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const id = (messageId: string): Buffer => latin1(`Message-ID: ${messageId}\r\nSubject: s\r\n\r\nbody\r\n`);

/** Each arrives in a folder of its own. */
const messages: [string, Buffer][] = [
  ['an 8-bit header', latin1('Subject: \xe9\xff\xfe\r\n\r\nx\r\n')],
  ['bad UTF-8', latin1('Subject: \xc3\x28 \xf0\x9f\r\n\r\n\xed\xa0\x80\r\n')],
  [
    'all octets but NUL, CR, LF',
    Buffer.from(Array.from({ length: 256 }, (_, n) => n).filter((n) => ![0, 10, 13].includes(n))),
  ],
  ['a header of 1 MB', latin1(`X-Long: ${'x'.repeat(1024 * 1024)}\r\nSubject: s\r\n\r\nbody\r\n`)],
  ['20,000 header lines', latin1(`${'X-Many: 1\r\n'.repeat(20_000)}\r\nbody\r\n`)],
  ['no final newline', latin1('Subject: s\r\n\r\nlast line')],
  ['a header only', latin1('Subject: s\r\n')],
  ['a header without its end', latin1('Subject')],
  ['one octet', latin1('x')],
  ['bare LF', latin1('Subject: s\n\nbody\n')],
  ['bare CR', latin1('Subject: s\r\n\r\na\rb\r\r\nc\r')],
  ['NUL', latin1('Subject: s\r\n\r\na\0b')],
  ['dots and From lines', latin1('From x\r\nSubject: s\r\n\r\n.\r\n..\r\nFrom y\r\n>From z\r\n')],
  ['what looks like IMAP', latin1('Subject: {3}\r\n\r\n)\r\nA1 OK done\r\n* BYE\r\n{5+}\r\n')],
  ['a line of 100,000', latin1(`Subject: s\r\n\r\n${'y'.repeat(100_000)}\r\n`)],
  ['Message-ID missing', latin1('Subject: s\r\n\r\nbody\r\n')],
  ['Message-ID empty', id('')],
  ['Message-ID of 10 kB', id(`<${'m'.repeat(10_000)}@x>`)],
  ['Message-ID with quotes and stars', id('<"a\\"*%(){}[]"@x> "OR ALL" *')],
  ['Message-ID folded', id('\r\n\t<folded\r\n @x>')],
  ['Message-ID 8-bit', id('<\xff\xfe@x>')],
  ['two Message-IDs', latin1('Message-ID: <1@x>\r\nMessage-ID: <2@x>\r\n\r\nbody\r\n')],
];

describeWithDovecot('Dovecot to Dovecot', () => {
  beforeAll(async () => {
    // The source takes longer keywords than the target, and names with dots, which the target's layout cannot.
    source = await startDovecot({
      anyUserPassword: password,
      config: 'mail_location = maildir:~/Maildir:LAYOUT=fs\nmail_max_keyword_length = 200\n',
    });
    target = await startDovecot({ anyUserPassword: password, config: 'namespace inbox {\n  separator = .\n}\n' });
  });
  afterAll(async () => {
    for (const imap of open) imap.close();
    await source.stop();
    await target.stop();
  });

  test('every kind of message arrives octet by octet, once', async () => {
    const pair = await freshPair();
    for (const [n, [, octets]] of messages.entries()) {
      await pair.at.create(`F${n}`);
      await pair.at.append(`F${n}`, { octets, internalDate: '01-Mar-2020 12:00:00 +0545' });
    }
    expect(await copied(pair)).toMatchObject({ verdict: 'complete', record: { repaired: 0 } });
    const table: [string, boolean][] = [];
    for (const [n, [kind]] of messages.entries()) {
      const [before, after] = [await see(pair.source, `F${n}`), await see(pair.target, `F${n}`)];
      const same = after.length === 1 && before[0] !== undefined && after[0]?.octets.equals(before[0].octets);
      table.push([kind, same === true]);
    }
    expect(table).toEqual(messages.map(([kind]) => [kind, true]));
  });

  test.each([
    ['the first second', '01-Jan-1970 00:00:00 +0000', 0],
    ['the last second of a year', '31-Dec-2025 23:59:59 +0000', Date.UTC(2026, 0, 1) / 1000 - 1],
    ['Kathmandu', '29-Feb-2024 12:00:00 +0545', Date.UTC(2024, 1, 29, 6, 15) / 1000],
    ['west of all', '01-Jan-2020 00:00:00 -1130', Date.UTC(2020, 0, 1, 11, 30) / 1000],
    ['east of all', '01-Jan-2020 00:00:00 +1400', Date.UTC(2019, 11, 31, 10) / 1000],
    ['a day of one digit', ' 1-Jul-2020 01:02:03 +0000', Date.UTC(2020, 6, 1, 1, 2, 3) / 1000],
  ])('INTERNALDATE is the same instant: %s', async (_, internalDate, epochSeconds) => {
    const pair = await freshPair();
    await pair.at.append('INBOX', { octets: latin1('Subject: s\r\n\r\n'), internalDate });
    await copied(pair);
    const [message] = await see(pair.target);
    expect(Date.parse(instant(message?.internalDate ?? '')) / 1000).toBe(epochSeconds);
  });

  test.each([
    [[], []],
    [
      ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'],
      ['\\Answered', '\\Draft', '\\Flagged', '\\Seen'],
    ],
    [['\\Deleted'], ['\\Deleted']],
    [['$Forwarded', 'NonJunk', 'work/2020', "it's"], ['$Forwarded', "it's", 'NonJunk', 'work/2020'].sort()],
  ])('flags %j arrive as %j', async (flags, after) => {
    const pair = await freshPair();
    await pair.at.append('INBOX', { octets: latin1('Subject: s\r\n\r\n'), flags });
    expect(await copied(pair)).toMatchObject({ verdict: 'complete', record: { droppedKeywords: 0, pendingFlags: 0 } });
    expect((await see(pair.target)).map((message) => message.flags)).toEqual([after]);
  });

  test('a keyword that the target refuses costs neither the message nor its other flags, and is reported', async () => {
    const pair = await freshPair();
    const long = 'k'.repeat(100);
    for (const n of [1, 2, 3])
      await pair.at.append('INBOX', { octets: latin1(`Subject: ${n}\r\n\r\n`), flags: ['\\Seen', 'short', long] });
    await pair.at.append('INBOX', { octets: latin1('Subject: 4\r\n\r\n'), flags: ['\\Flagged'] });
    expect(await copied(pair)).toMatchObject({ verdict: 'complete', record: { repaired: 3, pendingFlags: 3 } });
    expect((await see(pair.target)).map(({ flags }) => flags.join(' ')).sort()).toEqual([
      '\\Flagged',
      '\\Seen short',
      '\\Seen short',
      '\\Seen short',
    ]);
    expect(await items(pair)).toMatchObject(
      [1, 2, 3].map((uid) => ({ uid, outcome: 'copied', repairs: ['flags'], pendingFlags: [long] })),
    );
    // The next pass tries again, once for all three, and changes nothing else.
    expect(await copied(pair, 'incremental')).toMatchObject({ verdict: 'complete', record: { pendingFlags: 3 } });
    expect(await see(pair.target)).toHaveLength(4);
  });

  test('twins are as many as at the source, also with equal Message-IDs and other bodies', async () => {
    const pair = await freshPair();
    const twin = { octets: id('<twin@x>'), internalDate: '05-May-2015 05:05:05 +0000' };
    for (let n = 0; n < 5; n++) await pair.at.append('INBOX', twin);
    await pair.at.append('INBOX', { ...twin, internalDate: '05-May-2015 05:05:06 +0000' });
    await pair.at.append('INBOX', { ...twin, octets: Buffer.concat([twin.octets, latin1('more\r\n')]) });
    await pair.at.create('Other');
    await pair.at.append('Other', twin);
    expect(await copied(pair)).toMatchObject({ verdict: 'complete', record: { counts: { copied: 8 }, surplus: 0 } });
    expect(await compareMailboxes(pair.source, pair.target)).toEqual([]);
  });

  test('folder names arrive under names that the target can have, none merged, the same each time', async () => {
    const pair = await freshPair();
    const names: [string, string][] = [
      ['v1.2', 'v1_2'],
      ['v1_2', 'v1_2 (2)'],
      ['R&D', 'R&D'],
      ['📎 Receipts', '📎 Receipts'],
      ['Größe', 'Größe'],
      ['é'.normalize('NFD'), 'é'.normalize('NFD')],
      ['é'.normalize('NFC'), 'é (2)'.normalize('NFC')],
      ['quo"te\\', 'quo"te\\'],
      ['p%er*cent', 'p%er*cent'],
      ['[brackets]', '[brackets]'],
      ['{3}', '{3}'],
      ['  blanks  ', '  blanks  '],
      ['n'.repeat(130), 'n'.repeat(130)],
      ['Case', 'Case'],
      ['case', 'case (2)'],
      ['#hash', '#hash'],
      ['Αρχείο/2019/Ταξίδια', 'Αρχείο.2019.Ταξίδια'],
    ];
    for (const [before] of names) {
      await pair.at.create(before);
      await pair.at.append(before, { octets: latin1(`Subject: ${Buffer.from(before).toString('hex')}\r\n\r\n`) });
    }
    expect(await copied(pair)).toMatchObject({ verdict: 'complete', record: { counts: { copied: names.length } } });
    const byName = async (): Promise<[string, string][]> => {
      const found: [string, string][] = [];
      for (const [before, after] of names) {
        const [message, ...others] = await see(pair.target, after).catch(() => []);
        const subject = /Subject: (\w+)/.exec(message?.octets.toString('latin1') ?? '')?.[1] ?? '';
        if (others.length === 0 && Buffer.from(subject, 'hex').toString() === before) found.push([before, after]);
      }
      return found;
    };
    expect(await byName()).toEqual(names);
    await pair.at.append('case', { octets: latin1('Subject: new\r\n\r\n') });
    await copied(pair, 'incremental');
    expect(await see(pair.target, 'case (2)')).toHaveLength(2);
  });

  test('empty folders, parents that hold no mail, and subscriptions are as at the source', async () => {
    const pair = await freshPair();
    for (const path of ['Empty', 'Parent/Child', 'Hidden', 'Seen']) await pair.at.create(path);
    for (const path of ['INBOX', 'Empty', 'Parent/Child', 'Seen']) await pair.at.command(`SUBSCRIBE "${path}"`);
    expect(await copied(pair)).toMatchObject({ verdict: 'complete' });
    const after = await RawImap.login(pair.target);
    open.push(after);
    const listed = (await after.list()).map(({ path }) => path);
    for (const path of ['Empty', 'Parent.Child', 'Hidden', 'Seen']) expect(listed).toContain(path);
    const subscribed = (await after.command('LSUB "" "*"')).map((line) => line.split(' ').at(-1));
    expect(subscribed).toEqual(expect.arrayContaining(['Empty', 'Parent.Child', 'Seen']));
    expect(subscribed).not.toContain('Hidden');
  });
});
