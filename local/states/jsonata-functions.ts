import { createHash, randomUUID } from 'node:crypto';
import { parseJson } from '../json.ts';

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** What Step Functions adds to JSONata (transforming-data), and what it takes away. */
export const addedFunctions: Readonly<Record<string, unknown>> = {
  parse: (text: string) => parseJson(text),
  uuid: () => randomUUID(),
  random: (seed?: number) => (seed === undefined ? Math.random() : javaRandom(seed)),
  hash(text: string, algorithm: string) {
    const name = algorithms[algorithm];
    if (name === undefined) throw new Error(`$hash does not know the algorithm ${algorithm}`);
    return createHash(name).update(text).digest('hex');
  },
  partition(items: unknown[], size: number) {
    if (!(size >= 1)) throw new Error('$partition needs a size of at least 1');
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    );
  },
  range(start: number, end: number, step: number) {
    if (step === 0) throw new Error('$range needs a step other than 0');
    const count = Math.floor((end - start) / step) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => start + index * step);
  },
  eval: undefined,
};

/** First `nextDouble()` of java.util.Random with that seed: 42 gives 0.7275636800328681, recorded from AWS. */
export function javaRandom(seed: number): number {
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - bits);
  };
  const high = next(26n) << 27n;
  return Number(high + next(27n)) / 2 ** 53;
}
