// Films in steps, through the real engine: what is done is not paid again, what is missing is said, what is stopped stops.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  type Answered,
  type Call,
  makeCover,
  openProviders,
  type Provider,
  ProviderError,
} from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, song, tone } from "../test/provider.ts";
import { makeWork } from "../test/works.ts";
import { batchJob } from "./batch.ts";
import { filmJobs } from "./film.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
afterEach(() => shop.close());

const open = async (...providers: Provider[]) => {
  shop = await workshop({
    providers,
    handlers: [makeJob, batchJob, ...filmJobs],
    slots: { make: 4, quick: 4, long: 2 },
  });
  return shop.house;
};
const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
const steps = async () =>
  Object.fromEntries(
    (await rows<{ name: string; status: string }>("select name, status from film_step order by number")).map((s) => [
      s.name,
      s.status,
    ]),
  );
const ended = async (run: string) => {
  for (;;) {
    const reply = await shop.house.answer(run);
    if (reply && reply.status !== "running") return reply;
    shop.house.clock.pass(1000);
    await new Promise((done) => setTimeout(done, 40));
  }
};

const WORDS = "SAY: One two three.\nSHOW: a street\nSAY: Four %{pts} 'five'.\nSHOW: a bridge";
const made = (type: string, bytes: Uint8Array): Answered => ({
  state: "done",
  made: [{ role: "main", type, name: "made", from: { bytes } }],
});

/** One for each kind, so that calls can be counted. */
async function crew(more: Record<string, (call: Call) => Promise<Answered>> = {}) {
  const png = Buffer.from(await makeCover({ genre: "noir-jazz", seed: 1, title: "", width: 128, height: 128 }));
  const text: Answered = {
    state: "done",
    made: [{ role: "main", type: "text/plain", name: "s.txt", from: { text: WORDS } }],
  };
  const answers: Record<string, Answered> = {
    script: text,
    voice: made("audio/wav", tone(4)),
    scene: made("image/png", png),
    song: song(tone(10)),
  };
  return Object.fromEntries(
    Object.entries(answers).map(([kind, answer]) => [
      kind,
      provider({ slug: kind, kind: kind as "song", price: 1000n, submit: more[kind] ?? (async () => answer) }),
    ]),
  ) as Record<"script" | "voice" | "scene" | "song", ReturnType<typeof provider>>;
}

type Item = {
  facts: Record<string, unknown>;
  parts: Record<string, string>;
  cost: { amount: string };
  seconds: number;
};

test("a step that fails ends the film with its reason; asked for again, only that step is paid again", async () => {
  let broken = true;
  const all = await crew();
  const { submit } = all.scene;
  all.scene.submit = async (call) => {
    if (broken && call.wish.prompt.startsWith("a bridge"))
      throw new ProviderError("invalid", "I cannot draw a bridge.");
    return submit(call);
  };
  const house = await open(...Object.values(all));
  const asked = await house.ask("generate video", {
    pipeline: "draft",
    prompt: "Bridges of Oslo. And more.",
    seconds: 5,
  });
  expect(asked.problem).toBeUndefined();
  const first = await ended(asked.run);
  expect(first.status).toBe("failed");
  expect(first.problem?.detail ?? first.view.text).toContain("I cannot draw a bridge.");
  expect(await steps()).toMatchObject({
    script: "done",
    voice: "done",
    music: "done",
    sound: "done",
    pictures: "failed",
    master: "waiting",
  });
  broken = false;
  const [{ batch }] = (await rows<{ batch: string }>("select id as batch from batch where part_of is null")) as [
    { batch: string },
  ];
  const again = await house.ask("generate again", { batch });
  const reply = await ended(again.run);
  expect(reply.view.text).toBe("Bridges of Oslo is ready.");
  expect(Object.values(await steps()).every((s) => s === "done")).toBe(true);
  expect([all.script.calls, all.voice.calls, all.song.calls, all.scene.calls].map((c) => c.length)).toEqual([
    1, 1, 1, 2,
  ]);
  const [{ id }] = reply.data!.items as [{ id: string }];
  const { item } = (await house.ask("library show", { asset: id })).data as { item: Item };
  // Script, voice, music and two pictures; what was refused cost nothing.
  expect(item).toMatchObject({
    kind: "video",
    seconds: 5.5,
    cost: { amount: "0.005000" },
    provider: "scene + script + song + voice",
  });
  expect(item.facts).toMatchObject({
    left: [],
    text: "One two three.\n\nFour %{pts} 'five'.",
    lufs: expect.closeTo(-14, 0),
  });
  expect((item.facts.renditions as { shape: string; burnt: boolean }[]).map((r) => [r.shape, r.burnt])).toEqual([
    ["9:16", false],
    ["9:16", true],
    ["1:1", true],
    ["16:9", true],
  ]);
  const file = (asset: string) => readFileSync(join(house.files, house.owner.workspaceId, asset));
  expect(String(file(item.parts.vtt!))).toContain("Four %{pts} 'five'.");
  for (const name of [id, item.parts.vertical!, item.parts.wide!])
    expect(file(name).toString("latin1", 4, 8)).toBe("ftyp");
  // The library holds the film; its parts are not works of their own, and nothing is reserved any more.
  expect(await rows("select kind from work")).toEqual([{ kind: "video" }]);
  expect(await rows("select count(*)::int as n from hold where status = 'held'")).toEqual([{ n: 0 }]);
  expect((await house.ask("review approve", { asset: id })).status).toBe("done");
}, 120_000);

