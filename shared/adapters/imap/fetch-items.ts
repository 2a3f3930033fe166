import type { InternalDate } from '../../ports/mail.ts';
import { pairs, strings, type Part, parseValues } from './wire/values.ts';

/** What one FETCH response told; a response may be unsolicited and tell less than was asked. */
export interface FetchItems {
  uid: number | null;
  flags: string[] | null;
  /** Empty: the server has none to tell (NIL). */
  internalDate: InternalDate | null;
  sizeBytes: number | null;
  /** Of a BODY[] that was sent as a quoted string instead of a literal. */
  inlineBody: string | null;
  /** Of BODY[HEADER.FIELDS (...)]; servers spell the list of fields as they like. */
  headerFields: string | null;
}

export function fetchItems(parts: readonly Part[]): FetchItems {
  const items = pairs(parseValues(parts)[0]);
  const date = items.get('INTERNALDATE');
  const body = items.get('BODY[]');
  const header = [...items].find(([name]) => name.startsWith('BODY[HEADER.FIELDS'))?.[1];
  return {
    uid: uid(items.get('UID')),
    flags: items.has('FLAGS') ? canonicalFlags(strings(items.get('FLAGS'))) : null,
    internalDate: typeof date === 'string' ? paddedDay(date) : items.has('INTERNALDATE') ? '' : null,
    sizeBytes: number(items.get('RFC822.SIZE')),
    inlineBody: typeof body === 'string' ? body : null,
    headerFields: typeof header === 'string' ? header : null,
  };
}

const systemFlags = new Map(
  ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'].map((flag) => [flag.toLowerCase(), flag]),
);

export function canonicalFlags(flags: readonly string[]): string[] {
  const named = flags.map((flag) => systemFlags.get(flag.toLowerCase()) ?? flag);
  return [...new Set(named)].filter((flag) => flag.toLowerCase() !== '\\recent');
}

function paddedDay(date: string): InternalDate {
  return date.replace(/^ ?(\d)-/, '0$1-');
}

function uid(value: unknown): number | null {
  const n = number(value);
  return n !== null && n > 0 && n <= 4_294_967_295 ? n : null;
}

function number(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
