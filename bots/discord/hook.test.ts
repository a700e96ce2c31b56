import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
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
  expect(plan.every((line) => line.startsWith("would add /"))).toBe(true);
  expect(own.discord.commands.size).toBe(0);
  expect((await bot.register!(commands, true)).length).toBe(plan.length);
  expect(own.discord.commands.size).toBe(plan.length);
  expect(await bot.register!(commands, true)).toEqual([]);
});
