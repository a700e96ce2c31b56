import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testDatabase, testHouse } from "../../test/house.ts";
import type { Place } from "../act.ts";
import type { House } from "../house.ts";
import { type Caller, findRun, handle, makeAct, type Reply, readWho } from "../inbox/index.ts";
import { findToken } from "../people/index.ts";
import { createWorkspace, type Doors, ensureOwnerToken, enter, findPlace, openDoors } from "./index.ts";
import { makeWorkspace } from "./make.ts";

let test1: TestHouse;
let second: Awaited<ReturnType<typeof testDatabase>>;
let house: House;
let owner: Caller;
let doors: Doors;
beforeAll(async () => {
  test1 = await testHouse();
  second = await testDatabase();
  house = { ...test1, databases: [test1.database, { ...second, name: "second" }] };
  const first = await ensureOwnerToken(test1.database, test1.sources, "owner");
  owner = { workspaceId: first.mainId, personId: first.personId };
});
afterAll(async () => {
  await second.drop();
  await test1.close();
});
beforeEach(() => {
  test1.clock.pass(2 * 3600_000);
  doors = openDoors();
});

let count = 0;
const somewhere = (more: Partial<Place> = {}): Place => ({
  surface: "chat",
  tenant: `t${++count}`,
  external: "room",
  ...more,
});

/** Says something in a place, as the surfaces do: through the door. */
async function say(
  place: Place,
  name: string,
  options: Record<string, unknown> = {},
  account = "ken",
): Promise<Reply & { bound: boolean }> {
  const { database, caller, bound } = await enter(house, doors, { place, account: { id: account, name: account } });
  const reply = await handle(house, database, caller, {
    surface: place.surface,
    tenant: place.tenant,
    place: place.external,
    ...(place.whole ? { whole: true } : {}),
    delivery: "",
    account: { id: account },
    content: { kind: "command", name, options },
  });
  return { ...reply, bound };
}
const asOwner = (
  name: string,
  options: Record<string, unknown> = {},
  who = owner,
  database: Database = test1.database,
) =>
  handle(house, database, who, {
    surface: "http",
    tenant: who.personId,
    place: "test",
    delivery: "",
    account: { id: who.personId },
    content: { kind: "command", name, options },
  });
const press = (token: string | undefined, who = owner, database: Database = test1.database) =>
  handle(house, database, who, {
    surface: "http",
    tenant: who.personId,
    place: "test",
    delivery: "",
    account: { id: who.personId },
    content: { kind: "press", token: token ?? "" },
  });
const later = async (run: string, who = owner, database: Database = test1.database) =>
  (await inWorkspace(database, who.workspaceId, (tx) => findRun(tx, run)))!;
const buttons = (reply: Reply) => reply.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
const codeOf = (reply: Reply) => (reply.data?.item as { code: string } | undefined)?.code ?? "";

async function connected(place: Place): Promise<void> {
  const issued = await asOwner("connect");
  await say(place, "connect", { code: codeOf(issued) });
  expect((await press(buttons(await later(issued.run))[0]?.action)).status).toBe("done");
}

test("a place of nobody is told how to become somebody's, and answers nothing else", async () => {
  const place = somewhere();
  for (const name of ["whoami", "setup", "token list", "no such thing"]) {
    const reply = await say(place, name);
    expect(reply).toMatchObject({ bound: false, status: "refused", problem: { kind: "rule" } });
    expect(reply.view.text).toContain("/connect code:");
  }
  expect((await say(place, "connect")).problem?.kind).toBe("rule");
  expect((await say(place, "link")).problem?.kind).toBe("rule");
});

test("an owner's code, typed in the place and confirmed where it was made, connects it", async () => {
  const place = somewhere();
  const issued = await asOwner("connect");
  expect(codeOf(issued)).toHaveLength(8);
  const typed = await say(place, "connect", { code: codeOf(issued).toLowerCase() });
  expect(typed).toMatchObject({ status: "done", bound: false });
  expect(await findPlace(house, doors, place)).toBeUndefined();

  const asked = await later(issued.run);
  expect(asked).toMatchObject({ status: "confirm", command: "connect" });
  const done = await press(buttons(asked)[0]?.action);
  expect(done.status).toBe("done");
  expect(await findPlace(house, doors, place)).toMatchObject({ workspaceId: owner.workspaceId });
  const who = await say(place, "whoami", {}, "anna");
  expect(who).toMatchObject({ bound: true, data: { item: { name: "anna", role: "member", workspace: "main" } } });
  // The other chats of this server are not connected with it.
  expect((await say({ ...place, external: "other" }, "whoami")).bound).toBe(false);
  const lobby = await enter(house, doors, { place: somewhere(), account: { id: "x" } });
  expect((await later(typed.run, lobby.caller)).view.text).toContain("belongs to");
  const shown = (await asOwner("workspace show")).data?.item as { places: { id: string }[] };
  expect(shown.places.map((p) => p.id)).toContain((done.data?.item as { id: string } | undefined)?.id);
});

