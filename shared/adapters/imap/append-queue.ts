import { MigrationError } from '../../errors.ts';
import type { AppendAnswer, MailCapabilities, OutgoingMessage } from '../../ports/mail.ts';
import { AppendCommand } from './append-command.ts';
import { limits } from './limits.ts';
import { OtherCommand } from './other-command.ts';
import type { Connection } from './wire/connection.ts';
import type { Meaning } from './wire/link.ts';
import { statusOf, type Response, type Status } from './wire/response.ts';

const smallBytes = 64 * 1024;
const lineEnd = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);

/**
 * Pipelined APPENDs: messages go out while the answers to earlier ones are still owed. Where the server takes several
 * messages in one command, messages that follow each other closely share one: it stores them in one transaction.
 */
export class AppendQueue {
  private readonly connection: Connection;
  private readonly literals: MailCapabilities['literals'];
  private readonly multiAppend: boolean;
  private readonly owed: (AppendCommand | OtherCommand)[] = [];
  /** The last of `owed` while its line is not ended. */
  private open: AppendCommand | null = null;
  private writing: Promise<unknown> = Promise.resolve();
  private giveTurn: (() => void) | null = null;
  private ending: NodeJS.Timeout | undefined;
  /** When the open command was last added to. */
  private addedAtMs = 0;
  private pumping = false;
  private sending = false;
  /** Waiters for anything that was read: room, or the server's `+`. */
  private news: (() => void)[] = [];
  private continuations = 0;

  constructor(connection: Connection, capabilities: Pick<MailCapabilities, 'literals' | 'multiAppend'>) {
    this.connection = connection;
    this.literals = capabilities.literals;
    // Without LITERAL+ each message waits for a round trip anyway.
    this.multiAppend = capabilities.multiAppend && capabilities.literals === 'plus';
  }

  append(name: string, message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    return this.inTurn(() => this.send(name, message));
  }

  /**
   * A command that is to follow the APPENDs goes out behind them, not behind their answers: the SELECT of the next
   * folder then costs no round trip of its own.
   */
  async command(text: string, onUntagged: (response: Response) => void, meaning: Meaning): Promise<Status> {
    if (this.owed.length === 0) return this.connection.command(text, onUntagged, meaning);
    return this.inTurn(async () => {
      if (this.open) await this.end();
      if (this.owed.length === 0) return { status: this.connection.command(text, onUntagged, meaning) };
      const command = new OtherCommand(this.connection.nextTag(), onUntagged);
      this.owed.push(command);
      await this.written([Buffer.from(`${command.tag} ${text}\r\n`, 'latin1')]);
      return { status: command.answer.then((status) => this.connection.accepted(status, meaning)) };
    }).then(({ status }) => status);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.writing.then(work);
    this.writing = turn.catch(() => {});
    return turn;
  }

  private async send(name: string, message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    if (this.open && !this.takes(this.open, name, message)) await this.end();
    await this.room(message.octetCount);
    this.giveTurn ??= await this.connection.takeTurn();
    this.sending = true;
    try {
      return await this.sendInto(this.open ?? new AppendCommand(this.connection.nextTag(), name), message);
    } finally {
      this.sending = false;
      this.yieldTurn();
    }
  }

  private takes(command: AppendCommand, name: string, message: OutgoingMessage): boolean {
    return (
      command.name === name &&
      message.alone !== true &&
      !command.answered &&
      command.count < limits.appendsTogether &&
      command.bytes + message.octetCount <= limits.appendBytesTogether
    );
  }

  private async sendInto(command: AppendCommand, message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    const free = this.literals === 'plus' || (this.literals === 'minus' && message.octetCount <= 4096);
    const header = `${command.header(message)} {${message.octetCount}${free ? '+' : ''}}\r\n`;
    const line = Buffer.from(header, 'latin1');
    if (command.count === 0) this.owed.push(command);
    const answer = command.add(message.octetCount);
    const shared = this.multiAppend && message.alone !== true;
    this.open = shared ? command : null;
    // Only now: the reading of answers must not begin before this command is owed an answer.
    void this.pump();
    const after = shared ? nothing : lineEnd;
    if (free) await this.body({ before: line, after }, message);
    else if (await this.invited(line, command)) await this.body({ before: nothing, after }, message);
    if (shared) this.endSoon();
    return { answer };
  }

