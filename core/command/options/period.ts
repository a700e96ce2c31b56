// A stretch of time in the workspace's zone: "last 7 days", "this month", "2026-10", "2026-W41", "Q3 2026", a range.
import { type Option, option, type ParseContext, type Suggestion, Wrong } from "../option.ts";
import { type Token, tokensOf, type Unit } from "./calendar-words.ts";
import { typed } from "./typed.ts";
import { addDays, addMonths, type Day, firstWeekday, isDay, isoWeek, localOf, startOf, weekStart } from "./zone.ts";

export type Grain = Unit;
/** `to` is the first instant after it. `grain` is the unit it is counted in: a series over it is one step finer, or as fine. */
export type Period = { from: Date; to: Date; label: string; grain: Grain };

/** Days of a calendar, `to` not in it; or, for hours, two instants. */
type Days = { from: Day; to: Day; grain: Grain };
type Hours = { instants: [Date, Date] };

// Further than any business looks; also keeps every sum inside what Date can hold.
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const MOST: Readonly<Record<Unit, number>> = { hour: 24 * 92, day: 3660, week: 522, month: 120, quarter: 40, year: 10 };

/** Reads a period as a person in this place would mean it; undefined when it is none. */
export function periodOf(raw: string, at: ParseContext): Period | undefined {
  const line = typed(raw, 80);
  if (line === "") return undefined;
  const sides = line.split(/\s*(?:\.\.\.?|…|[–—〜~]|\s(?:-|to|until|bis|à|al|a|até|hasta)\s)\s*/);
  if (sides.length === 1) {
    const one = oneOf(line, at);
    return one && finish(one, at);
  }
  const [begin, end] = sides.map((side) => oneOf(side, at));
  if (sides.length !== 2 || !begin || !end || "instants" in begin || "instants" in end) return undefined;
  const grain = begin.grain === end.grain ? begin.grain : "day";
  return finish({ from: begin.from, to: end.to, grain }, at);
}

function finish(found: Days | Hours, at: ParseContext): Period | undefined {
  if ("instants" in found) {
    const [from, to] = found.instants;
    const label = new Intl.DateTimeFormat(at.locale, { dateStyle: "medium", timeStyle: "short", timeZone: at.zone });
    return { from, to, label: label.formatRange(from, to), grain: "hour" };
  }
  if (found.from.year < FIRST_YEAR || found.to.year > LAST_YEAR + 1) return undefined;
  const from = startOf(found.from, at.zone);
  const to = startOf(found.to, at.zone);
  return from < to ? { from, to, label: labelOf(found, at.locale), grain: found.grain } : undefined;
}

/** What a person reads: the month, the year, the day, or the first and last day. */
function labelOf({ from, to }: Days, locale: string): string {
  const utc = (day: Day) => Date.UTC(day.year, day.month - 1, day.day);
  const last = addDays(to, -1);
  const whole = from.day === 1 && to.day === 1;
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  if (whole && from.month === 1 && months === 12) return format({ year: "numeric" }).format(utc(from));
  if (whole) return format({ year: "numeric", month: "long" }).formatRange(utc(from), utc(last));
  return format({ dateStyle: "medium" }).formatRange(utc(from), utc(last));
}

const oneOf = (line: string, at: ParseContext): Days | Hours | undefined => isoOf(line) ?? spoken(line, at);

function isoOf(line: string): Days | undefined {
  const day =
    /^(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})日?$/.exec(line) ??
    turned(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(line));
  if (day) return dayPeriod({ year: Number(day[1]), month: Number(day[2]), day: Number(day[3]) });
  const week = /^(\d{4})-?w(\d{1,2})$/.exec(line);
  if (week) {
    const from = isoWeek(Number(week[1]), Number(week[2]));
    return from && { from, to: addDays(from, 7), grain: "week" };
  }
  const month = /^(\d{4})[-/](\d{1,2})$/.exec(line);
  if (month) return monthPeriod(Number(month[1]), Number(month[2]));
  const year = /^(\d{4}) ?[年년]?$/.exec(line);
  if (year) return yearPeriod(Number(year[1]));
  const quarter = /^(\d{4})[- ]?[qt]([1-4])$/.exec(line);
  return quarter ? quarterPeriod(Number(quarter[1]), Number(quarter[2])) : undefined;
}

