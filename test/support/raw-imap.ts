/** A tiny IMAP client for tests. Independent on purpose: it shares no line with the adapter it is to judge. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface RawAccess {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Issuer to trust: given = implicit TLS. */
  caPem?: string;
}

export interface RawMessage {
  uid: number;
  flags: string[];
  internalDate: string;
  octets: Buffer;
}

export interface RawFolder {
  path: string;
  attributes: string[];
}

export class RawImap {
  private readonly socket: Socket;
  private buffer = Buffer.alloc(0);
  private wake: () => void = () => {};
  private ended = false;
  private count = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      this.wake();
    });
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    socket.on('error', end).on('close', end);
  }

  static async login({ host, port, user, password, caPem }: RawAccess): Promise<RawImap> {
    const imap = new RawImap(caPem === undefined ? connect(port, host) : connectTls({ host, port, ca: caPem }));
    await imap.line();
    await imap.command(`LOGIN ${quoted(user)} ${quoted(password)}`);
    return imap;
  }

  /** Sends one command; returns the untagged answers as octets (latin1), literals in place. Throws unless OK. */
  async command(text: string, literal?: Uint8Array): Promise<string[]> {
    const tag = `t${++this.count}`;
    this.socket.write(`${tag} ${text}\r\n`, 'latin1');
    const untagged: string[] = [];
    for (;;) {
      const answer = await this.answer();
      if (answer.startsWith('+') && literal) this.socket.write(Buffer.concat([literal, Buffer.from('\r\n')]));
      else if (answer.startsWith(`${tag} OK`)) return untagged;
      else if (answer.startsWith(`${tag} `)) throw new Error(`${text.split(' ')[0]}: ${answer}`);
      else untagged.push(answer);
    }
  }

  async list(): Promise<RawFolder[]> {
    return (await this.command('LIST "" "*"')).flatMap((line) => {
      const [, attributes = '', name] = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (.*)$/s.exec(line) ?? [];
      if (name === undefined) return [];
      return [{ path: decode(unquoted(name)), attributes: attributes.split(' ').filter(Boolean) }];
    });
  }

  async create(path: string): Promise<void> {
    await this.command(`CREATE ${folder(path)}`);
  }

  async examine(path: string): Promise<string[]> {
    return this.command(`EXAMINE ${folder(path)}`);
  }

  async append(
    path: string,
    message: { octets: Uint8Array; flags?: readonly string[]; internalDate?: string },
  ): Promise<void> {
    const { octets, flags = [], internalDate } = message;
    const date = internalDate === undefined ? '' : `"${internalDate}" `;
    await this.command(`APPEND ${folder(path)} (${flags.join(' ')}) ${date}{${octets.length}}`, octets);
  }

  /** The whole folder, read without setting anything. */
  async fetchAll(path: string): Promise<RawMessage[]> {
    await this.examine(path);
    const answers = await this.command('UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])');
    return answers.filter((a) => /^\* \d+ FETCH /.test(a) && a.includes('BODY[]')).map(parseFetch);
  }

  async store(path: string, uid: number, change: string): Promise<void> {
    await this.command(`SELECT ${folder(path)}`);
    await this.command(`UID STORE ${uid} ${change}`);
  }

  async expunge(path: string, uid: number): Promise<void> {
    await this.store(path, uid, '+FLAGS (\\Deleted)');
    await this.command('EXPUNGE');
  }

  close(): void {
    this.socket.destroy();
  }

  private async answer(): Promise<string> {
    let text = await this.line();
    for (let size = literalSize(text); size !== null; size = literalSize(text)) {
      text = `${text}\r\n${await this.take(size)}${literalEnd}${await this.line()}`;
    }
    return text;
  }

  private async line(): Promise<string> {
    let at = this.buffer.indexOf('\r\n');
    for (; at < 0; at = this.buffer.indexOf('\r\n')) await this.more();
    const text = this.buffer.toString('latin1', 0, at);
    this.buffer = this.buffer.subarray(at + 2);
    return text;
  }

  private async take(size: number): Promise<string> {
    while (this.buffer.length < size) await this.more();
    const text = this.buffer.toString('latin1', 0, size);
    this.buffer = this.buffer.subarray(size);
    return text;
  }

  private more(): Promise<void> {
    if (this.ended) throw new Error('connection closed');
    return new Promise((resolve) => (this.wake = resolve));
  }
}

/** No octet read as latin1 is this character, so it can mark where a literal ended. */
const literalEnd = '\uffff';

function literalSize(text: string): number | null {
  const tail = text.slice(text.lastIndexOf(literalEnd) + 1);
  const size = /\{(\d+)\}$/.exec(tail)?.[1];
  return size === undefined || /^\S+ (?:OK|NO|BAD|BYE) /.test(text) ? null : Number(size);
}

function parseFetch(answer: string): RawMessage {
  const [, size = '0'] = /BODY\[\] \{(\d+)\}\r\n/.exec(answer) ?? [];
  const marker = `BODY[] {${size}}\r\n`;
  const start = answer.indexOf(marker) + marker.length;
  const around = answer.slice(0, start) + answer.slice(start + Number(size));
  return {
    uid: Number(/\bUID (\d+)/.exec(around)?.[1]),
    flags: (/\bFLAGS \(([^)]*)\)/.exec(around)?.[1] ?? '').split(' ').filter(Boolean),
    internalDate: /INTERNALDATE "([^"]*)"/.exec(around)?.[1] ?? '',
    octets: Buffer.from(answer.slice(start, start + Number(size)), 'latin1'),
  };
}

function folder(path: string): string {
  return quoted(path.replaceAll(/&|[^ -~]+/g, (run) => (run === '&' ? '&-' : `&${utf7(run)}-`)));
}

function utf7(run: string): string {
  const octets = Buffer.alloc(run.length * 2);
  for (let at = 0; at < run.length; at++) octets.writeUInt16BE(run.charCodeAt(at), at * 2);
  return octets.toString('base64').replaceAll('/', ',').replace(/=+$/, '');
}

function decode(name: string): string {
  return name.replaceAll(/&([^-]*)-/g, (_all, run: string) => {
    if (run === '') return '&';
    const octets = Buffer.from(run.replaceAll(',', '/'), 'base64');
    return Array.from({ length: octets.length >> 1 }, (_, at) => String.fromCharCode(octets.readUInt16BE(at * 2))).join(
      '',
    );
  });
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function unquoted(text: string): string {
  const literal = /^\{\d+\}\r\n(.*)\uffff$/s.exec(text)?.[1];
  return literal ?? (text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text);
}
