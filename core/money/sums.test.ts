import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { actFor } from "../../test/works.ts";
import { allocate, cumulative, share } from "./allocate.ts";
import { balanceOf, costOrder, postAll, type RevenueKind, revenueOrder, sourceSlug, sumsOf } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const usd = (minor: number) => ({ minor: BigInt(minor), currency: "USD" });

test("revenue and costs are summed by day and month of the workspace's own zone, by channel, and net", async () => {
  await house.database.client.begin(async (sql) => {
    await sql`select set_config('app.workspace', ${house.owner.workspaceId}, true)`;
    await sql`update workspace set zone = 'America/Los_Angeles'`;
  });
  const row = (kind: RevenueKind, minor: number, at: string, channel = "c1") =>
    revenueOrder({
      source: "YouTube",
      kind,
      money: usd(minor),
      at: new Date(at),
      reference: `${kind} ${at}`,
      about: { channel },
    });
  await actFor(house, house.owner, async (act) => {
    const orders = [
      row("payment", 1000, "2026-03-01T07:59:59Z"),
      row("payment", 500, "2026-03-01T08:00:00Z"),
      row("payment", 70, "2026-03-02T08:00:00Z", "c2"),
      row("refund", 100, "2026-03-05T12:00:00Z"),
      row("dispute", 30, "2026-03-06T12:00:00Z"),
      row("dispute_won", 30, "2026-03-07T12:00:00Z"),
      row("fee", 20, "2026-03-07T12:00:00Z"),
      costOrder({ kind: "server", money: usd(40), at: new Date("2026-03-09T12:00:00Z"), reference: "m1" }),
    ];
    await postAll(act, orders);
    expect((await postAll(act, orders)).every((p) => p.repeated)).toBe(true);
    const months = await sumsOf(act, {
      families: ["income", "cost"],
      from: "2026-02-01",
      to: "2026-04-01",
      grain: "month",
    });
    expect(months.map((s) => `${s.start} ${s.account} ${s.amount}`)).toEqual([
      "2026-02-01 income:youtube:payment 1000",
      "2026-03-01 cost:server 40",
      "2026-03-01 income:youtube:dispute 30",
      "2026-03-01 income:youtube:dispute_won 30",
      "2026-03-01 income:youtube:fee 20",
      "2026-03-01 income:youtube:payment 570",
      "2026-03-01 income:youtube:refund 100",
    ]);
    const days = await sumsOf(act, {
      families: ["income"],
      from: "2026-02-28",
      to: "2026-03-03",
      grain: "day",
      by: "channel",
    });
    expect(days.map((s) => `${s.start} ${s.thing} ${s.amount}`)).toEqual([
      "2026-02-28 c1 1000",
      "2026-03-01 c1 500",
      "2026-03-02 c2 70",
    ]);
    // What came in less what went back is what lies there.
    expect(await balanceOf(act, "cash:youtube", "USD")).toMatchObject({
      balance: 1000n + 570n - 100n - 30n + 30n - 20n,
    });
    expect(await balanceOf(act, "cash:bank", "USD")).toMatchObject({ balance: -40n });
  });
});

test.each([
  ["Amazon Associates", "amazon-associates"],
  ["  CJ / Affiliate ", "cj-affiliate"],
  ["Ćwiczenia", "cwiczenia"],
  ["楽天", "楽天"],
  ["a:b", "a-b"],
])("%j is the source %j", (name, slug) => expect(sourceSlug(name)).toBe(slug));

describe("parts of an amount", () => {
  test.each([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [1n, [1n, 1n], [1n, 0n]],
    [0n, [1n, 2n], [0n, 0n]],
    [10n, [0n, 1n], [0n, 10n]],
    [7n, [6000n, 2500n, 1500n], [4n, 2n, 1n]],
    [10n ** 15n, [3333n, 3333n, 3334n], [333_300_000_000_000n, 333_300_000_000_000n, 333_400_000_000_000n]],
  ])("%s by %s", (total, weights, parts) => expect(allocate(total, weights)).toEqual(parts));
  test("need weights", () => {
    for (const weights of [[], [0n], [1n, -1n, 5n]]) expect(() => allocate(1n, weights)).toThrow("Weights");
  });
  test.each([
    [999n, 1500, 150n],
    [10n, 500, 1n],
    [-10n, 500, -1n],
    [9n, 500, 0n],
    [1n, 10_000, 1n],
  ])("%s by %s basis points is %s", (total, points, part) => expect(share(total, points)).toBe(part));
  test("are no more than the whole, and refunds in parts never drift from it", () => {
    for (const points of [-1, 10_001, 0.5, Number.NaN]) expect(() => share(1n, points)).toThrow("no part");
    let [left, booked] = [1001n, share(1001n, 3333)];
    for (const refund of [333n, 333n, 335n]) {
      left -= refund;
      booked += cumulative(booked, share(left, 3333));
      expect(booked).toBe(share(left, 3333));
    }
    expect(booked).toBe(0n);
  });
});
