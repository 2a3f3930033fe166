/** Which named repair is tried, once, when a target has refused a message by itself. */
import type { Repair } from '../../contract/items.ts';
import type { ErrorCode } from '../../errors.ts';

export interface Refused {
  code: ErrorCode;
  nuls: number;
  bareNewlines: number;
  flags: readonly string[];
}

/**
 * Empty: the message goes to quarantine as it is. A message is changed only where it has what servers refuse; one that
 * has nothing of it may be meant for its flags, which can be set afterwards. No server says in a way that could be
 * relied on which it was. Too large stays too large, and a line that is too long cannot be broken without damage.
 */
export function fittingRepairs({ code, nuls, bareNewlines, flags }: Refused): Repair[] {
  if (code !== 'MESSAGE_REFUSED') return [];
  const repairs = contentRepairs({ nuls, bareNewlines });
  return repairs.length === 0 && flags.length > 0 ? ['flags'] : repairs;
}

export function contentRepairs({ nuls, bareNewlines }: Pick<Refused, 'nuls' | 'bareNewlines'>): Repair[] {
  const repairs: Repair[] = [];
  if (bareNewlines > 0) repairs.push('bare-newlines');
  if (nuls > 0) repairs.push('nul-octets');
  return repairs;
}
