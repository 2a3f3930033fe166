/** Appends from memory as fast as the target's capabilities allow: the yardstick, not the product. */
import type { CorpusMessage } from '../corpus/message.ts';
import { quoted, type BenchImap } from '../imap/client.ts';
import type { Variant } from '../servers.ts';

const batchMessages = 256;
const batchBytes = 16 * 1024 * 1024;
/** MULTIAPPEND commands whose answer is owed. */
const batchesInFlight = 4;

interface Batch {
  folder: string;
  messages: CorpusMessage[];
}

export class AppendLane {
  private readonly imap: BenchImap;
  private readonly variant: Variant;
  private readonly owed = new Set<Promise<unknown>>();
  private selected = '';

  constructor(imap: BenchImap, variant: Variant) {
    this.imap = imap;
    this.variant = variant;
  }

  async append(messages: readonly CorpusMessage[]): Promise<void> {
    if (this.variant === 'synchronizing') await this.waiting(messages);
    else for (const batch of batches(messages)) await this.send(batch);
    await Promise.all(this.owed);
  }

  close(): void {
    this.imap.close();
  }

  private async send({ folder, messages }: Batch): Promise<void> {
    this.select(folder);
    while (this.owed.size >= batchesInFlight) await Promise.race(this.owed);
    this.imap.socket.cork();
    const isOne = this.variant === 'everything';
    for (const [n, message] of messages.entries()) {
      if (n === 0 || !isOne) this.imap.socket.write(`${this.owe()} APPEND ${quoted(folder)}`);
      this.imap.socket.write(` ${announced(message, '+')}\r\n`, 'latin1');
      this.imap.socket.write(message.octets);
      if (!isOne) this.imap.socket.write('\r\n');
    }
    if (isOne) this.imap.socket.write('\r\n');
    this.imap.socket.uncork();
    await this.drained();
  }

  /** The next command goes out with the octets of the one before: one round trip a message. */
  private async waiting(messages: readonly CorpusMessage[]): Promise<void> {
    const { socket } = this.imap;
    let before: CorpusMessage | null = null;
    for (const message of messages) {
      socket.cork();
      if (before) socket.write(Buffer.concat([before.octets, lineEnd]));
      this.select(message.folder);
      const continued = this.imap.continuation();
      socket.write(`${this.owe()} APPEND ${quoted(message.folder)} ${announced(message, '')}\r\n`, 'latin1');
      socket.uncork();
      await continued;
      before = message;
    }
    if (before) socket.write(Buffer.concat([before.octets, lineEnd]));
  }

  /** Dovecot opens the folder anew for each APPEND unless it is the selected one. */
  private select(folder: string): void {
    if (folder === this.selected) return;
    this.selected = folder;
    this.remember(this.imap.command(`SELECT ${quoted(folder)}`));
  }

  /** The tag of a command that the caller writes. */
  private owe(): string {
    const { tag, ended } = this.imap.expect('APPEND');
    this.remember(ended);
    return tag;
  }

  private remember(ended: Promise<unknown>): void {
    const owed = ended.finally(() => this.owed.delete(owed));
    this.owed.add(owed);
  }

  private drained(): Promise<void> | void {
    const { socket } = this.imap;
    if (socket.writableNeedDrain) return new Promise((resolve) => void socket.once('drain', () => resolve()));
  }
}

const lineEnd = Buffer.from('\r\n');

function* batches(messages: readonly CorpusMessage[]): Generator<Batch> {
  let batch: Batch = { folder: '', messages: [] };
  let bytes = 0;
  for (const message of messages) {
    const isFull = batch.messages.length >= batchMessages || bytes >= batchBytes;
    if (batch.messages.length > 0 && (isFull || batch.folder !== message.folder)) {
      yield batch;
      batch = { folder: '', messages: [] };
      bytes = 0;
    }
    batch.folder = message.folder;
    batch.messages.push(message);
    bytes += message.octets.length;
  }
  if (batch.messages.length > 0) yield batch;
}

const imapFlags: Readonly<Record<string, string>> = { D: '\\Draft', F: '\\Flagged', R: '\\Answered', S: '\\Seen' };
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `(flags) "date" {size+}` */
function announced({ octets, arrivedAt: at, maildirFlags }: CorpusMessage, plus: string): string {
  const flags = Array.from(maildirFlags, (letter) => imapFlags[letter] ?? '').join(' ');
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${two(at.getUTCDate())}-${months[at.getUTCMonth()]}-${at.getUTCFullYear()}`;
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `(${flags}) "${day} ${time} +0000" {${octets.length}${plus}}`;
}
