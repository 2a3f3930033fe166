import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { notImplemented, S3Error } from './errors.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** MD5 (the ETag) and CRC32 (the checksum that SDK v3 sends by default) of what passes; others on request. */
export class Checksums {
  readonly #md5 = createHash('md5');
  readonly #asked: { name: string; hash: Hash }[];
  #crc32 = 0;

  constructor(headers: Headers) {
    const declared = `${Object.keys(headers).join(',')},${header(headers, 'x-amz-trailer') ?? ''}`.toLowerCase();
    for (const name of ['crc32c', 'crc64nvme'])
      if (declared.includes(`x-amz-checksum-${name}`)) throw notImplemented(`checksum ${name}`);
    const hashes = ['sha1', 'sha256'].filter((name) => declared.includes(`x-amz-checksum-${name}`));
    this.#asked = hashes.map((name) => ({ name, hash: createHash(name) }));
  }

  update(part: Buffer): void {
    this.#md5.update(part);
    this.#crc32 = crc32(part, this.#crc32);
    for (const { hash } of this.#asked) hash.update(part);
  }

  /** Call once: digests end the hashes. */
  verify(headers: Headers, trailers: ReadonlyMap<string, string>): { md5: Buffer; crc32: string } {
    const expected = (name: string) => header(headers, name) ?? trailers.get(name);
    const found = { md5: this.#md5.digest(), crc32: crc32Text(this.#crc32) };
    const wanted: [string | undefined, string][] = [
      [expected('content-md5'), found.md5.toString('base64')],
      [expected('x-amz-checksum-crc32'), found.crc32],
      ...this.#asked.map(({ name, hash }): [string | undefined, string] => [
        expected(`x-amz-checksum-${name}`),
        hash.digest('base64'),
      ]),
    ];
    for (const [want, have] of wanted)
      if (want !== undefined && want !== have)
        throw new S3Error(400, 'BadDigest', `The checksum you specified (${want}) did not match ${have}`);
    return found;
  }
}

function crc32Text(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
