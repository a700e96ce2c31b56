import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testDatabase, testHouse } from "../../test/house.ts";
import type { Caller } from "../inbox/index.ts";
import { createWorkspace, ensureOwnerToken, listWorkspaces } from "../workspace/index.ts";
import { findToken } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

type Item = { id: string; token?: string; person: string };
const make = async (options: Record<string, unknown>, more: { as?: Caller; delivery?: string } = {}) => {
  const reply = await house.ask("token create", options, more);
  return { reply, item: reply.data?.item as Item };
};
const find = (secret: string | undefined) => findToken(house.databases, secret ?? "");

test("a database that is away keeps nobody from the others, and is not a no", async () => {
  const nowhere = "postgres://nobody@127.0.0.1:1/none";
  const gone = connect({ name: "gone", ownerUrl: nowhere, appUrl: nowhere, max: 1 });
  const { item } = await make({ name: "steady" });
  const all = [gone, house.database];
  expect(await findToken(all, item.token ?? "")).toMatchObject({ tokenId: item.id });
  await expect(findToken(all, "imp_wrong")).rejects.toThrow();
  await gone.close();
});

test("a token acts as a person of its own, with its role", async () => {
  const { reply, item } = await make({ name: "website", role: "staff" });
  expect(reply.status).toBe("done");
  expect(item.token).toMatch(/^imp_[A-Za-z0-9]{40}$/);
  const holder = await find(item.token);
  expect(holder).toMatchObject({ personId: item.person, tokenId: item.id, workspaceId: house.owner.workspaceId });
  const who = await house.ask("whoami", {}, { as: holder! });
  expect(who.data).toMatchObject({ item: { name: "website", role: "staff" } });
});

test("the token is told once and stored nowhere", async () => {
  const first = await make({ name: "once" }, { delivery: "once-1" });
  const again = await make({ name: "once" }, { delivery: "once-1" });
  expect(again.reply.run).toBe(first.reply.run);
  expect(again.item).toEqual({ id: first.item.id, person: first.item.person });
  expect(again.reply.view.text).toContain("shown once");
  const secret = first.item.token!;
  expect(JSON.stringify(first.reply.view)).toContain(secret);
  const tables = await house.database.client<{ name: string }[]>`
    select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`;
  await inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    for (const { name } of tables) {
      const sql = rawOf(tx);
      const hits = await sql`select from ${sql(name)} t where to_jsonb(t)::text like ${`%${secret.slice(4)}%`}`;
      expect(hits.length, name).toBe(0);
    }
  });
});

test("a hundred deliveries of one wish make one token", async () => {
  const replies = await Promise.all(
    Array.from({ length: 100 }, () => house.ask("token create", { name: "burst" }, { delivery: "burst" })),
  );
  expect(new Set(replies.map((r) => r.run)).size).toBe(1);
  const secrets = new Set(replies.map((r) => (r.data?.item as Item | undefined)?.token));
  secrets.delete(undefined);
  expect(secrets.size).toBe(1);
});

test("a revoked token is nobody's at once, and cannot be revoked twice", async () => {
  const { item } = await make({ name: "gone" });
  expect(await find(item.token)).toBeDefined();
  expect((await house.ask("token revoke", { name: "gone" })).status).toBe("done");
  expect(await find(item.token)).toBeUndefined();
  expect((await house.ask("token revoke", { name: item.id })).problem?.kind).toBe("missing");
});

test("wrong, empty and near secrets find nothing", async () => {
  const { item } = await make({ name: "near" });
  const secret = item.token!;
  for (const wrong of ["", "imp_", secret.slice(0, -1), `${secret} `, secret.toLowerCase(), `${secret.slice(0, -1)}_`])
    expect(await find(wrong)).toBeUndefined();
});

test("a name that several tokens have needs the id", async () => {
  const one = await make({ name: "twin" });
  await make({ name: "twin" });
  expect((await house.ask("token revoke", { name: "twin" })).problem?.kind).toBe("clash");
  expect((await house.ask("token revoke", { name: one.item.id })).status).toBe("done");
  expect((await house.ask("token revoke", { name: "twin" })).status).toBe("done");
});

