import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../../../../shared/adapters/imap/wire/connection.ts';

function connection(silenceMs: number) {
  const readSocket = new PassThrough();
  const writeSocket = new PassThrough().resume();
  return { readSocket, connection: new Connection({ readSocket, writeSocket, socket: readSocket }, silenceMs) };
}

test('a silent server is given up', async () => {
  await expect(connection(50).connection.command('NOOP')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});

test('while we are still sending, its silence does not count', async () => {
  const { connection: sending, readSocket } = connection(100);
  const answer = sending.next();
  for (let i = 0; i < 6; i++) {
    await sleep(50);
    await sending.write(Buffer.from('octets'));
  }
  readSocket.write('M1 OK stored\r\n');
  expect(await answer).toMatchObject({ tag: 'M1', kind: 'OK' });
});

test('a consumer may take its time', async () => {
  const { connection: slow, readSocket } = connection(50);
  readSocket.write('* 1 EXISTS\r\nM1 OK done\r\n');
  for await (const response of slow.converseAll(['NOOP'])) {
    if (response.tag !== '*') continue;
    expect(response).toMatchObject({ kind: 'EXISTS', number: 1 });
    await sleep(150);
  }
});
