import { expect, test } from "vitest";
import { openBuckets } from "./buckets.ts";

function clocked(rules = {}) {
  const clock = { now: 1000 };
  return { clock, buckets: openBuckets(() => clock.now, rules) };
}

test("without rules and before anything is learned, nothing waits", () => {
  const { buckets } = clocked();
  for (let n = 0; n < 1000; n++) expect(buckets.take("a")).toBe(0);
});

test("what a reply says is kept to, and the window begins anew", () => {
  const { clock, buckets } = clocked();
  expect(buckets.take("a")).toBe(0);
  buckets.learn("a", { limit: 3, remaining: 2, resetAfter: 500 });
  expect([buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([0, 0, 500]);
  expect(buckets.take("b")).toBe(0);
  clock.now += 500;
  expect([buckets.take("a"), buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([0, 0, 0, 500]);
});

test("replies that overtake each other never give back what was taken", () => {
  const { buckets } = clocked();
  buckets.take("a");
  buckets.learn("a", { limit: 5, remaining: 4, resetAfter: 1000 });
  for (let n = 0; n < 4; n++) expect(buckets.take("a")).toBe(0);
  buckets.learn("a", { limit: 5, remaining: 1, resetAfter: 900 });
  buckets.learn("a", { limit: 5, remaining: 3, resetAfter: 950 });
  expect(buckets.take("a")).toBeGreaterThan(0);
});

test("a stop holds one bucket, or all", () => {
  const { clock, buckets } = clocked();
  buckets.stop("a", 300);
  expect([buckets.take("a"), buckets.take("b")]).toEqual([300, 0]);
  buckets.stop(undefined, 1000);
  expect(buckets.take("b")).toBe(1000);
  clock.now += 1000;
  expect([buckets.take("a"), buckets.take("b")]).toEqual([0, 0]);
});

test("a rule paces what was not learned yet: for each bucket, and for all together", () => {
  const { clock, buckets } = clocked({ all: { limit: 3, per: 100 }, each: { limit: 1, per: 1000 } });
  expect([buckets.take("a"), buckets.take("a"), buckets.take("b"), buckets.take("c")]).toEqual([0, 1000, 0, 0]);
  expect(buckets.take("d")).toBe(100);
  clock.now += 100;
  expect(buckets.take("d")).toBe(0);
});

test("two names that the platform knows as one share its limit", () => {
  const { buckets } = clocked();
  buckets.learn("a", { bucket: "x", limit: 1, remaining: 0, resetAfter: 400 });
  buckets.learn("b", { bucket: "x" });
  expect([buckets.take("a"), buckets.take("b")]).toEqual([400, 400]);
});

test("many quiet places do not fill the memory", () => {
  const { clock, buckets } = clocked({ each: { limit: 1, per: 10 } });
  for (let n = 0; n < 30_000; n++) {
    clock.now += 1;
    expect(buckets.take(`place ${n}`)).toBe(0);
  }
});
