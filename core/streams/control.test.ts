import { afterAll, beforeAll, expect, test } from "vitest";
import { addPerson, block, item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { addSong, channelId, claim, inAct, play, takeLease } from "../../test/streams.ts";
import type { Caller } from "../inbox/index.ts";
import { openDestinations, queueOf, report, uptimeOf, wanted } from "./index.ts";

let house: TestHouse;
let member: Caller;
let song: string;
beforeAll(async () => {
  house = await testHouse();
  member = await addPerson(house, "Mia", "member");
  await house.ask("setup", { blueprint: "streams" });
  // No song: no rotation draws from it by itself.
  song = await addSong(house, "Rain at Nine", { kind: "voice" });
  await addSong(house, "One", { promptName: "noir-jazz" });
  for (const title of ["Two", "Three", "Four"]) await addSong(house, title, { promptName: "genres/noir-jazz" });
});
afterAll(() => house.close());

const sounding = (channel: string, token: number, status: "on" | "off" = "on") =>
  inAct(house, (act) => report(act, { channel, token, status, at: act.now, sounding: status === "on" }));
const shown = async (channel: string, as: Caller = house.owner) => await house.ask("channel show", { channel }, { as });
const wantedSlugs = async () => (await inAct(house, (act) => wanted(act))).map((w) => w.slug);

test("a member starts nothing; staff do, and once is enough", async () => {
  expect((await house.ask("channel start", { channel: "noir-jazz" }, { as: member })).problem?.kind).toBe("role");
  const first = await house.ask("channel start", { channel: "noir-jazz" });
  expect(first.view.text).toBe("Noir Jazz is being put on the air.");
  expect(JSON.stringify(first.view)).toContain("No worker lives");
  expect((await house.ask("channel start", { channel: "noir-jazz" })).view.text).toContain("already");
  expect(await wantedSlugs()).toEqual(["noir-jazz"]);
  expect(house.sent.filter((j) => j.name === "stream.bed").length).toBe(1);
  expect(JSON.stringify(first.view)).not.toContain("no approved song");
});

test("a channel without songs says how to come by some", async () => {
  expect((await house.ask("channel start", { channel: "desert-country" })).view.blocks).toMatchObject([
    {},
    { kind: "text", tone: "warn", text: expect.stringContaining("/generate song") },
    { buttons: [{ label: "Make three songs" }] },
    {},
    {},
  ]);
  await addSong(house, "Dust", { promptName: "genres/desert-country", status: "draft" });
  await house.ask("channel stop", { channel: "desert-country" });
  const reply = await house.ask("channel start", { channel: "desert-country" });
  expect(JSON.stringify(reply.view)).toContain("1 draft waits");
  await house.ask("channel stop", { channel: "desert-country" });
});

test("the state is what its keeper reported, and says when nobody does", async () => {
  const channel = await channelId(house, "noir-jazz");
  expect(item(await shown("noir-jazz")).state).toBe("starting");
  house.clock.pass(40_000);
  const alone = await shown("noir-jazz", member);
  expect(item(alone).state).toBe("unkept");
  expect(alone.view.blocks[0]).toMatchObject({
    kind: "text",
    tone: "warn",
    text: expect.stringContaining("npm run worker"),
  });
  const token = await takeLease(house, channel);
  await play(house, channel, token);
  await sounding(channel, token);
  const playing = await shown("noir-jazz", member);
  expect(item(playing)).toMatchObject({ state: "on", now: { source: "rotation", decided_by: "rotation" } });
  expect(JSON.stringify(playing.view)).not.toContain("channel stop");
  expect(item(await shown("noir-jazz"))).toMatchObject({ settings: { crossfadeMs: 4000 }, destinations: [] });
  expect((await house.ask("now", {}, { as: member })).view.text).toBe("1 channel is wanted on the air.");
  house.clock.pass(31_000);
  expect(item(await shown("noir-jazz"))).toMatchObject({ state: "unkept", now: null });
});

test("uptime is what was heard of what was wanted", async () => {
  const from = house.clock.now;
  const channel = await channelId(house, "cosmic-ambient");
  const up = async () => (await inAct(house, (act) => uptimeOf(act, { from, to: act.now, channel })))[0]!;
  expect((await up()).ratio).toBe(null);
  await house.ask("channel start", { channel: "cosmic-ambient" });
  const token = await takeLease(house, channel);
  for (let n = 0; n < 60; n++) {
    house.clock.pass(5_000);
    await sounding(channel, token);
  }
  expect(await up()).toMatchObject({ wantedSeconds: 300, silentSeconds: 0, ratio: 1 });
  // The keeper is killed. Nobody writes, and it is measured all the same, then kept when the next one reports.
  house.clock.pass(100_000);
  expect(await up()).toMatchObject({ wantedSeconds: 400, silentSeconds: 100, ratio: 0.75 });
  await sounding(channel, await takeLease(house, channel, "two"));
  expect((await up()).silentSeconds).toBe(100);
  await house.ask("channel stop", { channel: "cosmic-ambient" });
  house.clock.pass(600_000);
  expect(await up()).toMatchObject({ wantedSeconds: 400, silentSeconds: 100 });
});

test("stopped, what was ready waits for the next start", async () => {
  const channel = await channelId(house, "fitness-beats");
  await house.ask("channel start", { channel: "fitness-beats" });
  const token = await takeLease(house, channel);
  await play(house, channel, token);
  const ready = await claim(house, channel, token);
  expect((await house.ask("channel stop", { channel: "fitness-beats" })).view.text).toContain("taken off");
  expect((await house.ask("channel stop", { channel: "fitness-beats" })).view.text).toContain("already");
  await sounding(channel, token, "off");
  expect((await inAct(house, (act) => queueOf(act, channel))).map((i) => [i.id, i.state])).toEqual([
    [ready!.id, "waiting"],
  ]);
  expect((await house.ask("channel restart", { channel: "fitness-beats" })).problem?.detail).toContain(
    "/channel start",
  );
  expect(await wantedSlugs()).not.toContain("fitness-beats");
});

test("a channel of one's own draws from its genre, and plays as it is set", async () => {
  const made = await house.ask("channel create", { name: "Café del Mar!", genre: "noir-jazz" });
  expect(item(made)).toMatchObject({ slug: "cafe-del-mar", genre: "noir-jazz" });
  const channel = item(made).id as string;
  expect((await claim(house, channel, await takeLease(house, channel)))!.kind).toBe("song");
  expect((await house.ask("channel create", { name: "Cafe del Mar" })).problem?.kind).toBe("clash");
  expect((await house.ask("channel create", { name: "日本" })).problem?.errors[0]?.option).toBe("slug");
  const set = await house.ask("channel set", { channel: "cafe-del-mar", crossfade: 6.5, votes: false, quorum: 3 });
  expect(item(set).settings).toMatchObject({
    crossfadeMs: 6500,
    votes: { on: false, quorum: 3, candidates: 4 },
    trackGap: 120,
  });
  expect((await house.ask("channel set", { channel: "cafe-del-mar", here: true })).problem?.detail).toContain(
    "Discord",
  );
});

test("a skip is for the track that was seen, however often it is pressed", async () => {
  const channel = await channelId(house, "neon-synthwave");
  await house.ask("channel start", { channel: "neon-synthwave" });
  const token = await takeLease(house, channel);
  const first = await play(house, channel, token);
  await sounding(channel, token);
  const queue = await house.ask("queue show", { channel: "neon-synthwave" });
  const skip = block(queue, "buttons")!.buttons[0]!.action!;
  expect((await house.press(skip)).view.text).toContain("cut short");
  const [mine] = (await inAct(house, (act) => wanted(act))).filter((w) => w.id === channel);
  expect(mine!.skip).toBe(first.id);
  const second = await play(house, channel, token);
  expect((await house.press(skip)).view.text).toContain("over already");
  expect((await inAct(house, (act) => wanted(act))).find((w) => w.id === channel)!.skip).toBe(undefined);
  const states = await see(
    house,
    (sql) =>
      sql<{ state: string }[]>`select state from queue_item where id = any(${[first.id, second.id]}) order by heard_at`,
  );
  expect(states.map((s) => s.state)).toEqual(["skipped", "on_air"]);
});

test("staff put in and take out; a second press changes nothing", async () => {
  const add = () => house.ask("queue add", { channel: "neon-synthwave", asset: song });
  const one = await add();
  expect(one.view.text).toMatch(/^Rain at Nine is number 1 on Neon Synthwave, at about /);
  const remove = block(one, "buttons")!.buttons[0]!.action!;
  expect((await house.press(remove)).view.text).toBe("Rain at Nine is out of the queue of Neon Synthwave.");
  expect((await house.press(remove)).status).toBe("done");
  await add();
  await house.ask("queue remove", { channel: "neon-synthwave", asset: song });
  expect(items(await house.ask("queue show", { channel: "neon-synthwave" })).map((i) => i.source)).not.toContain(
    "operator",
  );
  expect((await house.ask("queue remove", { channel: "neon-synthwave", asset: song })).problem?.kind).toBe("missing");
  expect((await house.ask("queue remove", { channel: "neon-synthwave" })).problem?.detail).toContain("/queue show");
});

test("one key, asked twice, puts it in once", async () => {
  const add = () => house.ask("queue add", { channel: "noir-jazz", asset: song }, { delivery: "same" });
  const [one, two] = [await add(), await add()];
  expect(item(two).id).toBe(item(one).id);
});

test("emergency on all channels, and back", async () => {
  const channel = await channelId(house, "neon-synthwave");
  const token = await takeLease(house, channel, "one");
  const calm = await addSong(house, "Calm", { kind: "bed" });
  expect((await house.ask("emergency remove", { asset: calm })).problem?.kind).toBe("missing");
  await house.ask("emergency add", { asset: calm });
  const ready = await claim(house, channel, token);
  const on = await house.ask("emergency on");
  expect(items(on).length).toBe(8);
  expect(items(await house.ask("emergency on"))).toEqual([]);
  const now = await claim(house, channel, token);
  expect(now).toMatchObject({ kind: "emergency", asset: calm });
  expect((await claim(house, channel, token))!.id).toBe(now!.id);
  expect((await house.press(block(on, "buttons")!.buttons[0]!.action!)).view.text).toContain("Back to the queue on");
  expect((await claim(house, channel, token))!.id).toBe(ready!.id);
});

test("a stream key is sealed: in no answer, no message that was kept, no form", async () => {
  const KEY = "abcd-1234-secret";
  const told = [
    await house.ask("destination add", {
      channel: "noir-jazz",
      name: "youtube",
      url: "rtmps://a.rtmps.youtube.com/live2",
      key: KEY,
    }),
    await house.ask("destination add", {
      channel: "noir-jazz",
      name: "YouTube",
      url: "rtmp://example.com/app",
      key: KEY,
    }),
    await house.ask("destination add", { channel: "nowhere", name: "x", url: `rtmp://example.com/${KEY}`, key: KEY }),
    await house.ask("destination add", { channel: "noir-jazz", url: `rtmp://example.com/${KEY}`, key: KEY }),
    await house.ask("destination ad", { channel: "noir-jazz", url: `rtmp://example.com/${KEY}`, key: KEY }),
    await house.ask("destination add", { channel: "noir-jazz", name: "z", url: `gopher://example.com/${KEY}` }),
    await house.ask("destination list", { channel: "noir-jazz" }),
    await shown("noir-jazz"),
  ];
  expect(told.map((t) => t.status)).toEqual([
    "done",
    "refused",
    "refused",
    "refused",
    "refused",
    "refused",
    "done",
    "done",
  ]);
  expect(item(told[0]!)).toMatchObject({ kind: "rtmp", host: "a.rtmps.youtube.com", state: "unknown" });
  expect(JSON.stringify(told)).not.toContain(KEY);
  const kept = await see(house, async (sql) => [
    ...(await sql`select envelope::text, answer::text from inbox`),
    ...(await sql`select options::text from action`),
    ...(await sql`select changes::text from audit`),
    ...(await sql`select payload::text from event`),
  ]);
  expect(JSON.stringify(kept)).not.toContain(KEY);
  const channel = await channelId(house, "noir-jazz");
  expect(await inAct(house, (act) => openDestinations(act, channel))).toMatchObject([
    { name: "youtube", kind: "rtmp", url: `rtmps://a.rtmps.youtube.com/live2/${KEY}` },
  ]);
  // Moved to another row it does not open.
  await see(house, (sql) => sql`update destination set id = ${house.sources.newId()}`);
  expect((await inAct(house, (act) => openDestinations(act, channel)))[0]!.url).toBe(undefined);
  expect((await house.ask("destination remove", { channel: "noir-jazz", name: "YOUTUBE" })).status).toBe("done");
  expect(await inAct(house, (act) => openDestinations(act, channel))).toEqual([]);
});
