// Views for Slack's tests: one of each kind, and any that fast-check thinks of.
import fc from "fast-check";
import type { Block, View } from "../core/view/index.ts";

const chart = {
  form: "line" as const,
  title: "Plays rose",
  unit: "number" as const,
  labels: ["Mo", "Tu"],
  series: [{ name: "Plays", values: [1, 2] }],
};
const ASSET = "0199c1f0-0000-7000-8000-000000000001";

export const EVERY: Block[] = [
  { kind: "text", text: "All is *well*.", tone: "good" },
  { kind: "text", text: "As of noon.\nBy the clock.", tone: "soft" },
  {
    kind: "fields",
    fields: [{ label: "Plays", value: "1,204", change: { text: "12 %", good: true }, target: "2,000" }],
  },
  { kind: "list", items: [{ text: "First", note: "new" }, { text: "Second" }], ordered: true },
  { kind: "table", columns: [{ label: "Song" }, { label: "Plays", align: "right" }], rows: [["Noir `x`", ""]] },
  { kind: "chart", chart, alt: "Plays" },
  { kind: "picture", url: "https://radio.example/a.png", alt: "A cover", type: "image/png" },
  { kind: "audio", url: `/assets/${ASSET}`, alt: "A song", title: "Song", seconds: 187, type: "audio/mpeg" },
  { kind: "video", url: "https://radio.example/a.mp4", alt: "A film", title: "Film", type: "video/mp4" },
  { kind: "progress", done: 3, total: 10, now: "mixing" },
  {
    kind: "buttons",
    buttons: [
      { label: "Go", style: "primary", action: "rAAAAAAAAAAAAAA" },
      { label: "Stop", style: "danger", action: "uBBBBBBBBBBBBBB" },
      { label: "Later", action: "pEEEEEEEEEEEEEE" },
    ],
  },
  { kind: "select", label: "Pick one", choices: [{ value: "a", label: "A", action: "pCCCCCCCCCCCCCC" }] },
  {
    kind: "form",
    title: "Set",
    submit: "Fill in",
    command: "person language",
    action: "rDDDDDDDDDDDDDD",
    inputs: [
      { name: "language", label: "Language", kind: "text", required: true, error: "This is needed.", value: "xx" },
    ],
  },
  { kind: "link", url: "https://radio.example/?a=b_c", label: "The radio" },
  { kind: "file", url: "/files/songs.csv", name: "songs.csv", type: "text/csv", bytes: 12 },
];

const words = fc.oneof(
  fc.string({ maxLength: 300, unit: "grapheme" }),
  fc.string({ maxLength: 100, unit: "binary" }),
  fc
    .constantFrom("*x*\n", "```\n", "a\n", "👩‍👩‍👧‍👦", "<!channel> ", "한국어 ", "<@U1>", "&", "https://a.example/x ")
    .chain((w) => fc.integer({ min: 1, max: 2500 }).map((n) => w.repeat(n))),
);
const label = fc.oneof(fc.string({ maxLength: 200 }), fc.constant("x".repeat(300)), fc.constant(" "));
const token = fc.stringMatching(/^[urpb][A-Za-z0-9]{14}$/);
const url = fc.constantFrom(
  "https://x.example/a",
  `https://x.example/${"a".repeat(4000)}`,
  "javascript:alert(1)",
  `/assets/${ASSET}`,
  "",
);
const pressable = fc.record({ label, action: token }, { requiredKeys: ["label"] });
const text = fc.record({
  kind: fc.constant("text" as const),
  text: words,
  tone: fc.constantFrom("plain", "soft", "good", "warn", "bad"),
});
const fields = fc.record({
  kind: fc.constant("fields" as const),
  fields: fc.array(fc.record({ label: words, value: words }), { maxLength: 30 }),
});
const list = fc.record({
  kind: fc.constant("list" as const),
  ordered: fc.boolean(),
  items: fc.array(fc.record({ text: words, note: label }), { maxLength: 60 }),
});
const table = fc.record({
  kind: fc.constant("table" as const),
  columns: fc.array(fc.record({ label }), { minLength: 1, maxLength: 25 }),
  rows: fc.array(fc.array(label, { maxLength: 8 }), { maxLength: 120 }),
  caption: label,
});
const form = fc.record({
  kind: fc.constant("form" as const),
  title: words,
  submit: label,
  command: fc.constant("person language"),
  action: token,
  inputs: fc.array(
    fc.record({
      name: fc.constant("language"),
      label,
      kind: fc.constant("text"),
      required: fc.boolean(),
      error: words,
    }),
    { maxLength: 30 },
  ),
});
const select = fc.record({
  kind: fc.constant("select" as const),
  label: words,
  choices: fc.array(fc.record({ value: label, label, action: token }), { maxLength: 130 }),
});
const media = fc.oneof(
  fc.record({ kind: fc.constant("picture" as const), url, alt: words, type: fc.constant("image/png") }),
  fc.record({ kind: fc.constant("video" as const), url, alt: words, title: label, type: fc.constant("video/mp4") }),
  fc.record({ kind: fc.constant("file" as const), url, name: label, type: label, bytes: fc.nat() }),
  fc.record({ kind: fc.constant("chart" as const), chart: fc.constant(chart), alt: words }),
);
const progress = fc.record({ kind: fc.constant("progress" as const), done: fc.nat(9), total: fc.nat(9), now: words });
const buttons = fc.record({ kind: fc.constant("buttons" as const), buttons: fc.array(pressable, { maxLength: 60 }) });
const link = fc.record({ kind: fc.constant("link" as const), url, label: words });

export const anyView: fc.Arbitrary<View> = fc.record({
  text: words,
  blocks: fc.array(
    fc.oneof(text, fields, list, table, form, select, media, progress, buttons, link) as fc.Arbitrary<Block>,
    {
      maxLength: 25,
    },
  ),
});
