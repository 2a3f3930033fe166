import type { Readable } from 'node:stream';
import { limits } from '../limits.ts';

/** The connection is of no more use: dead, silent too long, or the server broke the grammar. */
export class ConnectionDead extends Error {
  readonly farewell: string;
  /** `farewell`: text of the server's BYE, to be classified and then dropped. */
  constructor(reason: string, farewell = '') {
    super(reason);
    this.name = 'ConnectionDead';
    this.farewell = farewell;
  }
}

/** Pull-based reading of a socket: nothing is read that was not asked for, so a slow consumer slows the server. */
export class WireInput {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly silenceMs: number;
  private activeAt = 0;
  private held: Buffer = Buffer.alloc(0);

  constructor(socket: Readable, silenceMs: number = limits.silenceMs) {
    this.chunks = socket[Symbol.asyncIterator]();
    this.silenceMs = silenceMs;
  }

  /** Something was sent: while a long message is on its way, the server has nothing to say. */
  touch(): void {
    this.activeAt = Date.now();
  }

  /** One line without its CRLF, octets as latin1. */
  async line(): Promise<string> {
    for (let from = 0; ;) {
      const end = this.held.indexOf(10, from);
      if (end >= 0) {
        const text = this.held.toString('latin1', 0, end > 0 && this.held[end - 1] === 13 ? end - 1 : end);
        this.held = this.held.subarray(end + 1);
        return text;
      }
      from = this.held.length;
      if (from > limits.lineBytes) throw new ConnectionDead('The server sent an endless line.');
      const more = await this.chunk();
      this.held = from === 0 ? more : Buffer.concat([this.held, more]);
    }
  }

  /** Exactly `count` octets, as they come. Leaving early leaves the rest unread: see `skip`. */
  async *octets(count: number, onTaken: (bytes: number) => void = () => {}): AsyncGenerator<Buffer, void, void> {
    for (let left = count; left > 0;) {
      if (this.held.length === 0) this.held = await this.chunk();
      const part = this.held.subarray(0, left);
      this.held = this.held.subarray(part.length);
      left -= part.length;
      onTaken(part.length);
      yield part;
    }
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.octets(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  private async chunk(): Promise<Buffer> {
    let timer: NodeJS.Timeout | undefined;
    this.touch();
    const silence = new Promise<never>((_resolve, reject) => {
      const check = (): void => {
        const leftMs = this.activeAt + this.silenceMs - Date.now();
        if (leftMs <= 0) reject(new ConnectionDead('The server is silent.'));
        else timer = setTimeout(check, leftMs);
      };
      check();
    });
    try {
      const next = await Promise.race([this.chunks.next(), silence]);
      if (next.done === true) throw new ConnectionDead('The server closed the connection.');
      return next.value;
    } catch (error) {
      throw error instanceof ConnectionDead ? error : new ConnectionDead('The connection broke.');
    } finally {
      clearTimeout(timer);
    }
  }
}
