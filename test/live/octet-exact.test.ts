/**
 * Fidelity without a server that changes anything: the real steps and the real adapter between two scripted servers,
 * what one told compared with what the other was sent, octet by octet.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { LedgerRow } from '../../shared/contract/items.ts';
import { imapSurroundings } from '../support/imap-surroundings.ts';
import { scriptedImap, type Script, type ScriptedServer } from '../support/scripted-imap.ts';
import { key, runPass, type Surroundings } from '../support/world.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

interface Told {
  octets: string;
  /** As on the wire: `"..."` or NIL. */
  date?: string;
  flags?: string;
}

const usualDate = '"17-Jul-1996 02:44:25 -0700"';

/** A source with these messages in INBOX; UIDs from 1. */
function source(messages: readonly Told[]): Script {
  const items = ({ octets, date = usualDate, flags = '' }: Told, n: number, body: boolean): string =>
    `* ${n + 1} FETCH (UID ${n + 1} FLAGS (${flags}) INTERNALDATE ${date} RFC822.SIZE ${octets.length}` +
    `${body ? ` BODY[] {${octets.length}}\r\n${octets}` : ''})\r\n`;
  return (command) => {
    if (command.startsWith('LIST "" "*"')) return '* LIST () "/" INBOX\r\nTAG OK done\r\n';
    if (command.startsWith('EXAMINE')) {
      const next = messages.length + 1;
      return `* ${messages.length} EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT ${next}] n\r\nTAG OK [READ-ONLY] x\r\n`;
    }
    const [, set = '', wanted = ''] = /^UID FETCH (\S+) \((.*)\)/.exec(command) ?? [];
    if (set === '') return null;
    const uids = new Set(
      set.split(',').flatMap((range) => {
        const [first = '1', last = first] = range.split(':');
        const end = last === '*' ? messages.length : Number(last);
        return Array.from({ length: Math.max(0, end - Number(first) + 1) }, (_, n) => Number(first) + n);
      }),
    );
    const body = wanted.includes('BODY.PEEK[]');
    return `${messages.map((m, n) => (uids.has(n + 1) ? items(m, n, body) : '')).join('')}TAG OK done\r\n`;
  };
}

/** A target that numbers what it is given and keeps no flags. `refuses`: the line of an APPEND. */
function target(refuses: (command: string) => boolean = () => false): Script {
  let uid = 0;
  return (command) => {
    if (command.startsWith('LIST "" "*"')) return '* LIST () "/" INBOX\r\nTAG OK done\r\n';
    const [, first, last] = /^UID FETCH (\d+):(\d+) \(UID FLAGS\)/.exec(command) ?? [];
    if (first !== undefined) {
      const uids = Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => Number(first) + n);
      return `${uids.map((u) => `* ${u} FETCH (UID ${u} FLAGS ())\r\n`).join('')}TAG OK done\r\n`;
    }
    if (!command.startsWith('APPEND')) return null;
    return refuses(command) ? 'TAG NO refused\r\n' : `TAG OK [APPENDUID 7 ${++uid}] done\r\n`;
  };
}

interface Pass {
  verdict: string;
  sent: string[];
  /** Command lines of the APPENDs. */
  lines: string[];
  stores: string[];
  ledger: LedgerRow[];
  droppedKeywords: number | undefined;
}

async function copy(messages: readonly Told[], script: Script = target()): Promise<Pass> {
  const [from, to] = [await scriptedImap(source(messages)), await scriptedImap(script)];
  running.push(from, to);
  const access = ({ endpoint: { host, port } }: ScriptedServer) => ({ host, port, user: 'a@x', password: 'p' });
  const surroundings = await imapSurroundings({ source: access(from), target: access(to) });
  const { verdict } = await runPass(surroundings, { passId: 'pass-1', pass: 'initial' });
  const record = await surroundings.ports.mailboxes.read(key.batch, key.mailboxId);
  const lines = to.commands.filter((command) => command.startsWith('APPEND'));
  const stores = to.commands.filter((command) => command.startsWith('UID STORE'));
  return {
    verdict,
    sent: to.literals,
    lines,
    stores,
    ledger: await ledgerOf(surroundings),
    droppedKeywords: record?.droppedKeywords,
  };
}

async function ledgerOf({ ports }: Surroundings): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (const { ledger } of await ports.folders.list(key))
    for await (const row of ports.data.readLines(ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
  return rows;
}

const every = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n)).join('');

