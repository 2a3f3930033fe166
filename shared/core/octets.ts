/** Identity of a message: hash of its octets with line ends as CRLF, because servers store bare LF as CRLF (Dovecot does). */
import { createHash, type Hash } from 'node:crypto';

const CR = 0x0d;
const LF = 0x0a;

/** Streaming: every LF that no CR precedes counts as CRLF. A CR LF pair may be cut between two parts. */
export class CanonicalHash {
  private readonly hash: Hash;
  /** LFs that counted as CRLF. */
  bareLineFeeds = 0;
  private lastWasCr = false;

  constructor(hash: Hash = createHash('sha256')) {
    this.hash = hash;
  }

  /** Goes on by itself from what has streamed by. */
  copy(): CanonicalHash {
    const copy = new CanonicalHash(this.hash.copy());
    copy.lastWasCr = this.lastWasCr;
    copy.bareLineFeeds = this.bareLineFeeds;
    return copy;
  }

  update(octets: Uint8Array): void {
    let from = 0;
    for (let at = octets.indexOf(LF); at !== -1; at = octets.indexOf(LF, at + 1)) {
      const before = at === 0 ? this.lastWasCr : octets[at - 1] === CR;
      if (before) continue;
      this.bareLineFeeds += 1;
      this.hash.update(octets.subarray(from, at));
      this.hash.update('\r\n');
      from = at + 1;
    }
    this.hash.update(octets.subarray(from));
    if (octets.length > 0) this.lastWasCr = octets[octets.length - 1] === CR;
  }

  digest(): string {
    return this.hash.digest('hex');
  }
}
