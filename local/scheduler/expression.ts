/** Whether a schedule is due in a minute; `minuteMs` is the start of that minute. */
export type DueAt = (minuteMs: number) => boolean;

export class ScheduleExpressionError extends Error {
  override name = 'ScheduleExpressionError';
}

const minuteMs = 60_000;
const unitMinutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

/** `rate(15 minutes)`, `cron(0 8 ? * MON-FRI *)`, `at(2026-12-01T06:00:00)` (schedule-types). */
export function compileSchedule(expression: string, timezone: string): DueAt {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rate(body);
  if (kind === 'cron') return cron(body, timezone);
  if (kind === 'at') return at(body, timezone);
  throw new ScheduleExpressionError(`not a schedule expression: ${expression}`);
}

/** Aligned to the clock instead of to the moment of creation, so that a restart does not move the ticks. */
function rate(body: string): DueAt {
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(body) ?? [];
  const periodMinutes = Number(count) * (unitMinutes[unit] ?? 0);
  if (periodMinutes <= 0) throw new ScheduleExpressionError(`not a rate: ${body}`);
  return (time) => Math.floor(time / minuteMs) % periodMinutes === 0;
}

function at(body: string, timezone: string): DueAt {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body)) throw new ScheduleExpressionError(`not a time: ${body}`);
  const local = localTime(timezone);
  return (time) => local(time).text === body.slice(0, 16);
}

interface LocalTime {
  /** `YYYY-MM-DDTHH:MM` */
  text: string;
  /** In the order of cron: minute, hour, day of month, month, day of week (Sunday is 1), year. */
  fields: readonly [number, number, number, number, number, number];
}

function localTime(timezone: string): (timeMs: number) => LocalTime {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (timeMs) => {
    const text = format.format(timeMs).replace(' ', 'T');
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
    const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
    return { text, fields: [minute, hour, day, month, weekday, year] };
  };
}

const ranges: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
  [1970, 2199],
];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const names = new Map(
  [weekdays, months].flatMap((list) => list.map((name, index): [string, number] => [name, index + 1])),
);

function cron(body: string, timezone: string): DueAt {
  const parts = body.trim().split(/\s+/);
  if (parts.length !== 6) throw new ScheduleExpressionError(`cron needs six fields: ${body}`);
  const allowed = parts.map((part, index) => fieldValues(part, ranges[index] ?? [0, 0]));
  const local = localTime(timezone);
  return (time) => {
    const { text, fields } = local(time);
    // The hour that autumn repeats runs once: its second time, the same wall time was already there.
    const repeated = [30, 60].some((minutes) => local(time - minutes * minuteMs).text === text);
    return !repeated && fields.every((value, index) => allowed[index]?.has(value));
  };
}

/** `*`, `?`, lists, ranges, steps. L, W and # are refused: nothing here uses them. */
function fieldValues(field: string, [low, high]: readonly [number, number]): Set<number> {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [, from = '', to, step] = /^([A-Z0-9]+|\*|\?)(?:-([A-Z0-9]+))?(?:\/(\d+))?$/.exec(item) ?? [];
    const any = from === '*' || from === '?';
    const start = any ? low : valueOf(from);
    const end = to !== undefined ? valueOf(to) : any || step !== undefined ? high : start;
    if (!(start >= low && end <= high && start <= end))
      throw new ScheduleExpressionError(`unsupported cron field ${field}`);
    for (let value = start; value <= end; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

const valueOf = (text: string): number => names.get(text) ?? (/^\d+$/.test(text) ? Number(text) : Number.NaN);