const turned = (match: RegExpExecArray | null) => match && ["", match[3], match[2], match[1]];

const dayPeriod = (day: Day): Days | undefined =>
  isDay(day) ? { from: day, to: addDays(day, 1), grain: "day" } : undefined;
const monthPeriod = (year: number, month: number): Days | undefined =>
  month >= 1 && month <= 12
    ? { from: { year, month, day: 1 }, to: addMonths({ year, month, day: 1 }, 1), grain: "month" }
    : undefined;
const yearPeriod = (year: number): Days => ({
  from: { year, month: 1, day: 1 },
  to: { year: year + 1, month: 1, day: 1 },
  grain: "year",
});
const quarterPeriod = (year: number, quarter: number): Days => {
  const from = { year, month: quarter * 3 - 2, day: 1 };
  return { from, to: addMonths(from, 3), grain: "quarter" };
};

/** Words, in any order that one of the languages has ("last 7 days", "les 7 derniers jours", "過去7日間"). */
function spoken(line: string, at: ParseContext): Days | Hours | undefined {
  const today: Day = localOf(at.now, at.zone);
  const short = /^[qt]([1-4])(?: (\d{4}))?$/.exec(line);
  if (short) return quarterPeriod(Number(short[2] ?? today.year), Number(short[1]));
  const tokens = tokensOf(line);
  if (!tokens || tokens.length === 0 || tokens.length > 6) return undefined;
  const has = (is: Token["is"]) => tokens.some((t) => t.is === is);
  const numbers = tokens.flatMap((t) => (t.is === "number" ? [t.value] : []));
  const units = tokens.flatMap((t) => (t.is === "unit" ? [t.unit] : []));
  const months = tokens.flatMap((t) => (t.is === "month" ? [t.month] : []));
  if (tokens.length === 1) {
    if (has("today")) return dayPeriod(today);
    if (has("yesterday")) return dayPeriod(addDays(today, -1));
    if (has("tomorrow")) return dayPeriod(addDays(today, 1));
  }
  const [unit] = units;
  const [number] = numbers;
  if (months.length === 1) return named(tokens, months[0]!, numbers, today);
  if (units.length === 1 && unit && tokens.length === 2 && numbers.length === 0) {
    if (has("last")) return around(unit, -1, today, at);
    if (has("this")) return around(unit, 0, today, at);
    if (has("next")) return around(unit, 1, today, at);
  }
  if (has("last") && units.length === 1 && unit && numbers.length === 1 && tokens.length === 3)
    return number! >= 1 && number! <= MOST[unit] ? lasting(unit, number!, today, at) : undefined;
  return yearMonth(tokens, numbers, units);
}

/** "October 2026", "oct 2026", "5 October 2026", "October". */
function named(tokens: Token[], month: number, numbers: number[], today: Day): Days | undefined {
  if (numbers.length + 1 !== tokens.length) return undefined;
  if (numbers.length === 0) return monthPeriod(today.year, month);
  const year = numbers.find((n) => n >= FIRST_YEAR);
  if (year === undefined)
    return numbers.length === 1 ? dayPeriod({ year: today.year, month, day: numbers[0]! }) : undefined;
  const others = numbers.filter((n) => n !== year);
  if (others.length === 0 && numbers.length === 1) return monthPeriod(year, month);
  return others.length === 1 ? dayPeriod({ year, month, day: others[0]! }) : undefined;
}

