import type { Readable } from 'node:stream';
import { limits } from '../limits.ts';
import { SilenceWatch } from './silence-watch.ts';

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

const closed = (): ConnectionDead => new ConnectionDead('The server closed the connection.');

/** Pull-based reading of a socket: nothing is read that was not asked for, so a slow consumer slows the server. */
export class WireInput {
  private readonly socket: Readable;
  private readonly silence: SilenceWatch;
  private held: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (chunk: Buffer) => void; reject: (dead: ConnectionDead) => void } | null = null;
  private end: ConnectionDead | null = null;

  constructor(socket: Readable, silenceMs: number = limits.silenceMs) {
    this.socket = socket;
    this.silence = new SilenceWatch(silenceMs, () => this.ended(new ConnectionDead('The server is silent.')));
    socket.on('readable', () => this.onReadable());
    socket.on('error', () => this.ended(new ConnectionDead('The connection broke.')));
    for (const end of ['end', 'close']) socket.on(end, () => this.ended(closed()));
  }

  /** Something was sent: while a long message is on its way, the server has nothing to say. */
  touch(): void {
    this.silence.touch();
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

  /** What has arrived, without a turn of the event loop where there is something. */
  private chunk(): Buffer | Promise<Buffer> {
    const ready = this.arrived();
    if (ready) return ready;
    if (this.socket.readableEnded || this.socket.destroyed) this.ended(closed());
    if (this.end) throw this.end;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.silence.begin();
    });
  }

  private arrived(): Buffer | null {
    const ready: unknown = this.socket.read();
    return Buffer.isBuffer(ready) ? ready : null;
  }

  private onReadable(): void {
    if (!this.waiting) return;
    const ready = this.arrived();
    if (!ready) return;
    const { resolve } = this.waiting;
    this.waiting = null;
    this.silence.end();
    resolve(ready);
  }

  private ended(how: ConnectionDead): void {
    this.end ??= how;
    this.silence.end();
    this.waiting?.reject(this.end);
    this.waiting = null;
  }
}
