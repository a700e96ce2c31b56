import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { type Caller, handle, makeAct, type Reply, readWho } from "../inbox/index.ts";
import { ERASURE } from "./erase.ts";
import { exportPerson, resolveAccount } from "./index.ts";
import { personalTables } from "./personal.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const inside = <T>(work: (sql: ReturnType<typeof rawOf>, tx: Tx) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => work(rawOf(tx), tx));

let count = 0;
async function somebody(name: string): Promise<Caller & { external: string }> {
  const { workspaceId } = house.owner;
  const external = `ext-${name.length}-${++count}`;
  const personId = await inside((_, db) =>
    resolveAccount(
      { db, workspaceId, now: house.clock.now, newId: house.sources.newId },
      {
        surface: "chat",
        tenant: "t",
        external,
        name,
        locale: "fr",
      },
    ),
  );
  return { workspaceId, personId, external };
}
const say = (who: Caller & { external: string }, name: string, options: Record<string, unknown> = {}): Promise<Reply> =>
  handle(house, house.database, who, {
    surface: "chat",
    tenant: "t",
    place: "room",
    delivery: "",
    account: { id: who.external, name: `Written ${who.external}` },
    content: { kind: "command", name, options },
  });
const confirmed = async (asked: Reply, as: Caller): Promise<Reply> => {
  expect(asked.status).toBe("confirm");
  const [yes] = asked.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  return house.press(yes!.action!, { as });
};

async function exported(as: Caller, personId: string) {
  return inside(async (_, tx) => {
    const [who] = await readWho(tx, as.personId);
    const place = { surface: "http", tenant: "", external: "" };
    const { act } = makeAct(house, { database: house.database, tx }, as, who, house.sources.newId(), place);
    const { name, bytes } = await exportPerson(act, personId);
    let text = "";
    for await (const piece of bytes) text += Buffer.from(piece).toString();
    return {
      name,
      text,
      json: JSON.parse(text) as { person: string[]; tables: Record<string, Record<string, unknown>[]> },
    };
  });
}

test("an export holds every row about a person, also of whoever was merged into them, and no secret", async () => {
  const [ana, old] = [await somebody("Ana"), await somebody("AnaOld")];
  await say(old, "language", { language: "es" });
  const issued = await say(ana, "link");
  const { code } = (issued.data?.item ?? {}) as { code: string };
  await say(old, "link", { code });
  const [button] = await inside(
    (sql) => sql<{ token: string }[]>`
    select token from action where for_person = ${ana.personId} and command = 'confirm link'`,
  );
  await house.press(button!.token, { as: ana });
  const { json, text, name } = await exported(ana, ana.personId);
  expect(name).toMatch(/^person-\d{4}-\d\d-\d\d\.json$/);
  expect(json.person.sort()).toEqual([ana.personId, old.personId].sort());
  expect(json.tables.person?.map((p) => p.name).sort()).toEqual(["Ana", "AnaOld"]);
  expect(json.tables.account?.length).toBe(2);
  expect(json.tables.audit?.some((a) => a.command === "language" && a.person_id === old.personId)).toBe(true);
  expect(json.tables.inbox?.length).toBeGreaterThan(3);
  expect(text).not.toContain(button!.token);
  for (const row of Object.values(json.tables).flat()) {
    expect(row).not.toHaveProperty("hash");
    expect(row).not.toHaveProperty("token");
  }
  const mine = new Set([ana.personId, old.personId]);
  for (const row of json.tables.audit ?? []) expect(mine.has(row.person_id as string)).toBe(true);
});

test("one's own data is one's own; the owner may hand it out; nobody else", async () => {
  const [ben, eve] = [await somebody("Ben"), await somebody("Eve")];
  expect((await say(ben, "person export")).status).toBe("running");
  expect(house.sent.at(-1)?.name).toBe("person export");
  expect((await say(eve, "person export", { person: ben.personId })).problem?.kind).toBe("role");
  expect((await house.ask("person export", { person: "Ben" })).status).toBe("running");
  await expect(exported(eve, ben.personId)).rejects.toThrow("is for");
});

