import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonPlaces } from '../../../shared/contract/json-positions.ts';
import { parseSettings } from '../../../shared/contract/parse-settings.ts';
import { MigrationError } from '../../../shared/errors.ts';

const endpoint = { host: 'imap.contoso.gr', port: 993, tls: 'implicit', auth: 'password' };
const good = { source: endpoint, target: { ...endpoint, host: 'imap.example.org' } };
const withSource = (more: object): string => JSON.stringify({ ...good, source: { ...endpoint, ...more } });

function messageOf(text: string): string {
  try {
    parseSettings(text);
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'SETTINGS_INVALID') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('settings that are accepted', () => {
  const rows: [what: string, settings: object][] = [
    ['the least', good],
    ['plaintext that is wanted', { ...good, source: { ...endpoint, tls: 'none', allowPlaintext: true } }],
    ['a certificate beside it', { ...good, source: { ...endpoint, caFile: 'contoso ca-2.pem' } }],
    [
      'a private address that is wanted',
      { ...good, source: { ...endpoint, host: '10.0.0.5', allowPrivateAddress: true } },
    ],
    [
      'everything',
      {
        source: { ...endpoint, connections: { total: 40, perMailbox: 4 } },
        target: good.target,
        folders: { include: ['*'], exclude: ['\\Junk'], map: { 'Clients.Old/A': 'Old' }, targetRoot: 'Before' },
        limits: { messageBytes: 1000 },
        schedule: { every: '6h' },
      },
    ],
  ];
  test.each(rows)('%s', (_, settings) => {
    expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
    expect(parseSettings(`\ufeff${JSON.stringify(settings, null, 2)}\r\n`)).toEqual(settings);
  });
});

describe('an unknown key is named with its place and the one that was meant', () => {
  test('as in the manual', () => {
    const text = '{\n  "source": {\n    "port": 993,\n    "hots": "x", "tls": "implicit", "auth": "password"\n  }\n}';
    expect(messageOf(text)).toContain(
      'migration.json line 4 column 5: unknown key "source.hots", did you mean "host"?',
    );
  });

  const rows: [text: string, message: string][] = [
    [JSON.stringify({ ...good, shedule: {} }), 'unknown key "shedule", did you mean "schedule"?'],
    [withSource({ connections: { perMailbx: 1 } }), '"source.connections.perMailbx", did you mean "perMailbox"?'],
    [JSON.stringify({ ...good, folders: { exlude: [] } }), '"folders.exlude", did you mean "exclude"?'],
    [JSON.stringify({ ...good, limits: { zzzzzzzz: 1 } }), 'unknown key "limits.zzzzzzzz".'],
    [`\ufeff{"sourze": 1}`, 'line 1 column 2: unknown key "sourze", did you mean "source"?'],
  ];
  test.each(rows)('%s', (text, message) => {
    expect(messageOf(text)).toContain(message);
  });
});

describe('a value that is not accepted', () => {
  const rows: [text: string, message: string][] = [
    [withSource({ port: '993' }), '"source.port" must be a number'],
    [withSource({ port: 993.5 }), '"source.port" must be a whole number'],
    [withSource({ port: 0 }), '"source.port" must be at least 1'],
    [withSource({ port: 70000 }), '"source.port" must be at most 65535'],
    [withSource({ host: '' }), '"source.host" must not be empty'],
    [withSource({ host: 'x'.repeat(254) }), '"source.host" must have at most 253 characters'],
    [withSource({ tls: 'ssl' }), '"source.tls" must be one of "implicit", "starttls", "none"'],
    [withSource({ auth: 'xoauth2' }), '"source.auth" must be one of "password"'],
    [withSource({ allowPlaintext: 'yes' }), '"source.allowPlaintext" must be true or false'],
    [JSON.stringify({ source: endpoint }), '"target" is missing'],
    [JSON.stringify({ ...good, schedule: { every: 'daily' } }), '"schedule.every" is not an interval: write'],
    [JSON.stringify({ ...good, folders: { include: ['a', ''] } }), '"folders.include.1" must not be empty'],
    ['[]', '"migration.json" must be an object in { }'],
    [withSource({ tls: 'none' }), '"source.tls" is "none", which sends passwords in the clear'],
    [withSource({ tls: 'none', allowPlaintext: false }), 'needs "allowPlaintext": true'],
    [withSource({ host: '127.0.0.1' }), '"source.host" is a private or loopback address'],
    [withSource({ host: 'fd00::1' }), '"allowPrivateAddress": true'],
    [withSource({ host: 'LOCALHOST' }), '"allowPrivateAddress": true'],
    [withSource({ caFile: '../ca.pem' }), '"source.caFile" must be the name of a file beside migration.json'],
    [withSource({ caFile: '/etc/ca.pem' }), '"source.caFile" must be the name of a file'],
    [withSource({ caFile: 'certs\\ca.pem' }), '"source.caFile" must be the name of a file'],
    [withSource({ caFile: '..' }), '"source.caFile" must be the name of a file'],
  ];
  test.each(rows)('%s', (text, message) => {
    expect(messageOf(text)).toContain(message);
  });
});

test('the first five problems are told, unknown keys first, in the order of the file', () => {
  const text = `{\n${['a1', 'b2', 'c3', 'd4', 'e5'].map((key) => `  "${key}": 1,`).join('\n')}\n  "source": 1\n}`;
  const told = messageOf(text).split('; ');
  expect(told).toHaveLength(6);
  // Unknown keys first: "target" is missing, perhaps because one of them is meant.
  expect(told[0]).toBe('migration.json line 2 column 3: unknown key "a1"');
  expect(told[5]).toBe('and 2 more.');
});

test('keys are shown short and without control characters', () => {
  const key = `\u001b[31m\u202e${'k'.repeat(5000)}`;
  const message = messageOf(JSON.stringify({ [key]: 1, folders: { map: { [key]: 1 } } }));
  expect(message).toContain('unknown key "\uFFFD[31m\uFFFDkkk');
  expect(message).not.toMatch(/\p{C}/u);
  expect(message.length).toBeLessThan(1000);
});

describe('text that is not JSON', () => {
  const rows: [text: string, line: number, column: number][] = [
    ['', 1, 1],
    ['// a comment\n{}', 1, 1],
    ['{\n  // a comment\n}', 2, 3],
    ['{\n  "a": 1,\n}', 3, 1],
    ['{a: 1}', 1, 2],
    ['{\n  "source": {,}\n}', 2, 14],
    ['{"source": ', 1, 12],
    ["{'a': 1}", 1, 2],
    ['{"a": tru}', 1, 7],
    ['{\n  "a": hunter2\n}', 2, 8],
    ['{"a": "x\ny"}', 1, 7],
    ['{"a": 01}', 1, 7],
    ['{"a": 1', 1, 8],
    ['{"a": 1} x', 1, 10],
    ['{"a" 1}', 1, 6],
    ['[1 2]', 1, 4],
    ['['.repeat(10_000), 1, 52],
  ];
  test.each(rows)('%j', (text, line, column) => {
    expect(messageOf(text)).toBe(`migration.json line ${line} column ${column}: this is not valid JSON.`);
  });
});

describe('whatever the text is', () => {
  test('the scanner agrees with JSON.parse on what is JSON', () => {
    const spoilt = fc.tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', '\\', '\u0001', 'x', ' '),
    );
    const texts = spoilt.map(([json, at, sign]) => {
      const cut = at % (json.length + 1);
      return json.slice(0, cut) + sign + json.slice(cut + (sign === '' ? 1 : 0));
    });
    fc.assert(
      fc.property(texts, (text) => {
        expect(jsonPlaces(text).mistake === null).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('no value gets into a message', () => {
    const secret = fc.string({ maxLength: 5 }).map((s) => `SECRET${s}`);
    const key = fc.constantFrom('host', 'port', 'tls', 'auth', 'caFile', 'connections', 'password', 'allowPlaintext');
    const side = fc.dictionary(key, fc.oneof(secret, fc.array(secret), fc.dictionary(key, secret)));
    fc.assert(
      fc.property(side, side, fc.array(secret), (source, target, folders) => {
        expect(messageOf(JSON.stringify({ source, target, folders, schedule: { every: 'SECRET' } }))).not.toContain(
          'SECRET',
        );
      }),
    );
  });

  function isJson(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
});
