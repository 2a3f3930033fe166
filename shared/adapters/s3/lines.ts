/** Octets and JSON Lines as blocks, without ever holding a whole object. */
import { damaged } from './failures.ts';

/**
 * The octets of an object up to each `\n`, as text, piece by piece. Not readline: it also splits at U+2028, which JSON
 * leaves as it is.
 */
export async function* splitLines(key: string, octets: AsyncIterable<unknown>): AsyncIterable<string[]> {
  const decode = strictDecoder(key);
  let rest = '';
  for await (const piece of octets) {
    if (!(piece instanceof Uint8Array)) throw new TypeError('the body of an object is octets');
    const lines = decode(piece).split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    yield lines;
  }
  rest += decode();
  if (rest !== '') yield [rest];
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

/** Rows as lines. Thousands of rows that are at hand are not waited for one by one. */
export function joinLines(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  blockBytes: number,
): AsyncGenerator<Buffer, void> {
  return Symbol.iterator in rows ? blocksOf(rows, blockBytes) : joinOctets(linesOf(rows), blockBytes);
}

const lineOf = (row: unknown): string => `${JSON.stringify(row)}\n`;

async function* linesOf(rows: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  for await (const row of rows) yield Buffer.from(lineOf(row), 'utf8');
}

/** As `joinOctets`; a text has no more characters than octets. */
async function* blocksOf(rows: Iterable<unknown>, blockBytes: number): AsyncGenerator<Buffer, void> {
  let text = '';
  for (const row of rows) {
    text += lineOf(row);
    if (text.length < blockBytes) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}

/** Collected to blocks of at least `blockBytes`; the last one may be smaller. Nothing in, no block. */
export async function* joinOctets(octets: AsyncIterable<Uint8Array>, blockBytes: number): AsyncGenerator<Buffer, void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of octets) {
    parts.push(part);
    size += part.length;
    if (size < blockBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts);
}
