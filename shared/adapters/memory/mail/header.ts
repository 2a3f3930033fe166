/** What the in-memory server knows of headers: which fields there are, and how other servers rewrite them. */
import { identityFields } from '../../../core/header-identity.ts';

/** `header`: adds a line that differs each time; `wrapping`: folds the header anew and pads line ends of the body. */
export type Rewrite = 'header' | 'wrapping';

/** As BODY[HEADER.FIELDS (...)] tells them, with the blank line behind. */
export function fieldsOf(octets: Uint8Array): Buffer {
  const { header } = split(octets);
  const wanted = header.filter(({ name }) => identityFields.some((field) => field === name));
  return Buffer.from(`${wanted.map(({ text }) => `${text}\r\n`).join('')}\r\n`, 'latin1');
}

export function rewritten(octets: Uint8Array, how: Rewrite, serial: number): Buffer {
  const { header, body } = split(octets);
  const own = `X-Stored: ${serial}\r\n`;
  const lines = header.map(({ text }) => `${how === 'wrapping' ? text.replaceAll(': ', ':\r\n\t') : text}\r\n`);
  const tail = how === 'wrapping' ? body.replaceAll('\r\n', ' \r\n') : body;
  return Buffer.from(`${how === 'header' ? own : ''}${lines.join('')}\r\n${tail}`, 'latin1');
}

/** Fields as they stand, folded lines included. */
function split(octets: Uint8Array): { header: { name: string; text: string }[]; body: string } {
  const text = Buffer.from(octets).toString('latin1');
  const gap = /^\r?\n|\r?\n\r?\n/.exec(text);
  const head = gap ? text.slice(0, gap.index) : text;
  const lines = head.split(/\r?\n(?![ \t])/).filter((line) => line !== '');
  return {
    header: lines.map((line) => ({ name: (/^[^\s:]+/.exec(line)?.[0] ?? '').toUpperCase(), text: line })),
    body: gap ? text.slice(gap.index + gap[0].length) : '',
  };
}
