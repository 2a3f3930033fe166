/**
 * The bench's own IMAP client: it judges copies and measures the raw limit, so it shares no line with the product. It
 * knows Dovecot on loopback, plain TCP, and pipelines whatever is asked.
 */
import { connect, type Socket } from 'node:net';
import { Scanner } from './scanner.ts';

export interface Access {
  port: number;
  user: string;
  password: string;
}

/** Takes what a command is answered with, as it comes. */
export interface AnswerSink {
  data(octets: Buffer): void;
  /** A whole untagged answer, its literals cut out. */
  answer(text: string): void;
}

interface Open {
  tag: string;
  command: string;
  sink: AnswerSink;
  settle: (error: Error | null) => void;
}

const nobody: AnswerSink = { data: () => {}, answer: () => {} };

export class BenchImap {
  readonly socket: Socket;
  /** Resolves the waits for a `+`, in order. */
  private readonly continuations: (() => void)[] = [];
  private readonly open: Open[] = [];
  private text = '';
  private tags = 0;
  private greet: () => void = () => {};

  private constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const scanner = new Scanner({
      line: (text, literalBytes) => this.onLine(text, literalBytes),
      data: (octets) => this.open[0]?.sink.data(octets),
    });
    this.socket.on('data', (chunk: Buffer) => scanner.feed(chunk));
    this.socket.on('error', (error) => this.fail(error)).on('close', () => this.fail(new Error('connection closed')));
  }

  static async login({ port, user, password }: Access): Promise<BenchImap> {
    const imap = new BenchImap(port);
    await new Promise<void>((resolve) => (imap.greet = resolve));
    await imap.command(`LOGIN ${quoted(user)} ${quoted(password)}`);
    return imap;
  }

  /** Sends without waiting for earlier commands; resolves with the untagged answers. */
  async command(text: string): Promise<string[]> {
    const answers: string[] = [];
    await this.stream(text, { data: () => {}, answer: (answer) => void answers.push(answer) });
    return answers;
  }

  stream(text: string, sink: AnswerSink): Promise<void> {
    const done = this.expect(text.split(' ', 2).join(' '), sink);
    this.socket.write(`${done.tag} ${text}\r\n`, 'latin1');
    return done.ended;
  }

  /** For a command that the caller writes: gives the tag, and the promise of its answer. */
  expect(command: string, sink: AnswerSink = nobody): { tag: string; ended: Promise<void> } {
    const tag = `b${++this.tags}`;
    const ended = new Promise<void>((resolve, reject) => {
      const settle = (error: Error | null): void => (error ? reject(error) : resolve());
      this.open.push({ tag, command, sink, settle });
    });
    return { tag, ended };
  }

  continuation(): Promise<void> {
    return new Promise((resolve) => void this.continuations.push(resolve));
  }

  /** Folders that hold mail, as the server writes them. */
  async folders(): Promise<string[]> {
    return (await this.command('LIST "" "*"')).flatMap((line) => {
      const [, attributes = '', name = ''] = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (.*)$/.exec(line) ?? [];
      if (name === '' || /\\(?:noselect|nonexistent)/i.test(attributes)) return [];
      return [name.startsWith('"') ? name.slice(1, -1).replaceAll(/\\(.)/g, '$1') : name];
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private onLine(text: string, literalBytes: number | null): void {
    if (this.text === '' && text.startsWith('+')) return this.continuations.shift()?.();
    this.text += text;
    if (literalBytes !== null) return;
    const whole = this.text;
    this.text = '';
    if (whole.startsWith('* ')) {
      this.greet();
      this.open[0]?.sink.answer(whole);
    } else this.onTagged(whole);
  }

  private onTagged(line: string): void {
    const at = this.open.findIndex(({ tag }) => line.startsWith(`${tag} `));
    const [done] = at < 0 ? [] : this.open.splice(at, 1);
    if (done) done.settle(line.startsWith(`${done.tag} OK`) ? null : new Error(`${done.command}: ${line}`));
  }

  private fail(error: Error): void {
    for (const { settle } of this.open.splice(0)) settle(error);
  }
}

export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
