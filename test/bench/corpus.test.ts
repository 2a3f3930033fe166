/** The mail that is copied is the same on every machine, and what the tables say of it. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { corpusMessages, type CorpusSpec } from '../../bench/corpus/corpora.ts';
import { cutIntoLanes } from '../../bench/run/lanes.ts';

const made = (spec: CorpusSpec) => [...corpusMessages(spec)];

function digest(spec: CorpusSpec): string {
  const hash = createHash('sha256');
  for (const { folder, octets, arrivedAt, maildirFlags } of corpusMessages(spec))
    hash.update(`${folder} ${arrivedAt.toISOString()} ${maildirFlags}\n`).update(octets);
  return hash.digest('hex');
}

describe('corpora', () => {
  test('the same seed makes the same octets, flags and dates', () => {
    const spec: CorpusSpec = { kind: 'M', count: 30 };
    expect(digest(spec)).toBe(digest(spec));
    expect(digest({ kind: 'S', count: 30 })).not.toBe(digest(spec));
  });

  test('a sample is the beginning of the corpus', () => {
    const [few, many] = [made({ kind: 'S', count: 5 }), made({ kind: 'S', count: 20 })];
    expect(few.map(({ octets }) => octets)).toEqual(many.slice(0, 5).map(({ octets }) => octets));
  });

  test('S is about 4 KB in one folder', () => {
    const messages = made({ kind: 'S', count: 400 });
    const mean = messages.reduce((sum, { octets }) => sum + octets.length, 0) / messages.length;
    expect(new Set(messages.map(({ folder }) => folder))).toEqual(new Set(['INBOX']));
    expect(mean).toBeGreaterThan(3_700);
    expect(mean).toBeLessThan(4_500);
  });

  test('M has a median near 15 KB in 20 folders', () => {
    const messages = made({ kind: 'M', count: 300 });
    const sizes = messages.map(({ octets }) => octets.length).sort((a, b) => a - b);
    expect(new Set(messages.map(({ folder }) => folder)).size).toBe(20);
    expect(sizes[150]).toBeGreaterThan(10_500);
    expect(sizes[150]).toBeLessThan(20_000);
  });

  test('every line ends in CRLF, so that no server changes a size', () => {
    const text = Buffer.concat(made({ kind: 'M', count: 20 }).map(({ octets }) => octets)).toString('latin1');
    expect(/\r(?!\n)|(?<!\r)\n/.test(text)).toBe(false);
  });
});

describe('lanes of the raw limit', () => {
  test('hold every message once, folders together, in parts of about equal work', () => {
    const messages = made({ kind: 'M', count: 200 });
    const lanes = cutIntoLanes(messages, 4);
    expect(lanes.flat()).toHaveLength(200);
    expect(new Set(lanes.flat())).toEqual(new Set(messages));
    // A folder is in at most two lanes next to each other.
    const folders = lanes.map((lane) => new Set(lane.map(({ folder }) => folder)));
    expect(folders.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(20 + 3);
  });
});
