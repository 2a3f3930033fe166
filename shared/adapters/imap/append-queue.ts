import { TargetUid } from '../../contract/ids.ts';
import { MigrationError } from '../../errors.ts';
import type { AppendAnswer, MailCapabilities, OutgoingMessage } from '../../ports/mail.ts';
import { appendRefusal } from './classify.ts';
import { limits } from './limits.ts';
import type { Connection } from './wire/connection.ts';
import { statusOf, type Status } from './wire/response.ts';

interface Owed {
  tag: string;
  bytes: number;
  answered: boolean;
  answer: (answer: AppendAnswer) => void;
}

const smallBytes = 64 * 1024;
const dateTime = /^[ \d]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;

/** Pipelined APPENDs: messages go out while the answers to earlier ones are still owed. */
export class AppendQueue {
  private readonly connection: Connection;
  private readonly literals: MailCapabilities['literals'];
  private readonly owed: Owed[] = [];
  private writing: Promise<unknown> = Promise.resolve();
  private giveTurn: (() => void) | null = null;
  private pumping = false;
  private sending = false;
  /** Waiters for anything that was read: room, or the server's `+`. */
  private news: (() => void)[] = [];
  private continuations = 0;

  constructor(connection: Connection, literals: MailCapabilities['literals']) {
    this.connection = connection;
    this.literals = literals;
  }

  append(name: string, message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    const turn = this.writing.then(() => this.send(name, message));
    this.writing = turn.catch(() => {});
    return turn;
  }

  private async send(name: string, message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    const header = appendHeader(name, message);
    await this.room(message.octetCount);
    this.giveTurn ??= await this.connection.takeTurn();
    this.sending = true;
    const { entry, answer } = this.owe(message.octetCount);
    const free = this.literals === 'plus' || (this.literals === 'minus' && message.octetCount <= 4096);
    const line = Buffer.from(`${entry.tag} ${header} {${message.octetCount}${free ? '+' : ''}}\r\n`, 'latin1');
    // Only now: the reading of answers must not begin before this command is owed an answer.
    void this.pump();
    try {
      if (free) await this.body(line, message);
      else if (await this.invited(line, entry)) await this.body(Buffer.alloc(0), message);
    } finally {
      this.sending = false;
      this.yieldTurn();
    }
    return { answer };
  }

  private owe(bytes: number): { entry: Owed; answer: Promise<AppendAnswer> } {
    let settle: (answer: AppendAnswer) => void = () => {};
    const answer = new Promise<AppendAnswer>((resolve) => (settle = resolve));
    const entry: Owed = { tag: this.connection.nextTag(), bytes, answered: false, answer: settle };
    this.owed.push(entry);
    return { entry, answer };
  }

  /** Dead on the way is no error here: the row is in doubt, and `answer` says so. */
  private async body(line: Uint8Array, message: OutgoingMessage): Promise<void> {
    let pending: Uint8Array[] = [line];
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
    await this.written([...pending, Buffer.from('\r\n')]);
  }

  /** False when the connection is dead: the pump says so to all that are owed an answer. */
  private written(parts: Uint8Array[]): Promise<boolean> {
    return this.connection.write(Buffer.concat(parts)).then(
      () => true,
      () => false,
    );
  }

  /** False: refused before a single octet was sent. */
  private async invited(line: Uint8Array, entry: Owed): Promise<boolean> {
    const before = this.continuations;
    await this.written([line]);
    while (this.continuations === before && !entry.answered) await this.anyNews();
    return !entry.answered;
  }

  private async room(bytes: number): Promise<void> {
    const full = (): boolean =>
      this.owed.length >= limits.appendsInFlight ||
      (this.owed.length > 0 && this.owed.reduce((sum, o) => sum + o.bytes, bytes) > limits.appendBytesInFlight);
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
      for (const entry of this.owed.splice(0)) settle(entry, { kind: 'lost' });
    }
    this.pumping = false;
    this.yieldTurn();
    this.tell();
  }

  /** A literal that was refused early is still being sent: nobody may write in between. */
  private yieldTurn(): void {
    if (this.pumping || this.sending) return;
    this.giveTurn?.();
    this.giveTurn = null;
  }

  private async readOne(): Promise<void> {
    const response = await this.connection.next();
    if (response.tag === '+') this.continuations++;
    const at = this.owed.findIndex(({ tag }) => tag === response.tag);
    if (at >= 0) {
      for (const entry of this.owed.splice(at, 1)) settle(entry, answerOf(statusOf(response)));
    } else await this.connection.skipBody(response);
    this.tell();
  }

  private tell(): void {
    for (const wake of this.news.splice(0)) wake();
  }
}

function settle(entry: Owed, answer: AppendAnswer): void {
  entry.answered = true;
  entry.answer(answer);
}

function appendHeader(name: string, { flags, internalDate }: OutgoingMessage): string {
  if (!dateTime.test(internalDate)) throw new MigrationError('INTERNAL', 'Not an IMAP date.');
  return `APPEND ${name} (${flags.join(' ')}) "${internalDate}"`;
}

function answerOf(status: Status): AppendAnswer {
  if (status.status !== 'OK') return appendRefusal(status);
  const [, uidValidity, uid] = /^APPENDUID (\d{1,10}) (\d{1,10})$/.exec(status.code) ?? [];
  const targetUid = TargetUid.safeParse(Number(uid));
  return targetUid.success && Number(uidValidity) > 0
    ? { kind: 'stored', targetUid: targetUid.data, uidValidity: Number(uidValidity) }
    : { kind: 'stored', targetUid: null, uidValidity: null };
}
