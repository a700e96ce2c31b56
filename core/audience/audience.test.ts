import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type WatchedThere, watchEmulator } from "../../test/emulators/watch.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { channelId, inAct } from "../../test/streams.ts";
import type { Listened } from "./hearing.ts";
import {
  countActivity,
  openHearing,
  openWatchers,
  overlapOf,
  readAudience,
  saveListened,
  viewersOf,
  watchHoursOf,
} from "./index.ts";
import { quotaIn } from "./quota.ts";
import { youtube } from "./sources/youtube.ts";

let house: TestHouse;
let there: WatchedThere;
let jazz: string;
let pop: string;
const VIDEO = "dQw4w9WgXcQ";

beforeAll(async () => {
  there = await watchEmulator();
  house = await testHouse();
  house.watchers = openWatchers({
    YOUTUBE_API_KEY: "yt-key",
    YOUTUBE_API_URL: there.url,
    TWITCH_CLIENT_ID: "id",
    TWITCH_CLIENT_SECRET: "secret",
    TWITCH_API_URL: there.url,
    TWITCH_LOGIN_URL: there.url,
  });
  await house.ask("setup", { blueprint: "streams" });
  [jazz, pop] = [await channelId(house, "noir-jazz"), await channelId(house, "city-pop-anime")];
  const adds: [string, string, string][] = [
    ["noir-jazz", "icecast", `${there.url}/jazz.mp3`],
    ["noir-jazz", "youtube", `https://www.youtube.com/watch?v=${VIDEO}`],
    ["city-pop-anime", "twitch", "https://twitch.tv/CityPop"],
  ];
  for (const [channel, kind, target] of adds)
    expect((await house.ask("audience add", { channel, kind, target })).status).toBe("done");
});
afterAll(async () => {
  await house.close();
  await there.close();
});
beforeEach(() => {
  there.fault = "none";
  house.clock.pass(60_000);
});

const read = () => readAudience(house, house.database, house.owner.workspaceId);
const lastMinute = () => ({
  from: house.clock.now,
  to: new Date(house.clock.now.getTime() + 1),
});
type Source = { kind: string; state: string; note: string };
const states = async () => {
  const { items } = (await house.ask("audience list")).data as { items: Source[] };
  return Object.fromEntries(items.map((s) => [s.kind, [s.state, s.note].filter(Boolean).join(": ")]));
};

test("each is read in its own words, and twice in a minute counts once", async () => {
  there.mounts.set("/jazz.mp3", 7);
  there.videos.set(VIDEO, "120");
  there.streams.set("citypop", 30);
  there.fault = "twice";
  await read();
  await read();
  expect(await inAct(house, (act) => viewersOf(act, lastMinute()))).toBe(157);
  expect(await inAct(house, (act) => watchHoursOf(act, lastMinute()))).toBeCloseTo(157 / 60);
  there.videos.set(VIDEO, undefined);
  there.mounts.set("/other.mp3", 1);
  there.streams.clear();
  house.clock.pass(60_000);
  await read();
  expect(await states()).toEqual({ icecast: "live", youtube: "live", twitch: "offline" });
  expect(await inAct(house, (act) => viewersOf(act, lastMinute()))).toBe(7);
});

test("a token that ended is taken anew; a quota that is used up rests until it is midnight in Los Angeles", async () => {
  there.streams.set("citypop", 5);
  there.fault = "expired";
  await read();
  expect((await states()).twitch).toBe("live");
  there.fault = "quota";
  await read();
  there.fault = "none";
  const asked = there.asked.filter((a) => a.path === "videos").length;
  await read();
  expect((await states()).youtube).toContain("quota of today");
  expect(there.asked.filter((a) => a.path === "videos")).toHaveLength(asked);
  house.clock.pass(24 * 3_600_000);
  await read();
  expect((await states()).youtube).toBe("live");
});

test("what is broken is a gap, not a zero, and says why without the key", async () => {
  there.fault = "broken";
  await read();
  const all = await states();
  expect(Object.values(all).every((s) => s.startsWith("failed: "))).toBe(true);
  expect(JSON.stringify(all)).not.toContain("yt-key");
  there.fault = "key";
  await read();
  expect((await states()).youtube).toContain("YOUTUBE_API_KEY");
  expect((await states()).twitch).toContain("TWITCH_CLIENT_ID");
});

