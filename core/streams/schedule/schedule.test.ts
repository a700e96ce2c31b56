import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, inWorkspace } from "../../../db/connect.ts";
import { addPerson, item, items, see } from "../../../test/answers.ts";
import { type TestHouse, testHouse } from "../../../test/house.ts";
import { addSong, channelId, claim, inAct, play, takeLease } from "../../../test/streams.ts";
import { readBytes } from "../../assets/index.ts";
import { type Caller, makeAct, readWho } from "../../inbox/index.ts";
import { placeMoved } from "../../outbox/index.ts";
import { wav } from "../../studio/index.ts";
import {
  beat,
  candidates,
  claimNext,
  enqueue,
  forgetPlayed,
  freeLease,
  keepBed,
  placesOf,
  takeLease as playOn,
  queueOf,
  renewLease,
} from "../index.ts";

let house: TestHouse;
let staff: Caller;
beforeAll(async () => {
  house = await testHouse();
  staff = await addPerson(house, "Sam", "staff");
  await house.ask("setup", { blueprint: "streams" });
});
afterAll(() => house.close());

const on = async (slug: string) => {
  const channel = await channelId(house, slug);
  return { channel, token: await takeLease(house, channel) };
};
const played = async (channel: string, token: number, count: number) => {
  const titles: string[] = [];
  for (let n = 0; n < count; n++) {
    titles.push((await play(house, channel, token)).title);
    house.clock.pass(179_000);
  }
  return titles;
};
/** Half a second of quiet noise. */
const sound = () => {
  const side = Float32Array.from({ length: 22_050 }, (_, n) => Math.sin(n / 20) / 8);
  return Buffer.from(wav([side, side], 44_100)).toString("base64");
};

test("with an empty library there is nothing to play, a bed is asked for, and then there is one", async () => {
  const { channel, token } = await on("noir-jazz");
  expect(await claim(house, channel, token)).toBe(undefined);
  expect(await inAct(house, (act) => candidates(act, channel, { count: 3, seed: "x" }))).toEqual([]);
  expect(house.sent.filter((j) => j.name === "stream.bed").length).toBe(1);
  const bed = { bytes: Buffer.from("bed"), type: "audio/mpeg", name: "bed.mp3", seconds: 90, lufs: -14 };
  await inAct(house, (act) => keepBed(act, bed));
  await inAct(house, (act) => keepBed(act, bed));
  expect(await claim(house, channel, token)).toMatchObject({ kind: "emergency", decidedBy: "emergency", seconds: 90 });
  const rows = await see(house, (sql) => sql`select 1 from work where kind = 'bed'`);
  expect(rows.length).toBe(1);
});

test("with one song it is played again and again, and drafts never", async () => {
  const { channel, token } = await on("cosmic-ambient");
  await addSong(house, "Draft", { promptName: "cosmic-ambient", status: "draft" });
  const only = await addSong(house, "Only", { promptName: "cosmic-ambient" });
  expect(await played(channel, token, 3)).toEqual(["Only", "Only", "Only"]);
  expect(await inAct(house, (act) => candidates(act, channel, { count: 3, seed: "x" }))).toEqual([]);
  // Approved, it joins by itself.
  const second = await addSong(house, "Second", { promptName: "cosmic-ambient" });
  expect((await inAct(house, (act) => candidates(act, channel, { count: 3, seed: "x" }))).map((t) => t.id)).toEqual([
    second,
  ]);
  expect(only).not.toBe(second);
});

test("a jingle comes on time, before what waits, and never two in a row", async () => {
  const { channel, token } = await on("desert-country");
  for (const n of [1, 2, 3, 4, 5]) await addSong(house, `Dust ${n}`, { promptName: "desert-country" });
  const file = { name: "This is Desert Country.wav", base64: sound() };
  const added = await house.ask("jingle add", { channel: "desert-country", file, every_songs: 2 }, { as: staff });
  expect(added.view.text).toContain("once in 2 songs");
  const waits = await addSong(house, "Asked For");
  await inAct(house, (act) =>
    enqueue(act, { channel, asset: waits, source: "vote", ballot: act.newId(), decidedBy: "vote" }),
  );
  const titles = await played(channel, token, 7);
  expect(titles[0]).toBe("Asked For");
  const jingles = titles.map((t) => t === "This is Desert Country");
  expect(jingles).toEqual([false, false, true, false, false, true, false]);
  const jingle = item(added).id as string;
  await house.ask("jingle remove", { channel: "desert-country", asset: jingle });
  expect(await played(channel, token, 3)).not.toContain("This is Desert Country");
  expect((await house.ask("jingle remove", { channel: "desert-country", asset: jingle })).problem?.kind).toBe(
    "missing",
  );
});

