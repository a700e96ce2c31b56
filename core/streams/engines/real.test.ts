// Our lines and engines against the real programs, where this machine has them (Debian: icecast2, nginx with
// libnginx-mod-rtmp, liquidsoap). What is not here is skipped, and said to be.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { certificate, has, realIcecast, realLiquidsoap, realNginx } from "../../../test/real.ts";
import { hostile } from "../../../test/titles.ts";
import { icecast as icecastWatcher } from "../../audience/sources/icecast.ts";
import { openFfmpeg } from "../../ffmpeg/index.ts";
import { wav } from "../../studio/local/wav.ts";
import type { Heard, Plan, Words } from "../playout.ts";
import { openMixing } from "./mixer/playout.ts";
import { openRtmp, PICTURE, PICTURES, pictureList } from "./out/rtmp.ts";
import { liquidsoapPlayout } from "./plug/liquidsoap.ts";

const root = mkdtempSync(join(tmpdir(), "impresario-real-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const ffmpeg = await openFfmpeg({ env: process.env, log: { info() {}, warn() {} } });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 45_000, interval: 100 });

async function onAir(plan: Pick<Plan, "destinations" | "visual">) {
  const mixing = openMixing({
    live: root,
    ffmpegPath: undefined,
    ffmpeg: async () => ffmpeg,
    elapsed: () => performance.now(),
    warn() {},
  });
  ends.push(() => mixing.stop());
  const channel = `c${ends.length}`;
  const playout = mixing.playout(channel);
  const events: Heard[] = [];
  playout.on((event) => events.push(event));
  await playout.start({
    channel,
    slug: "noir-jazz",
    name: "Noir Jazz",
    hue: "#7d8594",
    crossfadeMs: 0,
    beatMatch: false,
    emergency: [],
    ...plan,
  });
  const stateOf = async (id: string) => (await playout.status()).destinations[id];
  return { playout, stateOf, events };
}

describe.skipIf(!has.icecast)("Icecast itself", () => {
  test("takes our source, shows titles as titles, and tells our audience how many listen", {
    timeout: 60_000,
  }, async () => {
    const server = await realIcecast();
    ends.push(server.close);
    const url = `http://127.0.0.1:${server.port}`;
    const { stateOf, playout } = await onAir({
      visual: "none",
      destinations: [
        { id: "ok", kind: "icecast", url: `icecast://source:hackme@127.0.0.1:${server.port}/live` },
        { id: "bad", kind: "icecast", url: `icecast://source:wrong@127.0.0.1:${server.port}/no` },
      ],
    });
    await poll(async () => (await stateOf("ok"))?.state).toBe("live");
    await poll(async () => (await stateOf("bad"))?.note).toMatch(/401/);
    const titles = hostile(40);
    for (const title of titles) await playout.metadata({ title, artist: "A" });
    await playout.metadata({ title: "Last & <b>best</b>", artist: "Ana" });
    const source = async () => {
      const said = (await (await fetch(`${url}/status-json.xsl`)).json()) as {
        icestats: { source?: Record<string, unknown> };
      };
      return said.icestats.source;
    };
    await poll(async () => (await source())?.title).toMatch(/Ana - Last & <b>best<\/b>|Ana - Last &amp;/);
    const listener = await fetch(`${url}/live`);
    const reader = listener.body!.getReader();
    let got = 0;
    while (got < 30_000) got += (await reader.read()).value?.length ?? 0;
    const target = `${url}/live`;
    const free = { spend: async () => true, rest: async () => {} };
    await poll(async () => (await icecastWatcher().read([target], new Date(), free)).get(target)).toEqual({
      viewers: 1,
    });
    await reader.cancel();
  });
});

describe.skipIf(!has.nginx || !ffmpeg)("nginx-rtmp itself", () => {
  const recorded = (folder: string) => readdirSync(folder).filter((n) => n.endsWith(".flv"));

  test("gets sound and the card with what plays and the open ballot, and the key stays ours", {
    timeout: 90_000,
  }, async () => {
    const server = await realNginx();
    ends.push(server.close);
    const { stateOf, playout } = await onAir({
      visual: "card",
      destinations: [{ id: "one", kind: "rtmp", url: `rtmp://localhost:${server.port}/live2/my-secret-key?auth=1` }],
    });
    await poll(async () => (await stateOf("one"))?.state).toBe("live");
    const stat = await (await fetch(`http://127.0.0.1:${server.http}/stat`)).text();
    expect(stat).toContain("<name>my-secret-key</name>");
    const words: Words = {
      title: "Rain at Nine",
      artist: "Ana",
      ballot: {
        question: "What is next on Noir Jazz?",
        choices: [
          { label: "Blue Window — Ana", share: 0.6 },
          { label: "Late Train", share: 0.4 },
          { label: "Smoke & Mirrors", share: 0 },
        ],
      },
      shout: { name: "Mia", words: "good evening from Lisbon" },
    };
    await playout.metadata(words);
    // The picture is told anew when the one before has been shown.
    const [name = ""] = recorded(server.folder);
    const frames = join(root, "frame.png");
    const bright = async () => {
      const taken = join(root, "taken.flv");
      writeFileSync(taken, readFileSync(join(server.folder, name)));
      await ffmpeg!
        .run(["-y", "-sseof", "-1", "-i", `file:${taken}`, "-frames:v", "1", `file:${frames}`])
        .catch(() => undefined);
      const raw = await ffmpeg!
        .run(["-i", `file:${frames}`, "-vf", "crop=900:40:100:368", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"])
        .catch(() => undefined);
      // Where the first choice stands: a bar, and words on it.
      return raw ? raw.stdout.filter((level) => level > 200).length : 0;
    };
    await poll(bright).toBeGreaterThan(100);
    const { stderr } = await ffmpeg!.run(
      ["-i", `file:${join(root, "taken.flv")}`, "-af", "volumedetect", "-vn", "-f", "null", "-"],
      { level: "info" },
    );
    expect(Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1])).toBeGreaterThan(-45);
  });

  test.skipIf(!has.openssl)(
    "over TLS: a certificate that nobody vouches for is refused, another one is not",
    { timeout: 60_000 },
    async () => {
      const server = await realNginx();
      ends.push(server.close);
      const { key, cert } = certificate(root);
      const front = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (near) => {
        const far = connect(server.port, "127.0.0.1");
        near.on("error", () => far.destroy());
        far.on("error", () => near.destroy());
        near.pipe(far).pipe(near);
      });
      await new Promise<void>((done) => front.listen(0, "127.0.0.1", done));
      ends.push(() => front.close());
      const { port } = front.address() as { port: number };
      const folder = mkdtempSync(join(root, "tls-"));
      await ffmpeg!.run([
        "-f",
        "lavfi",
        "-i",
        "color=s=320x180:r=5:d=4",
        "-c:v",
        "libx264",
        "-g",
        "20",
        `file:${join(folder, PICTURE)}`,
      ]);
      writeFileSync(join(folder, PICTURES), pictureList());
      const { stdout } = await ffmpeg!.run([
        "-f",
        "lavfi",
        "-i",
        "sine=d=4:r=48000",
        "-c:a",
        "aac",
        "-f",
        "adts",
        "pipe:1",
      ]);
      const clock = { elapsed: () => performance.now(), random: Math.random };
      const url = `rtmps://localhost:${port}/live2/tls-key`;
      const open = () =>
        new Promise<string>((done) => {
          const line = openRtmp(ffmpeg!, url, folder, clock, { live: () => done("live"), failed: (why) => done(why) });
          const feed = setInterval(() => line.write({ bytes: stdout.subarray(0, 4_000), samples: 1024 }), 100);
          ends.push(() => {
            clearInterval(feed);
            line.stop("drop");
          });
        });
      expect(await open()).toMatch(/self.signed/);
      expect(recorded(server.folder)).toEqual([]);
      const before = getCACertificates("default");
      ends.push(() => setDefaultCACertificates(before));
      setDefaultCACertificates([...before, readFileSync(cert, "utf8")]);
      expect(await open()).toBe("live");
      await poll(() => recorded(server.folder)).toEqual(["tls-key.flv"]);
    },
  );
});

describe.skipIf(!has.liquidsoap)("Liquidsoap itself", () => {
  test("plays our items one after the other, skips, and is told ids and paths alone", { timeout: 90_000 }, async () => {
    const server = await realLiquidsoap("secret");
    ends.push(server.close);
    const tone = (hertz: number, seconds: number) =>
      Float32Array.from({ length: 44_100 * seconds }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hertz * i) / 44_100));
    const { folder } = server;
    const idOf = (n: number) => `01a1fc53-e0be-71f8-a257-${String(n).padStart(12, "0")}`;
    const item = (n: number, seconds: number) => {
      const file = join(folder, `song-${n}.wav`);
      const side = tone(200 * n, seconds);
      writeFileSync(file, wav([side, side], 44_100), { mode: 0o644 });
      return { id: idOf(n), asset: "a", kind: "song" as const, file, title: hostile(n).at(-1)!, seconds };
    };
    const url = `http://127.0.0.1:${server.port}`;
    const playout = liquidsoapPlayout({ url, key: "secret", everyMs: 200, wall: Date.now });
    const events: Heard[] = [];
    playout.on((event) => events.push(event));
    ends.push(() => playout.stop("drop"));
    await expect(liquidsoapPlayout({ url, key: "wrong", wall: Date.now }).start({} as Plan)).rejects.toThrow("403");
    await playout.start({} as Plan);
    const kinds = () => events.filter((e) => e.kind !== "wants-next").map((e) => `${e.kind} ${e.item?.slice(-1)}`);
    await playout.push(item(1, 3));
    await playout.push(item(2, 60));
    await playout.push(item(2, 60));
    await poll(kinds).toEqual(["heard 1", "ended 1", "heard 2"]);
    await playout.skip(idOf(2));
    await poll(kinds).toEqual(["heard 1", "ended 1", "heard 2", "ended 2"]);
    await playout.push({ ...item(3, 3), file: join(folder, "not-there.wav") });
    await poll(kinds).toContain("failed 3");
    expect(server.said()).not.toMatch(/process:/);
  });
});
