import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Database, inWorkspace, open, rawOf, type Tx } from "../../db/connect.ts";
import { APP_ROLE } from "../../db/secure.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { command, text } from "../command/index.ts";
import { signed } from "../keys.ts";
import { view } from "../view/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { type Finding, type Report, sealAudit, verifyAudit } from "./index.ts";
import { seal } from "./seal.ts";

/** The long form tries a thousand. */
const RUNS = process.env.CHAOS === "1" ? 1000 : 250;

const touch = command({
  name: "thing touch",
  says: "Change a thing",
  role: "member",
  options: { name: text("Which", { max: 200 }) },
  run({ act, options }) {
    act.changed({ what: "thing", id: options.name, from: { size: 10n ** 30n, odd: "\0a\ud800" }, to: [0.1, -0, 1e21] });
    return view("ok");
  },
});

type Raw = ReturnType<typeof rawOf>;
let house: TestHouse;
let keeper: Database;
beforeAll(async () => {
  house = await testHouse({ commands: [touch] });
  const { ownerUrl } = house.database;
  keeper = connect({ ownerUrl, appUrl: ownerUrl, max: 1 });
});
afterAll(async () => {
  await keeper.close();
  await house.close();
});

const sealer = (db: Tx) => ({
  db,
  workspace: { id: house.owner.workspaceId },
  now: house.clock.now,
  newId: house.sources.newId,
  sign: (content: unknown) => signed(house.keys.audit, content),
});
const verify = (head?: { number: number; hash: Buffer }) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => verifyAudit(sealer(tx), head));
const sealNow = () => sealAudit(house, house.database, house.owner.workspaceId);

test("fifty writers and five sealers at once keep one chain", async () => {
  const writers = Array.from({ length: 50 }, async (_, w) => {
    for (let n = 0; n < 3; n++) await house.ask("thing touch", { name: `w${w} ${n} 🎵 «ä»` });
  });
  const sealers = Array.from({ length: 5 }, async () => {
    for (let n = 0; n < 4; n++) await sealNow();
  });
  await Promise.all([...writers, ...sealers]);
  const report = await verify();
  expect(report).toMatchObject({ ok: true, rows: 150, found: [] });
  expect(report.head?.number).toBe(report.blocks);
  const [twice] = await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) =>
      rawOf(tx)`select count(*)::int as n, count(distinct u.id)::int as d from audit_block b, unnest(b.rows) as u(id)`,
  );
  expect(twice).toEqual({ n: 150, d: 150 });
});

test("a row that commits after a later row was sealed is in the next block", async () => {
  let release = () => {};
  const held = new Promise<void>((r) => {
    release = r;
  });
  const id = house.sources.newId();
  const late = inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    const { record } = await import("./record.ts");
    const { owner } = house;
    const act = {
      ...sealer(tx),
      newId: () => id,
      run: id,
      person: { id: owner.personId },
      surface: "http",
      place: { external: "" },
    } as unknown as Parameters<typeof record>[0];
    await record(act, { command: "late", outcome: "done", changes: [] });
    await held;
  });
  house.clock.pass(20 * 60_000);
  await house.ask("thing touch", { name: "early" });
  await sealNow();
  release();
  await late;
  expect((await sealNow()).sealed).toBe(1);
  expect(await verify()).toMatchObject({ ok: true });
});

test("sealing again without anything new makes no block", async () => {
  await sealNow();
  const before = await verify();
  expect(await sealNow()).toMatchObject({ sealed: 0, head: { number: before.head?.number } });
});

/** Tampers as the database's owner, looks as the app, and undoes it all. */
async function tampered(change: (sql: Raw) => Promise<unknown>, head?: Report["head"]): Promise<Report> {
  let report: Report | undefined;
  const undo = new Error("undo");
  await keeper.orm
    .transaction(async (tx) => {
      await change(rawOf(tx));
      await rawOf(tx)`
        select set_config('role', ${APP_ROLE}, true), set_config('app.workspace', ${house.owner.workspaceId}, true)`;
      report = await verifyAudit(sealer(tx), head);
      throw undo;
    })
    .catch((error: Error) => {
      if (error !== undo) throw error;
    });
  return report!;
}

const COLUMNS = ["command", "outcome", "surface", "place", "at", "person_id", "run_id", "changes", "hash"] as const;
const nth = async (sql: Raw, n: number) => {
  const rows = await sql<{ id: string }[]>`select id from audit order by id`;
  return rows[n % rows.length]!.id;
};
const block = async (sql: Raw, n: number) => {
  const [row] = await sql<{ most: number }[]>`select max(number) as most from audit_block`;
  return (n % row!.most) + 1;
};

