import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { command } from "../command/index.ts";
import type { Caller, Reply } from "../inbox/index.ts";
import { resolveAccount } from "../people/index.ts";
import { view } from "../view/index.ts";
import { hasConsent, needsConsent } from "./index.ts";
import { PURPOSES } from "./purposes.ts";

/** What a later area does: it asks before it uses somebody's words. */
const use = command({
  name: "test use",
  says: "Use what somebody sends",
  role: "member",
  reply: "private",
  async run({ act }) {
    return (await needsConsent(act, "content")) ?? view("Used.");
  },
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ commands: [use] });
});
afterAll(() => house.close());

let count = 0;
async function somebody(locale = "en"): Promise<Caller> {
  const { workspaceId } = house.owner;
  const personId = await inWorkspace(house.database, workspaceId, async (db) => {
    const room = { db, workspaceId, now: house.clock.now, newId: house.sources.newId };
    const id = await resolveAccount(room, { surface: "chat", tenant: "t", external: `c${++count}`, name: "Kim" });
    await rawOf(db)`update person set locale = ${locale} where id = ${id}`;
    return id;
  });
  return { workspaceId, personId };
}
const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => work(rawOf(tx)));
const buttons = (reply: Reply) => reply.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
const press = (reply: Reply, n: number, as: Caller) => house.press(buttons(reply)[n]!.action!, { as });
const has = (who: Caller) =>
  inWorkspace(house.database, who.workspaceId, (db) => hasConsent({ db }, who.personId, "content"));
const ask = (who: Caller, name: string, options = {}) => house.ask(name, options, { as: who });
const listed = async (who: Caller, purpose = "content") =>
  ((await ask(who, "consent list")).data as { items: { id: string; status: string; text: string }[] }).items.find(
    ({ id }) => id === purpose,
  );
const rowsOf = ({ personId }: Caller) =>
  inside((sql) => sql`select * from consent where person_id = ${personId} order by at`);

test("it is asked once where it is needed: the words, then a yes that goes on", async () => {
  const kim = await somebody();
  const asked = await ask(kim, "test use");
  expect(asked.status).toBe("done");
  expect(JSON.stringify(asked.view)).toContain(PURPOSES.content.says);
  expect(asked.data).toMatchObject({ item: { id: "content", version: 1, status: "asked" } });
  expect(await rowsOf(kim)).toEqual([]);
  expect((await press(asked, 0, await somebody())).problem?.kind).toBe("role");

  expect((await press(asked, 0, kim)).data).toMatchObject({ item: { status: "given", version: 1 } });
  expect((await ask(kim, "test use")).view.text).toBe("Used.");
  const [row] = await rowsOf(kim);
  expect(row).toMatchObject({
    purpose: "content",
    version: 1,
    locale: "en",
    words: PURPOSES.content.says,
    agreed: true,
    surface: "http",
    place: `${kim.personId}/test`,
    ended_at: null,
  });
  const events = await inside(
    (sql) => sql`select payload from event where name = 'consent.changed' and subject = ${kim.personId}`,
  );
  expect(events.map((e) => e.payload)).toEqual([
    { person: kim.personId, purpose: "content", version: 1, agreed: true },
  ]);
});

test("a no is kept, is not asked about again, and can be changed", async () => {
  const kim = await somebody();
  const asked = await ask(kim, "test use");
  expect((await press(asked, 1, kim)).status).toBe("done");
  const refused = await ask(kim, "test use");
  expect(refused.problem).toMatchObject({ kind: "rule" });
  expect(refused.problem?.detail).toContain("/consent give purpose:content");
  expect(await listed(kim)).toMatchObject({ status: "refused" });
  expect((await ask(kim, "consent give", { purpose: "content", version: 1 })).status).toBe("done");
  expect((await ask(kim, "test use")).view.text).toBe("Used.");
});

test("what was given can be seen and withdrawn, and both stay as proof", async () => {
  const kim = await somebody();
  expect(await listed(kim)).toMatchObject({ status: "open" });
  await ask(kim, "consent give", { purpose: "content", version: 1 });
  expect(await listed(kim)).toMatchObject({ status: "given", text: PURPOSES.content.says });
  expect(await has(kim)).toBe(true);
  house.clock.pass(1000);
  const list = await ask(kim, "consent list");
  const withdraw = buttons(list).findIndex(({ label }) => label.startsWith("Withdraw"));
  expect((await press(list, withdraw, kim)).status).toBe("done");
  expect(await has(kim)).toBe(false);
  expect(await listed(kim)).toMatchObject({ status: "refused" });
  const rows = await rowsOf(kim);
  expect(rows.map((r) => [r.agreed, r.ended_at === null])).toEqual([
    [true, false],
    [false, true],
  ]);
  // The same word once more is no second decision.
  await ask(kim, "consent withdraw", { purpose: "content" });
  expect(await rowsOf(kim)).toHaveLength(2);
});

