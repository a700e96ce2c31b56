// Hours of the week by the clock on the wall: where clocks are put forward an hour is missing, where they are put back
// one comes twice, and both are as the wall shows them.
import { type Local, weekdayOf } from "../../command/index.ts";

/** `days` has a bit for each day, Monday the lowest; minutes since midnight; `ends` is the first minute after it. */
export type Daypart = { days: number; begins: number; ends: number };

export const EVERY_DAY = 127;
const DAY = 1440;

const isOn = (days: number, weekday: number) => (days & (1 << (weekday - 1))) !== 0;

/** Whether this moment on the wall belongs to it. One that ends before it begins goes on into the next day. */
export function isIn({ days, begins, ends }: Daypart, at: Local): boolean {
  const minute = at.hour * 60 + at.minute;
  const weekday = weekdayOf(at);
  if (begins < ends) return isOn(days, weekday) && minute >= begins && minute < ends;
  const dayBefore = weekday === 1 ? 7 : weekday - 1;
  return (isOn(days, weekday) && minute >= begins) || (isOn(days, dayBefore) && minute < ends);
}

/** A rotation without hours plays always. */
export const isPlaying = (dayparts: readonly Daypart[], at: Local): boolean =>
  dayparts.length === 0 || dayparts.some((part) => isIn(part, at));

/** "09:30"; the end of a day is "24:00". Undefined when it is no time of a day. */
export function minuteOf(text: string): number | undefined {
  const [, hour, minute = "0"] = /^(\d{1,2})(?:[:.h](\d{2}))?$/.exec(text.trim()) ?? [];
  if (hour === undefined) return undefined;
  const at = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && at <= DAY ? at : undefined;
}

export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
