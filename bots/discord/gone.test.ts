// Places that are closed to us: a channel, a server that threw us out, a person's own chat. Told once, tried no more, and
// back as soon as they let us in.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command } from "../../core/command/index.ts";
import { post } from "../../core/outbox/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { slash } from "../../test/emulators/discord/interactions.ts";

const hello = command({ name: "hello", says: "Say hello.", role: "member", run: () => view("Hello there.") });

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [hello], gateway: true });
});
afterEach(() => expect(own.discord.wrong.splice(0)).toEqual([]));
afterAll(() => own.close());

const sql = <T extends object>(words: string, ...values: string[]) =>
  inWorkspace(own.web.house.database, own.web.house.owner.workspaceId, (tx) => rawOf(tx).unsafe<T[]>(words, values));
const announce = (channel: string, words: string) =>
  inWorkspace(own.web.house.database, own.web.house.owner.workspaceId, (tx) => {
    const { clock, owner, sources } = own.web.house;
    const act = { db: tx, workspace: { id: owner.workspaceId }, now: clock.now, newId: sources.newId };
    const place = { surface: "discord", tenant: "500", external: channel };
    return post(act, { place, subject: words, view: view(words) });
  });
const statusOf = async (words: string) =>
  (await sql<{ status: string }>("select status from outbox where subject = $1", words))[0]?.status;
const told = (place: string) =>
  sql<{ payload: object }>("select payload from event where name = 'place.gone' and subject = $1", place);
const triedIn = (channel: string) => own.discord.asked.filter((a) => a.path.startsWith(`/channels/${channel}/`)).length;
const helloIn = (channel: string) =>
  [...own.discord.messages.values()].filter(
    (m) => m.channel === channel && JSON.stringify(m.body.components ?? "").includes("Hello there"),
  ).length;

test.each([
  ["may not be seen", 50001, "661"],
  ["is no more", 10003, "662"],
])("a channel that %s is told once, and the rest of the server goes on", async (_what, code, channel) => {
  own.discord.closed.set(channel, code);
  await announce(channel, `first ${channel}`);
  await expect.poll(() => statusOf(`first ${channel}`), { timeout: 20_000 }).toBe("failed");
  await announce(channel, `second ${channel}`);
  await expect.poll(() => statusOf(`second ${channel}`), { timeout: 20_000 }).toBe("failed");
  expect((await told(channel)).map((e) => e.payload)).toEqual([
    { surface: "discord", tenant: "500", place: channel, unsent: 1 },
  ]);
  expect(await sql("select 1 from place where external = '' and tenant = '500' and gone_at is null")).toHaveLength(1);
  // Each was tried once: what is refused is not tried again and again.
  expect(triedIn(channel)).toBe(2);
  // Whoever asks there is answered all the same: the answer comes by the token.
  own.discord.tell(slash("hello", {}, { at: own.web.house.clock.now, channel }));
  await expect.poll(() => helloIn(channel), { timeout: 20_000 }).toBe(1);
});

test("a server that threw us out is gone as a whole, and is the workspace's again when it lets us in", async () => {
  own.discord.left.add("500");
  own.discord.closed.set("663", 50001);
  await announce("663", "thrown out");
  await expect.poll(() => statusOf("thrown out"), { timeout: 20_000 }).toBe("failed");
  await expect.poll(() => told(""), { timeout: 20_000 }).toHaveLength(1);
  expect(await sql("select 1 from place where external = '' and tenant = '500' and gone_at is null")).toHaveLength(0);
  own.discord.left.clear();
  own.discord.closed.clear();
  // Another process than the one that was told.
  await own.restart();
  own.discord.tell(slash("hello", {}, { at: own.web.house.clock.now, channel: "664" }));
  await expect.poll(() => helloIn("664"), { timeout: 20_000 }).toBe(1);
  expect(await sql("select 1 from place where external = '' and tenant = '500' and gone_at is null")).toHaveLength(1);
  await announce("663", "welcome back");
  await expect.poll(() => statusOf("welcome back"), { timeout: 20_000 }).toBe("sent");
}, 90_000);

test("the owner is told of it directly, in their own language", async () => {
  const { house } = own.web;
  own.discord.tell(slash("hello", {}, { at: house.clock.now, channel: "600", user: "4800", locale: "de" }));
  await expect.poll(() => helloIn("600"), { timeout: 20_000 }).toBe(1);
  await sql("update person set role = 'owner' where id in (select person_id from account where external = '4800')");
  own.discord.closed.set("670", 10003);
  await announce("670", "to nobody");
  const mail = () =>
    [...own.discord.messages.values()].filter((m) => m.channel === "10004800").map((m) => JSON.stringify(m.body));
  await expect.poll(() => mail().length, { timeout: 20_000 }).toBe(1);
  expect(mail()[0]).toContain("Ich darf in 670 auf discord nicht mehr schreiben");
  // A chat with an owner that is closed itself is not told of to everybody for ever.
  own.discord.closed.set("10004800", 10003);
  own.discord.closed.set("671", 10003);
  await announce("671", "to nobody either");
  await expect.poll(() => told("671"), { timeout: 20_000 }).toHaveLength(1);
  await expect
    .poll(async () => (await sql("select 1 from outbox where status in ('waiting', 'sending')")).length, {
      timeout: 20_000,
    })
    .toBe(0);
  expect(await told("4800")).toHaveLength(1);
  expect(mail()).toHaveLength(1);
  own.discord.closed.clear();
});