test("a server connects as a whole, but for a chat that has a workspace of its own", async () => {
  const server = somewhere({ external: "general", whole: true });
  await connected(server);
  expect((await say({ ...server, external: "music" }, "whoami")).bound).toBe(true);
  const other = await createWorkspace(test1.database, test1.sources, { name: "Own", slug: `own-${count}` });
  await inWorkspace(
    test1.database,
    other.workspaceId,
    (tx) => rawOf(tx)`
    insert into place (workspace_id, id, surface, tenant, external, created_at)
    values (${other.workspaceId}, ${test1.sources.newId()}, 'chat', ${server.tenant}, 'own', now())`,
  );
  expect(await findPlace(house, doors, { ...server, external: "own" })).toMatchObject({
    workspaceId: other.workspaceId,
  });
});

test("no is no, the yes waits ten minutes, and only the issuer says it", async () => {
  const place = somewhere();
  const issued = await asOwner("connect");
  await say(place, "connect", { code: codeOf(issued) });
  const asked = await later(issued.run);
  const token = (await asOwner("token create", { name: "second", role: "owner" })).data?.item as { person: string };
  const other = { workspaceId: owner.workspaceId, personId: token.person };
  expect((await press(buttons(asked)[0]?.action, other)).problem?.kind).toBe("role");
  expect((await press(buttons(asked)[1]?.action)).status).toBe("cancelled");
  expect(await findPlace(house, doors, place)).toBeUndefined();
  const late = await asOwner("connect");
  await say(place, "connect", { code: codeOf(late) });
  test1.clock.pass(11 * 60_000);
  expect((await press(buttons(await later(late.run))[0]?.action)).problem?.kind).toBe("rule");
});

test("wrong, expired, used and link codes say what to do, and nobody may guess on", async () => {
  const place = somewhere();
  expect((await say(place, "connect", { code: "WRONGONE" })).problem?.kind).toBe("missing");
  const link = codeOf(await asOwner("link"));
  expect((await say(place, "connect", { code: link })).problem?.detail).toContain("/link code:");
  const used = codeOf(await asOwner("connect"));
  expect((await say(place, "connect", { code: used })).status).toBe("done");
  expect((await say(somewhere(), "connect", { code: used })).problem?.kind).toBe("clash");
  const old = codeOf(await asOwner("connect"));
  test1.clock.pass(600_000);
  expect((await say(place, "connect", { code: old })).problem?.detail).toContain("expired");
  const guesses: Reply[] = [];
  for (let n = 0; n < 12; n++)
    guesses.push(await say(somewhere({ tenant: "guess" }), "connect", { code: `WRONG${n}A` }, "eve"));
  expect(guesses.at(-1)?.problem?.retryAfter).toBe(3600);
});

test("a connected place stays with its workspace; two owners who want one place at once: one gets it", async () => {
  const place = somewhere();
  await connected(place);
  const again = await say(place, "connect", { code: codeOf(await asOwner("connect")) });
  expect(again.problem?.kind).toBe("role");
  const wanted = somewhere();
  const others = await Promise.all(
    [1, 2, 3].map((n) => createWorkspace(test1.database, test1.sources, { name: "W", slug: `want-${count}-${n}` })),
  );
  const tokens: [string | undefined, Caller][] = [];
  for (const other of others) {
    const issued = await asOwner("connect", {}, other);
    await say(wanted, "connect", { code: codeOf(issued) });
    tokens.push([buttons(await later(issued.run, other))[0]?.action, other]);
  }
  const replies = await Promise.all(tokens.map(([token, who]) => press(token, who)));
  expect(replies.filter((r) => r.status === "done").length).toBe(1);
  expect(replies.filter((r) => r.problem?.kind === "clash").length).toBe(2);
});

test("a place that was let go is nobody's, and another workspace may have it", async () => {
  const place = somewhere();
  await connected(place);
  const found = await findPlace(house, doors, place);
  const asked = await asOwner("disconnect", { place: found?.placeId });
  expect(asked.status).toBe("confirm");
  expect((await press(buttons(asked)[0]?.action)).status).toBe("done");
  test1.clock.pass(30_000);
  expect((await say(place, "whoami")).bound).toBe(false);
  await connected(place);
  expect((await say(place, "whoami")).bound).toBe(true);
});

