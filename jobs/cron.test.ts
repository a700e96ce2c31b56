import { expect, test } from "vitest";
import { lastDue } from "./cron.ts";

const at = (cron: string, zone: string, after: string, until: string) =>
  lastDue(cron, zone, new Date(after), new Date(until))?.toISOString();

/** Every slot in a span, the way the clock finds them: minute by minute. */
function all(cron: string, zone: string, from: string, to: string): string[] {
  const found: string[] = [];
  let last = new Date(from);
  for (let t = last.getTime() + 60_000; t <= Date.parse(to); t += 60_000) {
    const due = lastDue(cron, zone, last, new Date(t));
    if (due) {
      found.push(due.toISOString().slice(5, 16));
      last = due;
    }
  }
  return found;
}

test.each([
  ["0 9 * * *", "UTC", "2026-11-19T09:00:00Z", "2026-11-20T08:59:59Z", undefined],
  ["0 9 * * *", "UTC", "2026-11-19T09:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z"],
  ["0 9 * * *", "Asia/Tokyo", "2026-11-19T09:00:00Z", "2026-11-20T08:00:00Z", "2026-11-20T00:00:00.000Z"],
  ["0 9 * * *", "America/Los_Angeles", "2026-11-19T09:00:00Z", "2026-11-20T08:00:00Z", "2026-11-19T17:00:00.000Z"],
  // a pause of ten days is one slot, the last
  ["0 9 * * 1", "Europe/Berlin", "2026-11-01T00:00:00Z", "2026-11-20T12:00:00Z", "2026-11-16T08:00:00.000Z"],
  ["*/15 * * * *", "UTC", "2026-11-20T10:00:00Z", "2026-11-20T10:59:00Z", "2026-11-20T10:45:00.000Z"],
  ["30 8 1 * *", "UTC", "2026-08-20T10:00:00Z", "2026-11-20T10:59:00Z", "2026-11-01T08:30:00.000Z"],
  ["0 0 29 2 *", "UTC", "2023-11-20T10:00:00Z", "2026-11-20T10:59:00Z", "2024-02-29T00:00:00.000Z"],
  // two lists of days are either
  ["0 0 13 * 5", "UTC", "2026-11-01T00:00:00Z", "2026-11-15T00:00:00Z", "2026-11-13T00:00:00.000Z"],
  ["0 0 14 * 5", "UTC", "2026-11-01T00:00:00Z", "2026-11-15T00:00:00Z", "2026-11-14T00:00:00.000Z"],
  // far from UTC, on both sides of the date line
  ["59 23 * * *", "Pacific/Kiritimati", "2026-11-19T00:00:00Z", "2026-11-20T09:59:00Z", "2026-11-20T09:59:00.000Z"],
  ["0 0 * * *", "Pacific/Pago_Pago", "2026-11-19T12:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T11:00:00.000Z"],
])("%s in %s between %s and %s: %s", (cron, zone, after, until, due) => {
  expect(at(cron, zone, after, until)).toBe(due);
});

test("where clocks are put forward, a skipped hour comes as much later, once", () => {
  expect(all("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", "2026-03-10T12:00:00Z")).toEqual([
    "03-08T07:30",
    "03-09T06:30",
    "03-10T06:30",
  ]);
  // Midnight itself is skipped in Santiago.
  expect(all("0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z")).toEqual([
    "09-06T04:00",
    "09-07T03:00",
  ]);
});

test("where clocks are put back, an hour of the day counts once, every hour counts", () => {
  expect(all("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z")).toEqual([
    "11-01T05:30",
    "11-02T06:30",
  ]);
  expect(all("0 * * * *", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-01T08:30:00Z")).toEqual([
    "11-01T05:00",
    "11-01T06:00",
    "11-01T07:00",
    "11-01T08:00",
  ]);
  expect(all("0 * * * *", "America/New_York", "2026-03-08T05:30:00Z", "2026-03-08T08:30:00Z")).toEqual([
    "03-08T06:00",
    "03-08T07:00",
    "03-08T08:00",
  ]);
  expect(all("*/30 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z")).toEqual([
    "04-04T14:30",
    "04-04T15:00",
    "04-04T15:30",
    "04-04T16:00",
  ]);
});

test("a schedule that cannot be is refused with its name", () => {
  expect(() => at("61 * * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")).toThrow();
  expect(() => at("0 9 L * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")).toThrow(/"L" as day of month/);
  expect(() => at("5 0 9 * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")).toThrow(/seconds/);
});

test("a look costs little", () => {
  const from = performance.now();
  for (let n = 0; n < 200; n++) at("0 9 * * 1", "Europe/Berlin", "2026-11-20T11:59:00Z", "2026-11-20T12:00:00Z");
  expect((performance.now() - from) / 200).toBeLessThan(20);
});
