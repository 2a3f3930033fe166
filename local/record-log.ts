import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type Json, parseJson } from './json.ts';

/**
 * Append-only JSON lines, the only kind of durable state here.
 *
 * `append` is one write(2) into the page cache (about 10 us), so a record survives kill -9 the moment `append` returns;
 * it is not synced, so it may not survive a power cut. A torn last line (a kill in the middle of a large write) was
 * never acknowledged to anybody and is cut off when the log is opened.
 */
export class RecordLog<Row> {
  readonly #path: string;
  #descriptor: number | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  static open<Row>(path: string, parse: (line: Json) => Row): { log: RecordLog<Row>; rows: Row[] } {
    return { rows: readRows(path, parse), log: new RecordLog<Row>(path) };
  }

  append(row: Row): void {
    this.#descriptor ??= openSync(this.#path, 'a', 0o600);
    writeWhole(this.#descriptor, Buffer.from(`${JSON.stringify(row)}\n`));
  }

  /** Replaces the content in one step: a reader after a kill sees the old or the new log, nothing between. */
  rewrite(rows: readonly Row[]): void {
    this.close();
    const next = `${this.#path}.next`;
    writeFileSync(next, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
    renameSync(next, this.#path);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
}

function readRows<Row>(path: string, parse: (line: Json) => Row): Row[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
  const lines = bytes.toString('utf8', 0, end).split('\n').filter(Boolean);
  return lines.map((line) => parse(parseJson(line)));
}
