import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { DataStore, Parser } from '../../shared/ports/objects.ts';

const Row = z.object({ n: z.number(), text: z.string() });
type Row = z.infer<typeof Row>;
const parse: Parser<Row> = (value) => Row.parse(value);
const secret = 'secret-subject';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Rules of `DataStore`; `make` gives an empty one. */
export function dataStoreSuite(name: string, make: () => Promise<DataStore>): void {
  jsonSuite(name, make);
  linesSuite(name, make);
  octetsSuite(name, make);
  describe(`${name}: keys`, () => {
    test('the list is ascending and only below the prefix', async () => {
      const store = await make();
      for (const key of ['ledgers/b/2', 'ledgers/b/10', 'ledgers/c/1', 'ledgers/b/1'])
        await store.putText(key, '', 'text/plain');
      expect(await all(store.list('ledgers/b/'))).toEqual(['ledgers/b/1', 'ledgers/b/10', 'ledgers/b/2']);
      expect(await all(store.list('plans/'))).toEqual([]);
    });

    test('text and octets are put under their key and named by a ref', async () => {
      const store = await make();
      const text = await store.putText('reports/a.html', '<p>ä</p>', 'text/html; charset=utf-8');
      const octets = await store.putOctets('quarantine/a.eml', stream(Uint8Array.of(0, 255, 10)), { mailbox: 'ada' });
      expect([text.key, octets.key]).toEqual(['reports/a.html', 'quarantine/a.eml']);
      expect(octets.bucket).toBe(text.bucket);
      expect(await all(store.list(''))).toEqual(['quarantine/a.eml', 'reports/a.html']);
    });
  });
}

function jsonSuite(name: string, make: () => Promise<DataStore>): void {
  describe(`${name}: JSON`, () => {
    test('a value comes back, the newest one', async () => {
      const store = await make();
      await store.putJson('plans/a.json', { n: 1, text: 'old' });
      const ref = await store.putJson('plans/a.json', { n: 2, text: 'ä\u2028😀' });
      expect(ref.key).toBe('plans/a.json');
      expect(await store.readJson('plans/a.json', parse)).toEqual({ n: 2, text: 'ä\u2028😀' });
    });

    test('a missing object is null', async () => {
      const store = await make();
      expect(await store.readJson('plans/none.json', parse)).toBeNull();
    });

    test.each([`{"n": "${secret}", "text": ""}`, `{${secret}`, ''])(
      'what does not parse is damage: %s',
      async (text) => {
        const store = await make();
        await store.putText('plans/a.json', text, 'application/json');
        const read = store.readJson('plans/a.json', parse);
        await expect(read).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
        await expect(read).rejects.not.toThrow(secret);
      },
    );
  });
}

function octetsSuite(name: string, make: () => Promise<DataStore>): void {
  describe(`${name}: octets`, () => {
    test.each([
      ['none', []],
      ['a few', [Uint8Array.of(0, 255), Uint8Array.of(13, 10, 128)]],
      ['more than one part of an upload', Array.from({ length: 6 }, (_, n) => Buffer.alloc(1024 * 1024 + n, n))],
    ])('come back as they were: %s', async (_, parts) => {
      const store = await make();
      await store.putOctets('quarantine/a.eml', stream(...parts), { code: 'MESSAGE_REFUSED' });
      const read = await store.readOctets('quarantine/a.eml');
      expect(Buffer.concat(await all(read ?? stream())).equals(Buffer.concat(parts))).toBe(true);
    });

    test('a missing object is null', async () => {
      const store = await make();
      expect(await store.readOctets('quarantine/none.eml')).toBeNull();
    });

    test('a stream that breaks leaves no object', async () => {
      const store = await make();
      await expect(store.putOctets('quarantine/a.eml', broken(), {})).rejects.toThrow('source is gone');
      expect(await store.readOctets('quarantine/a.eml')).toBeNull();
    });
  });
}

async function* stream(...parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

async function* broken(): AsyncIterable<Uint8Array> {
  for (let n = 0; n < 6; n += 1) yield Buffer.alloc(1024 * 1024);
  throw new Error('source is gone');
}

function linesSuite(name: string, make: () => Promise<DataStore>): void {
  describe(`${name}: lines`, () => {
    test('rows come back in order, whatever line breaks they hold', async () => {
      const store = await make();
      const rows = ['\n', '\r\n', '\u2028\u2029', '"', '', '\uFEFF'].map((text, n) => ({ n, text }));
      await store.putLines('plans/a.jsonl', rows);
      expect(await all(store.readLines('plans/a.jsonl', parse))).toEqual(rows);
    });

    test('no rows make an empty object, not a missing one', async () => {
      const store = await make();
      await store.putLines('plans/a.jsonl', []);
      expect(await all(store.readLines('plans/a.jsonl', parse))).toEqual([]);
    });

    test('characters of several octets survive any border of a long stream', async () => {
      const store = await make();
      const rowOf = (n: number): Row => ({ n, text: 'aä€😀'.repeat(997) });
      const count = 900;
      await store.putLines('plans/a.jsonl', manyRows(count, rowOf));
      let read = 0;
      for await (const row of store.readLines('plans/a.jsonl', parse)) {
        if (row.n !== read || row.text !== rowOf(0).text) throw new Error(`row ${read} is another one`);
        read += 1;
      }
      expect(read).toBe(count);
    });

    test('a missing object is damage', async () => {
      const store = await make();
      await expect(all(store.readLines('plans/none.jsonl', parse))).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
    });

    test('a line that does not parse is damage, after the rows before it', async () => {
      const store = await make();
      await store.putText('plans/a.jsonl', `{"n":1,"text":""}\n{"n":"${secret}"}\n`, 'text/plain');
      const seen: Row[] = [];
      const read = (async () => {
        for await (const row of store.readLines('plans/a.jsonl', parse)) seen.push(row);
      })();
      await expect(read).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
      await expect(read).rejects.not.toThrow(secret);
      expect(seen).toEqual([{ n: 1, text: '' }]);
    });

    test('rows that fail leave the old object', async () => {
      const store = await make();
      await store.putLines('plans/a.jsonl', [{ n: 1, text: 'old' }]);
      await expect(store.putLines('plans/a.jsonl', failingRows())).rejects.toThrow('source is gone');
      expect(await all(store.readLines('plans/a.jsonl', parse))).toEqual([{ n: 1, text: 'old' }]);
    });

    test('a reader may stop early', async () => {
      const store = await make();
      await store.putLines(
        'plans/a.jsonl',
        [1, 2, 3].map((n) => ({ n, text: '' })),
      );
      for await (const row of store.readLines('plans/a.jsonl', parse)) {
        expect(row.n).toBe(1);
        break;
      }
    });
  });
}

async function* manyRows(count: number, rowOf: (n: number) => Row): AsyncIterable<Row> {
  for (let n = 0; n < count; n += 1) yield rowOf(n);
}

async function* failingRows(): AsyncIterable<Row> {
  for (let n = 0; n < 6; n += 1) yield { n, text: 'x'.repeat(1024 * 1024) };
  throw new Error('source is gone');
}