test("what is no sound, or too long, is no jingle", async () => {
  const bad = [
    { name: "page.mp3", text: "<html>" },
    { name: "broken.wav", base64: Buffer.from("RIFF____WAVEfmt ").toString("base64") },
    { name: "noise.mp3", base64: Buffer.from([0xff, 0xfb, 0x90, 0, 1, 2, 3]).toString("base64") },
  ];
  for (const file of bad)
    expect((await house.ask("jingle add", { channel: "noir-jazz", file })).problem?.kind).toBe("options");
  const side = new Float32Array(91 * 8000);
  const long = { name: "long.wav", base64: Buffer.from(wav([side, side], 8000)).toString("base64") };
  expect((await house.ask("jingle add", { channel: "noir-jazz", file: long })).problem?.detail).toContain("91 seconds");
  expect((await house.ask("jingle add", { channel: "noir-jazz" })).problem?.detail).toContain("Give one");
});

test("dayparts follow the clock of the workspace, in summer and in winter", async () => {
  const { channel, token } = await on("intimate-vibes");
  await see(house, (sql) => sql`update workspace set zone = 'Europe/Berlin'`);
  await addSong(house, "Morning", { title: "Morning", prompt: "sunrise" });
  await addSong(house, "Any Time", { promptName: "intimate-vibes" });
  const set = await house.ask("schedule set", {
    channel: "intimate-vibes",
    rotation: "Mornings",
    words: "morning",
    hours: "06:00-07:00",
    days: "sun",
  });
  expect(item(set)).toMatchObject({ dayparts: [{ days: 64, from: "06:00", to: "07:00" }] });
  await house.ask("schedule set", { channel: "intimate-vibes", rotation: "songs", on: false });
  const next = async (at: string) => {
    house.clock.now = new Date(at);
    await see(
      house,
      (sql) => sql`delete from queue_item where channel_id = ${channel} and state in ('waiting', 'handed')`,
    );
    return (await claim(house, channel, token))!.title;
  };
  // The last Sunday of summer time and the first of winter time: six in Berlin is 04:00Z, then 05:00Z.
  expect(await next("2027-10-24T04:30:00Z")).toBe("Morning");
  expect(await next("2027-10-31T05:30:00Z")).toBe("Morning");
  const rotations = items(await house.ask("schedule list", { channel: "intimate-vibes" }));
  expect(rotations.map((r) => [r.name, r.enabled])).toEqual([
    ["Mornings", true],
    ["Songs", false],
    ["Emergency", true],
  ]);
  // Outside of it no rotation plays: any song is better than none.
  await house.ask("schedule remove", { channel: "intimate-vibes", rotation: "mornings" });
  await house.ask("schedule set", { channel: "intimate-vibes", rotation: "songs", on: true });
  expect(await next("2027-10-31T04:30:00Z")).toBe("Any Time");
  for (const wrong of [{ hours: "25-26" }, { hours: "soon" }, { days: "someday" }, { every_songs: 2, at_minute: 5 }])
    expect(
      (await house.ask("schedule set", { channel: "intimate-vibes", rotation: "X", ...wrong })).problem?.kind,
    ).toBe("options");
});

test("hostile titles are words: shown on one line, in a cell of their own, never a formula", async () => {
  const { channel, token } = await on("city-pop-anime");
  const hostile = ['=HYPERLINK("http://x")', "@everyone\nprocess:mp3,touch X", 'a","b;c', "+1 <script>", "‮txt.exe"];
  for (const title of hostile) {
    const asset = await addSong(house, title);
    await inAct(house, (act) => enqueue(act, { channel, asset, source: "operator", decidedBy: "operator" }));
  }
  await played(channel, token, hostile.length + 1);
  const reply = await house.ask("channel report", { channel: "city-pop-anime", period: "today" });
  const id = (reply.data!.file as { id: string }).id;
  const bytes = await readBytes({ files: house.files }, house.owner.workspaceId, id);
  const csv = bytes!.toString("utf8");
  const lines = csv.slice(1).trimEnd().split("\r\n");
  expect(lines[0]).toBe(
    "from,to,seconds,channel,title,artist,source,decided_by,provider,model,commercial,terms,sha256,asset",
  );
  expect(lines.length).toBe(hostile.length + 1);
  expect(csv).toContain('"\'=HYPERLINK(""http://x"")"');
  expect(csv).toContain("'@everyone process:mp3");
  expect(csv).toContain('"a"",""b;c"');
  expect(csv).toContain("'+1 <script>");
  expect(reply.data!.count).toBe(hostile.length);
});

