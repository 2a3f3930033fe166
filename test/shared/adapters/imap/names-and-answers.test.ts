import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { appendRefusal, isThrottle, pauseSeconds } from '../../../../shared/adapters/imap/classify.ts';
import { storableFlags } from '../../../../shared/adapters/imap/flags.ts';
import { decodeFolderName, encodeFolderName, quote } from '../../../../shared/adapters/imap/folder-name.ts';
import { uidSets } from '../../../../shared/adapters/imap/uid-sets.ts';
import { parseValues } from '../../../../shared/adapters/imap/wire/values.ts';

describe('folder names on the wire', () => {
  test.each([
    ['Αρχείο', '&A5EDwQPHA7UDrwO,-'],
    ['台北', '&U,BTFw-'],
    ['R&D', 'R&-D'],
    ['📬 post', '&2D3c7A- post'],
  ])('%s is %s', (name, wire) => {
    expect(encodeFolderName(name)).toBe(wire);
    expect(decodeFolderName(wire)).toBe(name);
  });

  test('every name comes back and is printable ASCII on the wire', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const wire = encodeFolderName(name);
        expect(wire).toMatch(/^[ -~]*$/);
        expect(decodeFolderName(wire)).toBe(name);
        expect(parseValues([quote(wire)])).toEqual([wire]);
      }),
    );
  });

  test.each(['R&D', '&', '&AAA', '\xe9t\xe9', '&AGE-'])('%j is not modified UTF-7', (raw) => {
    expect(decodeFolderName(raw)).toBeNull();
  });

  test.each(['a\r\nb', 'a\0b'])('%j cannot be quoted', (text) => {
    expect(() => quote(text)).toThrow(RangeError);
  });
});

describe('answers', () => {
  test.each([
    ['Suggested Backoff Time: 92415 milliseconds', 93],
    ['retry in 30 seconds', 30],
    ['try again in 5 minutes', 300],
    ['try again in 999999999 minutes', 86_400],
    ['try again later', 60],
  ])('%s: %d seconds', (text, seconds) => {
    expect(pauseSeconds(text)).toBe(seconds);
  });

  test.each([
    'Request is throttled. Suggested Backoff Time: 1000 milliseconds',
    'Too many simultaneous connections. (Failure)',
    'Account exceeded command or bandwidth limits. (Failure)',
    'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)',
    'Server busy, try again later',
    'Temporary authentication failure.',
  ])('a pause is asked for: %s', (text) => {
    expect(isThrottle({ code: '', text })).toBe(true);
  });

  test.each([
    ['Quota exceeded (mailbox for user is full)', 'TARGET_FULL'],
    ['Message size exceeds maximum allowed size', 'MESSAGE_TOO_LARGE'],
    ['Message contains invalid header', 'MESSAGE_REFUSED'],
    ['', 'MESSAGE_REFUSED'],
  ])('APPEND NO %j is %s', (text, code) => {
    expect(appendRefusal({ status: 'NO', code: '', text })).toMatchObject({ code });
  });
});

describe('what is sent', () => {
  test('sets of UIDs are ranges, and no line grows too long', () => {
    expect(uidSets([7, 3, 1, 2, 3])).toEqual(['1:3,7']);
    expect(uidSets([])).toEqual([]);
    const odd = Array.from({ length: 20_000 }, (_, at) => 4_000_000_000 + at * 2);
    const sets = uidSets(odd);
    expect(Math.max(...sets.map((set) => set.length))).toBeLessThan(8_000);
    expect(sets.flatMap((set) => set.split(',').map(Number))).toEqual(odd);
  });

  test('sets of UIDs name exactly the UIDs that were given, whatever they are', () => {
    const uid = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 4_294_967_295 }));
    fc.assert(
      fc.property(fc.array(uid, { maxLength: 400 }), (uids) => {
        const named = uidSets(uids).flatMap((set) => {
          expect(set).toMatch(/^\d+(:\d+)?(,\d+(:\d+)?)*$/);
          return set.split(',').flatMap((range) => {
            const [first = 0, last = first] = range.split(':').map(Number);
            return Array.from({ length: last - first + 1 }, (_, i) => first + i);
          });
        });
        expect(named).toEqual([...new Set(uids)].sort((a, b) => a - b));
      }),
    );
  });

  test('flags: system flags always, keywords where they are kept', () => {
    const permanent = { flags: ['\\Seen', '$Known'], keywords: false };
    expect(storableFlags(['\\Seen', '\\Draft', '\\Recent', '$known', '$Other', 'a b', ''], permanent)).toEqual([
      '\\Seen',
      '\\Draft',
      '$known',
    ]);
  });
});
