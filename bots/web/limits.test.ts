import { expect, test } from "vitest";
import { forwarded } from "./address.ts";
import { buckets, DEFAULT_LIMITS, readLimits } from "./limits.ts";

test("a burst goes through, then the rate", () => {
  const b = buckets({ perSecond: 2, burst: 3 });
  expect([0, 0, 0, 0].map(() => b.take("a", 0))).toEqual([0, 0, 0, 1]);
  expect(b.take("b", 0)).toBe(0);
  expect(b.take("a", 499)).toBe(1);
  expect(b.take("a", 500)).toBe(0);
  expect(b.take("a", 501)).toBe(1);
  expect([1, 2, 3, 4].map(() => b.take("a", 100_000))).toEqual([0, 0, 0, 1]);
});

test("asking whether does not take", () => {
  const b = buckets({ perSecond: 0.1, burst: 1 });
  expect([b.wait("a", 0), b.wait("a", 0), b.take("a", 0), b.wait("a", 0)]).toEqual([0, 0, 0, 10]);
});

test("only so many callers are remembered, the latest", () => {
  const b = buckets({ perSecond: 0.001, burst: 1 }, 3);
  for (const key of ["a", "b", "c", "a", "d"]) b.take(key, 0);
  expect(b.size()).toBe(3);
  expect([b.wait("a", 0) > 0, b.wait("b", 0) > 0, b.wait("d", 0) > 0]).toEqual([true, false, true]);
});

test("limits are read over the defaults, or turned off", () => {
  expect(readLimits("token=5/10, person=0.5")).toEqual({
    ...DEFAULT_LIMITS,
    token: { perSecond: 5, burst: 10 },
    person: { perSecond: 0.5, burst: 1 },
  });
  expect(buckets(readLimits("off").token).take("a", 0)).toBe(0);
  for (const wrong of ["", "token", "token=", "token=-1", "constructor=1", "token=1/2/3"])
    expect(() => readLimits(wrong), wrong).toThrow();
});

test.each([
  ["203.0.113.5", undefined, 0, "203.0.113.5"],
  ["203.0.113.5", "10.0.0.1", 0, "203.0.113.5"],
  ["203.0.113.5", "10.0.0.1", 1, "10.0.0.1"],
  ["203.0.113.5", "1.1.1.1, 2.2.2.2, 3.3.3.3", 2, "2.2.2.2"],
  ["203.0.113.5", "1.1.1.1", 5, "1.1.1.1"],
  ["127.0.0.1", "6.6.6.6, 198.51.100.7", 0, "198.51.100.7"],
  ["::ffff:127.0.0.1", undefined, 0, "127.0.0.1"],
  ["::ffff:192.0.2.1", undefined, 0, "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", undefined, 0, "2001:db8:1:2"],
  ["2001:db8::6", undefined, 0, "2001:db8:0:0"],
  ["2001:db8:1:2::9", undefined, 0, "2001:db8:1:2"],
  ["::1", undefined, 0, "0:0:0:0"],
])("from %s, forwarded %j through %i, is %s", (peer, header, hops, address) => {
  expect(forwarded(peer, header, hops)).toBe(address);
});
