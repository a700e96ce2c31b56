import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { edit, post } from "../../core/outbox/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { component, slash } from "../../test/emulators/discord/interactions.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";

let ran = 0;
const count = command({
  name: "count up",
  says: "Count one more.",
  role: "member",
  options: { note: text("A note.").optional() },
  run: ({ options }) => {
    ran++;
    return view(`Counted ${options.note ?? ""}.`, {
      kind: "buttons",
      buttons: [
        {
          label: "Again",
          press: { command: "count up", options: { note: "again" }, audience: "anyone", uses: "many" },
        },
      ],
    });
  },
});
const whisper = command({
  name: "whisper",
  says: "Say it quietly.",
  role: "member",
  reply: "private",
  run: () => view("Psst."),
});
const long = command({ name: "recite", says: "Say a lot.", role: "member", run: () => view("A word. ".repeat(1500)) });
const picture = command({
  name: "picture",
  says: "Show a chart.",
  role: "member",
  run: () =>
    view("Look.", {
      kind: "chart",
      alt: "Plays",
      chart: { form: "bar", title: "Plays", unit: "number", labels: ["a"], series: [{ name: "n", values: [1] }] },
    }),
});

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [count, whisper, long, picture] });
});
afterEach(() => {
  own.discord.fault = () => undefined;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const at = () => ({ at: own.web.house.clock.now });
const words = (shown: Shown | undefined) => JSON.stringify(shown?.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 8000 });

test("a ping is answered, and what is forged, old or broken is not", async () => {
  const ping = { type: 1, id: "1", application_id: "900", token: "t", version: 1 } as never;
  expect(await own.hear(ping)).toEqual({ status: 200, body: { type: 1 } });
  expect((await own.hear(ping, { "x-signature-ed25519": "0".repeat(128) })).status).toBe(401);
  expect((await own.hear(ping, { "x-signature-timestamp": "1" })).status).toBe(401);
});

test("a command is acknowledged at once and answered by an edit of that message", async () => {
  expect(await own.hear(slash("count up", { note: "first" }, at()))).toEqual({ status: 200, body: { type: 5 } });
  await showing("Counted first").toBe(1);
  const [message] = shownWith("Counted first");
  expect(message).toMatchObject({
    private: false,
    edits: 1,
    body: { flags: 1 << 15, allowed_mentions: { parse: [] } },
  });
});

test("a button that was shown works, and its answer is a message of its own", async () => {
  await own.hear(slash("count up", { note: "press" }, at()));
  await showing("Counted press").toBe(1);
  const id = /"custom_id":"([^"]+)"/.exec(words(shownWith("Counted press")[0]))?.[1] ?? "";
  expect(id).toMatch(/^r[A-Za-z0-9]{14}$/);
  await own.hear(component(id, undefined, at()));
  await showing("Counted again").toBe(1);
});

test("a private answer is seen by the asker alone", async () => {
  expect((await own.hear(slash("whisper", {}, at()))).body).toEqual({ type: 5, data: { flags: 64 } });
  await showing("Psst").toBe(1);
  expect(shownWith("Psst")[0]?.private).toBe(true);
});

test("a long answer goes on in more messages, and nothing of it is lost", async () => {
  await own.hear(slash("recite", {}, at()));
  await showing("A word").toBe(4);
  const all = shownWith("A word").map(words).join("");
  expect(all.match(/A word/g)).toHaveLength(1500);
});

test("a chart is sent as a file", async () => {
  await own.hear(slash("picture", {}, at()));
  await showing("chart-1.png").toBe(1);
  expect(shownWith("chart-1.png")[0]?.files).toEqual(["chart-1.png"]);
});

test("the same interaction twice is run once", async () => {
  const before = ran;
  const twice = slash("count up", { note: "twice" }, at());
  const answers = await Promise.all([own.hear(twice), own.hear(twice)]);
  expect(answers.map((a) => a.body.type)).toEqual([5, 5]);
  await showing("Counted twice").toBe(1);
  expect(ran).toBe(before + 1);
});

test.each([
  ["slow down", { kind: "slow down", after: 300 }],
  ["broken", { kind: "broken" }],
  ["an end without an answer", { kind: "drop" }],
  ["an answer that is lost", { kind: "drop", late: true }],
] as const)("%s only delays an answer", async (name, fault) => {
  let left = 1;
  own.discord.fault = () => (left-- > 0 ? fault : undefined);
  await own.hear(slash("count up", { note: `after ${name}` }, at()));
  await showing(`Counted after ${name}`).toBe(1);
});

test("what was asked before a restart is answered after it", async () => {
  own.discord.fault = () => ({ kind: "broken" });
  await own.hear(slash("count up", { note: "over night" }, at()));
  await expect.poll(() => own.discord.asked.length).toBeGreaterThan(0);
  await own.restart();
  own.discord.fault = () => undefined;
  await showing("Counted over night").toBe(1);
});

