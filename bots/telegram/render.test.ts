import fc from "fast-check";
import { expect, test } from "vitest";
import type { Block, Reader } from "../../core/view/index.ts";
import { view } from "../../core/view/index.ts";
import { say } from "../../core/words/say.ts";
import { parseHtml } from "../../test/emulators/telegram/markup.ts";
import { check, type Params, spec } from "../../test/emulators/telegram/rules.ts";
import { ALBUM } from "./limits.ts";
import { escaped } from "./markup.ts";
import { render } from "./render.ts";

const reader: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
const base = new URL("https://radio.test");
const drawn = (...given: Parameters<typeof view>) => render(view(...given), { reader, base });
const first = (...given: Parameters<typeof view>) =>
  drawn(...given).parts[0] as { html: string; keyboard?: unknown; ask?: string };

test("each kind of block has its look", () => {
  const { parts, lost } = render(
    view(
      "Today",
      { kind: "text", text: "All is well.", tone: "good" },
      { kind: "fields", fields: [{ label: "Net", value: "$5", change: { text: "+2%", good: true }, target: "$9" }] },
      { kind: "list", items: [{ text: "a", note: "x" }, { text: "b" }] },
      { kind: "table", columns: [{ label: "Song" }, { label: "Plays", align: "right" }], rows: [["Rain", "7"]] },
      { kind: "progress", done: 3, total: 10, now: "bass" },
      { kind: "link", url: "/live", label: "Listen" },
      { kind: "link", url: "javascript:alert(1)", label: "Click" },
      { kind: "buttons", buttons: [{ label: "Yes", style: "danger", action: "uAAAAAAAAAAAAAA" }, { label: "Dead" }] },
      { kind: "picture", url: "/assets/018f0000-0000-7000-8000-000000000001", alt: "A cat", type: "image/png" },
    ),
    { reader, base },
  );
  expect(parts).toMatchInlineSnapshot(`
    [
      {
        "html": "Today

    ✅ All is well.

    Net: <b>$5</b>, +2%, target $9

    • a<i> (x)</i>
    • b

    <pre>Song  Plays
    ────  ─────
    Rain      7</pre>

    ▰▰▰▱▱▱▱▱▱▱ 30% (3/10) · bass

    <a href="https://radio.test/live">Listen</a>

    Click: javascript:alert(1)",
        "keyboard": [
          [
            {
              "callback_data": "uAAAAAAAAAAAAAA",
              "style": "danger",
              "text": "Yes",
            },
          ],
        ],
        "kind": "text",
      },
      {
        "items": [
          {
            "as": "photo",
            "caption": "A cat",
            "name": "picture.png",
            "source": {
              "asset": "018f0000-0000-7000-8000-000000000001",
              "url": "https://radio.test/assets/018f0000-0000-7000-8000-000000000001",
            },
          },
        ],
        "kind": "media",
      },
    ]
  `);
  expect(lost).toEqual(["the button Dead: it does nothing here"]);
});

test("what a person wrote is never markup and calls nobody", () => {
  const { html } = first('<b>x</b> &amp; @everyone <a href="tg://x">', {
    kind: "text",
    text: "\u202egnp.exe\u0000 @mia a@b.de",
  });
  const { text, entities } = parseHtml(html);
  expect(entities).toEqual([]);
  expect(text).toBe('<b>x</b> &amp; @\u2060everyone <a href="tg://x">\n\ngnp.exe @\u2060mia a@b.de');
});

test("a form asks for what is missing; what was given stands under the question", () => {
  const form = (value?: string): Block => ({
    kind: "form",
    title: "/book",
    submit: "Run",
    command: "test book",
    inputs: [
      { name: "title", label: "Title", kind: "text", required: true, hint: "Rain", ...(value ? { value } : {}) },
      { name: "kind", label: "Kind", kind: "choice", required: true, choices: [{ value: "live", label: "Live" }] },
    ],
  });
  expect(first("Needs.", form())).toMatchObject({
    ask: "Rain",
    html: expect.stringContaining("<code>/test book title:</code>"),
  });
  const next = first("Needs.", form('a "b" c'));
  expect(next.keyboard).toEqual([[{ text: "Live", callback_data: "=live" }]]);
  expect(parseHtml(next.html).text).toContain('/test book title:"a \\"b\\" c" kind:');
});