test("a link code typed where nobody is at home gives the account to its person, before it ever spoke there", async () => {
  const home = somewhere();
  await connected(home);
  const issued = await asOwner("link");
  const alone = { ...home, external: "direct" };
  const typed = await say(alone, "link", { code: codeOf(issued) }, "new-account");
  expect(typed).toMatchObject({ status: "done", bound: false });
  expect((await press(buttons(await later(issued.run))[0]?.action)).status).toBe("done");
  const who = await say(home, "whoami", {}, "new-account");
  expect(who.data).toMatchObject({ item: { id: owner.personId, role: "owner" } });
});

test("a try without an account, from a place of nobody, counts as every other", async () => {
  const issued = await asOwner("link");
  const { caller } = await enter(house, doors, { place: somewhere(), account: { id: "ghost" } });
  const tries: Reply[] = [];
  for (let n = 0; n < 11; n++) tries.push(await asOwner("link", { code: codeOf(issued) }, caller));
  expect(tries[0]?.view.text).toContain("where you have an account");
  expect(tries.map((reply) => reply.problem?.retryAfter)).toEqual([...Array(10).fill(undefined), 3600]);
});

test("a workspace in a database of its own: made from here, connected from anywhere, all its rows there", async () => {
  const made = await asOwner("workspace create", { name: "Far Away", database: "second", blueprint: "radio" });
  expect(made).toMatchObject({ status: "done", data: { item: { slug: "far-away" } } });
  const item = made.data?.item as { id: string; token: string };
  const far = (await findToken(house.databases, item.token))!;
  expect(far).toMatchObject({ workspaceId: item.id, database: { name: "second" } });
  const there = house.databases[1]!;
  const place = somewhere();
  const issued = await asOwner("connect", {}, far, there);
  expect((await say(place, "connect", { code: codeOf(issued) })).status).toBe("done");
  expect((await press(buttons(await later(issued.run, far, there))[0]?.action, far, there)).status).toBe("done");
  expect(await say(place, "whoami")).toMatchObject({ bound: true, data: { item: { workspace: "far-away" } } });
  const here = await test1.database.client`select from list_workspaces() where slug = 'far-away'`;
  expect(here.length).toBe(0);
  expect((await asOwner("workspace create", { name: "X", database: "third" })).problem?.kind).toBe("options");
  const listed = (await asOwner("workspace list")).data?.items as { slug: string; database: string }[];
  expect(listed).toContainEqual(expect.objectContaining({ slug: "far-away", database: "second" }));
});

test("a door finds what another process connected just now, and remembers no more than it may", async () => {
  const place = somewhere();
  const elsewhere = openDoors();
  expect(await findPlace(house, doors, place)).toBeUndefined();
  expect(await findPlace(house, elsewhere, place)).toBeUndefined();
  await inWorkspace(
    test1.database,
    owner.workspaceId,
    (tx) => rawOf(tx)`
    insert into place (workspace_id, id, surface, tenant, external, created_at)
    values (${owner.workspaceId}, ${test1.sources.newId()}, 'chat', ${place.tenant}, 'room', now())`,
  );
  const bound = (await findPlace(house, doors, place))!;
  expect(bound.workspaceId).toBe(owner.workspaceId);
  expect(await findPlace(house, elsewhere, place)).toMatchObject({ workspaceId: owner.workspaceId });
  for (let n = doors.places.size; n < 10_000; n++) doors.places.set(`x${n}`, { until: 0, bound });
  // Not even as nobody's.
  expect(await findPlace(house, doors, somewhere())).toBeUndefined();
  doors.places.delete([...doors.places.keys()].find((key) => key.includes(place.tenant))!);
  doors.places.set("one more", { until: 0, bound });
  await findPlace(house, doors, place);
  expect(doors.places.size).toBe(10_000);
});

test("a run that is tried again makes no second workspace in the other database", async () => {
  const run = test1.sources.newId();
  const attempt = (fail: boolean) =>
    inWorkspace(test1.database, owner.workspaceId, async (tx) => {
      const [who] = await readWho(tx, owner.personId);
      const place = { surface: "http", tenant: "", external: "" };
      const { act } = makeAct(house, { database: test1.database, tx }, owner, who, run, place);
      const made = await makeWorkspace(act, { name: "Twice", database: "second" });
      if (fail) throw new Error("lost");
      return made;
    });
  await expect(attempt(true)).rejects.toThrow("lost");
  const made = await attempt(false);
  expect(made.slug).toBe("twice");
  const there = await second.client<{ slug: string }[]>`select slug from list_workspaces() where slug like 'twice%'`;
  expect(there.length).toBe(1);
  expect(await findToken(house.databases, made.secret)).toMatchObject({ workspaceId: made.id });
});
