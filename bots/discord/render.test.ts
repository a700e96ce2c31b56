import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, type Reader, view } from "../../core/view/index.ts";
import { say } from "../../core/words/say.ts";
import { wrongInMessage } from "../../test/emulators/discord/check.ts";
import { hasSpec, openJudge } from "../../test/emulators/discord/spec.ts";
import { escaped } from "./plain.ts";
import { render, renderPlain } from "./render.ts";

const reader: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
const judge = openJudge();
const chart = {
  form: "line" as const,
  title: "Plays rose",
  unit: "number" as const,
  labels: ["Mo", "Tu"],
  series: [{ name: "Plays", values: [1, 2] }],
};

const EVERY: Block[] = [
  { kind: "text", text: "All is *well*.", tone: "good" },
  { kind: "text", text: "As of noon.\nBy the clock.", tone: "soft" },
  {
    kind: "fields",
    fields: [{ label: "Plays", value: "1,204", change: { text: "12 %", good: true }, target: "2,000" }],
  },
  { kind: "list", items: [{ text: "First", note: "new" }, { text: "Second" }], ordered: true },
  { kind: "table", columns: [{ label: "Song" }, { label: "Plays", align: "right" }], rows: [["Noir `x`", "12"]] },
  { kind: "chart", chart, alt: "Plays" },
  { kind: "picture", url: "https://radio.example/a.png", alt: "A cover", type: "image/png" },
  { kind: "audio", url: "https://radio.example/a.mp3", alt: "A song", title: "Song", seconds: 187, type: "audio/mpeg" },
  { kind: "video", url: "https://radio.example/a.mp4", alt: "A film", title: "Film", type: "video/mp4" },
  { kind: "progress", done: 3, total: 10, now: "mixing" },
  {
    kind: "buttons",
    buttons: [
      { label: "Go", style: "primary", action: "rAAAAAAAAAAAAAA" },
      { label: "Stop", style: "danger", action: "uBBBBBBBBBBBBBB" },
    ],
  },
  { kind: "select", label: "Pick one", choices: [{ value: "a", label: "A", action: "pCCCCCCCCCCCCCC" }] },
  {
    kind: "form",
    title: "Set",
    submit: "Fill in",
    command: "person language",
    action: "rDDDDDDDDDDDDDD",
    inputs: [{ name: "language", label: "Language", kind: "text", required: true, error: "This is needed." }],
  },
  { kind: "link", url: "https://radio.example/?a=b_c", label: "The radio" },
  { kind: "file", url: "/assets/1", name: "songs.csv", type: "text/csv", bytes: 12 },
];

test("every kind of block has a look of its own", async () => {
  const made = render(view("Done.", ...EVERY), reader, { charts: true, baseUrl: new URL("https://us.example/") });
  await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot("./golden/every-block.txt");
  for (const { body, files } of made.messages) {
    expect(
      wrongInMessage(
        body,
        files.map((f) => f.name),
      ),
    ).toEqual([]);
    expect(judge("IncomingWebhookUpdateRequestPartial", body)).toEqual([]);
  }
});

test("what nobody can press is not shown as a button, and is named", () => {
  const { messages, lost } = render(view("Hm.", { kind: "buttons", buttons: [{ label: "Dead" }] }), reader);
  expect(JSON.stringify(messages)).not.toContain("Dead");
  expect(lost).toEqual(["a button without an action of its own: Dead"]);
});

test("nothing is lost of a text that is long and says the same again and again", () => {
  const text = "A word. ".repeat(1500);
  for (const any of [view(text), view(text, { kind: "text", text }), view("", { kind: "text", text })]) {
    const { messages } = render(any, reader);
    expect(JSON.stringify(messages).match(/A word/g)).toHaveLength(1500);
  }
});