test("a text longer than a message goes on in the next, nothing cut away", () => {
  const words = Array.from({ length: 3000 }, (_, n) => `w${n}`).join(" ");
  const { parts } = drawn("Long", { kind: "text", text: words, tone: "soft" });
  expect(parts.length).toBeGreaterThan(3);
  const all = parts.map((p) => parseHtml((p as { html: string }).html).text).join(" ");
  expect(all.replace(/\s+/g, " ").trim()).toBe(`Long ${words}`);
});

const string = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.constantFrom("<b>", "&", "@all", "\u0000", "\ud800", "\u202e", "", " ", '"', "x".repeat(5000), "`".repeat(9)),
);
const token = fc.option(fc.constantFrom("uAAAAAAAAAAAAAA", "r00000000000000"), { nil: undefined });
const list = <T>(one: fc.Arbitrary<T>, maxLength = 12) => fc.array(one, { maxLength });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    text: string,
    tone: fc.constantFrom("plain", "soft", "good", "warn", "bad"),
  }),
  fc.record({ kind: fc.constant("fields" as const), fields: list(fc.record({ label: string, value: string })) }),
  fc.record({
    kind: fc.constant("list" as const),
    ordered: fc.boolean(),
    items: list(fc.record({ text: string, note: string })),
  }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.constant<{ label: string }[]>([{ label: "A" }, { label: "B" }]),
    rows: list(fc.array(string, { maxLength: 3 })),
  }),
  fc
    .record({ kind: fc.constant("buttons" as const), buttons: list(fc.record({ label: string, action: token }), 60) })
    .map((b) => b as Block),
  fc
    .record({
      kind: fc.constant("select" as const),
      label: string,
      choices: list(fc.record({ value: string, label: string, action: token }), 60),
    })
    .map((b) => b as Block),
  fc.record({ kind: fc.constant("link" as const), url: string, label: string }),
  fc.record({ kind: fc.constant("picture" as const), url: fc.webUrl(), alt: string, type: fc.constant("image/png") }),
  fc.record({
    kind: fc.constant("audio" as const),
    url: fc.webUrl(),
    alt: string,
    title: string,
    type: fc.constant("audio/mpeg"),
  }),
  fc.record({ kind: fc.constant("progress" as const), done: fc.nat(20), total: fc.nat(20), now: string }),
  fc
    .record({
      kind: fc.constant("form" as const),
      title: string,
      submit: string,
      command: fc.constant("test book"),
      inputs: list(
        fc.record({
          name: fc.constantFrom("a", "b"),
          label: string,
          kind: fc.constant("text"),
          required: fc.boolean(),
          value: fc.option(string, { nil: undefined }),
          choices: fc.option(list(fc.record({ value: string, label: string })), { nil: undefined }),
        }),
        4,
      ),
    })
    .map((b) => b as Block),
);

test("whatever the view, no payload is over a limit", { timeout: 60_000 }, ({ skip }) => {
  fc.assert(
    fc.property(string, list(block, 8), (text, blocks) => {
      const { parts } = render({ text, blocks }, { reader, base });
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) {
        if (part.kind === "text") {
          const markup = part.keyboard
            ? { inline_keyboard: part.keyboard }
            : part.ask === undefined
              ? undefined
              : { force_reply: true, input_field_placeholder: part.ask };
          const params: Params = {
            chat_id: 1,
            text: part.html,
            parse_mode: "HTML",
            ...(markup ? { reply_markup: markup } : {}),
          };
          check("sendMessage", params);
        } else {
          expect(part.items.length).toBeLessThanOrEqual(ALBUM);
          for (const { caption } of part.items)
            check("sendPhoto", { chat_id: 1, photo: "x", caption: escaped(caption), parse_mode: "HTML" });
        }
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 1_000) },
  );
  if (!spec) skip("the published description is not at hand: only our own rules were asked");
});
