// Random orders against the ledger and against an auditor of its own making: every answer, every balance, every sum.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { openAuditor } from "../../test/auditor.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { createWorkspace } from "../workspace/index.ts";
import { putAll } from "./door.ts";
import { type Leg, move, type Order } from "./index.ts";
import { verifyLedger } from "./verify.ts";

const LONG = process.env.CHAOS === "1";
const SEED = Number(process.env.SEED ?? (LONG ? Date.now() % 2 ** 31 : 6));
const [RUNS, ORDERS] = LONG ? [100, 1000] : [2, 150];

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const ACCOUNTS = [
  "cash:a",
  "income:s:payment",
  "income:s:refund",
  "credit:a",
  "credit:b",
  "payable:p",
  "budget:x",
  "outside:t",
  "cost:ads",
];
const UNITS = ["USD", "USD", "USD", "JPY", "KWD", "USD/6"];
const number = (max: number) => fc.nat({ max: max - 1 });
const wish = fc.record({
  what: fc.constantFrom(
    "post",
    "post",
    "post",
    "fill",
    "fill",
    "split",
    "hold",
    "hold",
    "settle",
    "settle",
    "void",
    "reverse",
    "reverse",
    "again",
    "clash",
  ),
  from: number(ACCOUNTS.length),
  step: fc.integer({ min: 1, max: ACCOUNTS.length - 1 }),
  unit: number(UNITS.length),
  amount: fc.oneof(fc.bigInt({ min: 1n, max: 100n }), fc.bigInt({ min: 1n, max: 10n ** 15n })),
  part: fc.option(fc.bigInt({ min: 1n, max: 100n })),
  pick: fc.nat(),
  least: fc.option(fc.constantFrom(0n, -50n, 10n), { freq: 5 }),
  minutes: fc.integer({ min: 0, max: 90 }),
  days: fc.option(fc.integer({ min: -80, max: 0 })),
  about: fc.constantFrom<Record<string, string>>(
    {},
    { channel: "c1" },
    { channel: "c2", product: "p", person: "q" },
    { asset: "z", customer: "k" },
  ),
  /** Whether what was wished for so far goes together. */
  go: fc.boolean(),
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;
type Known = { id: string; order: Order };

function orderOf(w: Wish, n: number, known: readonly Known[], now: Date): Order {
  const base = {
    scope: "model",
    key: `k${n}`,
    kind: w.what,
    about: w.about,
    ...(w.days === null ? {} : { at: new Date(now.getTime() + w.days * 86_400_000) }),
  };
  const [from, to] = [ACCOUNTS[w.from]!, ACCOUNTS[(w.from + w.step) % ACCOUNTS.length]!];
  const currency = UNITS[w.unit]!;
  const least = w.least === null ? {} : { least: w.least };
  const legs = (minor: bigint): Leg[] => move(from, to, { minor, currency }, least);
  const before = known[w.pick % Math.max(1, known.length)];
  if (w.what === "again" && before) return before.order;
  if (w.what === "clash" && before) return { ...base, key: before.order.key, legs: legs(w.amount) } as Order;
  // Money that comes from nowhere, so that there is some to be spent.
  if (w.what === "fill")
    return {
      ...base,
      legs: move(["credit:a", "credit:b", "budget:x"][w.pick % 3]!, "outside:t", { minor: 120n, currency }),
    };
  if (w.what === "split")
    return {
      ...base,
      legs: [...legs(w.amount), ...move(from, "payable:p", { minor: w.amount, currency }), ...legs(3n)],
    };
  if (w.what === "hold")
    return {
      ...base,
      mode: "hold",
      legs: legs(w.amount),
      ...(w.part === null ? {} : { until: new Date(now.getTime() + Number(w.part) * 60_000) }),
    };
  if (w.what === "settle" || w.what === "reverse" || w.what === "void") {
    // Mostly of what it fits, at times of anything, and once in a while of nothing.
    const fit = known.filter(({ order }) =>
      w.what === "reverse" ? (order.mode ?? "post") === "post" : order.mode === "hold",
    );
    const of = w.pick % 11 === 0 ? before : fit[w.pick % Math.max(1, fit.length)];
    const given = of && "legs" in of.order ? of.order.legs : undefined;
    const part =
      w.part === null || !given
        ? undefined
        : given.slice(0, 2).map((leg) => {
            const amount = leg.amount < 0n ? -w.part! : w.part!;
            return { account: leg.account, currency: leg.currency, amount: w.what === "reverse" ? -amount : amount };
          });
    const id = of?.id ?? "00000000-0000-7000-8000-000000000000";
    if (w.what === "void") return { ...base, mode: "void", of: id };
    return { ...base, mode: w.what, of: id, ...(part ? { legs: part } : {}) };
  }
  return { ...base, legs: legs(w.amount) };
}

async function play(wishes: readonly Wish[], slug: string): Promise<void> {
  const { workspaceId } = await createWorkspace(house.database, house.sources, { name: "Model", slug });
  const auditor = openAuditor();
  const known: Known[] = [];
  const inside = <T>(work: Parameters<typeof inWorkspace<T>>[2]) => inWorkspace(house.database, workspaceId, work);
  let together: { asked: Parameters<typeof putAll>[1][number]; verdict: string }[] = [];
  const now = new Date(house.clock.now);
  const go = async () => {
    const outcomes = await inside((tx) =>
      putAll(
        tx,
        together.map(({ asked }) => asked),
        { now, newId: house.sources.newId },
      ),
    );
    for (const [at, { asked, verdict }] of together.entries())
      expect(
        outcomes[at]!.outcome,
        JSON.stringify(asked, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v)),
      ).toBe(verdict);
    together = [];
    const rows = await inside(
      (tx) => rawOf(tx)<{ pot: string; balance: string; held: string; coming: string }[]>`
      select code || ' ' || currency as pot, case side when 'debit' then debits - credits else credits - debits end as balance,
        case side when 'debit' then credits_pending else debits_pending end as held,
        case side when 'debit' then debits_pending else credits_pending end as coming from ledger_account where version > 0`,
    );
    const pots = Object.fromEntries(rows.map(({ pot, ...row }) => [pot, row]));
    const theirs = [...auditor.pots]
      .filter(([pot]) => pots[pot])
      .map(([pot, p]) => [pot, { balance: String(p.balance), held: String(p.held), coming: String(p.coming) }]);
    expect(pots).toEqual(Object.fromEntries(theirs));
    const idle = [...auditor.pots].filter(([pot]) => !pots[pot]);
    expect(idle.filter(([, p]) => p.balance !== 0n || p.held !== 0n || p.coming !== 0n)).toEqual([]);
  };
  for (const [n, w] of wishes.entries()) {
    const order = orderOf(w, n, known, now);
    const id = house.sources.newId();
    const verdict = auditor.put(order, id, now);
    if (verdict === "posted") known.push({ id, order });
    together.push({ asked: { order, id, at: now, personId: null, runId: null }, verdict });
    if (!w.go) continue;
    await go();
    now.setTime(now.getTime() + w.minutes * 60_000);
  }
  if (together.length > 0) await go();
  const sums = await inside(
    (tx) => rawOf(tx)<{ name: string; sum: string }[]>`
    select r.dimension || ' ' || r.grain || ' ' || r.start || ' ' || a.code || ' ' || a.currency || ' ' || r.thing as name,
      case a.side when 'debit' then r.debits - r.credits else r.credits - r.debits end as sum
    from ledger_rollup r join ledger_account a on a.id = r.account_id`,
  );
  expect(Object.fromEntries(sums.map(({ name, sum }) => [name, sum]))).toEqual(
    Object.fromEntries([...auditor.sums].map(([name, sum]) => [name, String(sum)])),
  );
  expect(await verifyLedger(house, house.database, workspaceId)).toMatchObject({
    ok: true,
    found: [],
    transfers: BigInt(known.length),
  });
}

test(`${RUNS * ORDERS} random orders: the auditor agrees with every answer`, {
  timeout: LONG ? 3_600_000 : 60_000,
}, async () => {
  if (LONG) console.log(`seed ${SEED}`);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: ORDERS, maxLength: ORDERS }), (wishes) =>
      play(wishes, `model-${run++}`),
    ),
    { seed: SEED, numRuns: RUNS, endOnFailure: LONG },
  );
});
