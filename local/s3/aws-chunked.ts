import { S3Error } from './errors.ts';

/**
 * Content-Encoding aws-chunked: `<hex size>[;signature]\r\n<bytes>\r\n … 0\r\n<trailer>: <value>\r\n\r\n`.
 * SDK v3 sends it for every stream, with the checksum as trailer; a store that keeps the frames keeps corrupt objects
 * in silence (seen in another S3 substitute: 100,000 bytes became 100,045).
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const decoder = new ChunkDecoder();
  for await (const part of source) yield* decoder.push(part);
  for (const [name, value] of decoder.finish()) trailers.set(name, value);
}

class ChunkDecoder {
  #expecting: 'size' | 'data' | 'line end' | 'trailer' = 'size';
  #buffered: Buffer = Buffer.alloc(0);
  #leftBytes = 0;

  *push(part: Buffer): Generator<Buffer> {
    this.#buffered = this.#buffered.length === 0 ? part : Buffer.concat([this.#buffered, part]);
    for (;;) {
      if (this.#expecting === 'trailer') return;
      if (this.#expecting === 'size' && !this.#readSize()) return;
      if (this.#expecting === 'data') {
        if (this.#buffered.length === 0) return;
        yield this.#take(Math.min(this.#leftBytes, this.#buffered.length));
      }
      if (this.#expecting === 'line end') {
        if (this.#buffered.length < 2) return;
        this.#buffered = this.#buffered.subarray(2);
        this.#expecting = 'size';
      }
    }
  }

  finish(): [string, string][] {
    if (this.#expecting !== 'trailer') throw incompleteBody();
    return this.#buffered
      .toString('latin1')
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      });
  }

  #readSize(): boolean {
    const end = this.#buffered.indexOf('\r\n');
    if (end < 0) return false;
    this.#leftBytes = parseInt(this.#buffered.toString('latin1', 0, end), 16);
    if (Number.isNaN(this.#leftBytes)) throw incompleteBody();
    this.#buffered = this.#buffered.subarray(end + 2);
    this.#expecting = this.#leftBytes === 0 ? 'trailer' : 'data';
    return true;
  }

  #take(sizeBytes: number): Buffer {
    const slice = this.#buffered.subarray(0, sizeBytes);
    this.#buffered = this.#buffered.subarray(sizeBytes);
    this.#leftBytes -= sizeBytes;
    if (this.#leftBytes === 0) this.#expecting = 'line end';
    return slice;
  }
}

const incompleteBody = (): S3Error => new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly');
