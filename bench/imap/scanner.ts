/** Cuts an IMAP stream into lines and literals without ever holding a literal. */
export interface ScannerEvents {
  /** Without CRLF. `literalBytes` follow, or null when the answer ends here. */
  line(text: string, literalBytes: number | null): void;
  data(octets: Buffer): void;
}

const lineFeed = 10;

export class Scanner {
  private readonly events: ScannerEvents;
  private partial: Buffer[] = [];
  private literalLeft = 0;

  constructor(events: ScannerEvents) {
    this.events = events;
  }

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.literalLeft > 0 ? this.takeLiteral(chunk, at) : this.takeLine(chunk, at);
    }
  }

  private takeLiteral(chunk: Buffer, from: number): number {
    const size = Math.min(this.literalLeft, chunk.length - from);
    this.literalLeft -= size;
    this.events.data(chunk.subarray(from, from + size));
    return from + size;
  }

  private takeLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(lineFeed, from);
    if (end < 0) {
      this.partial.push(chunk.subarray(from));
      return chunk.length;
    }
    const head = this.partial.length === 0 ? '' : Buffer.concat(this.partial).toString('latin1');
    this.partial = [];
    const text = `${head}${chunk.toString('latin1', from, end)}`.replace(/\r$/, '');
    const size = announcedBytes(text);
    this.literalLeft = size ?? 0;
    this.events.line(text, size);
    return end + 1;
  }
}

/** `{12}` or `{12+}` at the end of a line. */
export function announcedBytes(line: string): number | null {
  if (!line.endsWith('}')) return null;
  const size = /\{(\d+)\+?\}$/.exec(line)?.[1];
  return size === undefined ? null : Number(size);
}
