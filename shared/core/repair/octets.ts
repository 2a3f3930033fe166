/**
 * Repairs of a message's octets, as a stream. `bare-newlines`: a CR or LF that stands alone becomes CRLF. `nul-octets`:
 * NUL becomes 0x80, as Dovecot does itself, so that no length and no boundary moves. Nothing else is touched.
 */
import type { Repair } from '../../contract/items.ts';

const [NUL, LF, CR, substitute] = [0x00, 0x0a, 0x0d, 0x80];

export const octetRepairs = ['bare-newlines', 'nul-octets'] as const satisfies readonly Repair[];

/** Parts in order through `update`, then what `end` has left. A CR LF pair may be cut between two parts. */
export class OctetRepair {
  private readonly newlines: boolean;
  private readonly nuls: boolean;
  private lastWasCr: boolean;

  /** `lastWasCr`: of what was handed on unrepaired before. */
  constructor(repairs: readonly Repair[], lastWasCr = false) {
    this.newlines = repairs.includes('bare-newlines');
    this.nuls = repairs.includes('nul-octets');
    this.lastWasCr = lastWasCr;
  }

  update(octets: Uint8Array): Uint8Array {
    // At most one octet is put before each.
    const repaired = Buffer.allocUnsafe(octets.length * (this.newlines ? 2 : 1));
    let length = 0;
    for (const octet of octets) {
      if (this.newlines && this.lastWasCr !== (octet === LF)) repaired[length++] = this.lastWasCr ? LF : CR;
      repaired[length++] = this.nuls && octet === NUL ? substitute : octet;
      this.lastWasCr = octet === CR;
    }
    return repaired.subarray(0, length);
  }

  end(): Uint8Array {
    return this.newlines && this.lastWasCr ? Uint8Array.of(LF) : new Uint8Array();
  }
}

/** What is wrong with a message, found while it streams by. */
export class Examination {
  octetCount = 0;
  nuls = 0;
  bareNewlines = 0;
  private lastWasCr = false;

  update(octets: Uint8Array): void {
    this.octetCount += octets.length;
    for (const octet of octets) {
      if (octet === NUL) this.nuls += 1;
      if (this.lastWasCr !== (octet === LF)) this.bareNewlines += 1;
      this.lastWasCr = octet === CR;
    }
  }

  end(): void {
    if (this.lastWasCr) this.bareNewlines += 1;
    this.lastWasCr = false;
  }

  /** Length of the literal once `repairs` are done. */
  repairedBytes(repairs: readonly Repair[]): number {
    return this.octetCount + (repairs.includes('bare-newlines') ? this.bareNewlines : 0);
  }
}
