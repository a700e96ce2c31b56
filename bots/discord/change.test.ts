// A message that is shown anew: with more parts or fewer, by the token or without it, to one person or to all.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { edit, post, remove } from "../../core/outbox/index.ts";
import { type View, view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { component, slash } from "../../test/emulators/discord/interactions.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";

const options = { word: text("Which.") };
const show = command({
  name: "show",
  says: "Show a word.",
  role: "member",
  options,
  run: ({ options: { word } }) => view(`Begun ${word}.`),
});
const whisper = command({
  name: "whisper",
  says: "Say a word quietly.",
  role: "member",
  reply: "private",
  options,
  run: ({ options: { word } }) => view(`Begun ${word}.`),
});
const recite = command({
  name: "recite",
  says: "Say a word often.",
  role: "member",
  options,
  run: ({ options: { word } }) => long(word, 1200),
});
const offer = command({
  name: "offer",
  says: "Offer a word.",
  role: "member",
  reply: "private",
  options,
  run: ({ options: { word } }) =>
    view(`Take ${word}?`, {
      kind: "buttons",
      buttons: [{ label: "Take", press: { command: "whisper", options: { word } } }],
    }),
});
const long = (word: string, times: number): View => view(`${word} `.repeat(times));

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [show, whisper, recite, offer], gateway: true });
});
afterEach(() => {
  own.discord.fault = () => undefined;
  own.discord.refuse = () => undefined;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const at = () => ({ at: own.web.house.clock.now });
const words = (shown: Shown) => JSON.stringify(shown.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 8000 });
const times = (part: string) => shownWith(part).map(words).join("").match(new RegExp(part, "g"))?.length;
const place = { surface: "discord", tenant: "500", external: "600" };
type Writer = Parameters<typeof post>[0];
const write = <T>(work: (act: Writer, subject: string) => Promise<T>, word = "") =>
  inWorkspace(own.web.house.database, own.web.house.owner.workspaceId, async (tx) => {
    const [row] = await rawOf(tx)<{ subject: string }[]>`
      select subject from outbox where kind = 'answer' and view->>'text' like ${`%${word}%`} order by seq desc limit 1`;
    const { clock, owner, sources } = own.web.house;
    const act = { db: tx, workspace: { id: owner.workspaceId }, now: clock.now, newId: sources.newId };
    return work(act, row?.subject ?? "");
  });
const turn = (word: string, to: View) => write((act, subject) => edit(act, { place, subject, view: to }), word);
const statusOf = (word: string) =>
  inWorkspace(own.web.house.database, own.web.house.owner.workspaceId, async (tx) => {
    const [row] = await rawOf(tx)<{ status: string }[]>`
      select status from outbox where kind = 'edit' and view->>'text' like ${`%${word}%`}`;
    return row?.status;
  });

test.each(["token", "channel"])(
  "more parts are added and fewer are taken back, by the %s",
  async (way) => {
    const word = `seed-${way}`;
    own.discord.tell(slash("show", { word }, at()));
    await showing(`Begun ${word}`).toBe(1);
    const first = shownWith(`Begun ${word}`)[0]!.id;
    if (way === "channel") own.web.house.clock.pass(16 * 60_000);
    await turn(word, long(`grown${way}`, 1200));
    await expect.poll(() => times(`grown${way}`), { timeout: 8000 }).toBe(1200);
    const grown = shownWith(`grown${way}`);
    expect(grown.length).toBeGreaterThan(2);
    expect(grown[0]!.id).toBe(first);
    // The added parts are known: they are changed, not added once more, also after a restart.
    await own.restart();
    await turn(word, long(`again${way}`, 1200));
    await expect.poll(() => times(`again${way}`), { timeout: 8000 }).toBe(1200);
    expect(shownWith(`again${way}`).map((m) => m.id)).toEqual(grown.map((m) => m.id));
    await turn(word, view(`Small ${way}.`));
    await showing(`Small ${way}`).toBe(1);
    await expect.poll(() => shownWith(`again${way}`).length, { timeout: 8000 }).toBe(0);
    expect(shownWith(`Small ${way}`)[0]!.id).toBe(first);
  },
  30_000,
);

test.each([
  ["an answer", /webhooks.*wait=true/],
  ["an answer whose token has ended", /channels\/600\/messages/],
])(
  "trouble in the middle of %s: what was shown is not shown once more",
  async (_what, path) => {
    const word = `middle${String(path).length}`;
    const late = String(path).includes("channels");
    let posts = 0;
    own.discord.refuse = (asked) =>
      late && asked.path.startsWith("/webhooks/") ? { status: 401, code: 50027 } : undefined;
    own.discord.fault = (asked) =>
      asked.method === "POST" && path.test(asked.path) && ++posts === 2 ? { kind: "broken" } : undefined;
    own.discord.tell(slash("recite", { word }, at()));
    await expect.poll(() => times(word), { timeout: 12_000 }).toBe(1200);
    await new Promise((done) => setTimeout(done, 300));
    expect(times(word)).toBe(1200);
  },
  20_000,
);

test("what went to a person directly is changed there, for as long as they like", async () => {
  own.discord.say("<@900> whisper pearl", { user: "4701" });
  await expect.poll(() => shownWith("Begun pearl").some((m) => m.channel === "10004701"), { timeout: 8000 }).toBe(true);
  await showing("our own chat").toBe(1);
  own.web.house.clock.pass(60 * 60_000);
  await turn("pearl", view("Polished pearl."));
  await showing("Polished pearl").toBe(1);
  expect(shownWith("Polished pearl")[0]).toMatchObject({ channel: "10004701", edits: 1 });
  expect(shownWith("Begun pearl")).toEqual([]);
});

test("a person's own chat that is closed closes nothing but itself", async () => {
  own.discord.say("<@900> whisper opal", { user: "4703" });
  await expect.poll(() => shownWith("Begun opal").some((m) => m.channel === "10004703"), { timeout: 8000 }).toBe(true);
  own.discord.closed.set("10004703", 10003);
  await turn("opal", view("Polished opal."));
  await expect.poll(() => statusOf("Polished opal"), { timeout: 8000 }).toBe("failed");
  const gone = await write(({ db }) => rawOf(db)`select 1 from event where name = 'place.gone'`);
  expect([...gone]).toEqual([]);
});

test("a button in a person's own chat acts in the server where it was asked", async () => {
  own.discord.say("<@900> offer silver", { user: "4702" });
  await expect.poll(() => shownWith("Take silver").some((m) => m.channel === "10004702"), { timeout: 8000 }).toBe(true);
  const card = shownWith("Take silver")[0]!;
  const id = /"custom_id":"([^"]+)"/.exec(words(card))![1]!;
  expect(id).toMatch(/^p[A-Za-z0-9]{14}@500\.600$/);
  const chat = { ...at(), user: "4702", direct: true, channel: "10004702" };
  own.discord.tell(component(id, undefined, { ...chat, message: { id: card.id, channel_id: "10004702" } }));
  await expect.poll(() => shownWith("Begun silver").length, { timeout: 8000 }).toBe(1);
  expect(shownWith("Begun silver")[0]).toMatchObject({ channel: "10004702" });
  // One that says another server leads nowhere: buttons are looked up in the workspace that it belongs to.
  own.discord.tell(component(id.replace("@500", "@777"), undefined, chat));
  await showing("not known here").toBe(1);
});

