// What the ledger does and refuses, through the till (many at once) and within a command (all or nothing).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inWorkspace } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { actFor } from "../../test/works.ts";
import type { Act } from "../act.ts";
import { type Leg, move, type Order, openTill, post, postAll } from "./index.ts";
import { balanceOf, balancesOf, statementOf, transferByKey, transferOf } from "./read.ts";

let house: TestHouse;
let till: ReturnType<typeof openTill>;
let home: { database: TestHouse["database"]; workspaceId: string };
beforeAll(async () => {
  house = await testHouse();
  till = openTill(house);
  home = { database: house.database, workspaceId: house.owner.workspaceId };
});
afterAll(() => house.close());

let keys = 0;
const usd = (minor: number | bigint, currency = "USD") => ({ minor: BigInt(minor), currency });
const asks = (legs: Leg[], more: Partial<Order> = {}): Order =>
  ({ scope: "test", key: `k${++keys}`, kind: "test", legs, ...more }) as Order;
const within = <T>(work: (act: Act) => Promise<T>) => actFor(house, house.owner, work);
const balance = async (code: string, currency = "USD") =>
  (await inWorkspace(home.database, home.workspaceId, (db) => balanceOf({ db }, code, currency))) ?? {
    balance: 0n,
    pending: 0n,
    available: 0n,
  };
const fund = (code: string, minor: number) => till.post(home, asks(move(code, "outside:test", usd(minor))));

describe("a transfer", () => {
  test("moves money once, however often it is asked for, and is read back whole", async () => {
    const order = asks(move("income:stripe:payment", "cash:once", usd(1234)), {
      at: new Date("2026-03-31T23:30:00.000Z"),
      about: { channel: "c1", customer: "Åsa" },
    });
    const posted = await till.post(home, order);
    expect(posted.repeated).toBe(false);
    const again = await Promise.all([
      till.post(home, order),
      till.post(home, { ...order }),
      within((act) => post(act, order)),
    ]);
    for (const one of again) expect(one).toEqual({ ...posted, repeated: true });
    expect(await balance("cash:once")).toMatchObject({ balance: 1234n, available: 1234n, side: "debit" });
    const there = await within((act) => transferOf(act, posted.id));
    expect(there).toMatchObject({
      mode: "post",
      at: order.at,
      recordedAt: house.clock.now,
      day: "2026-03-31",
      about: order.about,
    });
    expect(there?.legs.map((l) => [l.account, l.amount])).toEqual([
      ["income:stripe:payment", -1234n],
      ["cash:once", 1234n],
    ]);
    expect(await within((act) => transferByKey(act, order.scope, order.key))).toEqual(there);
    expect(await within((act) => transferOf(act, "no id"))).toBeUndefined();
  });

  test("another input under the same key is refused, and both are named", async () => {
    const order = asks(move("income:stripe:payment", "cash:clash", usd(1234)), { kind: "payment" });
    await till.post(home, order);
    const other = { ...order, legs: move("income:stripe:payment", "cash:clash", usd(1235, "EUR")) } as Order;
    const refused = { kind: "clash", vars: { first: "payment 12.34 USD", second: "payment 12.35 EUR" } };
    await expect(till.post(home, other)).rejects.toMatchObject(refused);
    await expect(within((act) => post(act, other))).rejects.toMatchObject(refused);
    expect(await balance("cash:clash", "EUR")).toMatchObject({ balance: 0n });
  });

  test("the same key asked for at once with two inputs: one of them stands", async () => {
    const order = asks(move("income:stripe:payment", "cash:race", usd(100)));
    const orders = Array.from(
      { length: 20 },
      (_, n) => ({ ...order, legs: move("income:stripe:payment", "cash:race", usd(100 + (n % 2))) }) as Order,
    );
    const done = await Promise.allSettled([
      ...orders.map((one) => till.post(home, one)),
      ...orders.map((one) => openTill(house).post(home, one)),
    ]);
    expect(done.filter((d) => d.status === "fulfilled")).toHaveLength(20);
    expect(done.filter((d) => d.status === "fulfilled" && !d.value.repeated)).toHaveLength(1);
    expect([100n, 101n]).toContain((await balance("cash:race")).balance);
  });

  test.each([
    [
      "does not add up",
      [
        { account: "cash:x", currency: "USD", amount: 1n },
        { account: "cash:y", currency: "USD", amount: -2n },
      ],
    ],
    [
      "mixes currencies",
      [
        { account: "cash:x", currency: "USD", amount: 1n },
        { account: "cash:y", currency: "EUR", amount: -1n },
      ],
    ],
    [
      "mixes cents and millionths",
      [
        { account: "cash:x", currency: "USD", amount: 1n },
        { account: "cash:y", currency: "USD/6", amount: -1n },
      ],
    ],
    ["moves nothing", move("cash:x", "cash:y", usd(0))],
    ["has one leg", [{ account: "cash:x", currency: "USD", amount: 1n }]],
    ["is enormous", move("cash:x", "cash:y", usd(10n ** 30n))],
    ["names no currency", move("cash:x", "cash:y", usd(1, "XYZ"))],
    ["names no family", move("purse:x", "cash:y", usd(1))],
    ["names no kind of revenue", move("income:stripe:gift", "cash:y", usd(1))],
  ] as [string, Leg[]][])("one that %s is a fault, and its neighbours are done", async (_, legs) => {
    const good = asks(move("income:stripe:payment", "cash:good", usd(1)));
    const [bad, fine] = await Promise.allSettled([till.post(home, asks(legs)), till.post(home, good)]);
    expect(bad.status).toBe("rejected");
    expect(fine.status).toBe("fulfilled");
  });

  test("one that the database itself cannot take fails alone", async () => {
    const orders = [
      asks(move("income:stripe:payment", "cash:alone", usd(1))),
      asks(move("income:stripe:payment", "cash:alone", usd(2)), { about: { note: "\ud800" } }),
      asks(move("income:stripe:payment", "cash:alone", usd(4)), { at: new Date(Number.NaN) }),
      asks(move("income:stripe:payment", "cash:alone", usd(8)), { at: new Date("-100000-01-01T00:00:00Z") }),
      asks(move("income:stripe:payment", "cash:alone", usd(16))),
    ];
    const done = await Promise.allSettled(orders.map((order) => till.post(home, order)));
    expect(done.map((d) => d.status)).toEqual(["fulfilled", "rejected", "rejected", "rejected", "fulfilled"]);
    expect(await balance("cash:alone")).toMatchObject({ balance: 17n });
  });

  test("in a command all of them are done, or none", async () => {
    const one = asks(move("income:stripe:payment", "cash:all", usd(5)));
    const short = asks(move("outside:test", "credit:nobody", usd(5)));
    await expect(within((act) => postAll(act, [one, short]))).rejects.toMatchObject({ kind: "rule" });
    expect(await balance("cash:all")).toMatchObject({ balance: 0n });
    const posted = await within((act) => postAll(act, [one, asks(move("cash:all", "cash:other", usd(2)))]));
    expect(posted.map((p) => p.repeated)).toEqual([false, false]);
    expect(await balance("cash:all")).toMatchObject({ balance: 3n });
  });

  test("who asked for it is kept, and so is the balance after each of its parts", async () => {
    const posted = await within((act) =>
      post(
        act,
        asks([...move("income:x:payment", "cash:after", usd(5)), ...move("income:x:payment", "cash:after", usd(7))]),
      ),
    );
    const there = await within((act) => transferOf(act, posted.id));
    expect(there?.personId).toBe(house.owner.personId);
    expect(there?.legs.filter((l) => l.account === "cash:after").map((l) => l.balance)).toEqual([5n, 12n]);
    const lines = await within((act) => statementOf(act, "cash:after", "USD", { most: 1 }));
    expect(lines.map((l) => [l.amount, l.balance, l.transfer])).toEqual([[7n, 12n, posted.id]]);
    const before = lines[0]!.number;
    expect((await within((act) => statementOf(act, "cash:after", "USD", { before }))).map((l) => l.amount)).toEqual([
      5n,
    ]);
    expect((await within((act) => balancesOf(act, "cash"))).map((b) => b.account)).toContain("cash:after");
  });
});

