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
  const utcMs = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC takes years 0-99 as 1900-1999 and rolls days over.
  const date = new Date(utcMs);
  date.setUTCFullYear(Number(year));
  if (date.getUTCDate() !== Number(day) && Number(second) < 60) return null;
  const zoneMinutes = Number(zoneHour) * 60 + Number(zoneMinute);
  const zoneSeconds = (sign === '-' ? -1 : 1) * zoneMinutes * secondsPerMinute;
  return { epochSeconds: date.getTime() / 1000 - zoneSeconds };
}
