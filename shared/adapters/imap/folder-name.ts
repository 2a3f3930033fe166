/** Modified UTF-7 (RFC 3501 5.1.3) between the wire and decoded folder names. */

export function encodeFolderName(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${base64(run)}-`));
}

/** Null when `raw` is no valid modified UTF-7: the caller then keeps the raw name. */
export function decodeFolderName(raw: string): string | null {
  const name = raw.replaceAll(/&([A-Za-z0-9+,]*)-/g, (_all, run: string) => (run === '' ? '&' : text(run)));
  return encodeFolderName(name) === raw ? name : null;
}

function base64(run: string): string {
  return Buffer.from(run, 'utf16le').swap16().toString('base64').replaceAll('/', ',').replaceAll('=', '');
}

function text(run: string): string {
  const octets = Buffer.from(run.replaceAll(',', '/'), 'base64');
  return Buffer.from(octets.subarray(0, octets.length - (octets.length % 2)))
    .swap16()
    .toString('utf16le');
}

/** One value, one IMAP string: what cannot be quoted cannot be said. */
export function quote(octets: string): string {
  if (/[\0\r\n]/.test(octets)) throw new RangeError('not a quotable string');
  return `"${octets.replaceAll(/["\\]/g, '\\$&')}"`;
}

/**
 * Names as the server spelled them. A name that is not valid modified UTF-7 (`R&D`, raw 8 bit) is shown as it is but
 * must be sent back octet by octet, so LIST is remembered.
 */
export class FolderNames {
  private readonly rawByPath = new Map<string, string>();

  /** Decoded name of a listed folder; INBOX in any case is `INBOX`. */
  listed(raw: string): string {
    if (raw.toUpperCase() === 'INBOX') return 'INBOX';
    const path = decodeFolderName(raw) ?? Buffer.from(raw, 'latin1').toString('utf8');
    if (encodeFolderName(path) !== raw) this.rawByPath.set(path, raw);
    return path;
  }

  onWire(path: string): string {
    return quote(this.rawByPath.get(path) ?? encodeFolderName(path));
  }
}
