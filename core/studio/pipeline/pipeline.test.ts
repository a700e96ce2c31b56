// The parts of a film that are rules: what a pipeline may be, what a script says, where lines end, when captions are read.
import fc from "fast-check";
import { expect, test } from "vitest";
import { emsOf } from "../local/cover/cover.ts";
import { srt, vtt } from "./captions.ts";
import { canWrite } from "./film/plates.ts";
import { balanced, cuesIn, piecesOf } from "./lines.ts";
import { before, plans, readPlan } from "./plan.ts";
import { scenesOf } from "./script.ts";
import { spokenText, timelineOf } from "./timeline.ts";

const plan = (steps: string) => () =>
  readPlan({ name: "x", title: "X", head: `\nversion: 1\nseconds: 30\nscenes: 4\nsteps:\n${steps}\n` });
const GOOD = `  script: write
  music: play
  pictures: draw needs=script
  captions: caption needs=script
  sound: mix needs=music,captions
  film: render needs=pictures,sound`;

test("every pipeline of the house can be made; steps name only what is above them", () => {
  const all = plans();
  expect(all.map((p) => p.name)).toEqual(["draft", "short", "teaser"]);
  expect(all[1]!.steps.map((s) => s.options.shape).filter(Boolean)).toEqual(["9:16", "1:1", "16:9"]);
  expect(before(all[0]!.steps, "check")).toEqual(
    new Set(["look", "topic", "master", "pictures", "sound", "script", "music", "captions", "voice"]),
  );
});

test.each([
  ["  film: dance", '"film: dance" is no step'],
  ["  a: write\n  a: write", "a is there twice"],
  ["  a: speak needs=b\n  b: write", "a needs b, which is no step above it"],
  ["  a: speak", "a needs a step that can write"],
  ["  a: write", "Nothing is rendered"],
  [GOOD.replace("needs=music,captions", "needs=captions"), "sound needs a step that can play"],
  [GOOD.replace("music: play", "music: play optional"), "sound needs a step that can play"],
  [`${GOOD} shape=4:3`, 'no "shape=4:3"'],
  [`${GOOD} lines=9`, 'no "lines=9"'],
  [`${GOOD} captions=maybe`, 'no "captions=maybe"'],
  [GOOD.replace("write", "write shape=1:1"), 'no "shape=1:1"'],
  ["", "There are no steps"],
])("a pipeline that could never end is refused: %#", (steps, why) => {
  expect(plan(steps)).toThrow(why);
  expect(plan(GOOD)).not.toThrow();
});

test("a script is read however a model marks it, and without marks by its sentences", () => {
  const marked = [
    "Here you are:",
    "**SCENE 1**",
    "1. **SAY:** Rain in Tokyo.",
    "   SHOW: a wet street",
    "- say： 二番目です。",
    "SAY: “Third.”\nand more of it",
    "SHOW: neon",
  ].join("\n");
  expect(scenesOf(marked, 9)).toEqual([
    { say: "Rain in Tokyo.", show: "a wet street" },
    { say: "二番目です。", show: "二番目です。" },
    { say: "Third.” and more of it", show: "neon" },
  ]);
  const plain = "HOOK (0:00)\nStop. Look!\n\nASK (0:20)\nWhich one?";
  expect(scenesOf(plain, 2).map((s) => s.say)).toEqual(["Stop.", "Look! Which one?"]);
  expect(scenesOf("一つ。「二つ」と言う。三つ。", 3, "ja").map((s) => s.say)).toEqual([
    "一つ。",
    "「二つ」と言う。",
    "三つ。",
  ]);
  expect(scenesOf("", 4)).toHaveLength(1);
});

