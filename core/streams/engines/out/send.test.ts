// The lines to other servers, against emulators: each on its own, begun anew when it fails, and never read as anything
// but sound and plain text.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { icecastServer } from "../../../../test/emulators/icecast/server.ts";
import { rtmpServer } from "../../../../test/emulators/rtmp/server.ts";
import { hostile } from "../../../../test/titles.ts";
import { openFfmpeg } from "../../../ffmpeg/index.ts";
import type { DestinationPlan, Heard, Plan } from "../../playout.ts";
import { type MixerHouse, openMixing } from "../mixer/playout.ts";
import { openIcecast } from "./icecast.ts";

const root = mkdtempSync(join(tmpdir(), "impresario-send-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A channel in the real thread, by the real clock; with nothing to play it plays its bed. */
async function onAir(destinations: DestinationPlan[], more: { ffmpegPath?: string } = {}) {
  const house: MixerHouse = {
    live: root,
    ffmpegPath: more.ffmpegPath,
    ffmpeg: async () => (more.ffmpegPath === "off" ? undefined : ffmpeg),
    elapsed: () => performance.now(),
    warn() {},
  };
  const mixing = openMixing(house);
  ends.push(() => mixing.stop());
  const playout = mixing.playout(`c${ends.length}${Math.random()}`.replace(".", ""));
  const events: Heard[] = [];
  playout.on((event) => events.push(event));
  const plan: Plan = {
    channel: "c",
    slug: "c",
    name: "C\r\nIce-Public: 1",
    hue: "#7d8594",
    crossfadeMs: 0,
    beatMatch: false,
    visual: "card",
    destinations,
    emergency: [],
  };
  await playout.start(plan);
  const stateOf = async (id: string) => (await playout.status()).destinations[id]?.state;
  return { playout, events, stateOf, plan };
}
const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 45_000, interval: 50 });

describe("Icecast", () => {
  test("takes our sound and titles; a server that falls is found again, another one never notices", {
    timeout: 60_000,
  }, async () => {
    const [one, two] = [await icecastServer(), await icecastServer()];
    ends.push(one.close, two.close);
    const { stateOf, playout } = await onAir(
      [
        { id: "one", kind: "icecast", url: one.url("/a") },
        { id: "two", kind: "icecast", url: two.url("/b") },
        { id: "bad", kind: "icecast", url: one.url("/c").replace("hackme", "wrong") },
      ],
      { ffmpegPath: "off" },
    );
    await poll(() => stateOf("one")).toBe("live");
    await poll(() => stateOf("two")).toBe("live");
    expect(await stateOf("bad")).toBe("failed");
    await playout.metadata({ title: "Blue\r\nTrain & more", artist: "A" });
    await poll(() => one.titles).toContainEqual({ mount: "/a", song: "A - Blue Train & more" });
    expect(one.mounts.get("/a")).toMatchObject({ type: "audio/mpeg", name: "C??Ice-Public: 1" });
    await poll(() => one.mounts.get("/a")!.bytes.length).toBeGreaterThan(20_000);
    const before = two.mounts.get("/b")!.bytes.length;
    one.cut();
    await poll(() => one.mounts.get("/a")!.live).toBe(true);
    await poll(() => stateOf("one")).toBe("live");
    await poll(() => two.mounts.get("/b")!.bytes.length).toBeGreaterThan(before);
    expect(await stateOf("two")).toBe("live");
  });

  test("a thousand hostile titles are titles", async () => {
    const server = await icecastServer();
    ends.push(server.close);
    let live = false;
    const line = openIcecast(server.url("/x"), "mp3", { name: "X" }, { live: () => (live = true), failed() {} });
    await poll(() => live).toBe(true);
    const titles = hostile(1000);
    // One at a time: of several that wait, only the last is told.
    for (const [n, title] of titles.entries()) {
      line.words({ title });
      while (server.titles.length <= n) await new Promise((done) => setImmediate(done));
    }
    line.words({ title: "first" });
    line.words({ title: "second" });
    line.words({ title: "third" });
    await poll(() => server.titles.at(-1)?.song).toBe("third");
    expect(server.titles.length).toBeLessThanOrEqual(1002);
    line.stop("drop");
    expect(server.titles.every((t) => t.mount === "/x" && !/\p{Cc}/u.test(t.song))).toBe(true);
    expect([...server.mounts.keys()]).toEqual(["/x"]);
  });
});

describe.skipIf(!ffmpeg)("RTMP", () => {
  const at = (port: number) => `rtmp://localhost:${port}/live2/my-key?x=1`;

  test("sound and picture arrive, one that refuses keeps nobody waiting, and the key is said to nobody", {
    timeout: 60_000,
  }, async () => {
    const [good, bad] = [await rtmpServer(), await rtmpServer()];
    ends.push(good.close, bad.close);
    bad.faults.refuse = true;
    const { stateOf, playout } = await onAir([
      { id: "good", kind: "rtmp", url: at(good.port) },
      { id: "bad", kind: "rtmp", url: at(bad.port) },
    ]);
    const sent = (what: "audio" | "video") => good.published.reduce((sum, p) => sum + p[what], 0);
    await poll(() => sent("audio")).toBeGreaterThan(2_000);
    await poll(() => sent("video")).toBeGreaterThan(500);
    expect(good.published[0]).toMatchObject({ app: "live2", key: "my-key?x=1" });
    expect(good.published[0]!.tcUrl).toBe(`rtmp://localhost:${good.port}/live2`);
    await poll(() => stateOf("bad")).toBe("failed");
    expect(JSON.stringify(await playout.status())).not.toContain("my-key");
    // Nor to who lists what runs on this machine.
    if (!existsSync("/proc/self/cmdline")) return;
    const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const lines = running.map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    });
    expect(lines.filter((line) => line.includes("-rtmp_playpath"))).not.toEqual([]);
    expect(lines.filter((line) => line.includes("my-key"))).toEqual([]);
  });

  // Minutes on a busy machine: `npm run chaos`.
  test.runIf(process.env.CHAOS)(
    "a line that is cut begins anew; one that stalls keeps nobody waiting, and what plays goes on",
    { timeout: 180_000 },
    async () => {
      const [good, slow] = [await rtmpServer(), await rtmpServer()];
      ends.push(good.close, slow.close);
      slow.faults.stall = true;
      const { stateOf, playout, plan } = await onAir([
        { id: "good", kind: "rtmp", url: at(good.port) },
        { id: "slow", kind: "rtmp", url: at(slow.port) },
      ]);
      const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 60_000, interval: 50 });
      await soon(() => stateOf("good")).toBe("live");
      good.cut();
      await soon(() => good.published.length).toBe(2);
      expect(good.published[0]!.ended).toBe("cut");
      await soon(() => good.published[1]!.audio).toBeGreaterThan(5_000);
      await playout.change({ ...plan, destinations: [] });
      await soon(() => good.published[1]!.ended).toBeDefined();
      expect((await playout.status()).state).toBe("on");
    },
  );
});
