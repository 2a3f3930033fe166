/** `date`: an INTERNALDATE that is no moment becomes the nearest one, so that its message can be appended at all. */
import { daysInMonth, parseInternalDate } from '../internal-date.ts';

/** For a server that tells no date, or one that cannot be read: sorted last, and nothing made up. */
const unknownDate = '01-Jan-1970 00:00:00 +0000';
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface PossibleDate {
  internalDate: string;
  /** Another moment than the source told. */
  clamped: boolean;
}

/** A moment stays as it was written; only a leap second, which most servers refuse, becomes the second after it. */
export function possibleDate(raw: string): PossibleDate {
  const date = partsOf(raw);
  if (date === null) return { internalDate: unknownDate, clamped: true };
  const isMoment = parseInternalDate(raw) !== null && date.zoneMinutes === clampZone(date.zoneMinutes);
  if (isMoment && date.second < 60) return { internalDate: raw, clamped: false };
  return { internalDate: written(isMoment ? date : nearest(date)), clamped: !isMoment };
}

interface DateParts {
  year: number;
  /** From 0. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  zoneMinutes: number;
}

const pattern = /^"?([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"?$/;

function partsOf(raw: string): DateParts | null {
  const [, day, name = '', year, hour, minute, second, sign, zoneHour, zoneMinute] = pattern.exec(raw) ?? [];
  const month = months.findIndex((m) => m.toLowerCase() === name.toLowerCase());
  if (month === -1) return null;
  const zoneMinutes = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1);
  const [d, y, h, min, s] = [day, year, hour, minute, second].map(Number);
  return { year: y ?? 0, month, day: d ?? 0, hour: h ?? 0, minute: min ?? 0, second: s ?? 0, zoneMinutes };
}

/** Farther than 15 hours from UTC is nowhere. */
const clampZone = (minutes: number): number => (Math.abs(minutes) > 15 * 60 ? 0 : minutes);
const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

function nearest(date: DateParts): DateParts {
  return {
    year: date.year,
    month: date.month,
    day: within(date.day, 1, daysInMonth(date.year, date.month)),
    hour: within(date.hour, 0, 23),
    minute: within(date.minute, 0, 59),
    second: within(date.second, 0, 59),
    zoneMinutes: clampZone(date.zoneMinutes),
  };
}

function written({ year, month, day, hour, minute, second, zoneMinutes }: DateParts): string {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month, day);
  // Carries a second of 60 over into the minute, the hour, the year.
  moment.setUTCHours(hour, minute, second);
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = Math.abs(zoneMinutes);
  const date = `${two(moment.getUTCDate())}-${months[moment.getUTCMonth()]}-${String(moment.getUTCFullYear()).padStart(4, '0')}`;
  const time = [moment.getUTCHours(), moment.getUTCMinutes(), moment.getUTCSeconds()].map(two).join(':');
  return `${date} ${time} ${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(zone / 60))}${two(zone % 60)}`;
}
