import { parseInternalDate } from './internal-date.ts';

/**
 * What a look-up compares two messages by: canonical octets and INTERNALDATE *instant* (servers return the zone they
 * like). Planning keeps rows of equal instant in one chunk, so no other chunk can argue about a copy of this identity.
 */
export function identityOf(canonicalHash: string, internalDate: string): string {
  return `${canonicalHash}@${instantKey(internalDate)}`;
}

/** Equal for equal instants; an unreadable date is only equal to itself. */
export function instantKey(internalDate: string): string {
  const parsed = parseInternalDate(internalDate);
  return parsed === null ? `raw:${internalDate}` : String(parsed.epochSeconds);
}