test("lines end between words, in Japanese and Korean too, and never before a mark that closes", () => {
  expect(balanced("ネオンの光が、雨に濡れた「シティポップ」の街を照らしている。", 12, "ja")).toEqual([
    "ネオンの光が、雨に濡れた",
    "「シティポップ」の街を",
    "照らしている。",
  ]);
  expect(balanced("비 오는 밤, 네온사인 아래에서 듣는 시티팝은 언제나 특별합니다.", 14, "ko")).toEqual([
    "비 오는 밤, 네온사인",
    "아래에서 듣는 시티팝은",
    "언제나 특별합니다.",
  ]);
  expect(balanced("a".repeat(100), 10)).toHaveLength(6);
  const words = fc.array(fc.constantFrom("rain", "「夜」", "の", "東京、", "ッ", "비가", "(so)", "…", "W".repeat(40)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 30 }), (some, most) => {
      const text = some.join(" ");
      const lines = balanced(text, most, "ja");
      expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      expect(piecesOf(text, "ja").join("")).toBe(text);
      for (const line of lines) if (emsOf(line) > most) expect(piecesOf(line, "ja").length).toBeLessThan(4);
    }),
    { numRuns: 200 },
  );
});

const SCENES = scenesOf("SAY: One two three. Four five.\nSHOW: a\nSAY: Six seven eight nine.\nSHOW: b", 2);

test("captions follow the voice: its own times, its pauses, or the length of the words", () => {
  const text = spokenText(SCENES);
  const at = (words: string) => text.indexOf(words);
  // Told by the provider: "Four" begins at 4, "Six" at 5.
  const starts = [...text].map((_, n) => (n < at("Four") ? n / 10 : n < at("Six") ? 4 + n / 1000 : 5 + n / 1000));
  const told = timelineOf(SCENES, 30, { seconds: 8, starts, pauses: [1] });
  expect(told.cues.map((c) => Math.round(c.from * 10) / 10)).toEqual([0.3, 4.3, 5.3]);
  expect(told.seconds).toBe(9.5);
  // Heard: a pause near where the sentence should end is its end; one far away is not.
  const heard = timelineOf(SCENES, 30, { seconds: 9, pauses: [0.5, 2.5, 5.2] });
  expect(heard.cues.map((c) => c.from)).toEqual([0.3, 2.8, 5.5]);
  expect(heard.scenes).toEqual([
    { from: 0, to: 5.5 },
    { from: 5.5, to: 10.5 },
  ]);
  // Times that run backwards are no times.
  expect(timelineOf(SCENES, 30, { seconds: 9, starts: starts.toReversed(), pauses: [0.5, 2.5, 5.2] })).toEqual(heard);
  const read = timelineOf(SCENES, 12, undefined);
  expect([read.seconds, read.voice]).toEqual([12, null]);
});

test("whatever is said: captions are in order, on the screen long enough to be there, and none is lost", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 5, max: 180, noNaN: true }),
      (says, seconds) => {
        const scenes = scenesOf(says.map((s) => `SAY: x${s}`).join("\n"), 4);
        const { cues, scenes: spans, seconds: all } = timelineOf(scenes, seconds, undefined);
        expect(spans[0]!.from).toBe(0);
        expect(spans.at(-1)!.to).toBe(all);
        expect(cues.length).toBeGreaterThanOrEqual(scenes.length);
        let last = 0;
        for (const { from, to } of cues) {
          expect(from).toBeGreaterThanOrEqual(last - 0.002);
          expect(to).toBeGreaterThan(from);
          last = from;
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("marks in the words of captions are words", () => {
  const text = "<b>50%</b> {\\an8} & --> 00:00:01,000\r\nNOTE x";
  const cues = [{ from: 0, to: 3661.5, text }];
  expect(vtt(cues)).toBe(
    "WEBVTT\n\n1\n00:00:00.000 --> 01:01:01.500\n&lt;b&gt;50%&lt;/b&gt; {\\an8} &amp; --&gt; 00:00:01,000 NOTE x\n",
  );
  expect(srt(cues)).toBe("1\n00:00:00,000 --> 01:01:01,500\n‹b›50%‹/b› ❴\\an8❵ & --› 00:00:01,000 NOTE x\n");
  expect(canWrite([{ text: "東京 서울 Zürich Москва" }])).toBe(true);
  expect(canWrite([{ text: "hello" }, { text: "مرحبا" }])).toBe(false);
  expect(cuesIn("word ".repeat(40)).every((c) => emsOf(c) <= 24)).toBe(true);
});
