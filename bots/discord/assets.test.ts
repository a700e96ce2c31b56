// Made files go along with an answer where the server takes them, and are a link where it does not.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { saveAsset } from "../../core/assets/index.ts";
import { command, whole } from "../../core/command/index.ts";
import { painter } from "../../core/view/chart/index.ts";
import { type Block, view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { slash } from "../../test/emulators/discord/interactions.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";
import { prepare } from "./ready.ts";

const song = command({
  name: "song",
  says: "Show a made song.",
  role: "member",
  options: { bytes: whole("How large.", { max: 50_000_000 }) },
  async run({ options, act }) {
    const made = await saveAsset(act, {
      kind: "song",
      type: "audio/mpeg",
      name: "song.mp3",
      bytes: new Uint8Array(options.bytes),
    });
    return view(`A song of ${options.bytes}.`, {
      kind: "audio",
      url: `/assets/${made.id}`,
      asset: made.id,
      title: "Ночь & Noir Jazz №1",
      alt: "A song",
      type: "audio/mpeg",
      seconds: 187,
    });
  },
});
const album = command({
  name: "album",
  says: "Show all kinds of made files.",
  role: "member",
  async run({ act }) {
    const save = async (type: string, n: number) =>
      (await saveAsset(act, { kind: "any", type, name: "any", bytes: new Uint8Array(n) })).id;
    const cover = await save("image/png", 100);
    const film = await save("video/mp4", 200);
    const list = await save("text/csv", 300);
    const blocks: Block[] = [
      { kind: "picture", url: `/assets/${cover}`, asset: cover, alt: "A cover", type: "image/png" },
      { kind: "video", url: `/assets/${film}`, alt: "A film", title: "Film", type: "video/mp4" },
      { kind: "file", url: `/assets/${list}`, name: "Plays of May.csv", type: "text/csv", bytes: 300 },
      { kind: "file", url: `/assets/${act.newId()}`, name: "gone.csv", type: "text/csv", bytes: 300 },
    ];
    return view("The album.", ...blocks);
  },
});
const many = command({
  name: "many",
  says: "Show many made files.",
  role: "member",
  async run({ act }) {
    const blocks: Block[] = [];
    for (let n = 0; n < 12; n++) {
      const { id } = await saveAsset(act, {
        kind: "any",
        type: "image/png",
        name: "any",
        bytes: new Uint8Array(n < 6 ? 5_000_000 : 10),
      });
      blocks.push({ kind: "picture", url: `/assets/${id}`, asset: id, alt: `Shot ${n}`, type: "image/png" });
    }
    return view("Many.", ...blocks);
  },
});

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [song, album, many], env: { BASE_URL: "https://radio.example" } });
});
afterEach(() => {
  own.discord.fault = () => undefined;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const at = (more = {}) => ({ at: own.web.house.clock.now, ...more });
const words = (shown: Shown | undefined) => JSON.stringify(shown?.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 15_000 });
const lost = (part: string) =>
  inWorkspace(own.web.house.database, own.web.house.owner.workspaceId, async (tx) => {
    const [row] = await rawOf(tx)<{ lost: string[] | null }[]>`
      select lost from outbox where view->>'text' like ${`%${part}%`} and status = 'sent'`;
    return row?.lost ?? [];
  });

test("a song is sent along, under a name that Discord keeps", async () => {
  await own.hear(slash("song", { bytes: 1000 }, at()));
  await showing("A song of 1000").toBe(1);
  const [shown] = shownWith("A song of 1000");
  expect(shown?.files).toEqual(["noir-jazz-no1-1.mp3"]);
  expect(words(shown)).toContain('{"type":13,"file":{"url":"attachment://noir-jazz-no1-1.mp3"}}');
  expect(words(shown)).toContain("3:07");
});

test("pictures, films and files go along too, and what is gone is a link", async () => {
  await own.hear(slash("album", {}, at()));
  await showing("The album").toBe(1);
  const [shown] = shownWith("The album");
  expect(shown?.files).toEqual(["a-cover-1.png", "film-2.mp4", "plays-of-may-3.csv"]);
  expect(words(shown)).toMatch(/"style":5,"label":"gone.csv","url":"https:\/\/radio.example\/assets\//);
  await expect.poll(() => lost("album")).toEqual(["file: too large to send along, or gone; its link"]);
});

test("what is larger than the server takes is a link; a server that takes more gets it", async () => {
  const large = 10_485_761;
  await own.hear(slash("song", { bytes: large }, at()));
  await showing(`A song of ${large}`).toBe(1);
  expect(shownWith(`A song of ${large}`)[0]?.files).toEqual([]);
  expect(words(shownWith(`A song of ${large}`)[0])).toContain("https://radio.example/assets/");
  own.discord.most = 20_000_000;
  await own.hear(slash("song", { bytes: large + 1 }, at({ most: 20_000_000 })));
  await showing(`A song of ${large + 1}`).toBe(1);
  expect(shownWith(`A song of ${large + 1}`)[0]?.files).toHaveLength(1);
  own.discord.most = 10_485_760;
}, 30_000);

test("a server that takes less than it said gets the words and the link", async () => {
  own.discord.most = 500;
  await own.hear(slash("song", { bytes: 1001 }, at()));
  await showing("A song of 1001").toBe(1);
  expect(shownWith("A song of 1001")[0]?.files).toEqual([]);
  own.discord.most = 10_485_760;
}, 30_000);

test("more files than one message holds go on in the next", async () => {
  await own.hear(slash("many", {}, at()));
  await expect
    .poll(() => [...own.discord.messages.values()].filter((m) => m.files.some((f) => f.startsWith("shot"))).length, {
      timeout: 15_000,
    })
    .toBe(2);
  const all = [...own.discord.messages.values()].flatMap((m) => m.files.filter((f) => f.startsWith("shot")));
  expect(all).toHaveLength(12);
}, 30_000);

test("a repetition of an answer that was lost on the way shows its file once", async () => {
  let left = 1;
  own.discord.fault = ({ path }) =>
    path.includes("@original") && left-- > 0 ? { kind: "drop", late: true } : undefined;
  await own.hear(slash("song", { bytes: 1002 }, at()));
  await showing("A song of 1002").toBe(1);
  await expect.poll(() => shownWith("A song of 1002")[0]?.edits, { timeout: 8000 }).toBe(2);
  expect(shownWith("A song of 1002")).toHaveLength(1);
});

test("somebody's path in a view leads to no file of ours", async () => {
  const folder = join(own.web.house.files, own.web.house.owner.workspaceId);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "..", "secret"), "secret");
  const message = {
    id: own.web.house.sources.newId(),
    workspaceId: own.web.house.owner.workspaceId,
    view: view("x", { kind: "file", url: "/x", asset: "../secret", name: "x", type: "text/plain", bytes: 6 } as never),
  };
  const { parts } = await prepare(own.web.house, {}, message as never, {});
  expect(parts.flatMap((p) => p.files)).toEqual([]);
});

test("a chart brings its own ground: it reads as well in a light window as in a dark one", async () => {
  const paint = painter();
  try {
    const chart = {
      form: "bar" as const,
      title: "P",
      unit: "number" as const,
      labels: ["a"],
      series: [{ name: "n", values: [1] }],
    };
    const png = Buffer.from(await paint.render(chart, { theme: "dark", locale: "en" }));
    // The colour type in the header: 6 has an alpha, which then must be full in every pixel.
    const chunks: Buffer[] = [];
    for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
      if (png.toString("latin1", at + 4, at + 8) === "IDAT")
        chunks.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    const width = png.readUInt32BE(16);
    const type = png[25];
    const raw = inflateSync(Buffer.concat(chunks));
    // The first row has no row above it: without a filter, or with one that adds its left neighbour.
    expect([2, 3, 6]).toContain(type);
    if (type === 6) {
      let alpha = 0;
      for (let x = 0; x < width; x++) {
        const value = raw[1 + x * 4 + 3]!;
        alpha = raw[0] === 1 ? (alpha + value) & 255 : value;
        expect(alpha).toBe(255);
      }
    }
  } finally {
    paint.close();
  }
});
