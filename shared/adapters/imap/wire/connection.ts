import type { Readable, Writable } from 'node:stream';
import { isThrottle, lost, refusal, throttled } from '../classify.ts';
import { limits } from '../limits.ts';
import { MigrationError, type ErrorCode } from '../../../errors.ts';
import { ConnectionDead, WireInput } from './input.ts';
import { CommandPipeline } from './pipeline.ts';
import { finishResponse, readResponse, statusOf, textOf, type Response, type Status } from './response.ts';

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
const anyRefusal: Meaning = { code: 'SERVER_REFUSED', message: 'The server refused a command.' };

/** A logged-in connection: one conversation at a time, read only as fast as its consumer reads. */
export class Connection {
  readonly input: WireInput;
  private readonly sockets: Sockets;
  private readonly pipeline = new CommandPipeline(this);
  private turn: Promise<unknown> = Promise.resolve();
  private turnsTaken = 0;
  private count = 0;
  private death: ConnectionDead | null = null;
  /** A message is being handed out: its octets are next on the wire, so no other command may be. */
  messageOpen = false;

  constructor(sockets: Sockets, silenceMs?: number) {
    this.sockets = sockets;
    this.input = new WireInput(sockets.readSocket, silenceMs);
    // A socket without an error listener would end the process; reads and writes report the death themselves.
    for (const stream of [sockets.readSocket, sockets.writeSocket]) stream.on('error', () => {});
  }

  nextTag(): string {
    return `M${++this.count}`;
  }

  /**
   * Hands each untagged response to `onUntagged` and returns the tagged answer if it is OK. Commands that are asked
   * without waiting for each other go out together, in their order (RFC 9051 5.5): a survey costs one round trip.
   */
  command(
    command: string,
    onUntagged: (response: Response) => void = () => {},
    meaning: Meaning = anyRefusal,
  ): Promise<Status> {
    return this.pipeline.ask({ command, onUntagged, meaning });
  }

  /**
   * One command after the other, a few of them asked before their predecessors have answered (RFC 9051 5.5), for
   * commands that mean the same whatever the answers before them are. Hands out the tagged answers, too. Leaving early
   * ends the session unless little is left.
   */
  async *converseAll(commands: Iterable<string>, meaning: Meaning = anyRefusal): AsyncGenerator<Response, void, void> {
    const release = await this.takeTurn();
    const left = commands[Symbol.iterator]();
    const owed: string[] = [];
    let current: Response | null = null;
    try {
      await this.ask(left, owed);
      while (owed.length > 0) {
        const response = await this.next();
        if (response.tag === owed[0]) {
          owed.shift();
          this.accepted(statusOf(response), meaning);
          await this.ask(left, owed);
          yield response;
        } else {
          current = response;
          yield response;
          await this.skipBody(response);
          current = null;
        }
      }
    } finally {
      const last = owed.at(-1);
      if (last !== undefined) await this.drain(last, current);
      release();
    }
  }

  private async ask(commands: Iterator<string>, owed: string[]): Promise<void> {
    while (owed.length < limits.commandsAhead) {
      const next = commands.next();
      if (next.done === true) return;
      const tag = this.nextTag();
      owed.push(tag);
      await this.write(Buffer.from(`${tag} ${next.value}\r\n`, 'latin1'));
    }
  }

  /** For the writer of APPENDs, which keeps the turn while answers are owed. */
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

  async write(octets: Uint8Array): Promise<void> {
    if (this.death) throw lost(this.death);
    const { writeSocket } = this.sockets;
    if (writeSocket.destroyed || writeSocket.writableEnded)
      throw this.died(new ConnectionDead('The connection broke.'));
    if (!writeSocket.write(octets)) await this.drained();
    this.input.touch();
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

  destroy(): void {
    this.death ??= new ConnectionDead('The session is closed.');
    this.sockets.socket.destroy();
  }

  /** After an early leave: a little is read off, so that the session stays usable; for much it is given up. */
  private async drain(tag: string, current: Response | null): Promise<void> {
    try {
      if ((current?.bodyOctets ?? 0) > limits.drainBytes) this.destroy();
      else if (current && !this.death) await this.skipBody(current);
      for (let left = limits.drainResponses; left > 0 && !this.death; left--) {
        const response = await this.next();
        if (response.tag === tag) return;
        if ((response.bodyOctets ?? 0) > limits.drainBytes) break;
        await this.skipBody(response);
      }
    } catch {
      // The next command reports the death.
    }
    this.destroy();
  }

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
    const { writeSocket } = this.sockets;
    return new Promise<void>((resolve, reject) => {
      const settle = (dead: boolean) => (): void => {
        clearTimeout(timer);
        writeSocket.off('drain', onDrain).off('close', onDead).off('error', onDead);
        if (dead) reject(this.died(new ConnectionDead('The connection broke.')));
        else resolve();
      };
      const onDrain = settle(false);
      const onDead = settle(true);
      const timer = setTimeout(onDead, limits.silenceMs);
      writeSocket.on('drain', onDrain).on('close', onDead).on('error', onDead);
    });
  }
}
