/** Writes one message of about a given size, with the headers that real mail has. */
import { Random } from './random.ts';
import { Stock } from './text.ts';

export interface CorpusMessage {
  folder: string;
  octets: Buffer;
  arrivedAt: Date;
  /** Letters of a Maildir name, in its order. */
  maildirFlags: string;
}

/** Below this a message is plain text; above it has an attachment. */
const plainBelowBytes = 12_000;
const headBytes = 750;
const attachmentFrameBytes = 4_000;
const secondsOfYears = 8 * 365.25 * 86_400;

const names: readonly [string, ...string[]] = ['Ana', 'Bjorn', 'Chloe', 'David', 'Elena', 'Farid', 'Grace', 'Hiro'];
const domains: readonly [string, ...string[]] = ['contoso.example', 'old.example', 'mail.contoso.example'];

export class Writer {
  private readonly random: Random;
  private readonly stock: Stock;

  constructor(random: Random) {
    this.random = random;
    this.stock = new Stock(random);
  }

  message(folder: string, index: number, sizeBytes: number): CorpusMessage {
    const arrivedAt = new Date(Date.UTC(2016, 0, 1) + Math.floor(this.random.next() * secondsOfYears) * 1000);
    const head = this.head(index, arrivedAt);
    const parts = sizeBytes < plainBelowBytes ? this.plain(sizeBytes) : this.withAttachment(index, sizeBytes);
    return { folder, octets: Buffer.concat([head, ...parts]), arrivedAt, maildirFlags: this.flags() };
  }

  private head(index: number, at: Date): Buffer {
    const { random } = this;
    const [from, to] = [random.pick(names), random.pick(names)];
    const date = at.toUTCString().replace('GMT', '+0000');
    const id = random.integer(1e9, 2e9).toString(36);
    const subject =
      index % 17 === 0
        ? `=?utf-8?B?${Buffer.from(`Grüße ${this.stock.sentence().slice(0, 24)}`).toString('base64')}?=`
        : this.stock.sentence().slice(0, 60);
    const lines = [
      `Return-Path: <${from.toLowerCase()}@${random.pick(domains)}>`,
      `Received: from mx${random.integer(1, 9)}.old.example (mx.old.example [192.0.2.${random.integer(1, 254)}])`,
      `\tby mail.contoso.example with ESMTPS id ${id}`,
      `\tfor <${to.toLowerCase()}@contoso.example>; ${date}`,
      `Message-ID: <bench.${index}.${id}@${random.pick(domains)}>`,
      `Date: ${date}`,
      `From: ${from} Tester <${from.toLowerCase()}@${random.pick(domains)}>`,
      `To: ${to} Tester <${to.toLowerCase()}@contoso.example>`,
      `Subject: ${subject}`,
      'MIME-Version: 1.0',
      '',
    ];
    return Buffer.from(lines.join('\r\n'));
  }

  private plain(sizeBytes: number): Buffer[] {
    return [Buffer.from(`${plainHead}\r\n\r\n${this.stock.text(Math.max(100, sizeBytes - headBytes))}`, 'latin1')];
  }

  private withAttachment(index: number, sizeBytes: number): Buffer[] {
    const boundary = `=_b${index}_${this.random.integer(1e8, 1e9).toString(36)}`;
    const top = [`Content-Type: multipart/mixed; boundary="${boundary}"`, '', `--${boundary}`, plainHead, '', ''];
    const file = [
      `--${boundary}`,
      `Content-Type: application/octet-stream; name="file${index}.bin"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="file${index}.bin"`,
      '',
      '',
    ];
    return [
      Buffer.from(top.join('\r\n')),
      Buffer.from(this.stock.text(2_500), 'latin1'),
      Buffer.from(file.join('\r\n')),
      ...this.stock.attachment(sizeBytes - attachmentFrameBytes),
      Buffer.from(`--${boundary}--\r\n`),
    ];
  }

  /** Draft, flagged, replied, seen: ASCII order is a Maildir rule. */
  private flags(): string {
    const chance = (letter: string, share: number): string => (this.random.next() < share ? letter : '');
    return chance('D', 0.02) + chance('F', 0.08) + chance('R', 0.25) + chance('S', 0.8);
  }
}

const plainHead = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit';
