// Our own machine through the studio's own eyes: what it makes passes the gate that everybody's work passes.
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pass } from "../gate.ts";
import { gather } from "../gather.ts";
import { type Kind, ProviderError, type Wish } from "../provider.ts";
import { localProvider } from "./local.ts";

const local = localProvider();
const order = async (wish: Partial<Wish> & { kind: Kind }, signal = new AbortController().signal) => {
  const whole: Wish = { title: "Noir Jazz", prompt: "noir jazz", genre: "noir-jazz", seed: 7, ...wish };
  const capability = local.capabilities.find((c) => c.kind === wish.kind)!;
  const answer = await local.submit({ wish: whole, capability, attempt: "a", signal, progress: () => {} });
  if (answer.state !== "done") throw new Error(answer.state);
  return { wish: whole, ...answer, ...(await gather(answer.made, { signal })) };
};

test("a song is heard by the gate as it was composed, and comes with its notes", async () => {
  const { wish, files, done, cost } = await order({ kind: "song", seconds: 20 });
  expect(cost).toBe(0n);
  expect(files.map((f) => f.role)).toEqual(["main", "midi"]);
  const passed = await pass(wish, files[0]!);
  await done();
  expect(passed.quality).toBeGreaterThan(0.8);
  expect(passed.seconds).toBeGreaterThan(14);
  expect(passed.facts).toMatchObject({ genre: "noir-jazz", type: "audio/mpeg", key: expect.stringContaining("minor") });
});

test("a loop ends where it begins: not a sample more than its bars", async () => {
  const { wish, files, done } = await order({ kind: "loop", genre: "fitness-beats", seconds: 15 });
  const { facts, seconds } = await pass(wish, files[0]!);
  await done();
  const bars = (facts.sections as { bars: number }[]).reduce((sum, s) => sum + s.bars, 0);
  expect(seconds).toBeCloseTo((bars * 4 * 60) / (facts.bpm as number), 2);
});

test.each(["1:1", "16:9", "9:16"] as const)("a picture of %s", async (ratio) => {
  const { wish, files, done } = await order({ kind: "cover", ratio, asked: "Rain on glass" });
  const { facts } = await pass(wish, files[0]!);
  await done();
  const [w, h] = ratio.split(":").map(Number) as [number, number];
  expect(facts).toMatchObject({ type: "image/png", title: "Rain on glass" });
  expect((facts.width as number) / (facts.height as number)).toBeCloseTo(w / h, 1);
});

test("every kind of words has some, and hostile words stay words", async () => {
  for (const kind of ["post", "caption", "script", "case_study", "press_release"] as const) {
    const { wish, files, done } = await order({ kind, asked: "<b>@everyone</b>\u0000 {mood}" });
    const { facts } = await pass(wish, files[0]!);
    await done();
    expect(String(facts.text).length).toBeGreaterThan(10);
  }
});

test("stopped in the middle, it stops", async () => {
  const stop = new AbortController();
  const making = order({ kind: "song" }, stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(making).rejects.toThrow("enough");
});

test("what is no sound is refused, whatever it is called", async () => {
  const folder = await mkdtemp(join(tmpdir(), "impresario-gate-"));
  const file = join(folder, "song.mp3");
  const wish: Wish = { kind: "song", title: "", prompt: "", seed: 1 };
  for (const bytes of ["", "<html>busy</html> and some more words", "RIFF\0\0\0\0WAVEfmt nothing after this"]) {
    writeFileSync(file, bytes);
    const gathered = { role: "main", type: "audio/mpeg", name: "song.mp3", file, bytes: bytes.length, facts: {} };
    await expect(pass(wish, gathered)).rejects.toThrow(ProviderError);
  }
  await rm(folder, { recursive: true });
});

test("a visualizer is a film with a song of its own, and passes the gate as one", async () => {
  const { wish, files, done } = await order({ kind: "visualizer", seconds: 5, ratio: "1:1" });
  const { facts, seconds } = await pass(wish, files[0]!);
  await done();
  expect(files.map((f) => f.role)).toEqual(["main"]);
  expect(facts).toMatchObject({ type: "video/mp4", genre: "noir-jazz", width: 480, height: 480 });
  expect(seconds).toBeGreaterThan(4);
});
