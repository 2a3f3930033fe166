/** Text files as people save them: UTF-8 with or without byte order mark, or Excel's "Unicode Text" (UTF-16). */
import { MigrationError } from '../errors.ts';

const mostBytes = 20_000_000;

/** Errors: CSV_UNREADABLE, naming the line. */
export function decodeText(octets: Uint8Array, name: string): string {
  if (octets.length > mostBytes) throw new MigrationError('CSV_UNREADABLE', `${name} is larger than 20 MB. Divide it.`);
  const encoding = encodingOf(octets);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(octets);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below, with the line.
  }
  throw new MigrationError(
    'CSV_UNREADABLE',
    `${name} line ${firstBadLine(octets, encoding)}: this is not ${encoding.toUpperCase()} text.`,
  );
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** Decodes leniently: the first replacement character or NUL stands where decoding failed. */
function firstBadLine(octets: Uint8Array, encoding: string): number {
  const text = new TextDecoder(encoding).decode(octets);
  const at = text.search(/[\uFFFD\0]/);
  return text.slice(0, Math.max(0, at)).split('\n').length;
}
