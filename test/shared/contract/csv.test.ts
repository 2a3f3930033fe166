import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCsv, redactedCsv, rejectedCsv, type ParsedCsv } from '../../../shared/contract/csv.ts';
import { MigrationError } from '../../../shared/errors.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const utf16le = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');
const utf16be = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

const read = (text: string): ParsedCsv => parseCsv(utf8(text), 'wave1.csv');
const header = 'EmailAddress,UserName,Password,TargetPassword';
const full = 'EmailAddress,UserName,Password,UserRoot,TargetUserName,TargetPassword';

function errorOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof MigrationError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a file that can be read', () => {
  const nikos = { emailAddress: 'νίκος@contoso.gr', userName: 'nikos', password: 'pä"ss', targetPassword: 'new' };
  const text = `${header}\r\nνίκος@contoso.gr,nikos,"pä""ss",new\r\n`;
  const forms: [form: string, octets: Uint8Array][] = [
    ['UTF-8', utf8(text)],
    ['UTF-8 with byte order mark', utf8(`\ufeff${text}`)],
    ['UTF-16LE', utf16le(text)],
    ['UTF-16BE', utf16be(text)],
    ['semicolons', utf8(text.replaceAll(',', ';'))],
    ['tabs', utf8(text.replaceAll(',', '\t'))],
    ['LF', utf8(text.replaceAll('\r\n', '\n'))],
    ['no line end at the end', utf8(text.trimEnd())],
    ['header in CRLF, rows in LF', utf8(text.replace(/\r\n$/, '\n'))],
    ['header in LF, rows in CRLF', utf8(text.replace('\r\n', '\n'))],
    ['other case of the header', utf8(text.replace(header, header.toUpperCase()))],
    ['blank lines before', utf8(`\r\n\r\n${text}`)],
  ];
  test.each(forms)('%s', (_, octets) => {
    const { rows, rejected, notices } = parseCsv(octets, 'wave1.csv');
    expect(rows).toMatchObject([nikos]);
    expect([rejected, notices]).toEqual([[], []]);
  });

  test('columns in another order, names trimmed, passwords verbatim', () => {
    const { rows } = read(
      'TargetPassword,Password,UserName,EmailAddress,TargetUserName,UserRoot\n tp , p , u ,a@b.c, t ,INBOX',
    );
    expect(rows).toEqual([
      {
        line: 2,
        emailAddress: 'a@b.c',
        userName: 'u',
        password: ' p ',
        userRoot: 'INBOX',
        targetUserName: 't',
        targetPassword: ' tp ',
      },
    ]);
  });

  test('unknown columns are named in one notice', () => {
    expect(read(`${header},Department,\x07\na@b.c,u,p,t,Sales,x`).notices).toEqual([
      'These columns are not known and were ignored: "Department", a nameless one.',
    ]);
  });
});

describe('lines are those of the file', () => {
  const rows: [what: string, text: string, lines: number[]][] = [
    ['one after the other', `${header}\na@b.c,u,p,t\nb@b.c,u,p,t`, [2, 3]],
    ['after blank lines', `${header}\r\n\r\n\r\na@b.c,u,p,t\r\n   \r\n,,,\r\nb@b.c,u,p,t\r\n`, [4, 7]],
    ['after a quoted break', `${header},Note\r\na@b.c,u,p,t,"x\r\ny"\r\nb@b.c,u,p,t,z\r\n`, [2, 4]],
  ];
  test.each(rows)('%s', (_, text, lines) => {
    expect(read(text).rows.map(({ line }) => line)).toEqual(lines);
  });
});