/** Each kind of tampering, and what must be said of it. */
const TAMPERINGS: Record<string, (sql: Raw, n: number, m: number) => Promise<Finding["kind"][]>> = {
  async edit(sql, n, m) {
    const column = COLUMNS[m % COLUMNS.length]!;
    const id = await nth(sql, n);
    const value = {
      at: sql`at + interval '1 millisecond'`,
      person_id: sql`${house.sources.newId()}::uuid`,
      run_id: sql`null`,
      changes: sql`changes || '[{"what":"more"}]'::jsonb`,
      hash: sql`sha256(hash)`,
    }[column as string];
    await sql`update audit set ${sql(column)} = ${value ?? sql`${sql(column)} || '.'`} where id = ${id}`;
    return ["edited"];
  },
  async swap(sql, n, m) {
    const [a, b] = [await nth(sql, n), await nth(sql, n + 1 + (m % 40))];
    await sql`update audit x set command = y.command, changes = y.changes, at = y.at, place = y.place, surface = y.surface,
      run_id = y.run_id, hash = y.hash from audit y where x.id in (${a}, ${b}) and y.id in (${a}, ${b}) and x.id <> y.id`;
    return ["edited"];
  },
  async remove(sql, n) {
    await sql`delete from audit where id = ${await nth(sql, n)}`;
    return ["deleted"];
  },
  async insert(sql, n) {
    const id = house.sources.newId();
    await sql`insert into audit select (jsonb_populate_record(a, jsonb_build_object('id', ${id}::text))).* from audit a
      where id = ${await nth(sql, n)}`;
    return ["inserted"];
  },
  async reorder(sql, n) {
    const number = await block(sql, n);
    await sql`update audit_block set
      rows = (select array_agg(r order by o desc) from unnest(rows) with ordinality as u(r, o)),
      hashes = (select array_agg(h order by o desc) from unnest(hashes) with ordinality as u(h, o)) where number = ${number}
      and cardinality(rows) > 1`;
    const [row] = await sql<
      { one: boolean }[]
    >`select cardinality(rows) = 1 as one from audit_block where number = ${number}`;
    if (row!.one) await sql`update audit_block set at = at + interval '1 second' where number = ${number}`;
    return ["block"];
  },
  async unlist(sql, n) {
    // The row and its entry both go: the list's own seal tells.
    const number = await block(sql, n);
    const [row] = await sql<{ id: string }[]>`select rows[1] as id from audit_block where number = ${number}`;
    await sql`delete from audit where id = ${row!.id}`;
    await sql`update audit_block set rows = rows[2:], hashes = hashes[2:] where number = ${number}`;
    return ["block"];
  },
  async exchange(sql, n, m) {
    const [a, b] = [await block(sql, n), await block(sql, n + 1 + (m % 3))];
    if (a === b) await sql`update audit_block set before = sha256(before) where number = ${a}`;
    else {
      await sql`update audit_block set number = -1 where number = ${a}`;
      await sql`update audit_block set number = ${a} where number = ${b}`;
      await sql`update audit_block set number = ${b} where number = -1`;
    }
    return ["block"];
  },
  async hole(sql, n) {
    const number = await block(sql, n);
    const [row] = await sql<{ most: number }[]>`select max(number) as most from audit_block`;
    if (number === row!.most) return TAMPERINGS.cut!(sql, n, 0);
    await sql`delete from audit where id in (select unnest(rows) from audit_block where number = ${number})`;
    await sql`delete from audit_block where number = ${number}`;
    return ["missing"];
  },
  async cut(sql, n) {
    const number = await block(sql, n);
    await sql`delete from audit where id in (select unnest(rows) from audit_block where number >= ${number})`;
    await sql`delete from audit_block where number >= ${number}`;
    return ["cut", "block"];
  },
};

test(`${RUNS} tamperings, drawn at random: all found, by their names`, { timeout: 120_000 }, async () => {
  for (let n = 0; n < 6; n++) {
    house.clock.pass(60_000);
    for (let m = 0; m < 6; m++) await house.ask("thing touch", { name: `row ${n} ${m}` });
    await sealNow();
  }
  expect((await verify()).ok).toBe(true);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(TAMPERINGS)),
      fc.nat(10_000),
      fc.nat(10_000),
      async (kind, n, m) => {
        let expected: Finding["kind"][] = [];
        const report = await tampered(async (sql) => {
          expected = await TAMPERINGS[kind]!(sql, n, m);
        });
        runs++;
        expect(report.ok).toBe(false);
        expect(report.found.some((f) => expected.includes(f.kind))).toBe(true);
      },
    ),
    { numRuns: RUNS, seed: 4 },
  );
  expect(runs).toBe(RUNS);
  expect((await verify()).ok).toBe(true);
});

