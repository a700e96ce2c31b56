import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Role } from "../act.ts";
import { READABLE } from "../ids.ts";
import { type Caller, findRun, handle, type Reply } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { resolveAccount } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());
beforeEach(() => house.clock.pass(2 * 3600_000));

const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>, workspaceId = house.owner.workspaceId) =>
  inWorkspace(house.database, workspaceId, (tx) => work(rawOf(tx)));

type Chatter = Caller & { surface: string; external: string };
let count = 0;
/** Somebody new who speaks on a surface. */
async function chatter(
  surface = "chat",
  role: Role = "member",
  workspaceId = house.owner.workspaceId,
): Promise<Chatter> {
  const external = `u${++count}`;
  const personId = await inWorkspace(house.database, workspaceId, async (db) => {
    const room = { db, workspaceId, now: house.clock.now, newId: house.sources.newId };
    const id = await resolveAccount(room, { surface, tenant: "t", external, name: `Name ${external}` });
    await rawOf(db)`update person set role = ${role} where id = ${id}`;
    return id;
  });
  return { workspaceId, personId, surface, external };
}
const say = (who: Chatter, name: string, options: Record<string, unknown> = {}, more = {}): Promise<Reply> =>
  handle(house, house.database, who, {
    surface: who.surface,
    tenant: "t",
    place: "room",
    delivery: "",
    account: { id: who.external },
    content: { kind: "command", name, options, ...more },
  });
const press = (who: Caller, token: string | undefined) => house.press(token!, { as: who });
const codeOf = (reply: Reply) => (reply.data?.item as { code: string } | undefined)?.code ?? "";
const later = async (who: Caller, run: string) =>
  (await inWorkspace(house.database, who.workspaceId, (tx) => findRun(tx, run)))!;
const buttons = (reply: Reply) => reply.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
const personOf = async ({ external }: Chatter) =>
  (await inside((sql) => sql<{ person_id: string }[]>`select person_id from account where external = ${external}`))[0]
    ?.person_id;

async function linked(a: Chatter, b: Chatter): Promise<{ issued: Reply; typed: Reply; done: Reply }> {
  const issued = await say(a, "link");
  const typed = await say(b, "link", { code: codeOf(issued) });
  const asked = await later(a, issued.run);
  return { issued, typed, done: await press(a, buttons(asked)[0]?.action) };
}

test("whoever shows a run is told at once that it was turned elsewhere", async () => {
  const [a, b] = [await chatter("chat", "staff"), await chatter("other")];
  const issued = await say(a, "link");
  const told: string[] = [];
  house.stirred = (workspaceId) => void told.push(workspaceId);
  await say(b, "link", { code: codeOf(issued) });
  const asked = await later(a, issued.run);
  expect(told).toEqual([house.owner.workspaceId]);
  await press(a, buttons(asked)[1]?.action);
  expect(told).toHaveLength(2);
  delete house.stirred;
});

test("a code, typed elsewhere and confirmed where it was made, makes one person of two", async () => {
  const [a, b] = [await chatter("chat", "staff"), await chatter("other")];
  const issued = await say(a, "link");
  expect(codeOf(issued)).toHaveLength(8);
  expect([...codeOf(issued)].every((letter) => READABLE.includes(letter))).toBe(true);
  expect(issued.data).toMatchObject({
    item: { expires_at: new Date(house.clock.now.getTime() + 600_000).toISOString() },
  });
  expect(JSON.stringify(await later(a, issued.run))).not.toContain(codeOf(issued));

  const typed = await say(b, "link", {
    code: ` ${codeOf(issued)
      .toLowerCase()
      .replace(/^(....)/, "$1-")} `,
  });
  expect(typed.status).toBe("done");
  expect(await personOf(b)).toBe(b.personId);
  const asked = await later(a, issued.run);
  expect(asked).toMatchObject({ status: "confirm", command: "link" });
  expect(asked.view.text).toContain(`Name ${b.external}`);

  const stranger = await chatter();
  expect((await press(stranger, buttons(asked)[0]?.action)).problem?.kind).toBe("role");
  expect((await press(b, buttons(asked)[0]?.action)).problem?.kind).toBe("role");
  const done = await press(a, buttons(asked)[0]?.action);
  expect(done).toMatchObject({ status: "done", data: { item: { id: a.personId, role: "staff" } } });
  expect(await personOf(b)).toBe(a.personId);
  expect((await later(b, typed.run)).view.text).toContain("one person");
  // The other account now is the same person, also for a caller that was resolved a moment ago.
  expect((await say(b, "whoami")).data).toMatchObject({ item: { id: a.personId, role: "staff" } });
  const events = await inside(
    (sql) => sql`select payload from event where name = 'person.merged' and subject = ${a.personId}`,
  );
  expect(events[0]?.payload).toEqual({ from: b.personId, into: a.personId });
});

