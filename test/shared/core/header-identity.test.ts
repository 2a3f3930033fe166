import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headerIdentity, mayBeTakenFor, mostHeaderBytes } from '../../../shared/core/header-identity.ts';

const date = '17-Jul-1996 02:44:25 -0700';
const full = {
  'Message-ID': '<1@x>',
  Date: 'Wed, 17 Jul 1996 02:44:25 -0700',
  From: 'a@x',
  To: 'b@x',
  Subject: 'Re: one',
};
type Fields = Partial<Record<string, string>>;

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');
const header = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
const of = (fields: Fields, internalDate = date) =>
  headerIdentity(octets(`${header(fields)}\r\nbody\r\n`), internalDate);
const ofText = (text: string) => headerIdentity(octets(text), date);
const { 'Message-ID': _, ...nameless } = full;

describe('two headers are the same mail', () => {
  const wanted = of(full)?.key;
  test.each([
    ['other lines around them', `Received: x\r\n${header(full)}X-Stored: 7\r\n\r\nother body`],
    ['another order of the lines', `${header(nameless)}Message-ID: <1@x>\r\n\r\n`],
    ['names in other case', `${header(full).replace('Message-ID', 'message-Id').replace('From', 'FROM')}\r\n`],
    ['folded anew', `${header(full).replaceAll(': ', ':\r\n\t ')}\r\n`],
    ['wider blanks', `${header(full).replace('Re: one', ' Re:  \t one \t')}\r\n`],
    ['bare line feeds', `${header(full)}\r\n`.replaceAll('\r\n', '\n')],
    ['nothing behind the header', header(full)],
    ['fields repeated in the body only', `${header(full)}\r\nSubject: other\r\n`],
  ])('with %s', (_title, text) => {
    expect(wanted).toEqual(expect.any(String));
    expect(ofText(text)?.key).toBe(wanted);
  });

  test('when the date is the same instant in another zone', () => {
    expect(of(full, '17-Jul-1996 09:44:25 +0000')?.key).toBe(wanted);
  });
});

describe('two headers are different mails', () => {
  test.each<[string, Fields, string]>([
    ['INTERNALDATE', full, '17-Jul-1996 02:44:26 -0700'],
    ['Message-ID', { ...full, 'Message-ID': '<2@x>' }, date],
    ['Message-ID, in case', { ...full, 'Message-ID': '<1@X>' }, date],
    ['no Message-ID', nameless, date],
    ['Date', { ...full, Date: 'Wed, 17 Jul 1996 02:44:25 +0000' }, date],
    ['From', { ...full, From: 'A <a@x>' }, date],
    ['To', { ...full, To: '' }, date],
    ['Subject, in case', { ...full, Subject: 're: one' }, date],
    ['Subject, in an 8-bit blank', { ...full, Subject: 'Re: one\xa0' }, date],
    ['a value that moved to another field', { ...full, From: 'b@x', To: 'a@x' }, date],
  ])('by %s', (_title, fields, internalDate) => {
    expect(of(fields, internalDate)?.key).not.toBe(of(full)?.key);
  });
});

describe('a header identifies nothing', () => {
  test.each<[string, Fields]>([
    ['without Message-ID and Date', { ...nameless, Date: '' }],
    ['without Message-ID and Subject', { ...nameless, Subject: ' ' }],
    ['when it is empty', {}],
  ])('%s', (_title, fields) => expect(of(fields)).toMatchObject({ key: null, messageId: null, others: null }));

  test.each([
    ['a field of interest stands there twice', `${header(full)}MESSAGE-ID: <2@x>\r\n\r\n`],
    ['a field stands there twice with one value', `${header(full)}To: b@x\r\n\r\n`],
    ['it is cut off', `${header(full)}X: ${'x'.repeat(mostHeaderBytes)}`],
  ])('when %s', (_title, text) => expect(ofText(text)).toBeNull());

  test('but a Message-ID alone does', () => {
    expect(of({ 'Message-ID': '<1@x>' })?.key).toEqual(expect.any(String));
    expect(of({ 'Message-ID': '<1@x>' })?.key).not.toBe(of(full)?.key);
  });
});

test('no text of the mail is in an identity', () => {
  expect(JSON.stringify(of(full))).not.toMatch(/one|a@x|1996/);
});

describe('a copy may be taken for another one', () => {
  const other = { ...full, Subject: 'other' };
  test.each<[string, Fields, Fields | null, boolean]>([
    ['same Message-ID, whatever else', full, other, true],
    ['other Message-ID, all else equal', full, { ...full, 'Message-ID': '<2@x>' }, false],
    ['only the other one lacks a Message-ID', full, nameless, false],
    ['unreadable', full, null, true],
    ['no Message-ID, the rest equal', nameless, full, true],
    ['no Message-ID, the rest different', nameless, { ...nameless, Subject: 'other' }, false],
    ['no Message-ID, and the target may complete the other', nameless, { ...nameless, Date: '' }, true],
  ])('%s', (_title, row, rival, expected) => {
    const identity = of(row);
    if (!identity) throw new Error('the row has no identity');
    expect(mayBeTakenFor(identity, rival && of(rival))).toBe(expected);
  });
});

describe('hostile octets', () => {
  test('whatever they are: an identity or null, in bounded time, and twins of themselves', () => {
    const piece = fc.oneof(
      fc.constantFrom('Message-ID:', 'subject :', '\r\n', '\n', '\r', '\r\n\t', ' ', '\0', 'From: a', '\r\n\r\n', ':'),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const identity = ofText(text);
        expect(ofText(text)).toEqual(identity);
        // Whose header is understood is also taken for itself: a row is never hidden from its own twin.
        if (identity) expect(mayBeTakenFor(identity, identity)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('different values of a field never share an identity', () => {
    const value = fc.string({ minLength: 1, maxLength: 30 }).map((s) => s.replaceAll(/[^\x21-\x7e]/g, '~'));
    fc.assert(
      fc.property(value, value, fc.constantFrom(...Object.keys(full)), (one, two, field) => {
        fc.pre(one !== two);
        expect(of({ ...full, [field]: one })?.key).not.toBe(of({ ...full, [field]: two })?.key);
      }),
    );
  });

  test('a header of 8 MB costs no more than its first octets', () => {
    const huge = Buffer.alloc(8 * 1024 * 1024, 'a: \r\n ');
    expect(headerIdentity(huge, date)).toBeNull();
  });
});
