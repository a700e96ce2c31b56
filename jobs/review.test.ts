import { afterEach, expect, test } from "vitest";
import { handle } from "../core/inbox/index.ts";
import type { Provider } from "../core/studio/index.ts";
import type { View } from "../core/view/index.ts";
import { addPerson, item, items, see } from "../test/answers.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
afterEach(() => shop.close());

const open = async (...providers: Provider[]) => {
  shop = await workshop({ providers, handlers: [makeJob, batchJob], slots: { make: 4 } });
  await shop.house.ask("setup", { blueprint: "streams" });
  return shop.house;
};
const made = async (options: Record<string, unknown> = {}, name = "generate song") => {
  const asked = await shop.house.ask(name, { channel: "city-pop-anime", ...options });
  expect(asked.problem).toBeUndefined();
  return shop.house.ended(asked.run);
};
type Sent = { kind: string; subject: string; place: string; view: View };
const told = () =>
  see(shop.house, async (sql) => [
    ...(await sql<Sent[]>`
      select kind, subject, place, view from outbox where subject like 'review %' and status <> 'replaced' order by seq, created_at`),
  ]);
let deliveries = 0;
const inChat = (name: string, options: Record<string, unknown> = {}, external = "staff-room") => {
  const { house } = shop;
  return handle(house, house.database, house.owner, {
    surface: "discord",
    tenant: "guild",
    place: external,
    delivery: `d${deliveries++}`,
    account: { id: "1" },
    content: { kind: "command", name, options },
  });
};
const bind = () =>
  see(
    shop.house,
    (sql) => sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${shop.house.owner.workspaceId}, ${shop.house.sources.newId()}, 'discord', 'guild', '', now())`,
  );

test("a draft goes to where staff are, and their decision changes that message", async () => {
  const house = await open(provider());
  await bind();
  expect((await inChat("review place")).status).toBe("done");
  const [song] = (await made()).data!.items as { id: string }[];
  const [card] = await told();
  expect(card).toMatchObject({ kind: "post", place: "staff-room" });
  expect(card!.view.text).toContain("waits for a yes or a no");
  expect(card!.view.blocks.map((b) => b.kind)).toEqual(["audio", "fields", "buttons"]);
  const [approve] = card!.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  const member = await addPerson(house, "Mia", "member");
  expect((await house.press(approve!.action!, { as: member })).problem?.kind).toBe("role");
  expect((await house.press(approve!.action!)).status).toBe("done");
  expect(item(await house.ask("library show", { asset: song!.id }))).toMatchObject({ status: "approved" });
  const [, edit, ...more] = await told();
  expect(more).toEqual([]);
  expect(edit).toMatchObject({ kind: "edit", subject: card!.subject, place: "staff-room" });
  expect(edit!.view.text).toMatch(/was approved by/);
  expect(edit!.view.blocks.map((b) => b.kind)).toEqual(["audio", "fields"]);
});

test("whoever asked for a draft sees the decision too, and no button is left there that decides again", async () => {
  const house = await open(provider());
  await bind();
  await inChat("review place");
  const asked = await inChat("generate song", { channel: "city-pop-anime" }, "studio");
  const ended = await house.ended(asked.run);
  // As it was sent to the chat where it was asked.
  await see(
    house,
    (sql) => sql`
      insert into outbox (workspace_id, id, surface, tenant, place, subject, kind, view, hints, status, not_before, created_at)
      values (${house.owner.workspaceId}, ${house.sources.newId()}, 'discord', 'guild', 'studio', ${asked.run}, 'answer',
        ${JSON.stringify(ended.view)}::text::jsonb, '{}', 'sent', now(), now())`,
  );
  const buttons = (shown: View) => shown.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  const own = buttons(ended.view).find((b) => b.label === "Approve")!.action!;
  const [card] = await told();
  const approve = buttons(card!.view).find((b) => b.label === "Approve")!.action!;
  expect((await house.press(approve)).status).toBe("done");
  const now = await house.ended(asked.run);
  expect(now.view.text).toMatch(/was approved by/);
  expect(now.view.blocks.map((b) => b.kind)).toEqual(["audio", "fields"]);
  expect(now.data!.items).toMatchObject([{ status: "approved" }]);
  const shown = await see(house, async (sql) => [
    ...(await sql<{ kind: string; place: string; text: string }[]>`
      select kind, place, view->>'text' as text from outbox where subject = ${asked.run} and status <> 'replaced' order by seq`),
  ]);
  expect(shown.at(-1)).toMatchObject({ kind: "edit", place: "studio" });
  expect(shown.at(-1)!.text).toMatch(/was approved by/);
  // A client that shows the old message still: the press changes nothing.
  expect((await house.press(own)).problem).toBeDefined();
  // Of several, those that are decided say so, and the others can still be opened.
  const many = await inChat("generate song", { channel: "city-pop-anime", count: 3 }, "studio");
  const [first] = (await house.ended(many.run)).data!.items as { id: string }[];
  await house.ask("review reject", { asset: first!.id });
  const left = (await house.ended(many.run)).view.blocks.find((b) => b.kind === "select");
  expect(left && "choices" in left && left.choices).toHaveLength(2);
});

test("six at once are one message, which counts down", async () => {
  const house = await open(provider());
  await bind();
  await inChat("review place");
  const songs = (await made({ count: 6 })).data!.items as { id: string }[];
  const [card, ...others] = await told();
  expect(others).toEqual([]);
  expect(card!.view.text).toBe("6 drafts wait for a yes or a no, of 6.");
  expect(card!.view.blocks.map((b) => b.kind)).toEqual(["table", "select"]);
  const decide = (n: number, how: string) => house.ask(`review ${how}`, { asset: songs[n]!.id });
  const all = await Promise.all(Array.from({ length: 4 }, (_, n) => decide(n, n % 2 ? "approve" : "reject")));
  expect(all.map((r) => r.status)).toEqual(Array(4).fill("done"));
  expect((await told()).at(-1)!.view.text).toBe("2 drafts wait for a yes or a no, of 6.");
});

test("nothing is told where it was asked, in no chat, or in a chat that is another's by now", async () => {
  const house = await open(provider());
  await bind();
  expect((await house.ask("review place")).problem).toMatchObject({ kind: "rule" });
  await inChat("review place");
  await see(house, (sql) => sql`delete from place`);
  await made();
  expect(await told()).toEqual([]);
  await bind();
  await inChat("review place", { here: false });
  await made();
  expect(await told()).toEqual([]);
});

test("a rule lets out what fits it, of a quality, and never what a rule of the voice found", async () => {
  const house = await open(provider());
  await bind();
  await inChat("review place");
  expect((await house.ask("approval add", {})).problem).toMatchObject({ kind: "options" });
  const staff = await addPerson(house, "Sam", "staff");
  expect((await house.ask("approval add", { kind: "song" }, { as: staff })).problem?.kind).toBe("role");
  const first = item(await house.ask("approval add", { kind: "song", quality: 100 }));
  const status = async (options = {}) => ((await made(options)).data!.items as { status: string }[])[0]!.status;
  expect(await status()).toBe("draft");
  await house.ask("approval add", { kind: "song", channel: "city-pop-anime", provider: "TESTER" });
  expect(await status()).toBe("approved");
  expect(await status({ channel: "noir-jazz" })).toBe("draft");
  expect(await told()).toHaveLength(2);
  // A title of its own that is on no list is fine; one that is, waits.
  await house.ask("brand set", { kind: "word", value: "anime", level: "warn" });
  expect(await status()).toBe("draft");
  const rules = items(await house.ask("approval list", {}, { as: staff }));
  expect(rules).toHaveLength(2);
  expect((await house.ask("approval remove", { rule: first.id as string }, { as: staff })).status).toBe("done");
  expect((await house.ask("approval remove", { rule: first.id as string })).problem).toMatchObject({ kind: "missing" });
  expect((await house.ask("approval remove", { rule: "'; drop table approval" })).problem).toBeDefined();
});

test("the same words for the same prompt cost nothing, unless new ones are wanted", async () => {
  let n = 0;
  const writer = provider({
    kind: "post",
    submit: async () => ({
      state: "done",
      made: [{ role: "main", type: "text/plain", name: "post.txt", from: { text: `Words number ${++n}` } }],
    }),
  });
  await open(writer);
  const write = async (options = {}) => {
    const reply = await made({ kind: "post", prompt: "a new song", ...options }, "generate text");
    const words = reply.view.blocks.find((b) => b.kind === "text");
    const [one] = reply.data!.items as { id: string; cost: { amount: string } }[];
    return { words: words && "text" in words && words.text, cost: one!.cost.amount, id: one!.id, reply };
  };
  const first = await write();
  expect(first).toMatchObject({ words: "Words number 1", cost: "0.060000" });
  const again = await write();
  expect(again).toMatchObject({ words: "Words number 1", cost: "0.000000" });
  expect(JSON.stringify(again.reply.view)).toContain("the same words were written before");
  expect(await write({ fresh: true })).toMatchObject({ words: "Words number 2", cost: "0.060000" });
  expect(await write({ prompt: "another song" })).toMatchObject({ words: "Words number 3" });
  expect(writer.calls).toHaveLength(3);
  const held = await see(shop.house, async (sql) => [...(await sql`select sum(held)::text as held from budget_use`)]);
  expect(held).toEqual([{ held: "0" }]);
});