  /** Nobody may wait for an answer that the server owes only after the line's end. One timer for thousands of messages. */
  private endSoon(): void {
    this.addedAtMs = Date.now();
    this.ending ??= setTimeout(() => this.endIfIdle(), limits.appendTogetherMs);
  }

  private endIfIdle(): void {
    this.ending = undefined;
    const { open } = this;
    if (!open) return;
    const leftMs = this.addedAtMs + limits.appendTogetherMs - Date.now();
    if (leftMs > 0) {
      this.ending = setTimeout(() => this.endIfIdle(), leftMs);
      return;
    }
    const { count } = open;
    void this.inTurn(async () => (this.open === open && open.count === count ? this.end() : undefined));
  }

  private async end(): Promise<void> {
    this.open = null;
    await this.written([lineEnd]);
    this.yieldTurn();
  }

  /** Dead on the way is no error here: the row is in doubt, and `answer` says so. */
  private async body(frame: { before: Uint8Array; after: Uint8Array }, message: OutgoingMessage): Promise<void> {
    let pending: Uint8Array[] = [frame.before];
    let pendingBytes = 0;
    let left = message.octetCount;
    try {
      for await (const octets of message.octets) {
        left -= octets.length;
        if (left < 0) break;
        pending.push(octets);
        pendingBytes += octets.length;
        if (pendingBytes < smallBytes) continue;
        if (!(await this.written(pending))) return;
        pending = [];
        pendingBytes = 0;
      }
      if (left !== 0) throw new MigrationError('INTERNAL', 'A message has other octets than it announced.');
    } catch (error) {
      // Half a literal cannot be taken back: only the end of the connection keeps the server from storing it.
      this.connection.destroy();
      throw error;
    }
    await this.written([...pending, frame.after]);
  }

  /** False when the connection is dead: the pump says so to all that are owed an answer. */
  private written(parts: Uint8Array[]): Promise<boolean> {
    return this.connection.write(...parts).then(
      () => true,
      () => false,
    );
  }

  /** False: refused before a single octet was sent. */
  private async invited(line: Uint8Array, command: AppendCommand): Promise<boolean> {
    const before = this.continuations;
    await this.written([line]);
    while (this.continuations === before && !command.answered) await this.anyNews();
    return !command.answered;
  }

  private async room(bytes: number): Promise<void> {
    // A command of many messages counts as one: in flight are commands and octets.
    const full = (): boolean =>
      this.owed.length >= limits.appendsInFlight ||
      (this.owed.length > 0 && this.owed.reduce((sum, o) => sum + o.bytes, bytes) > limits.appendBytesInFlight);
    // The open command would be waited for without end.
    if (full() && this.open) await this.end();
    while (full()) await this.anyNews();
  }

  private anyNews(): Promise<void> {
    return new Promise((resolve) => this.news.push(resolve));
  }

  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (this.owed.length > 0) await this.readOne();
    } catch {
      this.open = null;
      for (const command of this.owed.splice(0)) command.lose();
    }
    this.pumping = false;
    this.yieldTurn();
    this.tell();
  }

  /** A literal that was refused early is still being sent, or a line is not ended: nobody may write in between. */
  private yieldTurn(): void {
    if (this.pumping || this.sending || this.open) return;
    this.giveTurn?.();
    this.giveTurn = null;
  }

  private async readOne(): Promise<void> {
    const response = await this.connection.next();
    if (response.tag === '+') this.continuations++;
    const at = this.owed.findIndex(({ tag }) => tag === response.tag);
    if (at >= 0) {
      for (const command of this.owed.splice(at, 1)) command.settle(statusOf(response));
    } else {
      // What is untagged belongs to the oldest command; APPENDs have no use for it.
      this.owed[0]?.tell(response);
      await this.connection.skipBody(response);
    }
    this.tell();
  }

  private tell(): void {
    for (const wake of this.news.splice(0)) wake();
  }
}
