import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

const rotateAtBytes = 5 * 1024 * 1024;

/** One function's stdout and stderr; the file before this one is kept as `.1`. */
export class FunctionLog {
  readonly #path: string;
  #stream: WriteStream | undefined;
  #sizeBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(text: Buffer | string): void {
    if (this.#sizeBytes > rotateAtBytes) this.#rotate();
    this.#stream ??= this.#open();
    this.#sizeBytes += text.length;
    this.#stream.write(text);
  }

  close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    return new Promise((resolve) => (stream === undefined ? resolve() : stream.end(resolve)));
  }

  #open(): WriteStream {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#sizeBytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    return createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
  }

  #rotate(): void {
    this.#stream?.end();
    this.#stream = undefined;
    renameSync(this.#path, `${this.#path}.1`);
  }
}
