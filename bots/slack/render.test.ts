import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, type Reader, view } from "../../core/view/index.ts";
import { say } from "../../core/words/say.ts";
import { wrongIn } from "../../test/slack-judge.ts";
import { anyView, EVERY } from "../../test/slack-views.ts";
import { inline, written } from "./plain.ts";
import { type Message, render, renderPlain } from "./render.ts";

const reader: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
const how = { files: true, baseUrl: new URL("https://us.example/") };

/** What a reader sees: the letters of all blocks. */
function seen(value: unknown): string {
  if (Array.isArray(value)) return value.map(seen).join(" ");
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([name, inside]) => (name === "text" && typeof inside === "string" ? inside : seen(inside)))
    .join(" ");
}
const blocksOf = (messages: readonly Message[]): KnownBlock[] => messages.flatMap((m) => m.blocks ?? []);

test.each(EVERY.map((block) => [block.kind, block] as const))("a %s has a look of its own", async (kind, block) => {
  const tone = block.kind === "text" ? `-${block.tone}` : "";
  const made = render(view("Done.", block), reader, how);
  await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot(`./golden/${kind}${tone}.txt`);
  for (const message of made.messages) expect(wrongIn(message)).toEqual([]);
});

test("what nobody can press is not shown as a button, and is named", () => {
  const { messages, lost } = render(view("Hm.", { kind: "buttons", buttons: [{ label: "Dead" }] }), reader);
  expect(JSON.stringify(messages)).not.toContain("Dead");
  expect(lost).toEqual(["a button without an action of its own: Dead"]);
});

test("nothing is lost of a text that is long and says the same again and again", () => {
  const text = "A word. ".repeat(3000);
  for (const any of [view(text), view(text, { kind: "text", text }), view("", { kind: "text", text })]) {
    const { messages } = render(any, reader);
    expect(messages.length).toBeGreaterThan(1);
    expect(seen(messages.map((m) => m.blocks)).match(/A word/g)).toHaveLength(3000);
  }
});

test("a list that is cut goes on counting", () => {
  const items = Array.from({ length: 90 }, (_, n) => ({ text: `${n + 1} ${"x".repeat(90)}` }));
  const { messages } = render(view("Top", { kind: "list", ordered: true, items }), reader);
  const lists = blocksOf(messages).flatMap((b) => (b.type === "rich_text" ? b.elements : []));
  const counted = lists.flatMap((l) =>
    l.type === "rich_text_list" ? [[l.elements.length, "offset" in l ? l.offset : 0]] : [],
  );
  expect(counted.length).toBeGreaterThan(2);
  let next = 0;
  for (const [length, offset] of counted) {
    expect(offset).toBe(next);
    next += length as number;
  }
  expect(next).toBe(90);
});

test("two tables are two messages, and one that is too wide is drawn in letters", () => {
  const table: Block = { kind: "table", columns: [{ label: "a" }], rows: [["1"]] };
  const wide: Block = { kind: "table", columns: Array.from({ length: 21 }, () => ({ label: "a" })), rows: [] };
  const { messages } = render(view("T", table, table, wide), reader);
  expect(messages).toHaveLength(2);
  expect(blocksOf(messages).map((b) => b.type)).toEqual(["rich_text", "table", "table", "rich_text"]);
  expect(blocksOf(render(view("T", table), reader, { home: true }).messages).some((b) => b.type === "table")).toBe(
    false,
  );
});

test("where files cannot go a chart is words and an asset is a link", () => {
  const some = EVERY.filter((b) => b.kind === "chart" || b.kind === "audio");
  const { messages, files } = render(view("Look", ...some), reader, { baseUrl: how.baseUrl });
  expect(files).toEqual([]);
  expect(seen(messages)).toContain("Plays: Mo 1, Tu 2.");
  expect(JSON.stringify(messages)).toContain("https://us.example/assets/0199c1f0-0000-7000-8000-000000000001");
});

const HOSTILE = [
  "*bold* _it_ ~no~ `code`\n```\nx\n```\n> quote",
  "<!channel> <!here> <!everyone> <!subteam^S1|ops> <@U123|ken> <#C1|general> @everyone",
  "<https://evil.example|https://bank.example>",
  ":tada: &lt;!channel&gt; &amp;",
  "\u0000\ud800 half a letter",
];

test("words are only words", () => {
  for (const hostile of HOSTILE) {
    const views = [
      view(hostile, { kind: "text", text: `x ${hostile}`, tone: "bad" }, { kind: "text", text: hostile, tone: "soft" }),
      view("T", { kind: "list", items: [{ text: hostile, note: hostile }] }),
      view("T", { kind: "fields", fields: [{ label: hostile, value: hostile }] }),
      view("T", { kind: "table", columns: [{ label: hostile }], rows: [[hostile]], caption: hostile }),
      view("T", { kind: "link", url: "https://a.example", label: hostile }),
      view("T", { kind: "buttons", buttons: [{ label: hostile, action: "rAAAAAAAAAAAAAA" }] }),
    ];
    for (const any of views) {
      for (const message of [...render(any, reader, how).messages, ...renderPlain(any, reader).messages]) {
        expect(wrongIn(message)).toEqual([]);
        // Only rich and plain text are used, and no piece of it is a mention.
        expect(JSON.stringify(message.blocks ?? [])).not.toMatch(
          /"mrkdwn"|"type":"(user|usergroup|broadcast|channel|emoji|team)"/,
        );
        expect(message.text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
      }
    }
  }
  expect(inline(HOSTILE[0]!)).toEqual([{ type: "text", text: HOSTILE[0] }]);
  expect(inline("See https://a.example/x_y?b=*c*. Then go.")).toEqual([
    { type: "text", text: "See " },
    { type: "link", url: "https://a.example/x_y?b=*c*" },
    { type: "text", text: ". Then go." },
  ]);
});

test("what a person wrote is read as they wrote it", () => {
  expect(written("pay &lt;b&gt; &amp;amp; go")).toBe("pay <b> &amp; go");
  expect(written("<@U0AB|ken> see <#C1|general> <https://a.example/?a=1&amp;b=2|here> <mailto:a@b.c|a@b.c>")).toBe(
    "<@U0AB> see #general https://a.example/?a=1&b=2 a@b.c",
  );
  expect(written("<!here> <!subteam^S1|@ops> <!date^1^{date}|today> <")).toBe("@here @ops today <");
});

describe("whatever a view holds", () => {
  const runs = Number(process.env.VIEWS ?? 300);
  test("no message is over a limit", () => {
    fc.assert(
      fc.property(anyView, fc.boolean(), fc.boolean(), (any, files, home) => {
        for (const made of [render(any, reader, { ...how, files, home }), renderPlain(any, reader)]) {
          expect(made.messages.length + made.files.length).toBeGreaterThan(0);
          for (const message of made.messages) expect(wrongIn(message)).toEqual([]);
        }
      }),
      { numRuns: runs, seed: 7 },
    );
  }, 280_000);
  test("the judge is one", () => {
    expect(wrongIn({ text: "x", blocks: [{ type: "section" }] as never })).not.toEqual([]);
  });
});