test("words are only words", () => {
  for (const hostile of [
    "**bold** _it_ ~~no~~ ||spoiler|| `code`",
    "@everyone @here <@123> <@&9> <#5> <t:1:R> </go:1> <:a:1>",
    "[bank](https://evil.example)",
    "# Head\n> quote\n- item\n1. one\n-# small",
    "\\*already\\*",
  ]) {
    const shown = escaped(hostile);
    expect(shown.replace(/\\./g, ""), hostile).not.toMatch(/[*_~|`[\]]|@everyone|@here|(^|\n)(#|>|- |1\.)|<[@#:t/]/);
    expect(
      shown
        .replace(/\\(.)/g, "$1")
        .replaceAll("\u200b", "")
        .replaceAll(/<(https?:[^>]*)>/g, "$1"),
    ).toBe(hostile);
  }
  expect(escaped("See https://a.example/x_y_z?b=*c*.")).toBe("See <https://a.example/x_y_z?b=*c*>.");
  expect(escaped("At 10:30 it was well-known.")).toBe("At 10:30 it was well-known.");
});

test("a code block cannot be left by what is in it", () => {
  const cell = "```\n@everyone\n```";
  const { messages } = render(view("T", { kind: "table", columns: [{ label: "x" }], rows: [[cell]] }), reader);
  const text = JSON.stringify(messages[0]!.body.components);
  expect(text.match(/```/g)).toHaveLength(2);
});

const words = fc.oneof(
  fc.string({ maxLength: 300, unit: "grapheme" }),
  fc
    .constantFrom("**x**\n", "```\n", "a\n", "👩‍👩‍👧‍👦", "@everyone ", "한국어 ", "<@1>")
    .chain((w) => fc.integer({ min: 1, max: 2500 }).map((n) => w.repeat(n))),
);
const label = fc.oneof(fc.string({ maxLength: 200 }), fc.constant("x".repeat(300)));
const token = fc.stringMatching(/^[urp][A-Za-z0-9]{14}$/);
const url = fc.constantFrom(
  "https://x.example/a",
  `https://x.example/${"a".repeat(3000)}`,
  "javascript:alert(1)",
  "/assets/1",
  "",
);
/** Of six made files four are here, and two of those large. */
const ASSETS = Array.from({ length: 6 }, (_, n) => `0196a1b2-c3d4-7e5f-8a9b-00000000000${n}`);
const assets = new Map(ASSETS.slice(0, 4).map((id, n) => [id, n < 2 ? 10_000_000 : 1_000]));
const pressable = fc.record({ label, action: token }, { requiredKeys: ["label"] });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    text: words,
    tone: fc.constantFrom("plain", "soft", "good", "warn", "bad"),
  }),
  fc.record({
    kind: fc.constant("fields" as const),
    fields: fc.array(fc.record({ label: words, value: words }), { maxLength: 30 }),
  }),
  fc.record({
    kind: fc.constant("list" as const),
    ordered: fc.boolean(),
    items: fc.array(fc.record({ text: words, note: label }), { maxLength: 60 }),
  }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.array(fc.record({ label }), { minLength: 1, maxLength: 8 }),
    rows: fc.array(fc.array(label, { maxLength: 8 }), { maxLength: 50 }),
  }),
  fc.record({ kind: fc.constant("chart" as const), chart: fc.constant(chart), alt: words }),
  fc
    .constantFrom(...ASSETS)
    .chain((id) =>
      fc.constantFrom<Block>(
        { kind: "audio", url: `/assets/${id}`, asset: id, alt: "", title: "Ü", type: "audio/mpeg" },
        { kind: "video", url: `/assets/${id}`, alt: "A", title: "**", type: "video/mp4" },
        { kind: "picture", url: `/assets/${id}`, asset: id, alt: "", type: "image/png" },
        { kind: "file", url: `/assets/${id}`, name: "@everyone.CSV", type: "text/csv", bytes: 3 },
      ),
    ),
  fc.record({ kind: fc.constant("picture" as const), url, alt: words, type: fc.constant("image/png") }),
  fc.record({ kind: fc.constant("video" as const), url, alt: words, title: label, type: fc.constant("video/mp4") }),
  fc.record({ kind: fc.constant("buttons" as const), buttons: fc.array(pressable, { maxLength: 30 }) }),
  fc.record({
    kind: fc.constant("select" as const),
    label: words,
    choices: fc.array(fc.record({ value: label, label, action: token }), { maxLength: 40 }),
  }),
  fc.record({
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
  }),
  fc.record({ kind: fc.constant("link" as const), url, label: words }),
);

/** VIEWS=10000 tries them for two minutes. */
const VIEWS = Number(process.env.VIEWS ?? 60);

describe("whatever a view holds", () => {
  test(
    "no message is over a limit, and none can ping",
    () => {
      const some = fc.record({ text: words, blocks: fc.array(block, { maxLength: 25 }) });
      fc.assert(
        fc.property(some, fc.boolean(), (any, charts) => {
          const origin = charts ? { origin: { tenant: "1".repeat(20), place: "2".repeat(20) } } : {};
          const how = { charts, private: true, assets, ...origin };
          for (const made of [render(any, reader, how), renderPlain(any, reader)]) {
            expect(made.messages.length).toBeGreaterThan(0);
            for (const { body, files } of made.messages) {
              expect(
                wrongInMessage(
                  body,
                  files.map((f) => f.name),
                ),
              ).toEqual([]);
              expect(body.allowed_mentions).toEqual({ parse: [] });
              expect(files.length).toBeLessThanOrEqual(10);
              expect(new Set(files.map((f) => f.name)).size).toBe(files.length);
              const bytes = files.reduce((sum, f) => sum + ("asset" in f ? (assets.get(f.asset) ?? 0) : 0), 0);
              expect(bytes).toBeLessThanOrEqual(24 * 1024 * 1024);
              expect(judge("IncomingWebhookUpdateRequestPartial", body)).toEqual([]);
            }
          }
        }),
        { numRuns: VIEWS, seed: 7 },
      );
    },
    60_000 + VIEWS * 60,
  );
  test.skipIf(!hasSpec)("Discord's own description judges it", () => {
    expect(judge("IncomingWebhookUpdateRequestPartial", { components: [{ type: 17, components: [] }] })).not.toEqual(
      [],
    );
  });
});