describe("what may not fall below its floor", () => {
  test("is spent once, whoever asks for it at once", async () => {
    await fund("credit:hot", 100);
    const orders = Array.from({ length: 30 }, () => asks(move("outside:shop", "credit:hot", usd(7))));
    const done = await Promise.allSettled(orders.map((order) => till.post(home, order)));
    expect(done.filter((d) => d.status === "fulfilled")).toHaveLength(14);
    expect(done.find((d) => d.status === "rejected")).toMatchObject({
      reason: { kind: "rule", vars: { account: "credit:hot", available: "0.02 USD" } },
    });
    expect(await balance("credit:hot")).toMatchObject({ balance: 2n });
  });

  test("in a batch each sees what the ones before it left", async () => {
    await fund("credit:turns", 10);
    const spend = (minor: number) => asks(move("outside:shop", "credit:turns", usd(minor)));
    const orders = [spend(8), spend(5), asks(move("credit:turns", "outside:shop", usd(4))), spend(6), spend(1)];
    const done = await Promise.allSettled(orders.map((order) => till.post(home, order)));
    expect(done.map((d) => d.status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "rejected"]);
    expect(await balance("credit:turns")).toMatchObject({ balance: 0n });
  });

  test("what is reserved is as good as spent, and what is only coming is not there", async () => {
    await fund("credit:held", 10);
    const hold = await till.post(home, asks(move("outside:shop", "credit:held", usd(8)), { mode: "hold" }));
    await till.post(home, asks(move("credit:held", "outside:shop", usd(50)), { mode: "hold" }));
    expect(await balance("credit:held")).toMatchObject({ balance: 10n, pending: 8n, coming: 50n, available: 2n });
    await expect(till.post(home, asks(move("outside:shop", "credit:held", usd(3))))).rejects.toMatchObject({
      vars: { available: "0.02 USD" },
    });
    await till.post(home, {
      scope: "test",
      key: "settle held",
      kind: "test",
      mode: "settle",
      of: hold.id,
      legs: move("outside:shop", "credit:held", usd(6)),
    });
    expect(await balance("credit:held")).toMatchObject({ balance: 4n, pending: 0n, available: 4n });
  });

  test("a transfer may ask for a floor of its own", async () => {
    const freeze = (minor: number) => asks(move("payout:b", "payable:p", usd(minor), { least: 0n }));
    await fund("payable:p", 10);
    await expect(till.post(home, freeze(11))).rejects.toMatchObject({ kind: "rule" });
    await till.post(home, freeze(10));
    await till.post(home, asks(move("share:partner", "payable:p", usd(3))));
    expect(await balance("payable:p")).toMatchObject({ balance: -3n });
  });
});

