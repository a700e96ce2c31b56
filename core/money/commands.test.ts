import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { channelId } from "../../test/streams.ts";
import { actFor } from "../../test/works.ts";
import { addRates, balanceOf, exchange, postAll, type Rate, rateAt, ratioOf, revenueOrder, usual } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
});
afterAll(() => house.close());

const rate = (base: string, quote: string, decimal: string, day: string): Rate => ({
  base,
  quote,
  ...ratioOf(decimal)!,
  source: "test",
  asOf: new Date(`${day}T00:00:00Z`),
});

test("money that came in is noted once for each message, and reported by source and channel", async () => {
  const noir = await channelId(house, "noir-jazz");
  const add = { amount: "12.50", currency: "usd", source: "Tip jar", channel: "noir-jazz", note: "thanks" };
  const first = await house.ask("revenue add", add, { delivery: "d1" });
  expect(first.data).toMatchObject({
    item: { amount: "12.50", minor: "1250", currency: "USD", source: "tip-jar", channel: noir },
  });
  expect((await house.ask("revenue add", add, { delivery: "d1" })).data).toEqual(first.data);
  await house.ask("revenue add", { amount: 7, currency: "USD", source: "youtube" });
  const report = await house.ask("revenue report");
  expect(report.data).toMatchObject({
    item: { currency: "USD", net: { amount: "19.50", minor: "1950" }, unconverted: [] },
    items: [
      { id: "tip-jar", net: { minor: "1250" } },
      { id: "youtube", net: { minor: "700" } },
    ],
  });
  expect(report.view?.blocks.map((b) => b.kind)).toEqual(["table", "chart"]);
  const parts = (await house.ask("revenue report", { by: "channel" })).data as {
    items: { id: string; net: { minor: string } }[];
  };
  expect(parts.items.map((i) => [i.id, i.net.minor])).toEqual([
    [noir, "1250"],
    ["", "700"],
  ]);
  const empty = await house.ask("revenue report", { period: "2019" });
  expect(empty).toMatchObject({ status: "done", data: { items: [], item: { net: { minor: "0" } } } });
});

test("costs are noted by kind", async () => {
  const done = await house.ask("cost add", { amount: "40", currency: "EUR", kind: "server", channel: "noir-jazz" });
  expect(done.data).toMatchObject({ item: { kind: "server", minor: "4000", currency: "EUR" } });
  await actFor(house, house.owner, async (act) =>
    expect(await balanceOf(act, "cost:server", "EUR")).toMatchObject({ balance: 4000n, side: "debit" }),
  );
});

test.each([
  [{ amount: "12.345", currency: "USD" }, "USD has 2 decimals; this has more."],
  [{ amount: "1.5", currency: "JPY" }, "JPY has no decimals; this has more."],
  [{ amount: "-5", currency: "USD" }, "Write the amount without a minus."],
  [{ amount: "0", currency: "USD" }, "More than nothing, please."],
  [{ amount: `1${"0".repeat(30)}`, currency: "USD" }, "At most $10,000,000,000,000.00, please."],
  [{ amount: "5", currency: "XYZ" }, "There is no currency XYZ. Write its code, such as EUR."],
  [{ amount: "5 EUR", currency: "USD" }, "This is in USD only."],
  [{ amount: "lots", currency: "USD" }, "Write an amount, such as USD 12.50."],
])("%j is refused: %s", async (given, reason) => {
  for (const [name, more] of [
    ["revenue add", { source: "x" }],
    ["cost add", { kind: "ads" }],
  ] as const) {
    const reply = await house.ask(name, { ...given, ...more });
    expect(reply.problem).toMatchObject({ kind: "options" });
    expect(JSON.stringify(reply.view)).toContain(JSON.stringify(reason).slice(1, -1));
  }
});

test("another currency is converted at the rate of its time; without one it is told apart, and never as if it were 1", async () => {
  const at = new Date("2024-05-10T12:00:00Z");
  const row = (source: string, minor: bigint, currency: string) =>
    revenueOrder({ source, kind: "payment", money: { minor, currency }, at, reference: "r1" });
  await actFor(house, house.owner, (act) =>
    postAll(act, [
      row("a", 10_000n, "EUR"),
      row("b", 3000n, "JPY"),
      row("c", 1_234_567n, "USD/6"),
      row("d", 1000n, "KWD"),
    ]),
  );
  const report = async (currency: string) => (await house.ask("revenue report", { period: "2024-05", currency })).data;
  expect(await report("USD")).toMatchObject({
    item: {
      net: { minor: "123" },
      unconverted: [
        { minor: "10000", currency: "EUR" },
        { minor: "3000", currency: "JPY" },
        { minor: "1000", currency: "KWD" },
      ],
    },
  });
  await actFor(house, house.owner, async (act) => {
    const rates = [
      rate("EUR", "USD", "1.10", "2024-05-01"),
      rate("EUR", "USD", "2", "2024-07-01"),
      rate("EUR", "JPY", "150", "2024-05-01"),
    ];
    expect(await addRates(act, rates)).toBe(3);
    expect(await addRates(act, rates)).toBe(0);
  });
  // 100 EUR at 1.10; 3000 JPY by way of EUR are 22.00; 1.234567 USD.
  expect(await report("USD")).toMatchObject({
    item: { net: { minor: "13323" }, unconverted: [{ amount: "1.000", currency: "KWD" }] },
  });
  expect(await report("JPY")).toMatchObject({ item: { net: { amount: "18168" } } });
});

test("a rate is the latest that held, straight or turned round, or through a third currency", () => {
  const rates = [
    rate("EUR", "USD", "1.2", "2024-02-01"),
    rate("EUR", "USD", "1.1", "2024-01-01"),
    rate("GBP", "EUR", "1.25", "2024-01-15"),
  ];
  const day = (text: string) => new Date(`${text}T12:00:00Z`);
  expect(rateAt(rates, "EUR", "USD", day("2024-01-20"))?.numerator).toBe(11n);
  expect(rateAt(rates, "USD", "EUR", day("2024-02-20"))).toMatchObject({ numerator: 10n, denominator: 12n });
  expect(rateAt(rates, "GBP", "USD", day("2024-01-20"))).toMatchObject({ numerator: 125n * 11n, denominator: 1000n });
  expect(rateAt(rates, "GBP", "USD", day("2024-01-10"))).toBeUndefined();
  expect(rateAt(rates, "EUR", "USD", day("2023-12-31"))).toBeUndefined();
  expect(usual({ minor: 1_235_000n, currency: "USD/6" })).toEqual({ minor: 124n, currency: "USD" });
  for (const wrong of ["0", "-1", "1e3", "1,5", "", "1.1234567890123", "1234567890123"])
    expect(ratioOf(wrong)).toBeUndefined();
});

test("money is changed through what is kept of both currencies, to the last unit", () => {
  const legs = exchange(
    "cash:a",
    "cash:b",
    { minor: 1001n, currency: "USD" },
    rate("USD", "JPY", "149.5", "2024-01-01"),
  );
  expect(legs.map((l) => [l.account, l.currency, l.amount])).toEqual([
    ["cash:a", "USD", -1001n],
    ["fx", "USD", 1001n],
    ["fx", "JPY", -1496n],
    ["cash:b", "JPY", 1496n],
  ]);
});
