/**
 * What a copy of a message may look like at the target: its own octets, or the repaired ones (an earlier attempt may
 * have stored either). Both as canonical hashes, in which a bare LF makes no difference.
 */
import type { Repair } from '../../contract/items.ts';
import { CanonicalHash } from '../octets.ts';
import { contentRepairs } from './fitting-repairs.ts';
import { Examination, OctetRepair, octetRepairs } from './octets.ts';

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];

/** Of a copy that was made with `repairs`: what the target's octets are compared with. */
export class RepairedHash {
  private readonly hash: CanonicalHash;
  private readonly repair: OctetRepair | null;

  /** `before`: what has streamed by already, and whether it ended with a CR. */
  constructor(repairs: readonly Repair[] = [], before = new CanonicalHash(), lastWasCr = false) {
    this.hash = before;
    this.repair = octetRepairs.some((name) => repairs.includes(name)) ? new OctetRepair(repairs, lastWasCr) : null;
  }

  update(octets: Uint8Array): void {
    this.hash.update(this.repair ? this.repair.update(octets) : octets);
  }

  digest(): string {
    if (this.repair) this.hash.update(this.repair.end());
    return this.hash.digest();
  }
}

export interface Face {
  hash: string;
  repairs: readonly Repair[];
}

/** All that a copy may hash to: one, or two where there is something to repair. The second costs nothing before that. */
export class ContentHashes {
  private readonly original = new CanonicalHash();
  private repaired: RepairedHash | null = null;
  private readonly rest = new Examination();
  private lastWasCr = false;

  update(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (!isSound(octets, this.lastWasCr)) this.branch();
    this.original.update(octets);
    if (this.repaired) this.rest.update(octets);
    this.repaired?.update(octets);
    this.lastWasCr = octets[octets.length - 1] === CR;
  }

  /** The message's own first. */
  faces(): readonly Face[] {
    if (this.lastWasCr) this.branch();
    this.rest.end();
    const { bareLineFeeds } = this.original;
    const own: Face = { hash: this.original.digest(), repairs: [] };
    if (!this.repaired) return [own];
    const repairs = contentRepairs({ nuls: this.rest.nuls, bareNewlines: this.rest.bareNewlines + bareLineFeeds });
    return [own, { hash: this.repaired.digest(), repairs }];
  }

  private branch(): void {
    if (this.repaired) return;
    this.repaired = new RepairedHash(octetRepairs, this.original.copy(), this.lastWasCr);
    if (this.lastWasCr) this.rest.update(Uint8Array.of(CR));
  }
}

/** No NUL, and an LF behind each CR; the last CR is judged with the next octets. */
function isSound(octets: Uint8Array, lastWasCr: boolean): boolean {
  if (octets.includes(NUL) || (lastWasCr && octets[0] !== LF)) return false;
  for (let at = octets.indexOf(CR); at !== -1 && at + 1 < octets.length; at = octets.indexOf(CR, at + 1)) {
    if (octets[at + 1] !== LF) return false;
  }
  return true;
}
