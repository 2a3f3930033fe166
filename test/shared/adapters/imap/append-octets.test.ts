import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { AppendQueue } from '../../../../shared/adapters/imap/append-queue.ts';
import { Connection } from '../../../../shared/adapters/imap/wire/connection.ts';
import { all, outgoing } from '../../../suites/mail/world.ts';

/** Servers rewrite some of these octets when they store them; what is sent must be what was read all the same. */
test.each([
  ['NUL', Buffer.from('a\0b\0')],
  ['bare LF and bare CR', Buffer.from('a\nb\rc\n\r')],
  ['all 256 octets', Buffer.from(Array.from({ length: 256 }, (_, octet) => octet))],
  ['nothing', Buffer.alloc(0)],
  ['more than one write', Buffer.alloc(300_000, 'x\r\n\0')],
])('octets are sent untouched: %s', async (_title, octets) => {
  const [readSocket, writeSocket] = [new PassThrough(), new PassThrough()];
  const queue = new AppendQueue(new Connection({ readSocket, writeSocket, socket: readSocket }), {
    literals: 'plus',
    multiAppend: false,
  });
  const sent = all<Buffer>(writeSocket);
  const { answer } = await queue.append('"INBOX"', outgoing(octets, ['\\Seen']));
  readSocket.write('M1 OK [APPENDUID 3 4] stored\r\n');
  expect(await answer).toEqual({ kind: 'stored', targetUid: 4, uidValidity: 3 });
  writeSocket.end();
  const header = `M1 APPEND "INBOX" (\\Seen) "17-Jul-1996 02:44:25 -0700" {${octets.length}+}\r\n`;
  expect(Buffer.concat(await sent).equals(Buffer.concat([Buffer.from(header), octets, Buffer.from('\r\n')]))).toBe(
    true,
  );
});