test("erasing leaves no name, account or word of a person, and keeps the facts", async () => {
  const secret = "Zarathustra Quux";
  const zed = await somebody(secret);
  await house.ask("role grant", { person: zed.personId, role: "staff" });
  await say(zed, "token revoke", { name: secret });
  await say(zed, "person list", { query: secret });
  await say(zed, "link");
  await say(zed, "no such command", { text: secret });
  const done = await confirmed(await say(zed, "person erase"), zed);
  expect(done.status).toBe("done");
  const tables = await house.database.client<{ name: string }[]>`
    select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`;
  await inside(async (sql) => {
    for (const { name } of tables) {
      for (const trace of [secret, zed.external]) {
        const hits = await sql`select from ${sql(name)} t where strpos(to_jsonb(t)::text, ${trace}) > 0`;
        expect(hits.length, `${trace} in ${name}`).toBe(0);
      }
    }
    const [facts] = await sql`select count(*)::int as n from audit where person_id = ${zed.personId}`;
    expect(facts?.n).toBeGreaterThan(1);
    const [noted] = await sql`select changes from audit where command = 'person erase' order by id desc limit 1`;
    expect(noted?.changes).toEqual([{ what: "person", id: zed.personId, to: "erased" }]);
    const [told] = await sql`select payload from event where name = 'person.erased' and subject = ${zed.personId}`;
    expect(told?.payload).toEqual({ person: zed.personId, merged: [] });
  });
  await expect(say(zed, "whoami")).rejects.toThrow("not known here");
  expect((await house.ask("audit verify")).data).toMatchObject({ item: { ok: true } });
});

test("whoever was erased and speaks again is somebody new", async () => {
  const kim = await somebody("Kim");
  await confirmed(await say(kim, "person erase"), kim);
  const { workspaceId } = house.owner;
  const again = await inside((_, db) =>
    resolveAccount(
      { db, workspaceId, now: house.clock.now, newId: house.sources.newId },
      { surface: "chat", tenant: "t", external: kim.external },
    ),
  );
  expect(again).not.toBe(kim.personId);
});

test("the owner erases others, members only themselves, agents nobody, and the last owner stays", async () => {
  const [lou, eve] = [await somebody("Lou"), await somebody("Eve")];
  const byEve = await confirmed(await say(eve, "person erase", { person: lou.personId }), eve);
  expect(byEve.problem?.kind).toBe("role");
  expect((await house.ask("person erase", { person: lou.personId }, { proposed: true })).problem?.kind).toBe("role");
  const byOwner = await confirmed(await house.ask("person erase", { person: lou.personId }), house.owner);
  expect(byOwner.status).toBe("done");
  expect((await house.ask("person erase", { person: lou.personId })).problem?.kind).toBe("options");
  const self = await confirmed(await house.ask("person erase"), house.owner);
  expect(self.problem).toMatchObject({ kind: "rule" });
  expect((await house.ask("whoami")).status).toBe("done");
});

test("every table that holds persons says what erasing does to it", async () => {
  const tables = await inside((_, tx) => personalTables(tx));
  expect(tables.map((t) => t.table)).toEqual(expect.arrayContaining(["inbox", "consent"]));
  const about = tables.filter((t) => t.columns.some((column) => !column.endsWith("_by")));
  const silent = about.map((t) => t.table).filter((table) => !(table in ERASURE));
  expect(silent, "name these in core/people/erase.ts: what becomes of their rows when a person is erased?").toEqual([]);
});

test("people are listed for staff, by part of a name", async () => {
  await somebody("Quentin");
  const { items } = (await house.ask("person list", { query: "quent" })).data as {
    items: { name: string; accounts: string[] }[];
  };
  expect(items).toMatchObject([{ name: "Quentin", role: "member", accounts: ["chat"] }]);
  expect((await say(await somebody("Nosy"), "person list")).problem?.kind).toBe("role");
});
