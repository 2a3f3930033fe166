import { describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../../shared/contract/parse-settings.ts';

const endpoint = { host: 'mail.example', port: 993, tls: 'implicit', auth: 'password' };
const good = { source: endpoint, target: endpoint };
const text = (value: unknown): string => JSON.stringify(value, null, 2);
const withSource = (fields: object): string => text({ ...good, source: { ...endpoint, ...fields } });

describe('migration.json', () => {
  test('is read with all that may be in it', () => {
    const all = {
      source: { ...endpoint, caFile: 'issuer.pem', connections: { total: 4, perMailbox: 2 } },
      target: {
        ...endpoint,
        port: 143,
        tls: 'none',
        allowPlaintext: true,
        host: '10.0.0.1',
        allowPrivateAddress: true,
      },
      folders: { include: ['*'], exclude: ['\\Junk'], map: { A: 'B' }, targetRoot: 'Old' },
      limits: { messageBytes: 35_000_000 },
      schedule: { every: '15m' },
    };
    expect(parseSettings(text(all))).toEqual(all);
    expect(parseSettings(`\ufeff${text(good)}`)).toEqual(good);
  });

  test.each<[string, string, string]>([
    [
      'an unknown key, with the nearest known one',
      withSource({ hots: 'x' }),
      'line 7 column 5: unknown key "source.hots", did you mean "host"?',
    ],
    ['an unknown key at the top', text({ ...good, shedule: {} }), 'unknown key "shedule", did you mean "schedule"?'],
    ['an unknown key that resembles none', withSource({ xyzzy: 1 }), 'unknown key "source.xyzzy"'],
    [
      'an unknown key further down',
      withSource({ connections: { totl: 1 } }),
      '"source.connections.totl", did you mean "total"?',
    ],
    ['a missing key', text({ target: endpoint }), '"source" is missing'],
    ['a wrong type', withSource({ port: '993' }), 'line 4 column 5: "source.port" must be number'],
    ['a wrong choice', withSource({ tls: 'ssl' }), '"source.tls" must be one of "implicit", "starttls", "none"'],
    ['a number out of range', withSource({ port: 70_000 }), '"source.port" must be at most 65535'],
    [
      'an interval that is none',
      text({ ...good, schedule: { every: 'daily' } }),
      '"schedule.every" is not an interval',
    ],
    ['plaintext that was not asked for', withSource({ tls: 'none' }), '"allowPlaintext": true'],
    ['a loopback address', withSource({ host: '127.0.0.1' }), '"allowPrivateAddress": true'],
    ['a private IPv6 address', withSource({ host: 'fd00::1' }), '"allowPrivateAddress": true'],
    ['localhost', withSource({ host: 'LOCALHOST' }), '"allowPrivateAddress": true'],
    [
      'a certificate outside the folder',
      withSource({ caFile: '../ca.pem' }),
      '"source.caFile" must be the name of a file beside',
    ],
    ['a syntax error', '{\n  "source": {,}\n}', 'line 2'],
    ['an unfinished text', '{"source": ', 'not valid JSON'],
  ])('is refused for %s', (_, file, message) => {
    expect(() => parseSettings(file)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringContaining(message) }),
    );
  });

  test('is never quoted: a value may be a secret put into the wrong place', () => {
    const file = withSource({ port: 'S3CR3T', tls: 'S3CR3T', auth: 'S3CR3T', pasword: 'S3CR3T' });
    expect(() => parseSettings(file)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('S3CR3T') }),
    );
  });

  test('with many mistakes tells the first five and how many are left', () => {
    const file = text({ source: { a: 1 }, target: { b: 1 } });
    expect(() => parseSettings(file)).toThrow(/and 5 more/);
  });
});
