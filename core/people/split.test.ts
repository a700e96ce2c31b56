import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Role } from "../act.ts";
import { type Caller, findRun, handle, type Reply } from "../inbox/index.ts";
import { findSession, makeEntry, startSession, useEntry } from "../session/index.ts";
import { findToken, keepToken, newSecret, resolveAccount } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => work(rawOf(tx)));

type One = Caller & { surface: string; external: string };
let count = 0;
async function one(role: Role = "member"): Promise<One> {
  const [surface, external] = [`chat${++count}`, `u${count}`];
  const { workspaceId } = house.owner;
  const personId = await inWorkspace(house.database, workspaceId, async (db) => {
    const room = { db, workspaceId, now: house.clock.now, newId: house.sources.newId };
    const id = await resolveAccount(room, { surface, tenant: "t", external, name: `Name ${external}` });
    await rawOf(db)`update person set role = ${role} where id = ${id}`;
    return id;
  });
  return { workspaceId, personId, surface, external };
}
const say = (who: One, name: string, options: Record<string, unknown> = {}): Promise<Reply> =>
  handle(house, house.database, who, {
    surface: who.surface,
    tenant: "t",
    place: "room",
    delivery: "",
    account: { id: who.external },
    content: { kind: "command", name, options },
  });
const itemOf = ({ data }: Reply) => data?.item as { code: string; token: string };
/** `b` becomes one with `a`; time passes before and after. */
async function join(a: One, b: One): Promise<void> {
  house.clock.pass(3600_000);
  const issued = await say(a, "link");
  await say(b, "link", { code: itemOf(issued).code });
  const asked = (await inWorkspace(house.database, a.workspaceId, (tx) => findRun(tx, issued.run)))!;
  const [yes] = asked.view.blocks.flatMap((block) => (block.kind === "buttons" ? block.buttons : []));
  expect((await house.press(yes!.action!, { as: a })).status).toBe("done");
  house.clock.pass(3600_000);
}
/** A bearer token that is this very person, as the owner's is. */
async function tokenOf(who: Caller): Promise<string> {
  const secret = newSecret();
  await inWorkspace(house.database, who.workspaceId, (db) =>
    keepToken(
      { db, workspaceId: who.workspaceId, personId: who.personId, now: house.clock.now, newId: house.sources.newId },
      { personId: who.personId, name: `of ${who.personId}`, secret, source: "command" },
    ),
  );
  return secret;
}
/** Who somebody is that comes in with this token: the holder, as a command of theirs sees it. */
async function actsAs(secret: string): Promise<{ id: string; role: string } | undefined> {
  const holder = await findToken([house.database], secret);
  if (!holder) return undefined;
  const me = await house.ask("whoami", {}, { as: holder });
  return me.data?.item as { id: string; role: string };
}
const browserOf = async (key: string): Promise<string | undefined> =>
  (await findSession(house.database, house.clock.now, key))?.personId;
const signIn = (who: Caller) => startSession(house.database, house.sources, { ...who, tokenId: undefined });

test("a token and a browser come along when two link, and go back when they part", async () => {
  const [a, b] = [await one("owner"), await one("partner")];
  const [mine, theirs] = [await tokenOf(a), await tokenOf(b)];
  const [myBrowser, theirBrowser] = [await signIn(a), await signIn(b)];
  await join(a, b);
  expect(await actsAs(theirs)).toMatchObject({ id: a.personId, role: "owner" });
  expect(await browserOf(theirBrowser)).toBe(a.personId);

  expect((await say(b, "unlink")).data).toMatchObject({ item: { id: b.personId, tokens_revoked: 0 } });
  expect(await actsAs(theirs)).toMatchObject({ id: b.personId, role: "partner" });
  expect(await actsAs(mine)).toMatchObject({ id: a.personId, role: "owner" });
  expect(await browserOf(theirBrowser)).toBe(b.personId);
  expect(await browserOf(myBrowser)).toBe(a.personId);

  // And again: nothing of the first time is left over.
  await join(a, b);
  expect(await actsAs(theirs)).toMatchObject({ id: a.personId });
  await say(b, "unlink");
  expect(await actsAs(theirs)).toMatchObject({ id: b.personId, role: "partner" });
  expect(await browserOf(theirBrowser)).toBe(b.personId);
});

test("what was made while both were one lets nobody in any more, and the answer says so", async () => {
  const [a, b] = [await one("owner"), await one()];
  const before = await say(a, "token create", { name: "before", role: "staff" });
  await join(a, b);
  const made = await Promise.all(["x", "y"].map((name) => say(b, "token create", { name, role: "owner" })));
  const secrets = made.map((r) => itemOf(r).token);
  const browser = await signIn(a);
  const link = await makeEntry(house.database, house.sources, a);
  const code = itemOf(await say(b, "link")).code;
  expect(await actsAs(secrets[0]!)).toMatchObject({ role: "owner" });

  const split = await say(b, "unlink");
  expect(split.data).toMatchObject({ item: { tokens_revoked: 2 } });
  expect(JSON.stringify(split.view)).toContain("2 tokens that were made since are revoked.");
  for (const secret of secrets) expect(await actsAs(secret)).toBeUndefined();
  expect(await browserOf(browser)).toBeUndefined();
  expect(await useEntry(house.database, house.sources, link)).toBeUndefined();
  expect((await say(b, "link", { code })).problem).toMatchObject({ kind: "rule" });
  expect(await actsAs(itemOf(before).token)).toMatchObject({ role: "staff" });
  const rows = await inside(
    (sql) => sql`select p.role from token t join person p on p.id = t.person_id where t.name in ('x', 'y')`,
  );
  expect(rows.map((r) => r.role)).toEqual(["member", "member"]);
  const [audit] = await inside((sql) => sql`select changes::text from audit where run_id = ${split.run}`);
  expect(String(audit?.changes).match(/"what": ?"token"/g)).toHaveLength(2);
});

