/** Reading again keeps nothing of a message but its hash, whatever its size (faults F32). */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { FetchedMessage } from '../../../shared/ports/mail.ts';
import { readAsIs, readWithRepairs } from '../../../shared/steps/sync/read-side.ts';

const partBytes = 64 * 1024;
const parts = 400;

/** Part `n` of the message. Every one is another, and a line end is cut between two of them. */
function fill(buffer: Buffer, n: number): Buffer {
  buffer.fill(0x41 + (n % 26));
  buffer[0] = 0x0a;
  buffer[partBytes - 1] = 0x0d;
  return buffer;
}

/** Handed out in one buffer that is written over: who keeps parts for later has the last one many times. */
async function* reused(): AsyncIterable<Uint8Array> {
  const buffer = Buffer.alloc(partBytes);
  for (let n = 0; n < parts; n++) {
    yield fill(buffer, n);
    buffer.fill(0);
  }
  yield Buffer.from('\n');
}

const message = (): FetchedMessage => ({
  uid: 1,
  internalDate: '01-Jan-2026 00:00:00 +0000',
  sizeBytes: 1,
  flags: [],
  octetCount: parts * partBytes + 1,
  octets: reused(),
});

test.each([
  ['as it is', readAsIs],
  ['with what repairs would make of it', readWithRepairs],
])('%s: its parts are hashed as they pass', async (_, read) => {
  // The very first LF has no CR before it.
  const expected = createHash('sha256').update('\r');
  for (let n = 0; n < parts; n++) expected.update(fill(Buffer.alloc(partBytes), n));
  expect((await read(message())).sha256).toEqual([expected.update('\n').digest('hex')]);
});