test("tokens are for owners, never through an agent, and never seen from another workspace", async () => {
  const { item } = await make({ name: "small", role: "staff" });
  const staff = (await find(item.token))!;
  expect((await make({ name: "x" }, { as: staff })).reply.problem?.kind).toBe("role");
  expect((await house.ask("token create", { name: "x" }, { proposed: true })).problem?.kind).toBe("role");
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  expect((await house.ask("token revoke", { name: item.id }, { as: other })).problem?.kind).toBe("missing");
  expect((await house.ask("token list", {}, { as: other })).data).toEqual({ items: [] });
});

test("the list pages, newest first, and tells no secret", async () => {
  for (let n = 0; n < 52; n++) {
    house.clock.pass(1000);
    await make({ name: `page ${n}` });
  }
  const one = (await house.ask("token list")).data as { items: Item[]; next?: string };
  expect(one.items.length).toBe(50);
  expect(one.items[0]).toMatchObject({ name: "page 51", role: "member" });
  const two = (await house.ask("token list", { after: one.next })).data as { items: Item[] };
  expect(two.items[1]).toMatchObject({ name: "page 0" });
  expect(JSON.stringify([one, two])).not.toContain("hash");
});

test("the first start makes one workspace, one lobby and one owner's token, however many start at once", async () => {
  const database = await testDatabase();
  try {
    const starts = await Promise.all(Array.from({ length: 8 }, () => ensureOwnerToken(database, house.sources)));
    expect(starts.filter((s) => s.secret).length).toBe(1);
    expect(new Set(starts.map((s) => `${s.mainId} ${s.lobbyId} ${s.personId}`)).size).toBe(1);
    expect((await listWorkspaces(database)).map((w) => w.slug).sort()).toEqual(["lobby", "main"]);
    const secret = starts.find((s) => s.secret)!.secret!;
    expect(await findToken([database], secret)).toMatchObject({ personId: starts[0]!.personId });
    expect((await ensureOwnerToken(database, house.sources)).secret).toBeUndefined();
    // The one that we showed, given back as OWNER_TOKEN, is still the owner's.
    await ensureOwnerToken(database, house.sources, secret);
    expect(await findToken([database], secret)).toBeDefined();
  } finally {
    await database.drop();
  }
});

test("OWNER_TOKEN is the owner; another value ends the one before, and back again", async () => {
  const database = await testDatabase();
  try {
    const [first] = await Promise.all([1, 2, 3].map(() => ensureOwnerToken(database, house.sources, "first")));
    expect(first!.secret).toBeUndefined();
    expect(await findToken([database], "first")).toMatchObject({ personId: first!.personId });
    await ensureOwnerToken(database, house.sources, "second");
    expect(await findToken([database], "first")).toBeUndefined();
    expect(await findToken([database], "second")).toMatchObject({ personId: first!.personId });
    await ensureOwnerToken(database, house.sources);
    expect(await findToken([database], "second")).toBeDefined();
    await ensureOwnerToken(database, house.sources, "first");
    expect(await findToken([database], "first")).toMatchObject({ personId: first!.personId });
  } finally {
    await database.drop();
  }
});

test("OWNER_TOKEN is never a token that somebody made for something else", async () => {
  const database = await testDatabase();
  try {
    const { mainId, personId } = await ensureOwnerToken(database, house.sources, "owner");
    const { makeToken } = await import("./index.ts");
    const staff = await inWorkspace(database, mainId, (db) =>
      makeToken(
        { db, workspaceId: mainId, personId, now: house.clock.now, newId: house.sources.newId },
        { name: "s", role: "staff" },
      ),
    );
    await expect(ensureOwnerToken(database, house.sources, staff.secret)).rejects.toThrow("OWNER_TOKEN");
    expect(await findToken([database], "owner")).toBeDefined();
  } finally {
    await database.drop();
  }
});

test("the last way in for an owner cannot be revoked", async () => {
  const database = await testDatabase();
  try {
    const first = await ensureOwnerToken(database, house.sources, "only");
    const { handle } = await import("../inbox/index.ts");
    const envelope = { surface: "http", tenant: "t", place: "p", delivery: "", account: { id: "t" } };
    const reply = await handle(
      house,
      database,
      { workspaceId: first.mainId, personId: first.personId },
      {
        ...envelope,
        content: { kind: "command", name: "token revoke", options: { name: "OWNER_TOKEN" } },
      },
    );
    expect(reply.problem).toMatchObject({ kind: "rule" });
    expect(await findToken([database], "only")).toBeDefined();
  } finally {
    await database.drop();
  }
});
