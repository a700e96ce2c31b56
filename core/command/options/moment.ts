// A point in time in the workspace's zone: ISO 8601, "tomorrow 9:00", "in 2 hours", "18:30", "monday 9am", a date alone.
import { type Option, option, type ParseContext, Wrong } from "../option.ts";
import { tokensOf } from "./calendar-words.ts";
import { secondsOf } from "./duration.ts";
import { typed, unaccented } from "./typed.ts";
import { addDays, type Day, instantOf, isDay, localOf, startOf, weekdayOf } from "./zone.ts";

/** Whether it lies ahead (a schedule), behind (a report), or wherever it is written. */
type When = "future" | "past" | "any";
type Clock = { hour: number; minute: number; second: number };

const MOST = 80;
// As far as a period may reach.
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** Reads a point in time; undefined when it is none. A clock time alone is today's, or the next or last one as `when` asks. */
export function momentOf(raw: string, at: ParseContext, when: When = "any"): Date | undefined {
  const line = typed(raw, MOST);
  const found = line === "" ? undefined : (exact(line) ?? relative(line, at) ?? local(line, at, when));
  return found && found.getTime() >= EARLIEST && found.getTime() < LATEST ? found : undefined;
}

/** An instant that needs no zone: ISO with an offset, or Discord's own mark for a time. */
function exact(line: string): Date | undefined {
  const mark = /^<t:(\d{1,11})(?::[a-z])?>$/.exec(line);
  if (mark) return new Date(Number(mark[1]) * 1000);
  const iso = /^(\d{4})-(\d{2})-(\d{2})[t ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(z|[+-]\d{2}:?\d{2})$/.exec(
    line,
  );
  if (!iso) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((n) => Number(iso[n] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const zone = iso[8]!;
  const away = zone === "z" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  if (!isDay({ year, month, day }) || hour > 23 || minute > 59 || second > 59 || away > 18 * 60) return undefined;
  const part = Number(`0.${iso[7] ?? 0}`) * 1000;
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(part));
  return new Date(utc - (zone.startsWith("-") ? -away : away) * 60_000);
}

// "in 2 hours" and "2 hours ago" in the seven languages, after the accents are gone.
const AHEAD = /^(?:in|dentro de|en|em|daqui a|dans) (.+)$|^(.+?) ?(?:from now|後|후|뒤)$/;
const BEHIND = /^(?:hace|ha|il y a|vor) (.+)$|^(.+?) ?(?:ago|atras|前|전)$/;

function relative(line: string, at: ParseContext): Date | undefined {
  const words = unaccented(line);
  for (const [pattern, sign] of [
    [AHEAD, 1],
    [BEHIND, -1],
  ] as const) {
    const match = pattern.exec(words);
    const seconds = match && secondsOf(match[1] ?? match[2] ?? "");
    if (seconds !== undefined && seconds !== null && !/^\d+$/.test(match?.[1] ?? match?.[2] ?? ""))
      return new Date(at.now.getTime() + sign * seconds * 1000);
  }
  return undefined;
}

/** A day, a clock, or both, as the wall in the workspace's zone shows them. */
function local(line: string, at: ParseContext, when: When): Date | undefined {
  const today: Day = localOf(at.now, at.zone);
  const { day: dayWords, clock } = apart(line);
  if (clock === null) return undefined;
  if (dayWords === "") {
    if (!clock) return undefined;
    const here = instantOf({ ...today, ...clock }, at.zone);
    if (when === "future" && here <= at.now) return instantOf({ ...addDays(today, 1), ...clock }, at.zone);
    if (when === "past" && here > at.now) return instantOf({ ...addDays(today, -1), ...clock }, at.zone);
    return here;
  }
  const day = dated(dayWords) ?? said(dayWords, today, when);
  if (day === "now") return clock ? undefined : at.now;
  if (!day) return undefined;
  return clock ? instantOf({ ...day, ...clock }, at.zone) : startOf(day, at.zone);
}

function dated(words: string): Day | undefined {
  const iso = /^(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})日?$/.exec(words);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(words);
  const parts = iso ? [iso[1], iso[2], iso[3]] : dotted ? [dotted[3], dotted[2], dotted[1]] : undefined;
  if (!parts) return undefined;
  const [year, month, day] = parts.map(Number) as [number, number, number];
  return isDay({ year, month, day }) ? { year, month, day } : undefined;
}

/** "tomorrow", "monday", "5 october", "october 5 2026", "2026년 10월 5일". */
function said(words: string, today: Day, when: When): Day | "now" | undefined {
  const tokens = tokensOf(words);
  if (!tokens || tokens.length === 0 || tokens.length > 6) return undefined;
  const [first] = tokens;
  const numbers = tokens.flatMap((t) => (t.is === "number" ? [t.value] : []));
  if (tokens.length === 1 && first) {
    if (first.is === "now") return "now";
    if (first.is === "today") return today;
    if (first.is === "tomorrow") return addDays(today, 1);
    if (first.is === "yesterday") return addDays(today, -1);
  }
  const weekday = tokens.find((t) => t.is === "weekday");
  const once = tokens.filter((t) => t.is === "weekday").length === 1;
  if (
    weekday?.is === "weekday" &&
    once &&
    tokens.every((t) => t.is === "weekday" || t.is === "next" || t.is === "last")
  ) {
    const back = when === "past" || tokens.some((t) => t.is === "last");
    const ahead = (weekday.weekday - weekdayOf(today) + 6) % 7;
    return addDays(today, !back ? ahead + 1 : ahead === 6 ? -7 : ahead - 6);
  }
  const month = tokens.find((t) => t.is === "month");
  if (month?.is === "month" && numbers.length === tokens.length - 1 && numbers.length >= 1 && numbers.length <= 2) {
    const year = numbers.length === 2 ? Math.max(...numbers) : today.year;
    const day = { year, month: month.month, day: Math.min(...numbers) };
    return isDay(day) ? day : undefined;
  }
  const shape = tokens.map((t) => (t.is === "unit" ? t.unit : t.is)).join(" ");
  if (shape !== "number year number month number day") return undefined;
  const [year, m, d] = numbers as [number, number, number];
  return isDay({ year, month: m, day: d }) ? { year, month: m, day: d } : undefined;
}

// The clock at the end of a line: 18:30, 18:30:15, 9am, 9:30 pm, 18h30, 9 uhr, 18時30分, 午後6時, 오후 6시.
const CLOCK = new RegExp(
  [
    "(?:^|[ t]|(?<=[^\\x00-\\x7f]))(?:(?<early>am|pm|午前|午後|오전|오후) ?)?(?<hour>\\d{1,2})",
    "(?::(?<minute>\\d{2})(?::(?<second>\\d{2}))?|(?<mark>[h時시])(?: ?(?<spoken>\\d{2})[分분]?)?)?",
    "(?: ?(?<late>a\\.?m\\.?|p\\.?m\\.?|uhr|h))?$",
  ].join(""),
);
const BETWEEN = /(?: (?:at|a las|a la|as|a|um|gegen)|,)$/;

/** Takes the clock from the end of a line. `null`: there is one, and no clock shows it. */
function apart(line: string): { day: string; clock?: Clock | null } {
  const match = CLOCK.exec(line);
  const { early, hour, minute, second, mark, spoken, late } = match?.groups ?? {};
  if (!match || !(early || minute || mark || late)) return { day: line };
  const day = ` ${unaccented(line.slice(0, match.index).trim())}`.replace(BETWEEN, "").trim();
  const clock = { hour: Number(hour), minute: Number(minute ?? spoken ?? 0), second: Number(second ?? 0) };
  const half = /^(?:am|pm|a\.|p\.|午|오)/.test(early ?? late ?? "")
    ? /^(?:p|午後|오후)/.test(early ?? late ?? "")
      ? 12
      : 0
    : null;
  if (clock.hour > (half === null ? 23 : 12) || clock.minute > 59 || clock.second > 59) return { day, clock: null };
  return { day, clock: half === null ? clock : { ...clock, hour: (clock.hour % 12) + half } };
}

export const moment = (
  says: string,
  { when = "any", default: fallback }: { when?: When; default?: string } = {},
): Option<Date> =>
  option<Date>({
    kind: "moment",
    says,
    example: when === "past" ? "yesterday 9:00" : "tomorrow 9:00",
    ...(fallback === undefined ? {} : { fallback }),
    schema: {
      type: "string",
      maxLength: MOST,
      description:
        "A point in time: ISO 8601 (the workspace's time zone where none is given), tomorrow 9:00, in 2 hours.",
      examples: ["2026-10-05T18:30", "tomorrow 9:00"],
    },
    parse(raw, at) {
      const found = typeof raw === "string" ? momentOf(raw, at, when) : undefined;
      if (!found) throw new Wrong("Write a time, such as 18:30, tomorrow 9:00, in 2 hours or 2026-10-05 18:30.");
      if (when === "future" && found <= at.now) throw new Wrong("That has passed. Write a time that is still to come.");
      if (when === "past" && found > at.now) throw new Wrong("That is still to come. Write a time that has passed.");
      return found;
    },
  });