test("fifty videos a call, and never more than a day's units, whichever process asks", async () => {
  there.asked = [];
  there.fault = "none";
  await house.database.client`delete from watch_quota`;
  // Each as after a restart, and two at once.
  const watcher = () => youtube({ key: "yt-key", base: there.url });
  const quota = quotaIn(house.database);
  const ids = Array.from({ length: 501 }, (_, n) => `video${String(n).padStart(6, "0")}`);
  const start = new Date("2026-11-20T08:00:00Z").getTime();
  for (let minute = 0; minute < 20; minute++) {
    const at = new Date(start + minute * 60_000);
    await Promise.allSettled([watcher().read(ids, at, quota), watcher().read(ids, at, quota)]);
  }
  expect(there.asked.every((a) => a.ids <= 50)).toBe(true);
  const [row] = await house.database.client<{ units: number }[]>`
    select units from watch_quota where account like 'youtube %' and units > 100`;
  expect(row!.units).toBe(there.asked.length);
  expect((there.asked.length * 1440) / 20).toBeLessThanOrEqual(2 * 8_000);
  // What is left of the day is for one of both, and then for nobody.
  await house.database.client`update watch_quota set units = 8000 - 11 where units > 100`;
  const late = new Date(start + 40 * 60_000);
  const said = await Promise.allSettled([watcher().read(ids, late, quota), watcher().read(ids, late, quota)]);
  expect(said.map((s) => s.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(JSON.stringify(await house.database.client`select account from watch_quota`)).not.toContain("yt-key");
  // Midnight in Los Angeles.
  await watcher().read(["video000000"], new Date("2026-11-21T08:00:00Z"), quota);
});

test("listeners of two channels are the shared audience", async () => {
  let at = 0;
  const hearing = openHearing({ elapsed: () => at });
  const who = (n: number) => n.toString(16).padStart(32, "0");
  for (let second = 0; second <= 60; second += 6) {
    at = second * 1000;
    for (let n = 0; n < 20; n++) hearing.heard("jazz", who(n), false);
    for (let n = 18; n < 22; n++) hearing.heard("pop", who(n), false);
  }
  expect([hearing.count("jazz"), hearing.count("pop")]).toEqual([20, 4]);
  const rows = hearing.take();
  const of = (room: string): Listened => rows.find((r) => r.room === room)!;
  expect(of("jazz").seconds).toBe(20 * 64);
  const home = { workspaceId: house.owner.workspaceId, counter: "one", at: house.clock.now };
  await inAct(house, async (act) => {
    await saveListened(act.db, { ...home, channel: jazz }, of("jazz"));
    await saveListened(act.db, { ...home, channel: pop }, of("pop"));
  });
  expect(await inAct(house, (act) => overlapOf(act, lastMinute()))).toEqual({ listeners: 22, shared: 2, part: 2 / 22 });
  at += 40_000;
  expect(hearing.count("jazz")).toBe(0);
  hearing.take();
  expect(hearing.rooms()).toEqual([]);
});

test("who takes part is counted once, however often the hour is counted", async () => {
  await countActivity(house, house.database, house.owner.workspaceId);
  const first = (await house.ask("audience show")).data as { item: { dau: number; interactions_per_hour: number } };
  expect(first.item.dau).toBe(1);
  await countActivity(house, house.database, house.owner.workspaceId);
  const second = (await house.ask("audience show")).data as typeof first;
  // Only what was asked in between came on top.
  expect(second.item.interactions_per_hour - first.item.interactions_per_hour).toBeLessThan(1);
});

test.each([
  ["icecast", "ftp://host/x"],
  ["icecast", "http://user:secret@host/x"],
  ["youtube", "not a video"],
  ["twitch", "a b"],
])("%s does not take %s", async (kind, target) =>
  expect((await house.ask("audience add", { channel: "noir-jazz", kind, target })).status).toBe("refused"),
);
