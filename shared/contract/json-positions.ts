/** Where the keys of a JSON text stand, and where it stops being JSON, so that a mistake can be named by its place. */
export interface Position {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

export interface JsonPlaces {
  /** By path (`source.host`, `folders.include.0`): index in the text where the key, or the array's element, begins. */
  keys: Map<string, number>;
  /** Where the text cannot go on as JSON (RFC 8259); null when it is JSON. `JSON.parse` tells it for some mistakes only. */
  mistake: Position | null;
}

/** Deeper than any settings; beyond it the text is refused instead of the stack overflowing. */
const deepest = 50;

const blank = /[ \t\n\r]*/y;
const string = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/uy;
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

export function jsonPlaces(text: string): JsonPlaces {
  const keys = new Map<string, number>();
  const scanner = new Scanner(text, (path, at) => keys.set(path, at));
  const whole = scanner.value('', 0) && scanner.atEnd();
  return { keys, mistake: whole ? null : positionAt(text, scanner.at) };
}

/** Recursive descent; every method says whether it could go on, and leaves `at` where it could not. */
class Scanner {
  at = 0;
  private readonly text: string;
  private readonly found: (path: string, at: number) => void;

  constructor(text: string, found: (path: string, at: number) => void) {
    this.text = text;
    this.found = found;
  }

  atEnd(): boolean {
    this.take(blank);
    return this.at === this.text.length;
  }

  value(path: string, depth: number): boolean {
    this.take(blank);
    if (depth > deepest) return false;
    const open = this.text[this.at];
    if (open === '{') return this.list('}', () => this.member(path, depth));
    if (open === '[') return this.list(']', (index) => this.element(below(path, String(index)), depth));
    return this.take(string) !== null || this.take(literal) !== null;
  }

  private list(close: '}' | ']', item: (index: number) => boolean): boolean {
    this.at += 1;
    if (this.sign(close)) return true;
    for (let index = 0; item(index); index++) {
      if (this.sign(close)) return true;
      if (!this.sign(',')) return false;
    }
    return false;
  }

  private member(path: string, depth: number): boolean {
    this.take(blank);
    const start = this.at;
    const key = this.take(string);
    if (key === null) return false;
    const full = below(path, keyText(key));
    this.found(full, start);
    return this.sign(':') && this.value(full, depth + 1);
  }

  private element(path: string, depth: number): boolean {
    this.take(blank);
    this.found(path, this.at);
    return this.value(path, depth + 1);
  }

  private sign(character: string): boolean {
    this.take(blank);
    const there = this.text[this.at] === character;
    if (there) this.at += 1;
    return there;
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [token] = pattern.exec(this.text) ?? [];
    if (token === undefined) return null;
    this.at += token.length;
    return token;
  }
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function keyText(token: string): string {
  const value: unknown = JSON.parse(token);
  return String(value);
}

export function positionAt(text: string, index: number): Position {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: index - lineStart + 1 };
}