describe('what is sent is what was told', () => {
  test.each([
    ['all 256 octets', every],
    ['NUL', 'A: b\r\n\r\n\0'],
    ['bare LF and bare CR', 'A: b\n\rc\n\n\r\r'],
    ['zero octets', ''],
    ['no final newline', 'A: b\r\n\r\nx'],
    ['8-bit and bad UTF-8', 'A: \xe9\xc3\x28\r\n\r\n\xff\xfe'],
    ['a header of 1 MB', `A: ${'x'.repeat(1024 * 1024)}\r\n\r\n`],
    ['what looks like an answer', 'A: )\r\nA1 OK done\r\n* 1 FETCH (UID 1)\r\n{9}\r\n'],
  ])('%s', async (_, octets) => {
    const { verdict, sent, ledger } = await copy([{ octets }]);
    expect(verdict).toBe('complete');
    expect(sent.map((literal) => literal === octets)).toEqual([true]);
    expect(ledger.map(({ repairs }) => repairs)).toEqual([undefined]);
  });

  test.each([
    '01-Jan-1970 00:00:00 +0000',
    '31-Dec-1969 23:59:59 +0000',
    '19-Jan-2038 03:14:08 +0000',
    '07-Feb-2106 06:28:16 +0000',
    '29-Feb-2024 12:00:00 +0545',
    '01-Mar-2024 00:00:00 -1130',
    '01-Mar-2024 00:00:00 +1400',
  ])('INTERNALDATE %s, zone and all', async (date) => {
    const { lines } = await copy([{ octets: 'A: b\r\n', date: `"${date}"` }]);
    expect(lines).toEqual([`APPEND "INBOX" () "${date}" {6+}`]);
  });

  test.each([
    ['" 1-Jul-2020 01:02:03 +0000"', '01-Jul-2020 01:02:03 +0000', undefined],
    ['"31-Dec-2016 23:59:60 +0000"', '01-Jan-2017 00:00:00 +0000', undefined],
    ['"31-Feb-2021 10:00:00 +0100"', '28-Feb-2021 10:00:00 +0100', ['date']],
    ['"01-Mar-2021 25:00:00 +0100"', '01-Mar-2021 23:00:00 +0100', ['date']],
    ['"no date"', '01-Jan-1970 00:00:00 +0000', ['date']],
    ['NIL', '01-Jan-1970 00:00:00 +0000', ['date']],
  ])('INTERNALDATE %s as %s', async (date, sentAs, repairs) => {
    const { verdict, lines, ledger } = await copy([{ octets: 'A: b\r\n', date }]);
    expect(verdict).toBe('complete');
    expect(lines).toEqual([`APPEND "INBOX" () "${sentAs}" {6+}`]);
    expect(ledger.map((row) => row.repairs)).toEqual([repairs]);
  });

  test.each([
    ['\\Seen \\Recent \\Deleted', '\\Deleted \\Seen'],
    ['\\seen \\FLAGGED', '\\Flagged \\Seen'],
    ['\\XUnknown $Junk work', '$Junk work'],
  ])('flags %j as %j', async (flags, sentAs) => {
    const { lines } = await copy([{ octets: 'A: b\r\n', flags }]);
    expect(lines).toEqual([`APPEND "INBOX" (${sentAs}) ${usualDate} {6+}`]);
  });
});

test('keywords go where PERMANENTFLAGS allow them, and are counted where not', async () => {
  const usual = target();
  const flags = '(\\Seen \\Answered \\Flagged \\Deleted \\Draft $Junk)';
  const script: Script = (command, socket) =>
    command.startsWith('SELECT')
      ? `* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n* OK [PERMANENTFLAGS ${flags}] p\r\nTAG OK x\r\n`
      : usual(command, socket);
  const { lines, droppedKeywords } = await copy([{ octets: 'A: b\r\n', flags: '\\Seen $junk work' }], script);
  expect(lines).toEqual([`APPEND "INBOX" ($junk \\Seen) ${usualDate} {6+}`]);
  expect(droppedKeywords).toBe(1);
});

describe('what is refused', () => {
  test('is sent once more, repaired, with its exact length', async () => {
    const octets = 'A: b\n\n\0c\r';
    const { verdict, sent, lines, ledger } = await copy(
      [{ octets, flags: '\\Seen' }],
      target((c) => c.includes('{9+}')),
    );
    expect(verdict).toBe('complete');
    expect(sent).toEqual([octets, 'A: b\r\n\r\n\x80c\r\n']);
    expect(lines.at(-1)).toBe(`APPEND "INBOX" (\\Seen) ${usualDate} {12+}`);
    expect(ledger).toMatchObject([{ outcome: 'copied', repairs: ['bare-newlines', 'nul-octets'], doubt: true }]);
  });

  test('for its flags is sent once more without them, and they are set by one command for all', async () => {
    const messages = [1, 2, 3].map((n) => ({ octets: `A: ${n}\r\n`, flags: '\\Seen $Junk' }));
    const { verdict, lines, stores, ledger } = await copy(
      messages,
      target((command) => command.includes('$Junk')),
    );
    expect(verdict).toBe('complete');
    expect(lines.filter((line) => line.includes('()'))).toHaveLength(3);
    expect(stores).toEqual(['UID STORE 1:3 +FLAGS.SILENT ($Junk \\Seen)']);
    // This server says OK and keeps none: reported, and tried again by the next pass.
    expect(ledger.map(({ repairs, pendingFlags }) => [repairs, pendingFlags])).toEqual(
      Array.from({ length: 3 }, () => [['flags'], ['$Junk', '\\Seen']]),
    );
  });

  test('whatever is done is left out', async () => {
    const { verdict, lines, ledger } = await copy(
      [{ octets: 'A: b\r\n' }],
      target(() => true),
    );
    expect(verdict).toBe('complete with skips');
    expect(lines).toHaveLength(1);
    expect(ledger).toMatchObject([{ outcome: 'quarantined', code: 'MESSAGE_REFUSED' }]);
  });
});
