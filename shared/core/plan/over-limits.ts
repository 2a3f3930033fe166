/** Which messages the limits leave out, known before anything is downloaded. */
import type { OverLimit } from '../../contract/items.ts';
import { defaults, type Settings } from '../../contract/settings.ts';
import type { ErrorCode } from '../../errors.ts';
import type { MailCapabilities } from '../../ports/mail.ts';
import { parseInternalDate } from '../internal-date.ts';

/** The codes of messages that are left out by a limit. */
export const limitCodes = ['MESSAGE_TOO_LARGE', 'OVER_ITEM_LIMIT'] as const satisfies readonly ErrorCode[];
export type LimitCode = (typeof limitCodes)[number];
export const isLimitCode = (code: string | null): code is LimitCode => limitCodes.some((known) => known === code);

/** What the report says of them in one figure. */
export function overLimitOf(rows: readonly { code: string | null; sizeBytes: number }[]): OverLimit {
  const over = rows.filter(({ code }) => isLimitCode(code));
  return { messages: over.length, bytes: over.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** The smaller of what the settings want and what the target says it takes, as a whole or in a folder. */
export function messageLimitBytes(
  limits: Settings['limits'],
  target: Pick<MailCapabilities, 'appendLimitBytes'>,
  folderBytes = Number.POSITIVE_INFINITY,
): number {
  const wanted = limits?.messageBytes ?? defaults.messageBytes;
  return Math.min(wanted, target.appendLimitBytes ?? Number.POSITIVE_INFINITY, folderBytes);
}

export const itemLimit = (limits: Settings['limits']): number => limits?.itemsPerMailbox ?? defaults.itemsPerMailbox;

interface Sized {
  internalDate: string;
  sizeBytes: number;
}

/**
 * `room`: messages that may still be delivered to the mailbox. The newest keep it, whatever folder they lie in; those
 * too large to be delivered take none of it.
 */
export function overLimits<Row extends Sized>(
  rows: readonly Row[],
  limits: { messageBytes: (row: Row) => number; room: number },
): Map<Row, LimitCode> {
  const over = new Map<Row, LimitCode>();
  for (const row of rows) if (row.sizeBytes > limits.messageBytes(row)) over.set(row, 'MESSAGE_TOO_LARGE');
  const fitting = rows.filter((row) => !over.has(row));
  if (fitting.length <= limits.room) return over;
  for (const row of newestFirst(fitting).slice(Math.max(0, limits.room))) over.set(row, 'OVER_ITEM_LIMIT');
  return over;
}

/** Rows without a readable date are the oldest. */
export function newestFirst<Row extends Pick<Sized, 'internalDate'>>(rows: readonly Row[]): Row[] {
  const instant = (row: Row): number => parseInternalDate(row.internalDate)?.epochSeconds ?? Number.NEGATIVE_INFINITY;
  const dated = rows.map((row) => ({ row, at: instant(row) }));
  return dated.sort((a, b) => (a.at === b.at ? 0 : b.at - a.at)).map(({ row }) => row);
}
