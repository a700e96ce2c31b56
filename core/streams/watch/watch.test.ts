import { expect, test } from "vitest";
import { delayOf } from "./backoff.ts";
import { type Action, type Memory, type Reading, watch, watchFrom } from "./watch.ts";

const well: Reading = {
  at: 0,
  running: true,
  quietMs: 50,
  speed: 1,
  silenceMs: 0,
  item: "a",
  destinations: [],
  memory: 300e6,
};

/** Looks twice a second at what `reading` says of each moment; answers with what was done and when. */
function during(seconds: number, reading: (second: number) => Partial<Reading>): { at: number; action: Action }[] {
  let memory: Memory = watchFrom(0);
  const done: { at: number; action: Action }[] = [];
  for (let second = 0.5; second <= seconds; second += 0.5) {
    const seen = watch({ ...well, ...reading(second), at: second * 1000 }, memory, 0.5);
    memory = seen.memory;
    for (const action of seen.actions) done.push({ at: second, action });
  }
  return done;
}
const restarts = (all: ReturnType<typeof during>) => all.filter((d) => d.action.do === "restart").map((d) => d.at);

test("nothing is done to a channel that is well", () => {
  expect(during(3600, () => ({}))).toEqual([]);
});

test.each<[string, Partial<Reading>, number, string]>([
  ["no bytes", { quietMs: 10_000 }, 10, "it gave nothing for 10 seconds"],
  ["never a byte", { quietMs: undefined }, 10, "it gave nothing for 10 seconds"],
  ["too slow", { speed: 0.9 }, 30.5, "it was too slow for 30 seconds"],
  ["it does not run", { running: false, quietMs: 0 }, 0.5, "it does not run"],
])("begun anew: %s", (_, reading, at, why) => {
  const [first] = during(60, () => reading);
  expect(first).toEqual({ at, action: { do: "restart", why } });
});

test.each<[string, (second: number) => Partial<Reading>]>([
  ["nine seconds without a byte", (s) => ({ quietMs: s > 20 && s < 29 ? (s - 20) * 1000 : 50 })],
  ["slow for twenty seconds, now and then", (s) => ({ speed: s % 25 < 20 ? 0.9 : 1 })],
  ["a pause of four seconds", (s) => ({ silenceMs: s % 60 < 4 ? (s % 60) * 1000 : 0 })],
  [
    "a destination that is away for fifty",
    (s) => ({
      destinations: [{ id: "d", state: s % 60 < 50 ? ("failed" as const) : ("live" as const), forMs: (s % 60) * 1000 }],
    }),
  ],
  ["much memory, but not too much", () => ({ memory: 1.9e9 })],
])("left alone: %s", (_, reading) => {
  expect(during(300, reading)).toEqual([]);
});

test("what stays dead is begun anew for ever, at longer intervals, never longer than a minute", () => {
  const at = restarts(during(1200, () => ({ running: false, quietMs: 0 })));
  const gaps = at.slice(1).map((a, i) => a - at[i]!);
  expect(gaps.slice(0, 6)).toEqual([2, 2, 4, 8, 16, 32]);
  expect(Math.max(...gaps)).toBe(60);
  expect(at.length).toBeGreaterThan(20);
});

test("after five minutes of health the next fault is a first one", () => {
  const sick = (s: number) => s < 60 || (s >= 370 && s < 375);
  const at = restarts(during(400, (s) => (sick(s) ? { running: false, quietMs: 0 } : {})));
  expect(at.filter((a) => a >= 370).slice(0, 2)).toEqual([370, 372]);
});

test("a silent track is left once", () => {
  const done = during(60, (s) => ({ silenceMs: s > 10 ? (s - 10) * 1000 : 0, item: s > 30 ? "b" : "a" }));
  expect(done.map((d) => [d.at, d.action.do === "skip" && d.action.item])).toEqual([
    [15, "a"],
    [30.5, "b"],
  ]);
});

test("a destination that is not live for a minute is begun anew, the others are left", () => {
  const done = during(200, (s) => ({
    destinations: [
      { id: "bad", state: "starting", forMs: s * 1000 },
      { id: "good", state: "live", forMs: s * 1000 },
    ],
  }));
  expect(done.map((d) => [d.at, d.action.do === "republish" && d.action.destination])).toEqual([
    [60, "bad"],
    [120, "bad"],
    [180, "bad"],
  ]);
});

test("too much memory: the process is changed when the track has ended", () => {
  const done = during(100, (s) => ({ memory: s > 20 ? 2.5e9 : 1e9, item: s < 50 ? "a" : "b" }));
  expect(done[0]).toEqual({ at: 50, action: { do: "roll", why: "it used too much memory" } });
});

test("the first try comes within a second, and no two hosts try at the same moment", () => {
  for (const chance of [0, 0.5, 0.999]) expect(delayOf(0, chance)).toBeLessThanOrEqual(1000);
  expect(delayOf(3, 0)).not.toBe(delayOf(3, 0.9));
  for (let tries = 0; tries < 100; tries++) expect(delayOf(tries, 0.999)).toBeLessThanOrEqual(60_000);
});