test("a private answer of long ago can be changed by nobody, and is not shown to all instead", async () => {
  own.discord.tell(slash("whisper", { word: "amber" }, at()));
  await showing("Begun amber").toBe(1);
  own.web.house.clock.pass(16 * 60_000);
  await turn("amber", view("Polished amber."));
  await expect.poll(() => statusOf("Polished amber"), { timeout: 8000 }).toBe("failed");
  expect(shownWith("Polished amber")).toEqual([]);
});

test("a message is taken back with all its parts, also when somebody took one away before", async () => {
  await write((act) => post(act, { place, subject: "notice", view: long("notice", 1200) }));
  await expect.poll(() => times("notice"), { timeout: 8000 }).toBe(1200);
  own.discord.messages.delete(shownWith("notice")[1]!.id);
  await write((act) => remove(act, { place, subject: "notice" }));
  await showing("notice").toBe(0);
});

test("a message that a person deleted stays deleted, and the place goes on", async () => {
  own.discord.tell(slash("show", { word: "gone" }, at()));
  await showing("Begun gone").toBe(1);
  own.discord.messages.delete(shownWith("Begun gone")[0]!.id);
  await turn("gone", view("Polished gone."));
  await expect.poll(() => statusOf("Polished gone"), { timeout: 8000 }).toBe("failed");
  own.discord.tell(slash("show", { word: "next" }, at()));
  await showing("Begun next").toBe(1);
  expect(shownWith("Polished gone")).toEqual([]);
});
