// One ballot on all platforms at once: people on Discord, Slack, Telegram and the web vote on it, one of them with two
// accounts that are linked in the middle; every card shows the same tally, edited in place, and the same end.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Chat, openChat } from "../../bots/parts/chat.ts";
import type { Base } from "../../bots/parts/part.ts";
import { readSettings } from "../../bots/settings.ts";
import type { Hook, HookAnswer } from "../../bots/surface.ts";
import { hooks } from "../../bots/web/hooks.ts";
import { post } from "../../core/outbox/index.ts";
import { ensureOwnerToken } from "../../core/workspace/index.ts";
import { type Clerk, startClerk } from "../../jobs/clerk.ts";
import { see } from "../answers.ts";
import { addSong, channelId, inAct } from "../streams.ts";
import { type TestWeb, testWeb } from "../web.ts";
import { type At, allDrivers, type Platform, type Seen, until } from "./driver.ts";

type Side = { platform: Platform; room: At["where"]; hook: (request: Hook) => Promise<HookAnswer> };
const sides = new Map<string, Side>();
let web: TestWeb;
let chat: Chat;
let clerk: Clerk;
let folder: string;
const SLUG = "noir-jazz";

beforeAll(async () => {
  const drivers = await allDrivers();
  web = await testWeb({
    limits: {},
    mount: (app) =>
      hooks(
        app,
        drivers.map(({ surface: name }) => ({
          name,
          bot: { sender: {} as never, hook: () => (request) => sides.get(name)!.hook(request) },
        })),
        {} as never,
      ),
  });
  const { house } = web;
  await ensureOwnerToken(house.database, house.sources, "owner-token");
  await house.ask("setup", { blueprint: "streams" });
  const channel = await channelId(house, SLUG);
  for (let n = 0; n < 6; n++) await addSong(house, `Song ${n}`, { channel });
  folder = mkdtempSync(join(tmpdir(), "impresario-ballot-"));
  const env: Record<string, string> = {};
  for (const driver of drivers) {
    const platform = await driver.open("webhook", () => house.clock.now);
    platform.bot.url = web.url;
    Object.assign(env, platform.env);
    const room = platform.newPlace();
    sides.set(driver.surface, { platform, room, hook: async () => ({ status: 503 }) });
    const place = { surface: driver.surface, tenant: room.tenant ?? platform.tenant, external: room.id };
    await see(house, async (sql) => {
      const { workspaceId } = house.owner;
      await sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
        values (${workspaceId}, ${house.sources.newId()}, ${place.surface}, ${place.tenant}, ${place.external}, now())`;
      await sql`insert into channel_place (workspace_id, channel_id, surface, tenant, external, created_at)
        values (${workspaceId}, ${channel}, ${place.surface}, ${place.tenant}, ${place.external}, now())`;
    });
  }
  const settings = readSettings({
    NODE_ENV: "test",
    DATA_DIR: folder,
    SECRET_KEY: "0123456789abcdef0123",
    BASE_URL: "https://radio.test",
    ...env,
  });
  chat = await openChat({ settings, house } as unknown as Base, web.web.painter, true);
  for (const { name, bot } of chat.bots) sides.get(name)!.hook = bot.hook!(chat.door);
  clerk = startClerk(house);
});
afterAll(async () => {
  await clerk.stop();
  await chat.stop();
  for (const { platform } of sides.values()) await platform.close();
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});

const side = (surface: string) => sides.get(surface)!;
/** Somebody in the room of a platform, known before they speak. */
async function someone(surface: string, name: string, role = "member"): Promise<At> {
  const { platform, room } = side(surface);
  const who = platform.newPerson(name);
  const place = { surface, tenant: room.tenant ?? platform.tenant, external: room.id };
  const { caller } = await chat.door.enter({ place, account: { id: who.id, name, locale: "en" } });
  await see(web.house, (sql) => sql`update person set role = ${role} where id = ${caller.personId}`);
  return { who, where: room };
}
const sees = (surface: string, { who, where }: At) =>
  side(surface)
    .platform.seen()
    .filter((m) => (m.only === undefined ? m.where === where.id : m.only === who.id));
async function answer(surface: string, at: At, words: RegExp): Promise<Seen> {
  const found = await until(() => sees(surface, at).findLast((m) => words.test(m.text)), 20_000);
  if (!found)
    throw new Error(`${surface}: nothing says ${words}, but ${JSON.stringify(sees(surface, at).map((m) => m.text))}`);
  return found;
}
const card = (surface: string) => {
  const { platform, room } = side(surface);
  return platform.seen().find((m) => m.where === room.id && m.only === undefined && m.text.includes("What is next on"));
};
/** The counts as anybody reads them on a card. */
const countsOn = (surface: string) =>
  [...(card(surface)?.text ?? "").matchAll(/(\d+) · \d+\s?%/g)].map((found) => Number(found[1]));
const press = (surface: string, at: At, label: string) => {
  const { platform } = side(surface);
  return platform.send(platform.makePress(at, label));
};
const everywhere = (counts: number[]) =>
  expect
    .poll(() => ["discord", "slack", "telegram"].map(countsOn), { timeout: 30_000, interval: 100 })
    .toEqual([counts, counts, counts]);

test("people on four surfaces vote on one ballot, and all see the same", { timeout: 120_000 }, async () => {
  const staff = await someone("discord", "Sam", "staff");
  const ann = await someone("discord", "Ann");
  const cia = await someone("slack", "Cia");
  const ben = await someone("telegram", "Ben");
  const eveHere = await someone("discord", "Eve");
  const eveThere = await someone("telegram", "Eva");
  const dan = await web.person("member");

  const { platform } = side("discord");
  await platform.send(platform.make(staff, "vote start", { channel: SLUG, candidates: 3, minutes: 30 }));
  await everywhere([0, 0, 0]);
  const labels = card("slack")!.buttons;
  expect(labels).toHaveLength(3);
  expect([card("discord")!.buttons, card("telegram")!.buttons]).toEqual([labels, labels]);

  await press("discord", ann, labels[0]!);
  await answer("discord", ann, /Your vote: Song/);
  await press("slack", cia, labels[1]!);
  await answer("slack", cia, /Your vote: Song/);
  await press("telegram", ben, labels[1]!);
  await answer("telegram", ben, /Your vote: Song/);
  const ask = (path: string, body: object) => web.ask("POST", `/api/v1/commands/${path}`, { token: dan.token, body });
  const open = await ask("vote.show", {});
  const item = (open.body.data as { item: { id: string } }).item;
  expect((await ask("vote.cast", { ballot: item.id, choice: "1" })).status).toBe(200);
  await press("discord", eveHere, labels[2]!);
  await answer("discord", eveHere, /Your vote: Song/);
  await press("telegram", eveThere, labels[1]!);
  await answer("telegram", eveThere, /Your vote: Song/);
  await everywhere([2, 3, 1]);
  // It was edited where it stood: there is one card in each place, and nobody but the voter was told of a vote.
  for (const surface of sides.keys()) {
    const { room } = side(surface);
    const cards = side(surface)
      .platform.seen()
      .filter((m) => m.where === room.id && m.text.includes("What is next on"));
    expect(cards).toHaveLength(1);
    expect(cards[0]!.edits).toBeGreaterThan(0);
  }
  expect(sees("discord", staff).filter((m) => m.text.includes("Your vote"))).toEqual([]);

  // Eve is one person: the later of her two votes counts.
  const people = await see(
    web.house,
    (sql) => sql<{ id: string; external: string }[]>`select person_id as id, external from account`,
  );
  const idOf = (at: At) => people.find((p) => p.external === at.who.id)!.id;
  await see(web.house, async (sql) => {
    await sql`update person set merged_into = ${idOf(eveHere)}, merged_first = ${idOf(eveHere)}, merged_at = now() where id = ${idOf(eveThere)}`;
    await sql`update account set person_id = ${idOf(eveHere)} where person_id = ${idOf(eveThere)}`;
  });
  await clerk.look();
  await everywhere([2, 3, 0]);
  await press("discord", eveHere, labels[0]!);
  await everywhere([3, 2, 0]);

  web.house.clock.pass(30 * 60_000 - 5_000);
  const late = side("slack").platform.makePress(cia, labels[2]!);
  web.house.clock.pass(6_000);
  await clerk.look();
  for (const surface of sides.keys()) {
    await expect.poll(() => card(surface)?.text, { timeout: 30_000 }).toContain("won and is next on");
    expect(card(surface)!.buttons, surface).toEqual([]);
    expect(card(surface)!.text).toContain("Decided by the vote of 5 people.");
    expect(countsOn(surface)).toEqual([3, 2, 0]);
  }
  await side("slack").platform.send(late);
  await answer("slack", cia, /came too late\. Song \d won/);
  const shown = (await ask("vote.show", { ballot: item.id })).body.data as { item: Record<string, unknown> };
  expect(shown.item).toMatchObject({ status: "closed", decided_by: "vote", voters: 5 });
  for (const { platform: one } of sides.values()) expect(one.wrong()).toEqual([]);
});

// 10,000 within ten seconds with CHAOS=1; else a handful, for the count alone.
const CROWD = process.env.CHAOS === "1" ? { each: 3_334, milliseconds: 10_000 } : { each: 12, milliseconds: 100 };

test(`${CROWD.each} people on each platform press at once: all are acknowledged, and all are counted`, {
  timeout: 900_000,
}, async () => {
  const staff = await someone("discord", "Sue", "staff");
  const { platform } = side("discord");
  await platform.send(
    platform.make(staff, "vote start", { question: "Which crowd?", choices: "one, two", minutes: 60 }),
  );
  const asked = await answer("discord", staff, /Which crowd/);
  const shown = await web.ask("POST", "/api/v1/commands/vote.show", {
    token: (await web.person("member")).token,
    body: {},
  });
  const { id, channel } = (shown.body.data as { item: { id: string; channel: string | null } }).item;
  expect([asked.buttons, channel]).toEqual([["1. one", "2. two"], null]);
  const buttons = await see(
    web.house,
    (sql) => sql<{ token: string }[]>`
      select b.buttons->>c.id::text as token from ballot b join choice c on c.ballot_id = b.id
      where b.id = ${id} order by c.position`,
  );
  const tokens = buttons.map((b) => b.token);
  const view = {
    text: "Which crowd?",
    blocks: [{ kind: "buttons" as const, buttons: tokens.map((action, n) => ({ label: `${n}`, action })) }],
  };
  for (const [surface, { platform: one, room }] of sides) {
    if (surface === "discord") continue;
    const place = { surface, tenant: room.tenant ?? one.tenant, external: room.id };
    await inAct(web.house, (act) => post(act, { place, subject: `crowd ${id}`, view }));
    await expect
      .poll(() => one.seen().some((m) => m.where === room.id && m.buttons.includes("1")), { timeout: 30_000 })
      .toBe(true);
  }
  const presses = [...sides].flatMap(([surface, { platform: one, room }]) =>
    Array.from({ length: CROWD.each }, (_, n) => {
      const at = { who: one.newPerson(`V${n}`), where: room };
      const labels = surface === "discord" ? ["1. one", "2. two"] : ["0", "1"];
      return { one, happening: one.makePress(at, labels[n % 3 === 0 ? 0 : 1]!) };
    }),
  );
  const order = presses.map((press, n) => ({ press, key: (n * 7919) % presses.length })).sort((a, b) => a.key - b.key);
  const began = performance.now();
  const heard = await Promise.all(
    order.map(async ({ press: { one, happening } }, n) => {
      await new Promise((done) => setTimeout(done, (n / order.length) * CROWD.milliseconds));
      const at = performance.now();
      // What we are too busy to keep is answered 503, and the platform sends it again.
      for (let tries = 1; ; tries++) {
        const { status } = await one.send(happening);
        if (status === 200 || tries === 50) return { status, tries, milliseconds: performance.now() - at };
        await new Promise((done) => setTimeout(done, 200));
      }
    }),
  );
  const took = performance.now() - began;
  const voters = async () => {
    const rows = await see(
      web.house,
      (sql) => sql<{ n: number }[]>`
        select coalesce(sum(t.votes), 0)::int as n from choice c left join tally t on t.choice_id = c.id
        where c.ballot_id = ${id} group by c.position order by c.position`,
    );
    return rows.map((r) => r.n);
  };
  expect(heard.filter((h) => h.status !== 200)).toEqual([]);
  const firsts = Math.ceil(CROWD.each / 3) * 3;
  await expect
    .poll(voters, { timeout: process.env.CHAOS === "1" ? 800_000 : 30_000, interval: 500 })
    .toEqual([firsts, CROWD.each * 3 - firsts]);
  const times = heard.map((h) => h.milliseconds).sort((a, b) => a - b);
  if (process.env.CHAOS === "1")
    console.log({
      votes: order.length,
      "sent in ms": Math.round(took),
      "counted after ms": Math.round(performance.now() - began),
      "ack p50": Math.round(times[Math.floor(times.length / 2)]!),
      "ack p99": Math.round(times[Math.floor(times.length * 0.99)]!),
      "sent again": heard.filter((h) => h.tries > 1).length,
    });
});
