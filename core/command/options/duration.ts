// How long: "90s", "1h 30m", "2 days", "3:45", "PT1H30M", in the words of the seven languages. Always whole seconds.
import { type Option, option, Wrong } from "../option.ts";
import { typed, unaccented } from "./typed.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const WEEK = 604_800;

// Lower case, without accents. A word has one meaning in all languages.
const UNITS: Readonly<Record<number, string>> = {
  1: "s sec secs second seconds segundo segundos seg seconde secondes sekunde sekunden sek 秒 秒間 초 초간",
  [MINUTE]: "m min mins minute minutes minuto minutos minuten 分 分間 분 분간",
  [HOUR]: "h hr hrs hour hours hora horas heure heures stunde stunden std 時間 시간",
  [DAY]: "d day days dia dias jour jours j tag tage tagen 日 日間 일 일간",
  [WEEK]: "w week weeks semana semanas semaine semaines woche wochen 週 週間 주 주간",
};
const SECONDS = new Map<string, number>();
for (const [seconds, words] of Object.entries(UNITS)) {
  for (const word of words.split(" ")) SECONDS.set(unaccented(word), Number(seconds));
}
const JOINING = new Set(["and", "y", "e", "et", "und"]);

/** Seconds in what was written, or nothing when it is not a length of time. Takes at most 80 letters. */
export function secondsOf(raw: string): number | undefined {
  const line = unaccented(typed(raw, 80));
  if (line === "") return undefined;
  if (/^\d{1,10}$/.test(line)) return Number(line);
  return clockOf(line) ?? isoOf(line) ?? wordsOf(line);
}

/** "3:45" is minutes and seconds, "1:02:03" has hours: how long a track is. */
function clockOf(line: string): number | undefined {
  const match = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{2})$/.exec(line);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [Number(match[1] ?? 0), Number(match[2]), Number(match[3])];
  if (seconds > 59 || (match[1] !== undefined && minutes > 59)) return undefined;
  return hours * HOUR + minutes * MINUTE + seconds;
}

/** ISO 8601 without years and months, which have no fixed length. */
function isoOf(line: string): number | undefined {
  const n = "(\\d{1,6}(?:[.,]\\d{1,6})?)";
  const match = new RegExp(`^p(?:${n}w)?(?:${n}d)?(?:t(?:${n}h)?(?:${n}m)?(?:${n}s)?)?$`).exec(line);
  if (!match || line === "p" || line.endsWith("t")) return undefined;
  const parts = match.slice(1).map((part) => Number((part ?? "0").replace(",", ".")));
  return Math.round(parts[0]! * WEEK + parts[1]! * DAY + parts[2]! * HOUR + parts[3]! * MINUTE + parts[4]!);
}

/** "1h 30m", "1h30", "2 days and 3 hours", "1.5 h", "2時間30分". */
function wordsOf(line: string): number | undefined {
  let rest = line;
  let total = 0;
  let smallest = Number.POSITIVE_INFINITY;
  while (rest !== "") {
    const match = /^(\d{1,9})(?:[.,](\d{1,6}))? ?([^\d\s.,:]*)[ ,]*/.exec(rest);
    if (!match) return undefined;
    const word = match[3]!.replace(/\.$/, "");
    // "1h30": what follows an hour is minutes.
    const unit = word === "" && smallest === HOUR ? MINUTE : SECONDS.get(word);
    if (unit === undefined || unit >= smallest) return undefined;
    total += (Number(match[1]) + Number(`0.${match[2] ?? 0}`)) * unit;
    smallest = unit;
    rest = rest.slice(match[0].length);
    const joining = /^(\p{L}{1,3}) /u.exec(rest);
    if (joining && JOINING.has(joining[1]!)) rest = rest.slice(joining[0].length);
  }
  return Number.isFinite(smallest) ? Math.round(total) : undefined;
}

/** "1h 30m": what `duration` reads back as the same. */
export function durationWords(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, letter] of [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "m"],
    [1, "s"],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${letter}`);
  }
  return parts.join(" ") || "0s";
}

type Bounds = { min?: number; max?: number; default?: string };

/** In seconds. A number alone is seconds. */
export const duration = (says: string, { min = 1, max = 366 * DAY, default: fallback }: Bounds = {}): Option<number> =>
  option<number>({
    kind: "duration",
    says,
    min,
    max,
    example: fallback ?? "1h 30m",
    ...(fallback === undefined ? {} : { fallback }),
    schema: {
      type: "string",
      description: "A length of time: 90s, 1h 30m, 2 days, or ISO 8601 such as PT1H30M.",
      examples: ["1h 30m", "PT1H30M"],
    },
    parse(raw) {
      const value = typeof raw === "number" ? raw : typeof raw === "string" ? secondsOf(raw) : undefined;
      if (value === undefined || (Number.isFinite(value) && !Number.isInteger(value)) || Number.isNaN(value))
        throw new Wrong("Write how long, such as 90s, 1h 30m or 2 days.");
      if (value < min || value > max)
        throw new Wrong("Between {min} and {max}, please.", { min: durationWords(min), max: durationWords(max) });
      return value;
    },
  });
