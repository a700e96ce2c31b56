// What people say in plain words, through the real library over the gateway of the emulator: mentions and direct messages.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { edit } from "../../core/outbox/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { slash } from "../../test/emulators/discord/interactions.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";

let ran = 0;
const play = command({
  name: "play",
  says: "Play a station.",
  role: "member",
  options: { station: text("Which station.") },
  run: ({ options }) => {
    ran++;
    return view(`Playing ${options.station}.`);
  },
});
const whisper = command({
  name: "whisper",
  says: "Say it quietly.",
  role: "member",
  reply: "private",
  run: () => view("Psst."),
});
const guarded = command({ name: "guarded", says: "Staff only.", role: "staff", run: () => view("You may.") });

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [play, whisper, guarded], gateway: true });
  // A direct message is a place of the bot's own: this person's is connected.
  await inWorkspace(
    own.web.house.database,
    own.web.house.owner.workspaceId,
    (tx) => rawOf(tx)`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${own.web.house.owner.workspaceId}, ${own.web.house.sources.newId()}, 'discord', '900', '70', now())`,
  );
});
afterEach(() => {
  own.discord.fault = () => undefined;
  own.discord.refuse = () => undefined;
  own.discord.gateway.refuses = false;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const words = (shown: Shown) => JSON.stringify(shown.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 8000 });
const said = (text: string, from = {}) => own.discord.say(text, from);

test("a mention is answered by a reply to it, that pings nobody", async () => {
  const { id } = said("<@900> play Noir Jazz");
  await showing("Playing Noir Jazz").toBe(1);
  expect(shownWith("Playing Noir Jazz")[0]).toMatchObject({
    channel: "600",
    body: {
      message_reference: { message_id: id, fail_if_not_exists: false },
      allowed_mentions: { parse: [] },
      flags: 1 << 15,
    },
  });
});

test("what somebody wrote calls no role, nobody and not everybody: in an answer, a reply and an edit", async () => {
  const rude = "<@&7> <@42> @everyone @here";
  said(`<@900> play ${rude} reply`);
  await showing("reply").toBe(1);
  const { clock, owner } = own.web.house;
  own.discord.tell(slash("play", { station: `${rude} answer` }, { at: clock.now }));
  await showing("answer").toBe(1);
  const subjects = await inWorkspace(own.web.house.database, owner.workspaceId, async (tx) => {
    const rows = await rawOf(tx)<
      { subject: string }[]
    >`select subject from outbox where view->>'text' like '%@everyone%'`;
    const act = { db: tx, now: clock.now, newId: own.web.house.sources.newId, workspace: { id: owner.workspaceId } };
    const place = { surface: "discord", tenant: "500", external: "600" };
    for (const { subject } of rows) await edit(act, { place, subject, view: view(`${rude} edited`) });
    return rows;
  });
  expect(subjects).toHaveLength(2);
  await showing("edited").toBe(2);
  const sent = own.discord.asked.filter(({ body }) => JSON.stringify(body ?? "").includes("everyone"));
  expect(sent).toHaveLength(4);
  for (const { body } of sent) {
    // Without a list of its own it names nobody: no role, no person, not whom it replies to.
    expect((body as { allowed_mentions: object }).allowed_mentions).toEqual({ parse: [] });
    expect(JSON.stringify(body)).not.toMatch(/<@|(?<!\\)@(everyone|here)/);
  }
});

test("in a direct message no name is needed", async () => {
  said("!play Night Rain", { direct: true, channel: "70" });
  await showing("Playing Night Rain").toBe(1);
  said("whisper", { direct: true, channel: "70" });
  await expect.poll(() => shownWith("Psst").some((m) => m.channel === "70"), { timeout: 8000 }).toBe(true);
});

test("what is not said to us, and what programs say, is left alone", async () => {
  const before = ran;
  said("play Somebody Else");
  said("!play Somebody Else");
  said("<@900> play Bot", { bot: true });
  said("<@900> play Webhook", { webhook: true });
  said("play Bot", { bot: true, direct: true, channel: "70" });
  said("<@900> play Marker");
  await showing("Playing Marker").toBe(1);
  expect(ran).toBe(before + 1);
});

test("two bots that answer each other's answers fall silent at once", async () => {
  const before = ran;
  for (let n = 0; n < 50; n++) said("<@900> play Echo", { bot: true, user: "77" });
  said("<@900> play After");
  await showing("Playing After").toBe(1);
  expect(ran).toBe(before + 1);
  expect(shownWith("Echo")).toEqual([]);
});

test("a private answer goes to the person, and the channel learns where it is", async () => {
  said("<@900> whisper", { user: "43" });
  await expect.poll(() => shownWith("Psst").some((m) => m.channel === "100043"), { timeout: 8000 }).toBe(true);
  await showing("our own chat").toBe(1);
  expect(shownWith("our own chat")[0]).toMatchObject({ channel: "600" });
});

test("whoever takes no messages from us is told how to ask", async () => {
  own.discord.refuse = ({ method, path }) =>
    method === "POST" && path === "/channels/100044/messages" ? { status: 403, code: 50007 } : undefined;
  said("<@900> whisper", { user: "44" });
  await showing("may not write to you").toBe(1);
  expect(shownWith("Psst").filter((m) => m.channel === "600")).toEqual([]);
});

test("a role of the server counts, in words as in commands", async () => {
  said("<@900> guarded", { user: "45" });
  await showing("for staff").toBe(1);
  await own.web.house.ask("role map", { external: "<@&7>", role: "staff", surface: "discord", tenant: "500" });
  said("<@900> guarded", { user: "45", roles: ["7"] });
  await showing("You may").toBe(1);
});

test("what was said while the line was down is heard when the session goes on", async () => {
  const before = own.discord.gateway.resumed;
  own.discord.cut();
  said("<@900> play Tunnel");
  await showing("Playing Tunnel").toBe(1);
  expect(own.discord.gateway.resumed).toBe(before + 1);
});

test("where Discord asks for two connections there are two, and each hears its servers", async () => {
  own.discord.gateway.shards = 2;
  await own.restart();
  expect(own.connection?.line).toBe("impresario, over the gateway, 2 shards");
  expect(own.discord.connected()).toBe(2);
  expect(own.connection?.alive()).toBe(true);
  const other = String((1n << 22n) + 500n);
  await inWorkspace(
    own.web.house.database,
    own.web.house.owner.workspaceId,
    (tx) => rawOf(tx)`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${own.web.house.owner.workspaceId}, ${own.web.house.sources.newId()}, 'discord', ${other}, '', now())`,
  );
  said("<@900> play East", { guild: "500" });
  said("<@900> play West", { guild: other, channel: "701" });
  await showing("Playing East").toBe(1);
  await showing("Playing West").toBe(1);
}, 30_000);
