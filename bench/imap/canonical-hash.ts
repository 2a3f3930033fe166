/** sha256 of a message with every line end as CRLF (servers differ in that), fed piece by piece. */
import { createHash } from 'node:crypto';

const [carriageReturn, lineFeed] = [13, 10];
const headEnd = '\r\n\r\n';

export class CanonicalHash {
  sizeBytes = 0;
  private readonly hash = createHash('sha256');
  private readonly dropped: RegExp | null;
  private head: Buffer[] | null;
  private last = 0;

  /** `droppedHeader`: a header line that does not count, for tools that add one of their own. */
  constructor(droppedHeader: string | null = null) {
    this.dropped = droppedHeader === null ? null : new RegExp(`^${droppedHeader}:[^\\r\\n]*\\r\\n`, 'im');
    this.head = this.dropped === null ? null : [];
  }

  update(octets: Buffer): void {
    this.sizeBytes += octets.length;
    if (this.head === null) return this.canonical(octets);
    this.head.push(octets);
    if (Buffer.concat(this.head).includes(headEnd)) this.releaseHead();
  }

  digest(): string {
    this.releaseHead();
    if (this.last === carriageReturn) this.hash.update('\n');
    return this.hash.digest('hex');
  }

  private releaseHead(): void {
    if (this.head === null || this.dropped === null) return;
    const text = Buffer.concat(this.head).toString('latin1');
    const end = text.indexOf(headEnd);
    const [head, body] = end < 0 ? [text, ''] : [text.slice(0, end + 2), text.slice(end + 2)];
    this.head = null;
    this.canonical(Buffer.from(`${head.replace(this.dropped, '')}${body}`, 'latin1'));
  }

  /** Copies nothing as long as all line ends are CRLF. */
  private canonical(octets: Buffer): void {
    let from = 0;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      if (this.last === carriageReturn ? octet !== lineFeed : octet === lineFeed) {
        this.hash.update(octets.subarray(from, at)).update(this.last === carriageReturn ? '\n' : '\r');
        from = at;
      }
      this.last = octet ?? 0;
    }
    this.hash.update(octets.subarray(from));
  }
}