test("nobody agrees to words that they did not read", async () => {
  const kim = await somebody();
  for (const version of [undefined, 2, 99]) {
    const asked = await ask(kim, "consent give", { purpose: "content", ...(version ? { version } : {}) });
    expect(asked.data).toMatchObject({ item: { status: "asked" } });
  }
  expect((await ask(kim, "consent give", { purpose: "everything", version: 1 })).problem?.kind).toBe("options");
  expect((await ask(kim, "consent give", { version: 1 })).problem?.kind).toBe("options");
  expect(await has(kim)).toBe(false);
  const proposed = await house.ask("consent give", { purpose: "content", version: 1 }, { as: kim, proposed: true });
  expect(proposed.problem?.kind).toBe("role");
  const withdrawn = await house.ask("consent withdraw", { purpose: "content" }, { as: kim, proposed: true });
  expect(withdrawn.problem?.kind).toBe("role");
  expect(await rowsOf(kim)).toEqual([]);
});

test("other words are asked about again", async () => {
  const kim = await somebody();
  await ask(kim, "consent give", { purpose: "content", version: 1 });
  await inside((sql) => sql`update consent set version = 0, words = 'older' where person_id = ${kim.personId}`);
  expect(await has(kim)).toBe(false);
  expect(await listed(kim)).toMatchObject({ status: "outdated", text: "older" });
  const asked = await ask(kim, "test use");
  expect(asked.data).toMatchObject({ item: { status: "asked" } });
  await press(asked, 0, kim);
  expect(await has(kim)).toBe(true);
});

test("the words are kept in the language in which they were read", async () => {
  const kim = await somebody("ja");
  const asked = await ask(kim, "test use");
  await press(asked, 0, kim);
  const [row] = await rowsOf(kim);
  expect(row).toMatchObject({ locale: "ja" });
  expect(String(row?.words)).toMatch(/同意|ワークスペース/);
});

test("of many at once there is one decision that counts", async () => {
  const kim = await somebody();
  const all = [0, 1, 0, 1, 0, 1].map((yes) =>
    yes
      ? ask(kim, "consent give", { purpose: "content", version: 1 })
      : ask(kim, "consent withdraw", { purpose: "content" }),
  );
  expect((await Promise.all(all)).every(({ status }) => status === "done")).toBe(true);
  expect((await rowsOf(kim)).filter((r) => r.ended_at === null)).toHaveLength(1);
});

test("only oneself and the owner see a person's consents, and nobody decides for another", async () => {
  const [kim, eve] = [await somebody(), await somebody()];
  await ask(kim, "consent give", { purpose: "content", version: 1 });
  expect((await ask(eve, "consent list", { person: kim.personId })).problem?.kind).toBe("role");
  const seen = await house.ask("consent list", { person: kim.personId });
  expect(seen.data).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ status: "given" })]) });
  expect(buttons(seen)).toEqual([]);
  expect(await has(eve)).toBe(false);
});

test("what one of two agreed to holds for the person that they are, and is their own again afterwards", async () => {
  const [kim, old] = [await somebody(), await somebody()];
  await ask(old, "consent give", { purpose: "content", version: 1 });
  await inside((sql) => sql`update person set merged_into = ${kim.personId} where id = ${old.personId}`);
  expect(await has(kim)).toBe(true);
  expect((await ask(kim, "test use")).view.text).toBe("Used.");
  house.clock.pass(1000);
  await ask(kim, "consent withdraw", { purpose: "content" });
  expect(await has(kim)).toBe(false);
  await inside((sql) => sql`update person set merged_into = null where id = ${old.personId}`);
  // What was taken back for both is asked about again; nobody is taken to agree.
  expect(await has(old)).toBe(false);
  expect(await listed(old)).toMatchObject({ status: "open" });
});

test("erasing keeps the proof without the place, and ends what was given", async () => {
  const kim = await somebody();
  await ask(kim, "consent give", { purpose: "content", version: 1 });
  const erase = await ask(kim, "person erase");
  expect((await press(erase, 0, kim)).status).toBe("done");
  expect(await has(kim)).toBe(false);
  const [row] = await rowsOf(kim);
  expect(row).toMatchObject({ agreed: true, version: 1, place: "" });
  expect(row?.ended_at).not.toBeNull();
});

test("words that change need a new version", () => {
  const printed = Object.entries(PURPOSES).map(
    ([name, { version, says }]) => `${name} ${version} ${createHash("sha256").update(says).digest("hex").slice(0, 12)}`,
  );
  expect(printed).toMatchInlineSnapshot(`
    [
      "content 1 872589ca3633",
      "figures 1 5c38ed1f940e",
      "messages 1 f5f641d3d8f7",
      "analysis 1 809d665cf1b9",
    ]
  `);
});
