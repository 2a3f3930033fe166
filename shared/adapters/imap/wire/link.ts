import type { Readable, Writable } from 'node:stream';
import { isThrottle, lost, refusal, throttled } from '../classify.ts';
import { limits } from '../limits.ts';
import { MigrationError, type ErrorCode } from '../../../errors.ts';
import { ConnectionDead, WireInput } from './input.ts';
import { SilenceWatch } from './silence-watch.ts';
import { finishResponse, readResponse, textOf, type Response, type Status } from './response.ts';

export interface Sockets {
  readSocket: Readable;
  writeSocket: Writable;
  socket: { destroy(): unknown };
}

/** A refusal of this command, as a code of the catalogue. */
export interface Meaning {
  code: ErrorCode;
  message: string;
}

/**
 * The line to the server: tags, turns (one conversation at a time), octets out, responses in, and its death, which is
 * told to whoever uses it afterwards. Read only as fast as its consumer reads.
 */
export class Link {
  readonly input: WireInput;
  private readonly sockets: Sockets;
  private turn: Promise<unknown> = Promise.resolve();
  private turnsTaken = 0;
  private gathering = false;
  /** Who waits for room on the way out. */
  private readonly waiters: { resolve: () => void; reject: (dead: MigrationError) => void }[] = [];
  private readonly silence: SilenceWatch;
  private count = 0;
  private death: ConnectionDead | null = null;
  /** A message is being handed out: its octets are next on the wire, so no other command may be. */
  messageOpen = false;

  constructor(sockets: Sockets, silenceMs?: number) {
    this.sockets = sockets;
    this.input = new WireInput(sockets.readSocket, silenceMs);
    this.silence = new SilenceWatch(silenceMs ?? limits.silenceMs, () => this.onWriteEnd());
    const { writeSocket } = sockets;
    writeSocket.on('drain', () => this.onDrain());
    for (const end of ['error', 'close']) writeSocket.on(end, () => this.onWriteEnd());
  }

  nextTag(): string {
    return `M${++this.count}`;
  }

  /** Resolves with what gives the turn back. Rejects when the line is dead. */
  async takeTurn(): Promise<() => void> {
    if (this.messageOpen) {
      throw new MigrationError('INTERNAL', 'Read the message to its end before the next command of this session.');
    }
    const before = this.turn;
    let release = (): void => {};
    this.turn = new Promise<void>((resolve) => (release = resolve));
    this.turnsTaken += 1;
    await before;
    if (this.death) {
      release();
      throw lost(this.death);
    }
    return release;
  }

  /** Grows with every turn that is asked for: who holds one sees whether others wait. */
  get turns(): number {
    return this.turnsTaken;
  }

  /** Resolves when there is room for more. What is written within one turn of the event loop goes out together. */
  async write(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.death) throw lost(this.death);
    const { writeSocket } = this.sockets;
    if (writeSocket.destroyed || writeSocket.writableEnded)
      throw this.died(new ConnectionDead('The connection broke.'));
    this.gather();
    let room = true;
    for (const part of parts) room = writeSocket.write(part);
    if (!room && writeSocket.writableLength > limits.unsentBytes) await this.drained();
    this.input.touch();
  }

  /** Thousands of small messages would be thousands of packets otherwise. */
  private gather(): void {
    if (this.gathering) return;
    this.gathering = true;
    const { writeSocket } = this.sockets;
    writeSocket.cork();
    setImmediate(() => {
      this.gathering = false;
      writeSocket.uncork();
    });
  }

  async next(): Promise<Response> {
    try {
      const response = await readResponse(this.input);
      if (response.tag === '*' && response.kind === 'BYE') {
        throw new ConnectionDead('The server said goodbye.', textOf(response));
      }
      return response;
    } catch (error) {
      throw this.died(error);
    }
  }

  /** The octets of BODY[]; the caller reads on with `skipBody`. */
  async *body(response: Response): AsyncGenerator<Uint8Array, void, void> {
    const octets = this.input.octets(response.bodyOctets ?? 0, (bytes) => {
      response.bodyOctets = (response.bodyOctets ?? 0) - bytes;
    });
    try {
      yield* octets;
    } catch (error) {
      throw this.died(error);
    }
  }

  /** Reads what is left of a body and of the response behind it. */
  async skipBody(response: Response): Promise<void> {
    try {
      while (response.bodyOctets !== null) {
        for await (const _octets of this.input.octets(response.bodyOctets));
        await finishResponse(this.input, response);
      }
    } catch (error) {
      throw this.died(error);
    }
  }

  get isDead(): boolean {
    return this.death !== null;
  }

  destroy(): void {
    this.death ??= new ConnectionDead('The session is closed.');
    this.sockets.socket.destroy();
  }

  /** The answer to a command, if it is OK. */
  accepted(status: Status, meaning: Meaning): Status {
    // EXPUNGEISSUED: some of the messages are gone, which is no failure here (RFC 5530).
    if (status.status === 'OK' || status.code === 'EXPUNGEISSUED') return status;
    if (isThrottle(status)) {
      this.destroy();
      throw throttled(status.text);
    }
    throw refusal(status, meaning.code, meaning.message);
  }

  private died(error: unknown): MigrationError {
    this.death ??= error instanceof ConnectionDead ? error : new ConnectionDead('The connection broke.');
    this.sockets.socket.destroy();
    return lost(this.death);
  }

  private drained(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.silence.begin();
    });
  }

  private onDrain(): void {
    this.silence.end();
    for (const { resolve } of this.waiters.splice(0)) resolve();
  }

  private onWriteEnd(): void {
    this.silence.end();
    if (this.waiters.length === 0) return;
    const dead = this.died(new ConnectionDead('The connection broke.'));
    for (const { reject } of this.waiters.splice(0)) reject(dead);
  }
}