describe('a file that cannot be read', () => {
  const many = `${header}\n${'a@b.c,u,p,t\n'.repeat(50_001)}`;
  const rows: [what: string, octets: Uint8Array, code: string, message: string][] = [
    ['nothing', utf8(''), 'CSV_EMPTY', 'is empty'],
    ['only a byte order mark', utf8('\ufeff'), 'CSV_EMPTY', 'is empty'],
    ['only blank lines', utf8('\n\r\n'), 'CSV_EMPTY', 'is empty'],
    ['only a header', utf8(header), 'CSV_EMPTY', 'no row'],
    [
      'a column missing',
      utf8('EmailAddress,UserName\na@b.c,u'),
      'CSV_HEADER_MISSING',
      'line 1: the header lacks Password',
    ],
    ['no header', utf8('a@b.c,u,secret'), 'CSV_HEADER_MISSING', 'lacks EmailAddress, UserName, Password'],
    ['a column twice', utf8(`${header},password\na@b.c,u,p,t,q`), 'CSV_HEADER_MISSING', 'Password stands there twice'],
    [
      'ANSI',
      Buffer.from(`${header}\na@b.c,u,p,t\nb@b.c,\xe4,p,t`, 'latin1'),
      'CSV_UNREADABLE',
      'line 3: this is not UTF-8',
    ],
    ['NUL', utf8(`${header}\na@b.c,u\0,p,t`), 'CSV_UNREADABLE', 'line 2'],
    ['half a UTF-16 unit', utf16le(header).subarray(0, -1), 'CSV_UNREADABLE', 'UTF-16LE'],
    ['an open quote', utf8(`${header}\n\na@b.c,"u,p,t\nb@b.c,u,p,t\n`), 'CSV_UNREADABLE', 'line 3: the quotes'],
    [
      'an open quote closed later',
      utf8(`${header}\na@b.c,"u,p,t\nb@b.c,"u",p,t\n`),
      'CSV_UNREADABLE',
      'line 2: the quotes',
    ],
    ['a quote in the middle', utf8(`${header}\na@b.c,u,p"p,t`), 'CSV_UNREADABLE', 'line 2: the quotes'],
    ['too many rows', utf8(many), 'CSV_UNREADABLE', 'more than 50000 rows'],
    ['too large', new Uint8Array(20_000_001).fill(97), 'CSV_UNREADABLE', 'larger than 20 MB'],
  ];
  test.each(rows)('%s', (_, octets, code, message) => {
    const error = errorOf(() => parseCsv(octets, 'wave1.csv'));
    expect(error.code).toBe(code);
    expect(error.message).toContain('wave1.csv');
    expect(error.message).toContain(message);
  });
});

describe('a row that cannot be used', () => {
  const long = 'x'.repeat(1001);
  const rows: [
    what: string,
    row: string,
    ...rejection: [column: string | null, reason: string, address: string | null],
  ][] = [
    ['no address', ',u,p,,,t', 'EmailAddress', 'missing', null],
    ['no user name', 'a@b.c, ,p,,,t', 'UserName', 'missing', 'a@b.c'],
    ['no password', 'a@b.c,u,,,,t', 'Password', 'missing', 'a@b.c'],
    ['no target password', 'a@b.c,u,p,,,', 'TargetPassword', 'the target asks for a password', 'a@b.c'],
    ['no @', 'ab.c,u,p,,,t', 'EmailAddress', 'no email address', null],
    ['two @', 'a@b@c,u,p,,,t', 'EmailAddress', 'no email address', null],
    ['a blank inside', 'a b@c.d,u,p,,,t', 'EmailAddress', 'no email address', null],
    ['a long address', `${'x'.repeat(250)}@b.cd,u,p,,,t`, 'EmailAddress', 'no email address', null],
    ['too few cells', 'a@b.c,u,p', null, '3 cells, the header 6', 'a@b.c'],
    ['too many cells', 'a@b.c,u,p,,,t,x', null, '7 cells, the header 6', 'a@b.c'],
    ['a long value', `a@b.c,u,p,${long},,t`, 'UserRoot', 'longer than 1000', 'a@b.c'],
    ['a control character', 'a@b.c,u\u0007,p,,,t', 'UserName', 'control characters', 'a@b.c'],
    ['a line break', 'a@b.c,u,"p\r\np",,,t', 'Password', 'control characters', 'a@b.c'],
  ];
  test.each(rows)('%s', (_, row, ...[column, reason, emailAddress]) => {
    const { rows, rejected } = read(`${full}\n${row}\nother@b.c,u,p,,,t`);
    expect(rows.map(({ emailAddress }) => emailAddress)).toEqual(['other@b.c']);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ line: 2, column, emailAddress, reason: expect.stringContaining(reason) });
  });

  const doubles: [what: string, second: string, column: string, reason: string][] = [
    ['the same address in another case', 'A@B.C,u,p,,other,t', 'EmailAddress', 'line 2'],
    ['the same target user', 'b@b.c,u,p,,Shared,t', 'TargetUserName', 'Line 2'],
    ['its address is the target of another', 'shared,u,p,,,t', 'EmailAddress', 'no email address'],
  ];
  test.each(doubles)('%s', (_, second, column, reason) => {
    const { rows, rejected } = read(`${full}\na@b.c,u,p,,shared,t\n${second}`);
    expect(rows).toHaveLength(1);
    expect(rejected).toMatchObject([{ line: 3, column, reason: expect.stringContaining(reason) }]);
  });

  test('an address that is the target user of another row', () => {
    const { rejected } = read(`${full}\na@b.c,u,p,,b@b.c,t\nB@b.c,u,p,,,t`);
    expect(rejected).toMatchObject([{ line: 3, reason: expect.stringContaining('Line 2') }]);
  });
});

