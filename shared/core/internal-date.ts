/**
 * IMAP date-time (RFC 9051 `date-time`): `"17-Jul-1996 02:44:25 -0700"`. Servers pad the day with a space or a 0 and some
 * send no seconds' zone they were given, so two dates are compared as instants and never as text.
 */
const pattern = /^"?([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"?$/;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const secondsPerMinute = 60;

export interface ParsedInternalDate {
  epochSeconds: number;
}

/** null for anything that is not a real moment: `31-Feb` is refused rather than moved to March. */
export function parseInternalDate(raw: string): ParsedInternalDate | null {
  const m = pattern.exec(raw);
  if (!m) return null;
  const [
    ,
    day = '',
    month = '',
    year = '',
    hour = '',
    minute = '',
    second = '',
    sign = '',
    zoneHour = '',
    zoneMinute = '',
  ] = m;
  const monthIndex = months.indexOf(month.toLowerCase());
  if (monthIndex === -1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  if (Number(day) < 1 || Number(day) > daysInMonth(Number(year), monthIndex)) return null;
  const zoneMinutes = Number(zoneHour) * 60 + Number(zoneMinute);
  const zoneSeconds = (sign === '-' ? -1 : 1) * zoneMinutes * secondsPerMinute;
  // Not Date.UTC, which takes years 0-99 as 1900-1999; the hours after the day, because a leap second may end the year.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), monthIndex, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  return { epochSeconds: date.getTime() / 1000 - zoneSeconds };
}

/** `month` from 0. */
export function daysInMonth(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month + 1, 0);
  return last.getUTCDate();
}
