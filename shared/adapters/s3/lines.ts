/** JSON Lines as octets, without ever holding a whole object. */
import { damaged } from './failures.ts';

/** The octets of an object up to each `\n`, as text. Not readline: it also splits at U+2028, which JSON leaves as it is. */
export async function* splitLines(key: string, octets: AsyncIterable<unknown>): AsyncIterable<string> {
  const decode = strictDecoder(key);
  let rest = '';
  for await (const piece of octets) {
    if (!(piece instanceof Uint8Array)) throw new TypeError('the body of an object is octets');
    const lines = decode(piece).split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decode();
  if (rest !== '') yield rest;
}

/** Keeps the octets of a split character until the next piece; without a piece it must have none left. */
function strictDecoder(key: string): (piece?: Uint8Array) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return (piece) => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw damaged(key, 'is not UTF-8');
    }
  };
}

/** Rows as lines, collected to blocks of at least `blockBytes`; the last one may be smaller. No rows, no block. */
export async function* joinLines(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  blockBytes: number,
): AsyncGenerator<Buffer, void> {
  let lines: Buffer[] = [];
  let size = 0;
  for await (const row of rows) {
    const line = Buffer.from(`${JSON.stringify(row)}\n`, 'utf8');
    lines.push(line);
    size += line.length;
    if (size < blockBytes) continue;
    yield Buffer.concat(lines);
    lines = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(lines);
}
