import { describe, expect, test } from '@jest/globals';
import { headerIdentity, type HeaderIdentity } from '../../../../shared/core/header-identity.ts';
import { isAmbiguous, learnRewrites, type Rival } from '../../../../shared/core/protocol/rivals.ts';

const date = '01-Mar-2026 10:00:00 +0000';
const head = (messageId: string, subject = 's'): HeaderIdentity => {
  const identity = headerIdentity(Buffer.from(`Message-ID: ${messageId}\r\nSubject: ${subject}\r\n\r\n`), date);
  if (!identity) throw new Error('no identity');
  return identity;
};

/** other rows of the instant as header, octets | whether the copy of <1>, octets m, may be another row's */
const table: [string, Rival[], boolean][] = [
  ['no other row', [], false],
  ['a twin of equal octets', [{ headers: head('<1>'), octets: 'm' }], false],
  ['another mail', [{ headers: head('<2>'), octets: 'x' }], false],
  ['one header, other octets', [{ headers: head('<1>'), octets: 'x' }], true],
  ['one Message-ID, other subject and octets', [{ headers: head('<1>', 'other'), octets: 'x' }], true],
  ['one header, octets that cannot be read', [{ headers: head('<1>'), octets: null }], true],
  ['a header that cannot be read', [{ headers: null, octets: null }], true],
  [
    'a twin, and one that is none',
    [
      { headers: head('<1>'), octets: 'm' },
      { headers: head('<1>'), octets: 'x' },
    ],
    true,
  ],
];

describe('a row is ambiguous', () => {
  test.each(table)('%s', (_title, rivals, expected) => {
    expect(isAmbiguous({ headers: head('<1>'), octets: 'm' }, rivals)).toBe(expected);
  });
});

describe('a target rewrites', () => {
  const sent = { octets: 'm', headers: head('<1>') };
  const kept = { sent, stored: sent };
  const changed = { sent, stored: { octets: 'x', headers: head('<1>') } };
  const foreign = { sent, stored: { octets: 'y', headers: head('<2>') } };
  const silent = { sent: { octets: 'm', headers: null }, stored: { octets: 'x', headers: null } };
  test.each([
    ['unknown without a copy', [], null],
    ['no, if a copy has the octets that were sent', [kept], false],
    ['yes, if a copy with the header has others', [changed], true],
    ['no, if it changes some messages only', [changed, kept], false],
    ['unknown, if APPENDUID named another message', [foreign], null],
    ['unknown, if the headers say nothing', [silent], null],
  ])('%s', (_title, copies, expected) => expect(learnRewrites(copies)).toBe(expected));
});