test("after fifteen minutes an answer is a message of the channel; a private one goes to the person", async () => {
  own.discord.fault = () => ({ kind: "broken" });
  await own.hear(slash("count up", { note: "late" }, at()));
  await own.hear(slash("whisper", {}, { ...at(), user: "77" }));
  const before = own.discord.asked.length;
  await expect.poll(() => own.discord.asked.length).toBeGreaterThan(before);
  own.web.house.clock.pass(16 * 60_000);
  own.discord.fault = () => undefined;
  await showing("Counted late").toBe(1);
  expect(shownWith("Counted late")[0]).toMatchObject({ channel: "600", edits: 0 });
  await expect.poll(() => shownWith("Psst").some((m) => m.channel === "100077"), { timeout: 8000 }).toBe(true);
});

test("commands are registered once; what differs is told before it is changed", async () => {
  const { bot } = own.chat.bots[0]!;
  const { commands } = own.web.house;
  const plan = await bot.register!(commands, false);
  expect(plan.every(({ kind }) => kind === "add")).toBe(true);
  expect(own.discord.commands.size).toBe(0);
  expect((await bot.register!(commands, true)).length).toBe(plan.length);
  expect(own.discord.commands.size).toBe(plan.length);
  expect(await bot.register!(commands, true)).toEqual([]);
});

test("what we drew and Discord does not take is sent as text", async () => {
  let left = 1;
  own.discord.refuse = ({ path }) =>
    path.includes("@original") && left-- > 0 ? { code: 50035, status: 400 } : undefined;
  await own.hear(slash("count up", { note: "plainly" }, at()));
  await showing("Counted plainly").toBe(1);
  expect(words(shownWith("Counted plainly")[0])).toContain("\\\\[Again\\\\]");
  own.discord.refuse = () => undefined;
});

test("a token that Discord no longer knows does not lose the answer", async () => {
  own.discord.refuse = ({ path }) => (path.startsWith("/webhooks/") ? { code: 50027, status: 401 } : undefined);
  await own.hear(slash("count up", { note: "elsewhere" }, at()));
  await showing("Counted elsewhere").toBe(1);
  expect(shownWith("Counted elsewhere")[0]).toMatchObject({ channel: "600", edits: 0 });
  own.discord.refuse = () => undefined;
});

test("a job's progress is edits of one message, also when the token has ended", async () => {
  const { house } = own.web;
  await own.hear(slash("count up", { note: "progress" }, at()));
  await showing("Counted progress").toBe(1);
  const place = { surface: "discord", tenant: "500", external: "600" };
  const turn = (now: string) =>
    inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
      const [row] = await rawOf(tx)<{ subject: string }[]>`
        select subject from outbox where kind = 'answer' and view->>'text' like '%progress%'`;
      const act = {
        db: tx,
        workspace: { id: house.owner.workspaceId },
        now: house.clock.now,
        newId: house.sources.newId,
      };
      await edit(act, { place, subject: row!.subject, view: view(now, { kind: "progress", done: 1, total: 2, now }) });
    });
  await turn("Half way");
  await showing("Half way").toBe(1);
  const [message] = shownWith("Half way");
  house.clock.pass(16 * 60_000);
  await turn("Nearly there");
  await showing("Nearly there").toBe(1);
  expect(shownWith("Nearly there")[0]?.id).toBe(message?.id);
  expect(own.discord.asked.at(-1)).toMatchObject({ method: "PATCH", path: `/channels/600/messages/${message?.id}` });
});

test("a server that belongs to nobody is told how to connect it, until it is connected as a whole", async () => {
  const other = { guild: "501", channel: "601" };
  await own.hear(slash("count up", { note: "nobody" }, { ...at(), ...other }));
  await expect
    .poll(() => [...own.discord.messages.values()].some((m) => words(m).includes("connect")), { timeout: 8000 })
    .toBe(true);
  expect(shownWith("Counted nobody")).toEqual([]);
  const { house } = own.web;
  const asked = await house.ask("connect");
  const { code } = asked.data!.item as { code: string };
  await own.hear(slash("connect", { code }, { ...at(), ...other }));
  await expect.poll(async () => (await house.answer(asked.run))?.status, { timeout: 8000 }).toBe("confirm");
  const buttons = (await house.answer(asked.run))!.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  expect((await house.press(buttons[0]!.action!)).status).toBe("done");
  house.clock.pass(60_000);
  await own.hear(slash("count up", { note: "another channel" }, { ...at(), guild: "501", channel: "699" }));
  await showing("Counted another channel").toBe(1);
});

test("a channel that is closed to us is marked, and the surface goes on", async () => {
  const { house } = own.web;
  own.discord.closed.set("666", 50001);
  const place = { surface: "discord", tenant: "500", external: "666" };
  await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
    post(
      { db: tx, workspace: { id: house.owner.workspaceId }, now: house.clock.now, newId: house.sources.newId },
      { place, subject: "s", view: view("Into the void") },
    ),
  );
  const statusOf = async () =>
    inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
      const [row] = await rawOf(tx)<{ status: string }[]>`select status from outbox where place = '666'`;
      return row?.status;
    });
  await expect.poll(statusOf, { timeout: 8000 }).toBe("failed");
  await own.hear(slash("count up", { note: "still here" }, at()));
  await showing("Counted still here").toBe(1);
});
