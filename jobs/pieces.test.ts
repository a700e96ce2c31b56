// The small parts that need no database.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Progress } from "../core/jobs/index.ts";
import { unless } from "../core/within.ts";
import { backoff } from "./backoff.ts";
import { reporter } from "./reporter.ts";
import { sanitise } from "./sanitise.ts";

test.each([
  [1, 0, 2500],
  [1, 0.999999, 5000],
  [2, 0.5, 7500],
  [5, 0.999999, 80_000],
  [30, 0.999999, 900_000],
  [30, 0, 450_000],
])("after %i failures, at chance %d: %i ms", (failures, chance, ms) => {
  expect(backoff(failures, chance)).toBe(ms);
});

test("a kind's own first and longest pause are kept", () => {
  expect(backoff(1, 0, { first: 60, most: 120 })).toBe(30_000);
  expect(backoff(9, 0.999999, { first: 60, most: 120 })).toBe(120_000);
});

test.each([
  [new Error("connect ECONNREFUSED 10.0.0.7:443"), "connect ECONNREFUSED 10.0.0.7:443."],
  [new Error("GET https://bob:hunter2@api.example.com/v1?key=abc failed"), "GET https://api.example.com/v1 failed."],
  [new Error("Authorization: Bearer abc.def"), "Authorization …"],
  [new Error('{"api_key": "abc", "x": 1}'), '{"api_key … "x": 1}.'],
  [new Error("bad key sk_live_51HxQd2eZvKYlo2CabcdEF"), "bad key …"],
  [new Error("cannot open /home/bob/secret/plan.txt"), "cannot open plan.txt."],
  [new Error("first line\n    at somewhere (file.ts:1:1)"), "first line."],
  [new Error(""), "Error."],
  ["", "It stopped without a word."],
  [undefined, "undefined."],
])("%s is told as %s", (error, words) => {
  expect(sanitise(error)).toBe(words);
});

test("an error's words stay short", () => {
  expect(sanitise(new Error("x ".repeat(5000))).length).toBeLessThanOrEqual(201);
});

test("an error that holds a whole page is told at once", () => {
  const begun = performance.now();
  sanitise(new Error("a".repeat(100_000)));
  sanitise(new Error("a-".repeat(50_000)));
  // Without a bound: half a minute.
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test("work that hangs ends with its signal, and the signal's reason is the error", async () => {
  const stop = new AbortController();
  const hung = unless(stop.signal, () => new Promise(() => {}));
  stop.abort(new Error("enough"));
  await expect(hung).rejects.toThrow("enough");
  await expect(unless(stop.signal, async () => 1)).rejects.toThrow("enough");
  expect(await unless(new AbortController().signal, async () => 1)).toBe(1);
});

const at = (done: number): Progress => ({ done, total: 10, now: "" });
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first report is written at once, then the latest after each pause", async () => {
  const written: number[] = [];
  const reports = reporter(async ({ done }) => void written.push(done), 1000);
  reports.report(at(1));
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([1]);
  for (let n = 2; n <= 9; n++) reports.report(at(n));
  await vi.advanceTimersByTimeAsync(999);
  expect(written).toEqual([1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([1, 9]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([1, 9]);
  reports.report(at(10));
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([1, 9, 10]);
});

test("a slow write is never followed by a second one beside it, and the end waits for it", async () => {
  let open = 0;
  let most = 0;
  const reports = reporter(async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    open--;
  }, 1000);
  for (let n = 0; n < 20; n++) {
    reports.report(at(n));
    await vi.advanceTimersByTimeAsync(700);
  }
  expect(most).toBe(1);
  const ended = reports.end();
  await vi.advanceTimersByTimeAsync(5000);
  await ended;
  expect(open).toBe(0);
  reports.report(at(99));
  await vi.advanceTimersByTimeAsync(5000);
  expect(open).toBe(0);
});