test("without any key: the person's words, local pictures and music, and no voice", async () => {
  const house = await open(...openProviders({ read: () => undefined }));
  const asked = await house.ask("generate video", {
    pipeline: "draft",
    seconds: 5,
    genre: "noir-jazz",
    prompt: "雨の夜。ネオンの街。",
    language: "ja",
  });
  expect(asked.problem).toBeUndefined();
  // What comes after is the same for every film.
  await expect.poll(async () => (await steps()).master, { timeout: 60_000 }).toBe("working");
  expect(await steps()).toMatchObject({
    script: "done",
    music: "done",
    pictures: "done",
    voice: "skipped",
    sound: "done",
  });
  const [captions] = await rows<{ result: { timeline: { cues: { text: string }[] } } }>(
    "select result from film_step where name = 'captions'",
  );
  expect(captions!.result.timeline.cues.map((c) => c.text)).toEqual(["雨の夜。", "ネオンの街。"]);
  expect(await rows("select distinct status, cost::int from attempt")).toEqual([{ status: "done", cost: 0 }]);
  expect((await house.ask("generate video", { pipeline: "nothing" })).problem).toMatchObject({ kind: "options" });
  expect((await house.ask("generate video", { pipeline: "short", seconds: 1000 })).problem).toMatchObject({
    kind: "options",
  });
}, 120_000);

test("a voice that nobody has is left out; a film that is stopped calls back what is under way", async () => {
  const cancelled: string[] = [];
  const all = await crew({ scene: async ({ attempt }) => ({ state: "accepted", task: attempt }) });
  all.scene.query = async () => ({ state: "running" });
  all.scene.cancel = async (task) => {
    cancelled.push(task);
    return "cancelled";
  };
  const house = await open(all.script, all.scene, all.song);
  const asked = await house.ask("generate video", { pipeline: "short", prompt: "Bridges", seconds: 5 });
  await expect.poll(async () => (await steps()).sound, { timeout: 60_000 }).toBe("done");
  expect(await steps()).toMatchObject({ voice: "skipped", pictures: "working" });
  await house.ask("job cancel", { job: asked.job! });
  await expect
    .poll(
      async () => {
        house.clock.pass(5000);
        return rows("select status from item where kind = 'video'");
      },
      { timeout: 60_000 },
    )
    .toEqual([{ status: "cancelled" }]);
  expect(cancelled).toHaveLength(2);
  expect(await rows("select distinct status from item where kind = 'scene'")).toEqual([{ status: "cancelled" }]);
  expect(await rows("select count(*)::int as n from job where status in ('waiting', 'running')")).toEqual([{ n: 0 }]);
}, 120_000);

test("nobody says what it is about: what worked is; a model may choose among it, and is asked once", async () => {
  const all = await crew();
  const asked: string[] = [];
  const chooser = provider({
    slug: "chooser",
    kind: "caption",
    price: 1000n,
    submit: async ({ wish }) => {
      asked.push(wish.prompt);
      const text = "2: as a letter to a friend";
      return { state: "done", made: [{ role: "main", type: "text/plain", name: "t.txt", from: { text } }] };
    },
  });
  const scripts: string[] = [];
  // It goes no further: what it is told is what is looked at.
  all.script.submit = async ({ wish }) => {
    scripts.push(wish.prompt);
    throw new ProviderError("invalid", "Not today.");
  };
  const house = await open(...Object.values(all), chooser);
  await makeWork(house, { title: "Neon Bay", status: "approved" });
  await makeWork(house, { title: "Trains", status: "approved", asker: house.owner, asked: "trains at night" });
  const film = await house.ask("generate video", { pipeline: "draft", seconds: 5 });
  expect((await ended(film.run)).status).toBe("failed");
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/1\. "Neon Bay" .* 2\. "trains at night" /);
  expect(scripts.map((p) => p.includes("trains at night. as a letter to a friend"))).toEqual([true]);
  // Asked for again, what was looked at and chosen stays.
  const [{ batch }] = (await rows<{ batch: string }>("select id as batch from batch where kind = 'video'")) as [
    { batch: string },
  ];
  await ended((await house.ask("generate again", { batch })).run);
  expect([asked.length, scripts.length]).toEqual([1, 2]);
  expect(await steps()).toMatchObject({ look: "done", topic: "done", script: "failed" });
});
