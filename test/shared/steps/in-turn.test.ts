import { expect, test } from '@jest/globals';
import { inTurn } from '../../../shared/steps/in-turn.ts';

interface Log {
  begun: number[];
  ended: number[];
}

function source(id: number, rows: readonly string[], log: Log) {
  return async function* (): AsyncGenerator<string, void, void> {
    log.begun.push(id);
    try {
      for (const row of rows) {
        if (row === 'broken') throw new Error(`source ${id} is broken`);
        yield row;
      }
    } finally {
      log.ended.push(id);
    }
  };
}

const nothing = (): Log => ({ begun: [], ended: [] });

async function take(rows: AsyncIterable<string>, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const taken: string[] = [];
  for await (const row of rows) {
    taken.push(row);
    if (taken.length >= most) break;
  }
  return taken;
}

test('rows come in the order of the sources, also from empty ones', async () => {
  const log = nothing();
  const sources = [['a', 'b'], [], ['c'], [], [], ['d', 'e']].map((rows, id) => source(id, rows, log));
  expect(await take(inTurn(sources))).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('four are asked ahead, no more', async () => {
  const log = nothing();
  const sources = ['a', 'b', 'c', 'd', 'e', 'f'].map((row, id) => source(id, [row], log));
  expect(await take(inTurn(sources), 1)).toEqual(['a']);
  expect(log.begun).toEqual([0, 1, 2, 3]);
});

test('whoever stops early leaves none open', async () => {
  const log = nothing();
  const sources = ['a', 'b', 'c', 'd', 'e'].map((row, id) => source(id, [row, 'more'], log));
  await take(inTurn(sources), 3);
  expect(new Set(log.ended)).toEqual(new Set(log.begun));
});

test('a failure is told in its turn, after the rows before it', async () => {
  const log = nothing();
  const sources = [['a', 'b'], ['broken'], ['c']].map((rows, id) => source(id, rows, log));
  const taken: string[] = [];
  const all = (async () => {
    for await (const row of inTurn(sources)) taken.push(row);
  })();
  await expect(all).rejects.toThrow('source 1 is broken');
  expect(taken).toEqual(['a', 'b']);
});