test("what was noted before keeps its person", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const before = await say(b, "link");
  await linked(a, b);
  const [row] = await inside((sql) => sql`select person_id from audit where run_id = ${before.run}`);
  expect(row?.person_id).toBe(b.personId);
});

test("no is no: nothing changes, and the code is used up", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const issued = await say(a, "link");
  await say(b, "link", { code: codeOf(issued) });
  const asked = await later(a, issued.run);
  expect((await press(a, buttons(asked)[1]?.action)).status).toBe("cancelled");
  expect(await personOf(b)).toBe(b.personId);
  expect((await press(a, buttons(asked)[0]?.action)).status).toBe("cancelled");
  expect((await say(await chatter(), "link", { code: codeOf(issued) })).problem?.kind).toBe("clash");
  expect(await personOf(b)).toBe(b.personId);
});

test("expired, used, own, wrong and foreign codes each say what to do", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const own = codeOf(await say(a, "link"));
  expect((await say(a, "link", { code: own })).problem?.detail).toContain("your own code");
  expect((await say(b, "link", { code: "22222222" })).problem).toMatchObject({ kind: "missing" });
  expect((await say(b, "link", { code: "🎵🎵🎵🎵" })).problem).toMatchObject({ kind: "missing" });
  const other = await createWorkspace(house.database, house.sources, { name: "L", slug: `link-${count}` });
  const foreign = await chatter("chat", "member", other.workspaceId);
  expect((await say(foreign, "link", { code: own })).problem?.detail).toContain("another workspace");
  house.clock.pass(10 * 60_000);
  expect((await say(b, "link", { code: own })).problem?.detail).toContain("expired");
  const fresh = codeOf(await say(a, "link"));
  expect((await say(b, "link", { code: fresh })).status).toBe("done");
  expect((await say(await chatter(), "link", { code: fresh })).problem?.detail).toContain("used already");
});

test("a new code ends the one before", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const first = codeOf(await say(a, "link"));
  const [second] = await Promise.all([say(a, "link"), say(a, "link"), say(a, "link")]);
  expect((await say(b, "link", { code: first })).problem?.kind).toBe("rule");
  expect(second?.status).toBe("done");
  const [open] = await inside(
    (sql) => sql`
    select count(*)::int as n from code where issued_by = ${a.personId} and ended_at is null`,
  );
  expect(open?.n).toBe(1);
});

test("the yes counts for ten minutes", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const issued = await say(a, "link");
  await say(b, "link", { code: codeOf(issued) });
  const asked = await later(a, issued.run);
  house.clock.pass(11 * 60_000);
  expect((await press(a, buttons(asked)[0]?.action)).problem?.kind).toBe("rule");
  expect(await personOf(b)).toBe(b.personId);
});

test("ten tries an hour: then even the right code is refused, and wrong ones count although nothing else is kept", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const code = codeOf(await say(a, "link"));
  const wrong = await Promise.all(Array.from({ length: 15 }, (_, n) => say(b, "link", { code: `WRONG${n}XX` })));
  expect(wrong.filter((r) => r.problem?.kind === "missing").length).toBe(10);
  expect(wrong.filter((r) => r.problem?.retryAfter === 3600).length).toBe(5);
  expect((await say(b, "link", { code })).problem?.kind).toBe("rule");
  expect(await personOf(b)).toBe(b.personId);
  house.clock.pass(3601_000);
  const again = codeOf(await say(a, "link"));
  expect((await say(b, "link", { code: again })).status).toBe("done");
});

test("linking never raises nor takes a role: who may do more makes the code", async () => {
  const [member, staff] = [await chatter(), await chatter("other", "staff")];
  const refused = await say(staff, "link", { code: codeOf(await say(member, "link")) });
  expect(refused.problem).toMatchObject({ kind: "rule" });
  expect((await later(member, refused.run)).status).toBe("refused");
  // Raised between the typing and the yes: the yes is refused.
  const other = await chatter("other");
  const issued = await say(member, "link");
  await say(other, "link", { code: codeOf(issued) });
  await inside((sql) => sql`update person set role = 'owner' where id = ${other.personId}`);
  expect((await press(member, buttons(await later(member, issued.run))[0]?.action)).problem?.kind).toBe("rule");
  expect(await personOf(other)).toBe(other.personId);
  await inside((sql) => sql`update person set role = 'member' where id = ${other.personId}`);
});

