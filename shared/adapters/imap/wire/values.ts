/** What an IMAP response is made of: atoms and strings (octets as latin1), NIL, lists. */
export type Value = string | null | readonly Value[];

/** Text as sent, with each literal as a Buffer in its place. */
export type Part = string | Buffer;

const maxDepth = 20;

/** All values of a response behind its first words. Unbalanced brackets end where the text ends. */
export function parseValues(parts: readonly Part[]): Value[] {
  const open: Value[][] = [[]];
  for (const part of parts) {
    if (typeof part === 'string') scan(part, open);
    else open.at(-1)?.push(part.toString('latin1'));
  }
  return open[0] ?? [];
}

function scan(text: string, open: Value[][]): void {
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (char === ' ') at++;
    else if (char === '(') at = enter(open, at);
    else if (char === ')') at = leave(open, at);
    else if (char === '"') at = quoted(text, at, open);
    else at = atom(text, at, open);
  }
}

function enter(open: Value[][], at: number): number {
  if (open.length > maxDepth) throw new RangeError('nested too deeply');
  const list: Value[] = [];
  open.at(-1)?.push(list);
  open.push(list);
  return at + 1;
}

function leave(open: Value[][], at: number): number {
  if (open.length > 1) open.pop();
  return at + 1;
}

function quoted(text: string, start: number, open: Value[][]): number {
  let value = '';
  let at = start + 1;
  for (; at < text.length && text.charAt(at) !== '"'; at++) {
    if (text.charAt(at) === '\\') at++;
    value += text.charAt(at);
  }
  open.at(-1)?.push(value);
  return at + 1;
}

/** `BODY[HEADER.FIELDS (A B)]` is one atom: brackets protect blanks. */
function atom(text: string, start: number, open: Value[][]): number {
  let at = start;
  let bracket = false;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '[') bracket = true;
    else if (char === ']') bracket = false;
    else if (!bracket && (char === ' ' || char === '(' || char === ')')) break;
  }
  const value = text.slice(start, at);
  if (!/^~?\{\d+\}$/.test(value)) open.at(-1)?.push(value.toUpperCase() === 'NIL' ? null : value);
  return at;
}

/** `(A 1 B (2))` as a map with upper-cased keys. */
export function pairs(list: Value | undefined): Map<string, Value> {
  const map = new Map<string, Value>();
  if (!isList(list)) return map;
  for (let at = 0; at + 1 < list.length; at += 2) {
    const key = list[at];
    const value = list[at + 1];
    if (typeof key === 'string' && value !== undefined) map.set(key.toUpperCase(), value);
  }
  return map;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function strings(value: Value | undefined): string[] {
  return isList(value) ? value.filter((v) => typeof v === 'string') : [];
}