test("an edit is told with its row and its block; the rest is not accused", async () => {
  let id = "";
  const report = await tampered(async (sql) => {
    id = await nth(sql, 7);
    await sql`update audit set outcome = 'refused' where id = ${id}`;
  });
  expect(report.found).toEqual([{ kind: "edited", row: id, block: expect.any(Number) }]);
});

test("who cuts the end and its announcements too is caught by a head that was kept elsewhere", async () => {
  const { head } = await verify();
  const cut = async (sql: Raw) => {
    await sql`delete from audit where id in (select unnest(rows) from audit_block where number >= ${head!.number})`;
    await sql`delete from audit_block where number >= ${head!.number}`;
    await sql`delete from event where name = 'audit.sealed' and (payload->>'number')::int >= ${head!.number}`;
  };
  expect((await tampered(cut)).ok).toBe(true);
  expect((await tampered(cut, head)).found).toEqual([{ kind: "cut", block: head!.number }]);
  expect((await tampered(async () => {}, { number: 1, hash: head!.hash })).found).toEqual([
    { kind: "block", block: 1 },
  ]);
});

test("without the key no row can be made that passes", async () => {
  const forged = await inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    const act = { ...sealer(tx), sign: (content: unknown) => signed(Buffer.alloc(32), content) };
    const odd: string[] = [];
    const done = await seal(act, { all: true, odd: ({ id }) => void odd.push(id) });
    return { odd: odd.length, sealed: done.sealed, rows: done.rows };
  });
  expect(forged).toMatchObject({ sealed: 0, odd: forged.rows });
});

test("the app can neither change nor take back what it wrote", async () => {
  const app = open(house.database.appUrl, { max: 1 });
  try {
    for (const table of ["audit", "audit_block", "event"]) {
      await expect(app`delete from ${app(table)}`).rejects.toMatchObject({ code: "42501" });
      await expect(app`update ${app(table)} set workspace_id = null`).rejects.toMatchObject({ code: "42501" });
      await expect(app`truncate ${app(table)}`).rejects.toMatchObject({ code: "42501" });
    }
  } finally {
    await app.end();
  }
});

test("the owner reads what was done, by time and person, page by page", async () => {
  const made = (await house.ask("token create", { name: "Mika", role: "staff" })).data?.item as { person: string };
  const mika = { workspaceId: house.owner.workspaceId, personId: made.person };
  for (let n = 0; n < 60; n++) await house.ask("thing touch", { name: `m${n}` }, { as: mika });
  type Page = { items: { id: string; command: string; name: string; at: string; changes: unknown[] }[]; next?: string };
  const one = (await house.ask("audit list", { person: "Mika" })).data as Page;
  expect(one.items.length).toBe(50);
  expect(one.items[0]).toMatchObject({ name: "Mika", command: "thing touch", changes: [{ what: "thing" }] });
  const two = (await house.ask("audit list", { person: made.person, before: one.next })).data as Page;
  expect(two.items.length).toBe(10);
  expect(two.next).toBeUndefined();
  expect(new Set([...one.items, ...two.items].map((i) => i.id)).size).toBe(60);
  house.clock.pass(3 * 24 * 3600_000);
  expect((await house.ask("audit list", { from: "today" })).data).toEqual({ items: [] });
  const week = (await house.ask("audit list", { from: "last 7 days" })).data as Page;
  expect(week.items.length).toBe(50);
  expect((await house.ask("audit list", {}, { as: mika })).problem?.kind).toBe("role");
  // A refused role is noted; what only reads is not.
  expect((await house.ask("audit list", { from: "today" })).data).toMatchObject({
    items: [{ command: "audit list", outcome: "refused" }],
  });
});

test("audit verify tells its head, and takes one that was kept", async () => {
  const fine = await house.ask("audit verify");
  expect(fine).toMatchObject({ status: "done", data: { item: { ok: true, count: 0 } } });
  const { head } = (fine.data?.item ?? {}) as { head: string };
  expect(head).toMatch(/^\d+:[0-9a-f]{64}$/);
  expect((await house.ask("audit verify", { head })).data).toMatchObject({ item: { ok: true } });
  expect((await house.ask("audit verify", { head: "nonsense" })).problem?.kind).toBe("options");
  const wrong = head.replace(/.$/, (c) => (c === "0" ? "1" : "0"));
  const told = await house.ask("audit verify", { head: wrong });
  expect(told.data).toMatchObject({ item: { ok: false, found: [{ kind: "block" }] } });
  expect(told.view.text).toContain("not as written");
});

test("two workspaces have a chain each", async () => {
  const other = await createWorkspace(house.database, house.sources, { name: "Two", slug: "audit-two" });
  await house.ask("thing touch", { name: "theirs" }, { as: other });
  expect((await house.ask("audit verify", {}, { as: other })).data).toMatchObject({
    item: { ok: true, rows: 1, blocks: 1 },
  });
});