describe('what is written back', () => {
  test('redacted rows', () => {
    const { rows } = read(`${full}\na@b.c,=u,secret1,INBOX,@t,secret2`);
    expect(redactedCsv(rows)).toBe(`\ufeff${full}\r\na@b.c,'=u,***,INBOX,'@t,***\r\n`);
  });

  test('rejected rows', () => {
    const { rejected } = read(`${full}\n=a@b.c,u,,,,t`);
    expect(rejectedCsv(rejected)).toBe(
      "\ufeffLine,Column,EmailAddress,Reason\r\n2,Password,'=a@b.c,The value is missing.\r\n",
    );
  });
});

describe('whatever is uploaded', () => {
  const cell = fc.oneof(
    fc.constantFrom('', 'a@b.c', 'A@b.c', '"', 'x"y', '"q,q"', '\0', 'ü', '=1', '\u202e', ' '),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('SECRET-one', '"SECRET;two"', 'SECRET\tthree'),
  );
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r', '');
  const body = fc.array(fc.tuple(fc.array(cell, { maxLength: 8 }), lineEnd), { maxLength: 8 });

  test('only errors of the catalogue are thrown', () => {
    const files = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      body.map((lines) => utf8(`${full}\n${lines.map(([cells, end]) => cells.join(',') + end).join('')}`)),
    );
    fc.assert(
      fc.property(files, (octets) => {
        try {
          parseCsv(octets, 'wave1.csv');
        } catch (error) {
          expect(error).toBeInstanceOf(MigrationError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no password gets into rejections, notices, errors or redacted rows', () => {
    const around = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom(',x@', '@', ',a@b.c,'));
    const secret = fc.tuple(around, around).map(([a, b]) => `${a}SECRET${b}`);
    const headers = fc.constantFrom(full, 'Password,TargetPassword,EmailAddress,UserName,UserRoot,TargetUserName');
    const plain = fc.constantFrom('a@b.c', 'b@b.c', 'u', '', ' ', 'x y');
    const row = fc.tuple(fc.array(plain, { minLength: 4, maxLength: 4 }), secret, secret, fc.boolean());
    fc.assert(
      fc.property(headers, fc.array(row, { minLength: 1, maxLength: 6 }), (header, rows) => {
        const text = rows.map(([[a = '', u = '', r = '', t = ''], p, tp, quoted]) =>
          (header === full ? [a, u, p, r, t, tp] : [p, tp, a, u, r, t])
            .map((c) => (quoted ? `"${c.replaceAll('"', '""')}"` : c))
            .join(','),
        );
        const shown = shownOf(() => read(`${header}\n${text.join('\n')}`));
        expect(shown).not.toContain('SECRET');
      }),
      { numRuns: 500 },
    );
  });

  function shownOf(action: () => ParsedCsv): string {
    try {
      const { rows, rejected, notices } = action();
      return JSON.stringify([rejected, notices, redactedCsv(rows), rejectedCsv(rejected)]);
    } catch (error) {
      return error instanceof MigrationError ? error.message + JSON.stringify(error.details) : String(error);
    }
  }
});
