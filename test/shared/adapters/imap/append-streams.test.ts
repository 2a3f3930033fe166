/** A message is never held as a whole on its way to the target (faults F32). */
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { AppendQueue } from '../../../../shared/adapters/imap/append-queue.ts';
import { Connection } from '../../../../shared/adapters/imap/wire/connection.ts';

test('no more of it is taken from the source than the target takes', async () => {
  const [readSocket, writeSocket] = [new PassThrough(), new PassThrough()];
  const connection = new Connection({ readSocket, writeSocket, socket: readSocket });
  const queue = new AppendQueue(connection, { literals: 'plus', multiAppend: false });
  const part = Buffer.alloc(64 * 1024, 'x');
  const parts = 200;
  let taken = 0;
  const octets = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for (; taken < parts; taken++) yield part;
  };
  const internalDate = '17-Jul-1996 02:44:25 -0700';
  const sent = queue.append('"INBOX"', { flags: [], internalDate, octetCount: parts * part.length, octets: octets() });
  for (let i = 0; i < 100; i++) await setImmediate();
  // The target reads nothing yet: what was taken lies in the buffers of a socket.
  expect(taken).toBeLessThan(5);
  let arrived = 0;
  writeSocket.on('data', (chunk: Buffer) => (arrived += chunk.length));
  const { answer } = await sent;
  readSocket.write('M1 OK stored\r\n');
  expect(await answer).toMatchObject({ kind: 'stored' });
  expect(taken).toBe(parts);
  writeSocket.end();
  await once(writeSocket, 'end');
  expect(arrived).toBeGreaterThan(parts * part.length);
});
