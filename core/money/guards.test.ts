// What the database itself holds to, tried from raw SQL: as the app, which may only read, and as the owner, who may
// write rows and still cannot make the books wrong. And what `verify` finds when every guard was taken away.
import type postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inWorkspace, open, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { createWorkspace } from "../workspace/index.ts";
import { expireHolds } from "./expire.ts";
import { move, type Order, openTill } from "./index.ts";
import { balanceOf } from "./read.ts";
import { sealLedger } from "./seal.ts";
import { verifyLedger } from "./verify.ts";

let house: TestHouse;
let owner: postgres.Sql;
let ws: string;
let made = 0;
beforeAll(async () => {
  house = await testHouse();
  owner = open(house.database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await owner.end();
  await house.close();
});

const usd = (minor: number) => ({ minor: BigInt(minor), currency: "USD" });
const post = (order: Partial<Order>) =>
  openTill(house).post({ database: house.database, workspaceId: ws }, {
    scope: "g",
    key: `${++made}`,
    kind: "test",
    ...order,
  } as Order);
const verify = () => verifyLedger(house, house.database, ws);

/** A little of everything, in a workspace of its own. */
beforeEach(async () => {
  const slug = `guards-${++made}`;
  ws = (await createWorkspace(house.database, house.sources, { name: slug, slug })).workspaceId;
  await post({ legs: move("income:stripe:payment", "cash:stripe", usd(500)), about: { channel: "c" } });
  await post({ legs: move("credit:a", "outside:t", usd(100)) });
  await post({ mode: "hold", legs: move("outside:t", "credit:a", usd(60)) });
});

/** As the owner, in the workspace of this test: the code, and which rule refused. */
async function refusal(work: (sql: postgres.TransactionSql) => PromiseLike<unknown>): Promise<string> {
  const undo = new Error("It was done.");
  const error = await owner
    .begin(async (sql) => {
      await work(sql);
      throw undo;
    })
    .catch((e: unknown) => e as { code?: string; constraint_name?: string; message: string });
  return error.code ? `${error.code} ${error.constraint_name ?? ""}`.trim() : error.message;
}

type Row = { account: string; amount: number; phase?: string; currency?: string; after: number };
/** A transfer with its postings, as the function writes it, and wrong in one way. */
const write = (
  sql: postgres.TransactionSql,
  rows: Row[],
  { mode = "post", of = null as string | null, counted = rows.length, key = "raw" } = {},
) => sql`
  with last as (select transfers, postings from ledger_block where workspace_id = ${ws} order by number desc limit 1),
  t as (
    insert into ledger_transfer (workspace_id, id, number, scope, key, input_hash, mode, kind, of_id, day, event_at, recorded_at, about, first_posting, postings)
    select ${ws}, gen_random_uuid(), transfers + 1, 'raw', ${key}, sha256('x'), ${mode}, 'raw', ${of}, '2026-11-20', now(), now(), '{}', postings + 1, ${counted} from last),
  p as (
    insert into ledger_posting (workspace_id, number, transfer, account_id, currency, amount, phase, balance_after)
    select ${ws}, last.postings + x.n, last.transfers + 1, (select id from ledger_account where workspace_id = ${ws} and code = x.account and currency = 'USD'),
      x.currency, x.amount, x.phase, x.after
    from last, unnest(${rows.map((r) => r.account)}::text[], ${rows.map((r) => r.amount)}::bigint[], ${rows.map((r) => r.phase ?? "posted")}::text[],
      ${rows.map((r) => r.currency ?? "USD")}::text[], ${rows.map((r) => r.after)}::bigint[]) with ordinality x (account, amount, phase, currency, after, n))
  select 1`;
const CASH = { account: "cash:stripe", amount: 7, after: 507 };
const INCOME = { account: "income:stripe:payment", amount: -7, after: 507 };

describe("the owner, by hand", () => {
  test("can write a right transfer, so that what follows is refused for what is wrong with it", async () => {
    expect(await refusal((sql) => write(sql, [CASH, INCOME]))).toBe("It was done.");
  });

  test.each<[string, Row[], Parameters<typeof write>[2], string]>([
    ["sides that do not add up", [CASH, { ...INCOME, amount: -6, after: 506 }], {}, "23514 ledger_sum_zero"],
    ["a posting of nothing", [{ ...CASH, amount: 0, after: 500 }, INCOME], {}, "23514 ledger_posting_amount"],
    [
      "another currency than the account's",
      [
        { ...CASH, currency: "EUR" },
        { ...INCOME, currency: "EUR" },
      ],
      {},
      "23514 ledger_posting_of_account",
    ],
    ["an account that is not there", [{ ...CASH, account: "cash:nowhere" }, INCOME], {}, "23502"],
    ["a balance that is not the sum", [{ ...CASH, after: 508 }, INCOME], {}, "23514 ledger_posting_of_account"],
    ["fewer postings than it says", [CASH, INCOME], { counted: 3 }, "23514 ledger_transfer_whole"],
    [
      "what would be held in a transfer that posts",
      [
        { ...CASH, phase: "held", after: 500 },
        { ...INCOME, phase: "held", after: 500 },
      ],
      {},
      "23514 ledger_posting_of_transfer",
    ],
    [
      "more than is there",
      [
        { account: "credit:a", amount: 50, after: 50 },
        { account: "outside:t", amount: -50, after: 50 },
      ],
      {},
      "23514 ledger_account_floor",
    ],
    ["a reversal of nothing", [CASH, INCOME], { mode: "reverse" }, "23514 ledger_transfer_of_one"],
    ["a key that is taken", [CASH, INCOME], { key: "taken" }, "23505 ledger_transfer_key"],
  ])("cannot write %s", async (_, rows, more, expected) => {
    if (more?.key) await post({ scope: "raw", key: more.key, legs: move("cash:b", "cash:c", usd(1)) });
    expect(await refusal((sql) => write(sql, rows, more))).toBe(expected);
  });

  test("cannot add to a transfer that stands, nor write one without postings", async () => {
    const add = (sql: postgres.TransactionSql) => sql`
      insert into ledger_posting select workspace_id, number + 100, transfer, account_id, currency, amount, phase, balance_after from ledger_posting
      where workspace_id = ${ws} and transfer = 1`;
    expect(await refusal(add)).toBe("23514 ledger_posting_of_transfer");
    const bare = (sql: postgres.TransactionSql) => sql`
      insert into ledger_transfer select workspace_id, gen_random_uuid(), number + 100, scope, key || 'x', input_hash, mode, kind, of_id, day, event_at,
        recorded_at, expires_at, about, person_id, run_id, first_posting + 100, postings from ledger_transfer where workspace_id = ${ws} and number = 1`;
    expect(await refusal(bare)).toBe("23514 ledger_transfer_whole");
  });

  test("cannot settle a hold twice, for more than was held, or free another sum", async () => {
    const hold = await post({ mode: "hold", legs: move("outside:t", "credit:a", usd(10)) });
    const of = { mode: "settle", of: hold.id };
    const rows = (freed: number, posted: number): Row[] => [
      { account: "outside:t", amount: freed, phase: "freed", after: 100 },
      { account: "credit:a", amount: -freed, phase: "freed", after: 100 },
      { account: "outside:t", amount: -posted, after: 100 - posted },
      { account: "credit:a", amount: posted, after: 100 - posted },
    ];
    expect(await refusal((sql) => write(sql, rows(10, 10), of))).toBe("It was done.");
    expect(await refusal((sql) => write(sql, rows(10, 11), of))).toBe("23514 ledger_of");
    expect(await refusal((sql) => write(sql, rows(9, 9), of))).toBe("23514 ledger_of");
    await post({ mode: "settle", of: hold.id });
    const again = rows(10, 10).map((row) => ({ ...row, after: row.after - 10 }));
    expect(await refusal((sql) => write(sql, again, of))).toBe("23505 ledger_transfer_closed");
  });

  test("cannot take back more than was posted", async () => {
    const posted = await post({ legs: move("income:stripe:payment", "cash:stripe", usd(7)) });
    const back = (minor: number): Row[] => [
      { ...CASH, amount: -minor, after: 507 - minor },
      { ...INCOME, amount: minor, after: 507 - minor },
    ];
    const of = { mode: "reverse", of: posted.id };
    expect(await refusal((sql) => write(sql, back(7), of))).toBe("It was done.");
    expect(await refusal((sql) => write(sql, back(8), of))).toBe("23514 ledger_of");
    await post({ mode: "reverse", of: posted.id, legs: move("cash:stripe", "income:stripe:payment", usd(3)) });
    const left = back(5).map((row) => ({ ...row, after: row.after - 3 }));
    expect(await refusal((sql) => write(sql, left, of))).toBe("23514 ledger_of");
  });

  test("cannot change, delete or empty what is written", async () => {
    const ONCE = "23514 written_once";
    for (const table of ["ledger_transfer", "ledger_posting", "ledger_block", "ledger_seal", "rate"]) {
      expect(await refusal((sql) => sql`update ${sql(table)} set workspace_id = workspace_id`), table).toBe(ONCE);
    }
    for (const table of [
      "ledger_transfer",
      "ledger_posting",
      "ledger_block",
      "ledger_seal",
      "rate",
      "ledger_account",
      "ledger_rollup",
    ]) {
      expect(await refusal((sql) => sql`delete from ${sql(table)}`), table).toBe(ONCE);
      expect(await refusal((sql) => sql`truncate ${sql(table)}`), table).toBe(ONCE);
    }
    const FOLLOWS = "23514 follows_postings";
    expect(await refusal((sql) => sql`update ledger_account set debits = debits + 1 where workspace_id = ${ws}`)).toBe(
      FOLLOWS,
    );
    expect(await refusal((sql) => sql`update ledger_rollup set credits = 0 where workspace_id = ${ws}`)).toBe(FOLLOWS);
    expect(
      await refusal(
        (sql) => sql`insert into ledger_rollup values (${ws}, '', 'day', '2026-01-01', ${ws}, '', 1, 0, 1)`,
      ),
    ).toBe(FOLLOWS);
    const open = (sql: postgres.TransactionSql) => sql`
      insert into ledger_account (workspace_id, id, code, currency, side, tracked, debits, opened_at) values (${ws}, ${ws}, 'cash:new', 'USD', 'debit', false, 5, now())`;
    expect(await refusal(open)).toBe(FOLLOWS);
  });
});

describe("the app", () => {
  test("may read the books, and nothing else", async () => {
    for (const table of ["ledger_account", "ledger_transfer", "ledger_posting", "ledger_rollup", "ledger_block"]) {
      const tries = [
        (sql: ReturnType<typeof rawOf>) => sql`insert into ${sql(table)} select * from ${sql(table)}`,
        (sql: ReturnType<typeof rawOf>) => sql`update ${sql(table)} set workspace_id = workspace_id`,
        (sql: ReturnType<typeof rawOf>) => sql`delete from ${sql(table)}`,
        (sql: ReturnType<typeof rawOf>) => sql`truncate ${sql(table)}`,
      ];
      for (const attempt of tries)
        await expect(
          inWorkspace(house.database, ws, (tx) => attempt(rawOf(tx))),
          table,
        ).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("posts nothing before it has entered a workspace, and reaches no account of another", async () => {
    const other = (await createWorkspace(house.database, house.sources, { name: "Other", slug: `other-${++made}` }))
      .workspaceId;
    const none = `'{}'::uuid[], '{}'::text[], '{}'::text[], '{}'::text[], '{}'::text[], '{}'::text[], '{}'::uuid[], '{}'::timestamptz[], '{}'::timestamptz[],
      '{}'::text[], '{}'::uuid[], '{}'::uuid[], '{}'::int[], '{}'::int[], '{}'::int[], '{}'::bigint[], '{}'::text[], '{}'::bigint[], '{}'::uuid[], '{}'::text[],
      '{}'::text[], '{}'::text[], '{}'::bigint[], '{}'::boolean[]`;
    await expect(house.database.client.unsafe(`select * from post_transfers(now(), ${none})`)).rejects.toMatchObject({
      code: "42501",
    });
    const order: Order = { scope: "g", key: "theirs", kind: "test", legs: move("outside:t", "credit:a", usd(1)) };
    await expect(openTill(house).post({ database: house.database, workspaceId: other }, order)).rejects.toMatchObject({
      kind: "rule",
    });
    const there = await inWorkspace(house.database, ws, (db) => balanceOf({ db }, "credit:a", "USD"));
    expect(there).toMatchObject({ balance: 100n });
  });
});

describe("verify", () => {
  /** With every trigger and rule switched off, as a thief of the database would. */
  const tamper = (work: (sql: postgres.TransactionSql) => PromiseLike<unknown>) =>
    owner.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await work(sql);
    });

  test("finds nothing where nothing is wrong", async () => {
    await sealLedger(house, house.database, ws);
    await sealLedger(house, house.database, ws);
    await post({ legs: move("income:stripe:payment", "cash:stripe", usd(1)) });
    expect(await verify()).toMatchObject({ ok: true, transfers: 4n, postings: 8n, blocks: 4n, found: [] });
  });

  test.each<[string, string[], (sql: postgres.TransactionSql) => PromiseLike<unknown>]>([
    [
      "an amount",
      ["block", "sum", "balance"],
      (sql) => sql`update ledger_posting set amount = amount + 1 where workspace_id = ${ws} and number = 2`,
    ],
    [
      "both amounts",
      ["block", "balance"],
      (sql) => sql`update ledger_posting set amount = amount * 2 where workspace_id = ${ws} and transfer = 1`,
    ],
    [
      "when it happened",
      ["block"],
      (sql) =>
        sql`update ledger_transfer set event_at = event_at - interval '1 day' where workspace_id = ${ws} and number = 1`,
    ],
    [
      "what it was about",
      ["block", "rollup"],
      (sql) => sql`update ledger_transfer set about = '{"channel":"d"}' where workspace_id = ${ws} and number = 1`,
    ],
    [
      "a counter",
      ["balance"],
      (sql) => sql`update ledger_account set debits = debits + 1 where workspace_id = ${ws} and code = 'cash:stripe'`,
    ],
    [
      "what is reserved",
      ["balance"],
      (sql) => sql`update ledger_account set debits_pending = 0 where workspace_id = ${ws} and code = 'credit:a'`,
    ],
    [
      "a sum",
      ["rollup"],
      (sql) =>
        sql`update ledger_rollup set credits = credits + 1 where workspace_id = ${ws} and grain = 'month' and dimension = ''`,
    ],
    [
      "a day that is gone",
      ["rollup"],
      (sql) => sql`delete from ledger_rollup where workspace_id = ${ws} and grain = 'day' and dimension = ''`,
    ],
    [
      "a posting that is gone",
      ["block", "sum", "balance"],
      (sql) => sql`delete from ledger_posting where workspace_id = ${ws} and number = 2`,
    ],
    [
      "a block that is gone",
      ["block"],
      (sql) => sql`delete from ledger_block where workspace_id = ${ws} and number = 2`,
    ],
    [
      "a block's hash",
      ["block"],
      (sql) => sql`update ledger_block set hash = sha256('x') where workspace_id = ${ws} and number = 2`,
    ],
  ])("finds %s", async (_, kinds, work) => {
    await tamper(work);
    const report = await verify();
    expect(report.ok).toBe(false);
    const found = new Set(report.found.map((f) => f.kind));
    for (const kind of kinds) expect([...found]).toContain(kind);
  });

  test("finds an end that was cut off cleanly, and a chain that was made anew", async () => {
    const head = await sealLedger(house, house.database, ws);
    await tamper(async (sql) => {
      await sql`update ledger_transfer set about = '{"note":"other"}' where workspace_id = ${ws} and number = 3`;
      await sql`update ledger_block b set hash = ledger_block_hash(${ws}, b.before, 3, 3, 5, 6) where workspace_id = ${ws} and number = 3`;
    });
    expect((await verify()).found).toEqual([{ kind: "seal", block: "3" }]);
    await tamper(async (sql) => {
      await sql`delete from ledger_seal where workspace_id = ${ws}`;
    });
    expect((await verify()).found).toEqual([{ kind: "seal", block: "3" }]);
    expect(head?.number).toBe(3n);
  });
});

test("a reservation that nobody settles is given back when its time is over, once", async () => {
  const until = new Date(house.clock.now.getTime() + 60_000);
  await post({ mode: "hold", legs: move("outside:t", "credit:a", usd(20)), until } as Partial<Order>);
  expect(await expireHolds(house, house.database, ws)).toBe(0);
  house.clock.pass(60_000);
  const done = await Promise.all([expireHolds(house, house.database, ws), expireHolds(house, house.database, ws)]);
  expect(done.reduce((a, b) => a + b)).toBe(1);
  const left = await inWorkspace(house.database, ws, (db) => balanceOf({ db }, "credit:a", "USD"));
  expect(left).toMatchObject({ balance: 100n, pending: 60n });
  expect(await verify()).toMatchObject({ ok: true });
});