test("servers name themselves, are drained for one workspace, and are gone when they say no more", async () => {
  const pulse = { startedAt: house.clock.now, cores: 2, load: 0.5, memoryTotal: 8e9, memoryFree: 4e9, memoryUsed: 2e8 };
  for (const name of ["one", "two"]) await beat(house.database.client, house.clock.now, { ...pulse, id: name, name });
  await beat(house.database.client, house.clock.now, { ...pulse, id: "two", name: "two", load: 5 });
  expect(items(await house.ask("server list", {}, { as: staff })).map((s) => [s.name, s.health])).toEqual([
    ["one", "live"],
    ["two", "busy"],
  ]);
  expect((items(await house.ask("server list"))[0]!.channels as string[]).length).toBeGreaterThan(0);
  const drained = await house.ask("server drain", { server: "ONE" }, { as: staff });
  expect(item(drained)).toMatchObject({ name: "one", drain: true });
  // Its channel goes to the other, and stays there when the first may play again.
  const { channel, token } = await on("noir-jazz");
  expect(await inAct(house, (act) => renewLease(act, channel, "one", token))).toBe(false);
  await inAct(house, (act) => freeLease(act, channel, token));
  expect(await inAct(house, (act) => playOn(act, channel, "one"))).toBe(undefined);
  expect(await inAct(house, (act) => playOn(act, channel, "two"))).toBe(token + 1);
  await house.ask("server drain", { server: "one", drain: false });
  expect(await inAct(house, (act) => playOn(act, channel, "one"))).toBe(undefined);
  house.clock.pass(60_000);
  await house.ask("server add", { server: "three", address: "203.0.113.7", kind: "obs" });
  expect((await house.ask("server add", { server: "Three" })).problem?.kind).toBe("clash");
  expect(items(await house.ask("server list")).map((s) => [s.name, s.health])).toEqual([
    ["one", "gone"],
    ["three", "unknown"],
    ["two", "gone"],
  ]);
  expect((await house.ask("server drain", { server: "four" })).problem?.kind).toBe("missing");
});

test("a channel is told of where it was bound, also when the chat has another id since", async () => {
  const { channel } = await on("neon-synthwave");
  const { workspaceId } = house.owner;
  const bind = (external: string) =>
    see(house, async (sql) => {
      await sql`insert into channel_place (workspace_id, channel_id, surface, tenant, external, created_at)
        values (${workspaceId}, ${channel}, 'telegram', 'bot', ${external}, now())`;
      await sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
        values (${workspaceId}, ${house.sources.newId()}, 'telegram', 'bot', ${external}, now())`;
    });
  const told = async () => (await inAct(house, (act) => placesOf(act, channel))).map((p) => p.external);
  await bind("-1");
  await bind("-2");
  expect(await told()).toEqual(["-1", "-2"]);
  // As the outbox does when Telegram says so.
  await see(house, (sql) => sql`update place set external = '-1001' where external = '-1'`);
  expect(await told()).toEqual(["-2"]);
  await inAct(house, (act) => act.emit(placeMoved, { surface: "telegram", tenant: "bot", from: "-1", to: "-1001" }));
  expect((await told()).toSorted()).toEqual(["-1001", "-2"]);
  await see(house, (sql) => sql`update place set gone_at = now() where external = '-2'`);
  expect(await told()).toEqual(["-1001"]);
});

test("what was played is forgotten after a quarter, what was heard is not", async () => {
  const count = () =>
    see(house, async (sql) => [
      ...(await sql<{ items: number; air: number }[]>`
        select (select count(*)::int from queue_item where ended_at is not null) as items, (select count(*)::int from air) as air`),
    ]);
  const [before] = await count();
  expect(before!.items).toBeGreaterThan(0);
  await inAct(house, (act) => forgetPlayed(act.db, new Date(act.now.getTime() + 2 * 365 * 86_400_000)));
  expect(await count()).toEqual([{ items: 0, air: before!.air }]);
});

test("two processes that claim at once are handed one item, whichever comes first", async () => {
  const { channel, token } = await on("fitness-beats");
  const { ownerUrl, appUrl } = house.database;
  const other = connect({ ownerUrl, appUrl, max: 4 });
  try {
    const place = { surface: "http", tenant: "", external: "" };
    const there = () =>
      inWorkspace(other, house.owner.workspaceId, async (tx) => {
        const [who] = await readWho(tx, house.owner.personId);
        const room = { database: other, tx };
        return claimNext(makeAct(house, room, house.owner, who, house.sources.newId(), place).act, { channel, token });
      });
    const got = await Promise.all([there(), claim(house, channel, token), there(), claim(house, channel, token)]);
    expect(new Set(got.map((i) => i!.id)).size).toBe(1);
    expect((await inAct(house, (act) => queueOf(act, channel))).filter((i) => i.state === "handed").length).toBe(1);
  } finally {
    await other.close();
  }
});