describe("a reservation", () => {
  const act = (mode: "settle" | "void" | "reverse", of: string, legs?: Leg[]): Order =>
    ({ scope: "test", key: `k${++keys}`, kind: "test", mode, of, ...(legs ? { legs } : {}) }) as Order;

  test("ends once: settled, or given back", async () => {
    await fund("budget:ends", 100);
    const legs = (minor: number) => move("outside:spend", "budget:ends", usd(minor));
    const hold = () => till.post(home, asks(legs(10), { mode: "hold" }));
    const [one, two, three] = [await hold(), await hold(), await hold()];
    const settle = act("settle", one.id);
    const first = await till.post(home, settle);
    expect(await till.post(home, settle)).toEqual({ ...first, repeated: true });
    for (const mode of ["settle", "void"] as const)
      await expect(till.post(home, act(mode, one.id))).rejects.toMatchObject({ kind: "clash", vars: { id: first.id } });
    await expect(till.post(home, act("settle", two.id, legs(11)))).rejects.toMatchObject({ kind: "rule" });
    await expect(
      till.post(home, act("settle", two.id, move("outside:spend", "budget:other", usd(1)))),
    ).rejects.toMatchObject({ kind: "rule" });
    const race = await Promise.allSettled(
      [act("settle", two.id), act("void", two.id), act("void", two.id)].map((o) => till.post(home, o)),
    );
    expect(race.map((r) => r.status)).toEqual(["fulfilled", "rejected", "rejected"]);
    await till.post(home, act("void", three.id));
    expect(await balance("budget:ends")).toMatchObject({ balance: 80n, pending: 0n });
    await expect(till.post(home, act("void", first.id))).rejects.toMatchObject({ kind: "rule" });
    await expect(till.post(home, act("void", house.sources.newId()))).rejects.toMatchObject({ kind: "missing" });
    await expect(till.post(home, act("reverse", three.id))).rejects.toMatchObject({ kind: "rule" });
    await till.post(home, act("reverse", first.id));
    expect(await balance("budget:ends")).toMatchObject({ balance: 90n });
  });

  test("that has expired is settled no more", async () => {
    await fund("budget:late", 10);
    const until = new Date(house.clock.now.getTime() + 1000);
    const hold = await till.post(
      home,
      asks(move("outside:spend", "budget:late", usd(10)), { mode: "hold", until } as Partial<Order>),
    );
    house.clock.pass(1000);
    await expect(till.post(home, act("settle", hold.id))).rejects.toMatchObject({ kind: "rule" });
    await till.post(home, act("void", hold.id));
    expect(await balance("budget:late")).toMatchObject({ available: 10n });
  });

  test("a transfer is reversed in parts, and never more than it was", async () => {
    const posted = await fund("payable:parts", 10);
    const back = (minor: number) => move("outside:test", "payable:parts", usd(minor));
    await till.post(home, act("reverse", posted.id, back(4)));
    await expect(till.post(home, act("reverse", posted.id, back(7)))).rejects.toMatchObject({ kind: "rule" });
    const wrongWay = move("payable:parts", "outside:test", usd(1));
    await expect(till.post(home, act("reverse", posted.id, wrongWay))).rejects.toMatchObject({ kind: "rule" });
    const race = await Promise.allSettled(
      [back(4), back(4)].map((legs) => till.post(home, act("reverse", posted.id, legs))),
    );
    expect(race.map((r) => r.status)).toEqual(["fulfilled", "rejected"]);
    await till.post(home, act("reverse", posted.id));
    expect(await balance("payable:parts")).toMatchObject({ balance: 0n });
    await expect(till.post(home, act("reverse", posted.id))).rejects.toMatchObject({ kind: "rule" });
  });
});
