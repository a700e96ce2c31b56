// When a schedule was due, in a time zone. A day's hour that clocks skip comes as much later as they were moved; one
// that comes twice counts once, except in schedules of every hour.
import { parse } from "node-cron";
import { addDays, type Day, instantOf, type Local, localOf } from "../core/command/index.ts";

const DAY_MS = 86_400_000;
/** No pause is caught up from further back: a leap day's schedule still finds its last day. */
const MOST_DAYS = 4 * 366;

type Fields = { minutes: number[]; hours: number[]; days: number[]; months: number[]; weekdays: number[] };
const known = new Map<string, Fields>();

/** Five fields: minute, hour, day of month, month, day of week. Throws when it is not one. */
function fieldsOf(cron: string): Fields {
  let fields = known.get(cron);
  if (!fields) {
    const { minute, hour, dayOfMonth, month, dayOfWeek, second } = parse(cron);
    const plain = (name: string, values: readonly (number | string)[]) =>
      values.map((v) => {
        if (typeof v === "string")
          throw new Error(`The schedule "${cron}" has "${v}" as ${name}: only numbers are known.`);
        return v;
      });
    if (second.length !== 1 || second[0] !== 0)
      throw new Error(`The schedule "${cron}" has seconds: a minute is the least.`);
    const down = (values: number[]) => values.sort((a, b) => b - a);
    fields = {
      minutes: down(minute),
      hours: down(hour),
      days: plain("day of month", dayOfMonth),
      months: month,
      weekdays: plain("day of week", dayOfWeek).map((d) => d % 7),
    };
    known.set(cron, fields);
  }
  return fields;
}

function isOn({ days, months, weekdays }: Fields, { year, month, day }: Day): boolean {
  if (!months.includes(month)) return false;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const [ofMonth, ofWeek] = [days.includes(day), weekdays.includes(weekday)];
  // As cron has it: two lists of days are one or the other, a list and a star are the list.
  return days.length < 31 && new Set(weekdays).size < 7 ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** The last moment in (after, until] when the schedule was due; undefined when there was none. */
export function lastDue(cron: string, zone: string, after: Date, until: Date): Date | undefined {
  const fields = fieldsOf(cron);
  const oldest = Math.max(after.getTime(), until.getTime() - MOST_DAYS * DAY_MS);
  const first = { ...localOf(new Date(oldest), zone) };
  // A day more: what a skipped hour pushed past midnight belongs to the day before.
  const stop = Date.UTC(first.year, first.month - 1, first.day) - DAY_MS;
  const { year, month, day } = localOf(until, zone);
  for (let at: Day = { year, month, day }; Date.UTC(at.year, at.month - 1, at.day) >= stop; at = addDays(at, -1)) {
    if (!isOn(fields, at)) continue;
    const due = lastOfDay(fields, at, zone, until.getTime());
    if (due === undefined) continue;
    return due > after.getTime() ? new Date(due) : undefined;
  }
  return undefined;
}

function lastOfDay({ hours, minutes }: Fields, day: Day, zone: string, until: number): number | undefined {
  const every = hours.length === 24;
  let last: number | undefined;
  for (const hour of hours) {
    for (const minute of minutes) {
      const wall: Local = { ...day, hour, minute, second: 0 };
      // No zone is further than 15 hours from UTC: what is later than that is not asked of the calendar.
      if (asUtc(wall) - 15 * 3_600_000 > until) continue;
      const instant = instantOf(wall, zone).getTime();
      const due = every ? (again(wall, instant, zone, until) ?? instant) : instant;
      if (due <= until && (last === undefined || due > last)) last = due;
    }
    // Hours go down, and no shift of clocks is longer than this: an earlier hour cannot be later.
    if (last !== undefined && asUtc({ ...day, hour, minute: 0, second: 0 }) < localUtc(last, zone) - 3 * 3_600_000)
      break;
  }
  return last;
}

/** The second time that clocks put back show the same, by an hour or (on Lord Howe) half of one. */
function again(wall: Local, instant: number, zone: string, until: number): number | undefined {
  return [3_600_000, 1_800_000]
    .map((shift) => instant + shift)
    .find((later) => later <= until && localUtc(later, zone) === asUtc(wall));
}

const asUtc = (l: Local) => Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute, l.second);
const localUtc = (instant: number, zone: string) => asUtc(localOf(new Date(instant), zone));