/** "2026年10月", "2026년 10월 5일", "3. Quartal 2026", "2026년 3분기". */
function yearMonth(tokens: Token[], numbers: number[], units: Unit[]): Days | undefined {
  const text = tokens.map((t) => (t.is === "number" ? "n" : t.is === "unit" ? t.unit : t.is)).join(" ");
  const [one = 0, two = 0] = numbers;
  if (units.includes("quarter") && numbers.length === 2) {
    const [quarter, year] = one > two ? [two, one] : [one, two];
    return quarter >= 1 && quarter <= 4 && year >= FIRST_YEAR ? quarterPeriod(year, quarter) : undefined;
  }
  if (text === "n year n month n day") return dayPeriod({ year: one, month: two, day: numbers[2]! });
  return text === "n year n month" ? monthPeriod(one, two) : undefined;
}

/** The calendar unit that was, is, or comes. */
function around(unit: Unit, step: -1 | 0 | 1, today: Day, at: ParseContext): Days | Hours | undefined {
  const { year, month } = today;
  if (unit === "day") return dayPeriod(addDays(today, step));
  if (unit === "week") {
    const from = addDays(weekStart(today, weekBegins(at)), step * 7);
    return { from, to: addDays(from, 7), grain: "week" };
  }
  if (unit === "month") return { from: addMonths(today, step), to: addMonths(today, step + 1), grain: "month" };
  if (unit === "quarter") {
    const from = addMonths({ year, month: month - ((month - 1) % 3), day: 1 }, step * 3);
    return { from, to: addMonths(from, 3), grain: "quarter" };
  }
  return unit === "year" ? yearPeriod(year + step) : step === -1 ? lasting("hour", 1, today, at) : undefined;
}

/** So many units up to now: the one that runs is the last of them. Hours are counted back from this instant. */
function lasting(unit: Unit, count: number, today: Day, at: ParseContext): Days | Hours | undefined {
  if (unit === "hour") return { instants: [new Date(at.now.getTime() - count * 3_600_000), at.now] };
  if (unit === "day") return { from: addDays(today, 1 - count), to: addDays(today, 1), grain: "day" };
  const current = around(unit, 0, today, at);
  if (!current || "instants" in current) return undefined;
  if (unit === "week") return { ...current, from: addDays(current.from, -7 * (count - 1)) };
  const months = { month: 1, quarter: 3, year: 12 }[unit];
  return { ...current, from: addMonths(current.from, -months * (count - 1)) };
}

/** One week for everybody of a workspace: its language decides, not the reader's. */
const weekBegins = (at: ParseContext): number => firstWeekday(at.act?.workspace.locale ?? at.locale);

const OFFERED = ["today", "yesterday", "last 24 hours", "last 7 days", "last 28 days", "this week", "last week"];
const LATER = ["this month", "last month", "this quarter", "this year", "last year"];

export const period = (says: string, more: { default?: string } = {}): Option<Period> =>
  option<Period>({
    kind: "period",
    says,
    example: more.default ?? "last 7 days",
    ...(more.default === undefined ? {} : { fallback: more.default }),
    schema: {
      type: "string",
      maxLength: 80,
      description:
        "A stretch of time: today, last 7 days, this month, 2026-10, 2026-W41, Q3 2026 or 2026-10-01..2026-10-31.",
      examples: ["last 7 days", "2026-10"],
    },
    parse(raw, at) {
      const written =
        typeof raw === "string" ? raw : typeof raw === "number" && Number.isInteger(raw) ? String(raw) : "";
      const found = periodOf(written, at);
      if (!found)
        throw new Wrong("Write a period, such as last 7 days, this month, 2026-10 or 2026-10-01..2026-10-31.");
      return found;
    },
    suggest: async (_act, wanted): Promise<Suggestion[]> => {
      const begin = wanted.trim().toLowerCase();
      return [...OFFERED, ...LATER].filter((p) => p.includes(begin)).map((value) => ({ value, label: value }));
    },
  });
