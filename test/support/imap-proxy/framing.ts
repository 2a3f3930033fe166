/** What travels between an IMAP client and a server: lines, and literals behind lines that announce one. */
import type { Readable } from 'node:stream';

/** Text and octets as latin1, without the CRLF. */
export type Unit = { kind: 'line'; text: string } | { kind: 'literal'; octets: Buffer };

export const lineEnd = '\r\n';

/** Octets of the literal that a line announces; null when none follows. */
export type Announced = (line: string) => number | null;

/** `{3}` and `{3+}` (RFC 7888). */
export const clientLiteral: Announced = (line) => sizeIn(/\{(\d+)\+?\}$/, line);

/** Human text may end in `{3}` and still announce nothing. */
export const serverLiteral: Announced = (line) =>
  /^\S+ (?:OK|NO|BAD|BYE|PREAUTH) /.test(line) ? null : sizeIn(/\{(\d+)\}$/, line);

function sizeIn(pattern: RegExp, line: string): number | null {
  const size = pattern.exec(line)?.[1];
  return size === undefined ? null : Number(size);
}

export async function* units(socket: Readable, announced: Announced): AsyncGenerator<Unit, void, void> {
  let held = Buffer.alloc(0);
  let literal: number | null = null;
  for await (const chunk of socket) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const end = literal ?? held.indexOf(lineEnd);
      if (end < 0 || end > held.length) break;
      const octets = held.subarray(0, end);
      held = held.subarray(literal === null ? end + lineEnd.length : end);
      if (literal === null) {
        const text = octets.toString('latin1');
        literal = announced(text);
        yield { kind: 'line', text };
      } else {
        literal = null;
        yield { kind: 'literal', octets };
      }
    }
  }
}
