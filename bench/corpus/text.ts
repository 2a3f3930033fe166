/** Text and base64 in stock: a message is cut from it, so that making mail costs copies and no string work. */
import type { Random } from './random.ts';

const words: readonly [string, ...string[]] = [
  'the',
  ...(
    'of and to in is for on that with as by at from this it be are was or an will can not have has your our we you ' +
    'please find attached report meeting invoice project schedule review budget quarter update customer order ' +
    'delivery contract proposal draft final version team office travel booking confirm payment account balance ' +
    'issue ticket server release note change request plan deadline'
  ).split(' '),
];

const textLines = 2_000;
const base64Lines = 12_000;
const octetsPerLine = 57;
/** 76 characters and CRLF. */
const base64LineBytes = 78;

export class Stock {
  private readonly random: Random;
  private readonly lines: string[];
  private readonly base64: Buffer;

  constructor(random: Random) {
    this.random = random;
    this.lines = Array.from({ length: textLines }, () => this.textLine());
    this.base64 = this.base64Block();
  }

  sentence(): string {
    const count = this.random.integer(6, 14);
    const text = Array.from({ length: count }, () => this.random.pick(words)).join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  /** At least `sizeBytes`, whole lines. */
  text(sizeBytes: number): string {
    const pieces: string[] = [];
    let at = this.random.integer(0, textLines - 1);
    for (let size = 0; size < sizeBytes; at++) {
      const line = `${this.lines[at % textLines] ?? ''}${at % 9 === 0 ? '\r\n' : ''}`;
      pieces.push(line);
      size += line.length;
    }
    return pieces.join('');
  }

  /** About `sizeBytes`, as slices of the block. */
  attachment(sizeBytes: number): Buffer[] {
    const slices: Buffer[] = [];
    for (let left = Math.max(1, Math.round(sizeBytes / base64LineBytes)); left > 0;) {
      const from = this.random.integer(0, base64Lines - 2);
      const count = Math.min(left, base64Lines - from);
      slices.push(this.base64.subarray(from * base64LineBytes, (from + count) * base64LineBytes));
      left -= count;
    }
    return slices;
  }

  private textLine(): string {
    let line = this.sentence();
    while (line.length < 60) line += ` ${this.random.pick(words)}`;
    return `${line.slice(0, 76).trimEnd()}\r\n`;
  }

  private base64Block(): Buffer {
    const octets = Buffer.alloc(octetsPerLine * base64Lines);
    for (let at = 0; at < octets.length; at += 4) octets.writeUInt32LE(this.random.integer(0, 4294967295), at);
    const lines = Array.from(
      { length: base64Lines },
      (_, n) => `${octets.subarray(n * octetsPerLine, (n + 1) * octetsPerLine).toString('base64')}\r\n`,
    );
    return Buffer.from(lines.join(''), 'latin1');
  }
}