test("whoever was linked to the one who goes, goes with them; others stay", async () => {
  const [a, b, c, d] = [await one("staff"), await one(), await one(), await one()];
  const tokens = { a: await tokenOf(a), b: await tokenOf(b), c: await tokenOf(c), d: await tokenOf(d) };
  await join(b, c); // c is b
  await join(a, d); // d is a
  const browserOfC = await signIn(b);
  await join(a, b); // b, and with it c, is a
  for (const secret of Object.values(tokens)) expect(await actsAs(secret)).toMatchObject({ id: a.personId });
  expect((await say(b, "unlink")).data).toMatchObject({ item: { id: b.personId } });
  expect(await actsAs(tokens.a)).toMatchObject({ id: a.personId });
  expect(await actsAs(tokens.d)).toMatchObject({ id: a.personId });
  expect(await actsAs(tokens.b)).toMatchObject({ id: b.personId, role: "member" });
  expect(await actsAs(tokens.c)).toMatchObject({ id: b.personId, role: "member" });
  expect(await browserOf(browserOfC)).toBe(b.personId);
  // d was never one with b: what a and d did is theirs.
  expect((await say(c, "whoami")).data).toMatchObject({ item: { id: b.personId } });
  expect((await say(d, "unlink")).data).toMatchObject({ item: { id: d.personId, tokens_revoked: 0 } });
  expect(await actsAs(tokens.d)).toMatchObject({ id: d.personId });
});

test("a token that one of three made ends for those only who could have made it", async () => {
  const [a, b, c] = [await one("owner"), await one("owner"), await one()];
  await join(b, c);
  const early = itemOf(await say(c, "token create", { name: "early", role: "staff" })).token;
  await join(a, b);
  // b brought it along: a's parting from b leaves it, c's parting ends it.
  expect((await say(b, "unlink")).data).toMatchObject({ item: { tokens_revoked: 0 } });
  expect(await actsAs(early)).toMatchObject({ role: "staff" });
  await join(a, b);
  const account = await inside((sql) => sql`select id from account where external = ${c.external}`);
  expect((await say(a, "unlink", { account: String(account[0]?.id) })).data).toMatchObject({
    item: { id: c.personId, tokens_revoked: 1 },
  });
  expect(await actsAs(early)).toBeUndefined();
});

test("the account that the rights came with is not left to those who were linked to it", async () => {
  const [a, b] = [await one("owner"), await one()];
  await join(a, b);
  const refused = await say(a, "unlink");
  expect(refused.problem).toMatchObject({ kind: "rule" });
  expect(refused.problem?.detail).toContain(`Name ${b.external}`);
  expect((await say(a, "unlink", { account: b.surface })).status).toBe("done");
  expect((await say(b, "whoami")).data).toMatchObject({ item: { id: b.personId, role: "member" } });
  expect((await say(a, "whoami")).data).toMatchObject({ item: { id: a.personId, role: "owner" } });
});

test("a file of everything about both is nobody's any more", async () => {
  const [a, b] = [await one(), await one()];
  await join(a, b);
  await inside(
    (sql) => sql`
    insert into asset (workspace_id, id, kind, type, name, bytes, sha256, path, for_person, created_at, expires_at)
    values (${a.workspaceId}, ${house.sources.newId()}, 'export', 'application/json', 'of both', 1, '\\x00', 'nowhere', ${a.personId},
      ${house.clock.now.toISOString()}, ${new Date(house.clock.now.getTime() + 86_400_000).toISOString()})`,
  );
  await say(b, "unlink");
  const [file] = await inside((sql) => sql`select expires_at from asset where name = 'of both'`);
  expect(new Date(String(file?.expires_at)).getTime()).toBeLessThanOrEqual(house.clock.now.getTime());
});

test("of those who part at once, one parts", async () => {
  const [a, b] = [await one("staff"), await one()];
  await join(a, b);
  const all = await Promise.all([1, 2, 3, 4].map(() => say(b, "unlink")));
  expect(all.filter((r) => r.status === "done")).toHaveLength(1);
  expect((await say(b, "whoami")).data).toMatchObject({ item: { id: b.personId, role: "member" } });
});

test("who is linked already is not linked to themself", async () => {
  const [a, b] = [await one(), await one()];
  const issued = await say(a, "link");
  const crossed = await say(b, "link");
  await say(a, "link", { code: itemOf(crossed).code });
  const yes = async (who: One, { run }: Reply) => {
    const asked = (await inWorkspace(house.database, who.workspaceId, (tx) => findRun(tx, run)))!;
    const [button] = asked.view.blocks.flatMap((block) => (block.kind === "buttons" ? block.buttons : []));
    return house.press(button!.action!, { as: who });
  };
  await say(b, "link", { code: itemOf(issued).code });
  expect((await yes(a, issued)).status).toBe("done");
  expect((await yes(b, crossed)).problem?.kind).toBe("clash");
  const [row] = await inside((sql) => sql`select merged_into from person where id = ${a.personId}`);
  expect(row).toEqual({ merged_into: null });
});
