import { expect, test } from "vitest";
import { localOf } from "../../command/index.ts";
import { clockOf, EVERY_DAY, isIn, isPlaying, minuteOf } from "./daypart.ts";

const NIGHT = { days: 0b0010000, begins: 22 * 60, ends: 6 * 60 }; // From Friday evening.
const WORK = { days: 0b0011111, begins: 9 * 60, ends: 17 * 60 };
const local = (at: string, zone = "Europe/Berlin") => localOf(new Date(at), zone);

test.each([
  ["Friday 21:59", "2026-11-20T20:59:59Z", NIGHT, false],
  ["Friday 22:00", "2026-11-20T21:00:00Z", NIGHT, true],
  ["Saturday 05:59", "2026-11-21T04:59:59Z", NIGHT, true],
  ["Saturday 06:00", "2026-11-21T05:00:00Z", NIGHT, false],
  ["Friday 03:00 belongs to Thursday's night", "2026-11-20T02:00:00Z", NIGHT, false],
  ["Saturday 23:00", "2026-11-21T22:00:00Z", NIGHT, false],
  ["Monday 09:00", "2026-11-16T08:00:00Z", WORK, true],
  ["Monday 17:00", "2026-11-16T16:00:00Z", WORK, false],
  ["Sunday noon", "2026-11-22T11:00:00Z", WORK, false],
  ["Sunday night into Monday", "2026-11-22T23:30:00Z", { days: 0b1000000, begins: 1380, ends: 60 }, true],
  ["a whole day, its last minute", "2026-11-20T22:59:00Z", { days: EVERY_DAY, begins: 0, ends: 1440 }, true],
  ["all around the clock from six to six", "2026-11-20T04:59:00Z", { days: EVERY_DAY, begins: 360, ends: 360 }, true],
] as const)("%s", (_, at, part, is) => {
  expect(isIn(part, local(at))).toBe(is);
});

test("it is summer and winter by the clock on the wall", () => {
  const breakfast = { days: EVERY_DAY, begins: 6 * 60, ends: 7 * 60 };
  // 25 October 2026: clocks in Berlin go back from 3 to 2. Six is 04:00Z the day before, 05:00Z on the day.
  expect(isIn(breakfast, local("2026-10-24T04:30:00Z"))).toBe(true);
  expect(isIn(breakfast, local("2026-10-25T04:30:00Z"))).toBe(false);
  expect(isIn(breakfast, local("2026-10-25T05:30:00Z"))).toBe(true);
});

test("the hour that comes twice belongs twice, the one that is missing to nobody", () => {
  const two = { days: EVERY_DAY, begins: 120, ends: 180 };
  const hours = (day: string) =>
    Array.from({ length: 24 }, (_, h) => isIn(two, local(`${day}T${String(h).padStart(2, "0")}:30:00Z`))).filter(
      Boolean,
    ).length;
  expect(hours("2026-10-25")).toBe(2);
  expect(hours("2026-03-29")).toBe(0);
  expect(hours("2026-03-30")).toBe(1);
  // Lord Howe moves its clocks by half an hour: 01:30 comes twice on 5 April.
  const half = { days: EVERY_DAY, begins: 90, ends: 120 };
  const minutes = Array.from({ length: 120 }, (_, m) => new Date(Date.UTC(2026, 3, 4, 14, m)).toISOString());
  expect(minutes.filter((at) => isIn(half, local(at, "Australia/Lord_Howe"))).length).toBe(60);
});

test("a rotation without hours plays always, one with some in any of them", () => {
  const now = local("2026-11-20T12:00:00Z");
  expect(isPlaying([], now)).toBe(true);
  expect(isPlaying([NIGHT, WORK], now)).toBe(true);
  expect(isPlaying([NIGHT], now)).toBe(false);
});

test.each([
  ["09:30", 570],
  ["9", 540],
  ["9h15", 555],
  ["24:00", 1440],
  ["00:00", 0],
  ["24:01", undefined],
  ["12:60", undefined],
  ["-1", undefined],
  ["noon", undefined],
] as const)("the time %j", (text, minute) => {
  expect(minuteOf(text)).toBe(minute);
  if (minute !== undefined) expect(minuteOf(clockOf(minute))).toBe(minute);
});
