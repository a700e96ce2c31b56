// Days and clocks of a time zone, by Intl alone. A local time is a plain calendar reading; an instant is a `Date`.

export type Local = { year: number; month: number; day: number; hour: number; minute: number; second: number };
export type Day = Pick<Local, "year" | "month" | "day">;

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  return format;
}

/** What calendar and clock on a wall in the zone show at an instant. */
export function localOf(at: Date, zone: string): Local {
  const local: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) if (type !== "literal") local[type] = Number(value);
  return local as Local;
}

const asUtc = (l: Local) => Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute, l.second);

const offsetAt = (instant: number, zone: string) =>
  asUtc(localOf(new Date(instant), zone)) - Math.floor(instant / 1000) * 1000;

/**
 * The instant of a local time. Where clocks were put forward it may not exist: then it is as much later as they were
 * moved. Where they were put back it exists twice: then it is the first.
 */
export function instantOf(local: Local, zone: string): Date {
  const utc = asUtc(local);
  const before = offsetAt(utc - DAY_MS, zone);
  const after = offsetAt(utc + DAY_MS, zone);
  const fits = [utc - before, utc - after].filter((instant) => asUtc(localOf(new Date(instant), zone)) === utc);
  return new Date(fits.length > 0 ? Math.min(...fits) : utc - before);
}

/** The first instant of a day. */
export const startOf = (day: Day, zone: string): Date => instantOf({ ...day, hour: 0, minute: 0, second: 0 }, zone);

/** Calendar arithmetic; knows nothing of zones. Months and years land on the last day where the day does not exist. */
export function addDays({ year, month, day }: Day, days: number): Day {
  return dayOf(new Date(Date.UTC(year, month - 1, day + days)));
}

export const dayOf = (utc: Date): Day => ({
  year: utc.getUTCFullYear(),
  month: utc.getUTCMonth() + 1,
  day: utc.getUTCDate(),
});

/** The first day of the month that is so many months away. */
export const addMonths = ({ year, month }: Day, months: number): Day =>
  dayOf(new Date(Date.UTC(year, month - 1 + months, 1)));

export const isDay = ({ year, month, day }: Day): boolean => {
  const there = dayOf(new Date(Date.UTC(year, month - 1, day)));
  return there.year === year && there.month === month && there.day === day;
};

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = ({ year, month, day }: Day): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;

/** The day on which the week of `day` began, for weeks that begin on `first`. */
export const weekStart = (day: Day, first = 1): Day => addDays(day, -((weekdayOf(day) - first + 7) % 7));

/** The Monday of an ISO 8601 week; undefined when the year has no such week. */
export function isoWeek(year: number, week: number): Day | undefined {
  // 4 January is always in week 1.
  const monday = addDays(weekStart({ year, month: 1, day: 4 }), (week - 1) * 7);
  const thursday = addDays(monday, 3);
  return week >= 1 && thursday.year === year ? monday : undefined;
}

/**
 * The day a week begins on: Monday, unless the locale says otherwise. "en" alone names no country, and says nothing.
 */
export function firstWeekday(locale: string): number {
  if (locale === "en") return 1;
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?(): { firstDay: number } };
  return known.getWeekInfo?.().firstDay ?? 1;
}
