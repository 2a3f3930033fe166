/** Requests that are under way while an earlier answer is read: a small object costs the wait for it, not its octets. */
const ahead = 4;

interface Begun<T> {
  rest: AsyncIterator<T>;
  first: Promise<IteratorResult<T>>;
}

/** What the sources give, one source after the other. A failure is told when its turn has come. */
export async function* inTurn<T>(sources: readonly (() => AsyncIterable<T>)[]): AsyncIterable<T> {
  const waiting = [...sources];
  const begun = waiting.splice(0, ahead).map(begin);
  try {
    for (let current = begun[0]; current; current = begun[0]) {
      for (let row = await current.first; row.done !== true; row = await current.rest.next()) yield row.value;
      begun.shift();
      begun.push(...waiting.splice(0, 1).map(begin));
    }
  } finally {
    await Promise.allSettled(begun.map(async ({ rest }) => rest.return?.()));
  }
}

function begin<T>(open: () => AsyncIterable<T>): Begun<T> {
  const rest = open()[Symbol.asyncIterator]();
  const first = rest.next();
  first.catch(() => {});
  return { rest, first };
}
