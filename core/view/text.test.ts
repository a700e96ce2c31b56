import { expect, test } from "vitest";
import { say } from "../words/say.ts";
import { chartText, clock, progressText, type Reader, tableText, textOf, widthOf } from "./text.ts";
import { type Block, view } from "./view.ts";

const reader: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
const alone = (block: Block) => textOf(view("", block), reader);

test("every kind of block has words, with all that it tells", () => {
  const all: [Block, string][] = [
    [{ kind: "text", text: "Hi." }, "Hi."],
    [
      { kind: "fields", fields: [{ label: "Net", value: "$5", change: { text: "+12%", good: true }, target: "$9" }] },
      "Net: $5, +12%, target $9",
    ],
    [{ kind: "list", items: [{ text: "a", note: "x" }, { text: "b" }] }, "• a (x)\n• b"],
    [{ kind: "list", ordered: true, items: [{ text: "a" }, { text: "b" }] }, "1. a\n2. b"],
    [{ kind: "picture", url: "/a.png", alt: "A cat", type: "image/png" }, "Picture: A cat: /a.png"],
    [
      { kind: "audio", url: "/a.mp3", alt: "soft", type: "audio/mpeg", title: "Rain", seconds: 187 },
      "Sound: Rain (3:07), soft: /a.mp3",
    ],
    [{ kind: "video", url: "/a.mp4", alt: "Rain", type: "video/mp4", title: "Rain" }, "Video: Rain: /a.mp4"],
    [{ kind: "progress", done: 3, total: 10, now: "Mixing" }, "▰▰▰▱▱▱▱▱▱▱ 30% (3/10) · Mixing"],
    [{ kind: "buttons", buttons: [{ label: "Yes" }, { label: "No" }] }, "[Yes] [No]"],
    [{ kind: "select", label: "Pick", choices: [{ value: "1", label: "One" }] }, "Pick: One"],
    [
      {
        kind: "form",
        title: "Song",
        submit: "Run",
        command: "generate song",
        inputs: [
          {
            name: "count",
            label: "How many",
            kind: "whole",
            required: true,
            min: 1,
            max: 5,
            hint: "3",
            error: "Too many.",
          },
          {
            name: "mood",
            label: "Mood",
            kind: "choice",
            required: false,
            choices: [{ value: "a", label: "Calm" }],
            value: "a",
          },
        ],
      },
      "Song\nHow many (needed; at least 1; at most 5; such as 3): … ⚠ Too many.\nMood (Calm): a\n[Run]",
    ],
    [{ kind: "link", url: "https://x.test/", label: "More" }, "More: https://x.test/"],
    [{ kind: "file", url: "/f", name: "a.csv", type: "text/csv", bytes: 2500 }, "a.csv (text/csv, 2.5 kB): /f"],
  ];
  for (const [block, words] of all) expect(alone(block)).toBe(words);
});

test("a table stands in columns, numbers to the right, wide letters counted as two", () => {
  const table: Block = {
    kind: "table",
    caption: "Songs",
    columns: [{ label: "Name" }, { label: "Plays", align: "right" }],
    rows: [["夜の街", "1,204"], ["Neon\nlights", "7"], ["No figure"]],
  };
  expect(alone(table).split("\n")).toEqual([
    "Songs",
    "Name         Plays",
    "───────────  ─────",
    "夜の街       1,204",
    "Neon lights      7",
    "No figure",
  ]);
  expect([widthOf("abc"), widthOf("夜"), widthOf("👩‍🚀"), widthOf("é")]).toEqual([3, 2, 2, 1]);
  expect(tableText({ kind: "table", columns: [], rows: [] })).toBe("\n");
});

test("a chart is a sentence of its numbers; gaps are named, and many points summed up", () => {
  const chart = {
    form: "line" as const,
    title: "Synthwave leads",
    unit: "money" as const,
    currency: "USD",
    labels: ["Mon", "Tue", "Wed"],
    series: [
      { name: "Synthwave", values: [1, null, 3.5] },
      { name: "Jazz", values: [null, null, null] },
    ],
    target: { name: "Goal", value: 5 },
    through: "14:05",
  };
  expect(chartText(chart, reader)).toBe(
    "Synthwave leads\nSynthwave: Mon $1.00, Wed $3.50. 1 gap.\nJazz: no data.\nGoal: $5.00.\nData through 14:05.",
  );
  const many = { ...chart, unit: "number" as const, labels: Array.from({ length: 30 }, (_, n) => `d${n + 1}`) };
  const values = Array.from({ length: 30 }, (_, n) => (n * 7) % 30);
  expect(chartText({ ...many, series: [{ name: "Plays", values }] }, reader)).toContain(
    "Plays: 30 values, first d1 0, last d30 23, lowest d1 0, highest d18 29.",
  );
});

test("a bar is full only when it is done, and never out of its bounds", () => {
  expect(progressText({ done: 999, total: 1000, now: "" })).toBe("▰▰▰▰▰▰▰▰▰▱ 99% (999/1000)");
  expect(progressText({ done: 10, total: 10, now: "" })).toBe("▰▰▰▰▰▰▰▰▰▰ 100% (10/10)");
  expect(progressText({ done: 3, total: 0, now: "" })).toContain("0%");
  expect(progressText({ done: 12, total: 10, now: "" })).toContain("100%");
});

test("the first line is not said twice", () => {
  expect(textOf(view("No.", { kind: "text", text: "No." }, { kind: "text", text: "Why." }), reader)).toBe(
    "No.\n\nWhy.",
  );
  expect([clock(3723), clock(59.6), clock(0)]).toEqual(["1:02:03", "1:00", "0:00"]);
});
