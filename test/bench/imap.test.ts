/** What the bench reads along: commands in the proxy, messages in the comparison. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CanonicalHash } from '../../bench/imap/canonical-hash.ts';
import { difference, type Snapshot } from '../../bench/imap/snapshot.ts';
import { CommandCounter } from '../../bench/proxy/command-counter.ts';

/** As a network may cut it: octet by octet. */
function counted(client: string, ...between: { after: string; server: string }[]): CommandCounter {
  const counter = new CommandCounter();
  let sent = '';
  for (const character of client) {
    counter.fromClient(Buffer.from(character));
    sent += character;
    for (const { after, server } of between) if (sent.endsWith(after)) counter.toClient(Buffer.from(server));
  }
  return counter;
}

describe('command counter', () => {
  test('counts commands by name, not what belongs to one', () => {
    const { sent } = counted(
      '1 AUTHENTICATE PLAIN\r\nAGFkYQB4\r\n2 uid fetch 1:* FLAGS\r\n3 IDLE\r\nDONE\r\n4 LOGOUT\r\n',
    );
    expect(sent.byName).toEqual({ AUTHENTICATE: 1, 'UID FETCH': 1, IDLE: 1, LOGOUT: 1 });
    expect(sent.total).toBe(4);
  });

  test('octets of a literal are no commands, and several messages of one APPEND are one', () => {
    const { sent } = counted('1 APPEND x {12+}\r\n2 NOOP\r\n....\r\n 5 () {3+}\r\nabc\r\n6 NOOP\r\n');
    expect(sent.byName).toEqual({ APPEND: 1, NOOP: 1 });
    expect(sent).toMatchObject({ unwaited: 2, largestUnwaitedBytes: 12, waited: 0 });
  });

  test('a synchronizing literal that waits for its + is right', () => {
    const { sent } = counted('1 APPEND x {3}\r\nabc\r\n', { after: '{3}\r\n', server: '+ OK\r\n' });
    expect(sent).toMatchObject({ waited: 1, unwaited: 0, early: 0 });
  });

  test('one that does not wait is found', () => {
    expect(counted('1 APPEND x {3}\r\nabc\r\n').sent).toMatchObject({ waited: 1, early: 1 });
    const other = counted('1 APPEND x {3}\r\nabc\r\n', { after: '{3}\r\n', server: '* 1 EXISTS\r\n' });
    expect(other.sent.early).toBe(1);
  });
});

describe('canonical hash', () => {
  const sha = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
  const inPieces = (text: string, size: number, dropped: string | null = null): string => {
    const hash = new CanonicalHash(dropped);
    for (let at = 0; at < text.length; at += size) hash.update(Buffer.from(text.slice(at, at + size), 'latin1'));
    return hash.digest();
  };

  test.each([
    ['a\r\nb\r\n', 'a\r\nb\r\n'],
    ['a\nb', 'a\r\nb'],
    ['a\rb', 'a\r\nb'],
    ['a\r\r\nb\r', 'a\r\n\r\nb\r\n'],
    ['\n\n', '\r\n\r\n'],
    ['', ''],
  ])('%j counts as %j, however it is cut', (text, canonical) => {
    for (const size of [1, 2, 3, 100]) expect(inPieces(text, size)).toBe(sha(canonical));
  });

  test('a header that a tool adds does not count, the same words in the body do', () => {
    const copy = 'From: a\r\nX-TUID: 123\r\nTo: b\r\n\r\nX-TUID: 123\r\n';
    const original = 'From: a\r\nTo: b\r\n\r\nX-TUID: 123\r\n';
    for (const size of [1, 7, 1_000]) {
      expect(inPieces(copy, size, 'X-TUID')).toBe(sha(original));
      expect(inPieces(original, size, 'X-TUID')).toBe(sha(original));
      expect(inPieces(copy, size)).not.toBe(sha(original));
    }
  });
});

describe('difference of two mailboxes', () => {
  const of = (folders: Record<string, Record<string, number>>): Snapshot => ({
    messages: 0,
    bytes: 0,
    folders: new Map(Object.entries(folders).map(([name, messages]) => [name, new Map(Object.entries(messages))])),
  });
  const original = of({ INBOX: { a: 2, b: 1 }, Empty: {} });

  test.each([
    ['the same', of({ INBOX: { a: 2, b: 1 }, Sent: {} }), null],
    ['a twin too few', of({ INBOX: { a: 1, b: 1 } }), 'INBOX: 1 missing, 0 that should not be there'],
    ['a twin too many', of({ INBOX: { a: 3, b: 1 } }), 'INBOX: 0 missing, 1 that should not be there'],
    [
      'another folder',
      of({ INBOX: { a: 2 }, Sent: { b: 1 } }),
      'INBOX: 1 missing, 0 that should not be there; Sent: 0 missing, 1 that should not be there',
    ],
  ])('%s', (_what, copy, wrong) => expect(difference(original, copy)).toBe(wrong));
});