test("two who redeem one code at once: one of them", async () => {
  const a = await chatter();
  const others = await Promise.all([1, 2, 3, 4, 5, 6].map(() => chatter("other")));
  const code = codeOf(await say(a, "link"));
  const replies = await Promise.all(others.map((b) => say(b, "link", { code })));
  expect(replies.filter((r) => r.status === "done").length).toBe(1);
  expect(replies.filter((r) => r.problem?.kind === "clash").length).toBe(5);
});

test("two who link each other crosswise at once end as one person", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  const [ia, ib] = [await say(a, "link"), await say(b, "link")];
  await say(b, "link", { code: codeOf(ia) });
  await say(a, "link", { code: codeOf(ib) });
  const [pa, pb] = [buttons(await later(a, ia.run))[0]?.action, buttons(await later(b, ib.run))[0]?.action];
  const done = await Promise.all([press(a, pa), press(b, pb)]);
  expect(done.filter((r) => r.status === "done").length).toBe(1);
  expect(await personOf(a)).toBe(await personOf(b));
});

test("a token's person can be linked too, and the token goes on", async () => {
  const made = (await house.ask("token create", { name: "laptop" })).data?.item as { person: string };
  const token: Caller = { workspaceId: house.owner.workspaceId, personId: made.person };
  const a = await chatter();
  const issued = await say(a, "link");
  expect((await house.ask("link", { code: codeOf(issued) }, { as: token })).status).toBe("done");
  await press(a, buttons(await later(a, issued.run))[0]?.action);
  const [row] = await inside((sql) => sql`select person_id from token where name = 'laptop'`);
  expect(row?.person_id).toBe(a.personId);
});

test("unlinking gives the account back to the person it came with; its past is its own again", async () => {
  const [a, b] = [await chatter("chat", "staff"), await chatter("other", "partner")];
  await linked(a, b);
  const split = await say(b, "unlink");
  expect(split).toMatchObject({ status: "done", data: { item: { id: b.personId } } });
  expect(await personOf(b)).toBe(b.personId);
  expect(await personOf(a)).toBe(a.personId);
  expect((await say(b, "whoami")).data).toMatchObject({ item: { id: b.personId, role: "partner" } });
  expect((await say(b, "unlink")).problem?.kind).toBe("rule");
  // And together again.
  expect((await linked(a, b)).done.status).toBe("done");
  expect(await personOf(b)).toBe(a.personId);
});

test("unlinking brings no role back that was taken away meanwhile", async () => {
  const [a, b] = [await chatter("chat", "staff"), await chatter("other", "staff")];
  await linked(a, b);
  await house.ask("role revoke", { person: a.personId, role: "staff" });
  await say(b, "unlink", { account: "other" });
  expect((await say(b, "whoami")).data).toMatchObject({ item: { id: b.personId, role: "member" } });
});

test("an account that was seen by this person first becomes a new one; several need a word", async () => {
  const a = await chatter();
  await inside(
    (sql) => sql`
    insert into account (workspace_id, id, person_id, first_person_id, surface, tenant, external, name, created_at)
    values (${a.workspaceId}, ${house.sources.newId()}, ${a.personId}, ${a.personId}, 'third', 't', 'x', 'X', now())`,
  );
  expect((await house.ask("unlink", {}, { as: a })).problem?.kind).toBe("options");
  const split = await say(a, "unlink", { account: "third" });
  expect(split.status).toBe("done");
  const id = (split.data?.item as { id: string } | undefined)?.id ?? "";
  expect(id).not.toBe(a.personId);
  const [row] = await inside((sql) => sql`select role, name from person where id = ${id}`);
  expect(row).toEqual({ role: "member", name: "X" });
});

test("an agent can neither link nor confirm; the hidden command is in no list and helps nobody else", async () => {
  const [a, b] = [await chatter(), await chatter("other")];
  expect((await say(a, "link", {}, { proposed: true })).problem?.kind).toBe("role");
  expect(house.commands.all().map((c) => c.name)).not.toContain("confirm link");
  const issued = await say(a, "link");
  await say(b, "link", { code: codeOf(issued) });
  const { id } = (issued.data?.item ?? {}) as { id: string };
  expect((await say(b, "confirm link", { code: id })).problem?.kind).toBe("rule");
  expect(await personOf(b)).toBe(b.personId);
});
