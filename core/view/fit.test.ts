import fc from "fast-check";
import { expect, test } from "vitest";
import { say } from "../words/say.ts";
import { type Caps, fit } from "./fit.ts";
import { type Reader, textOf } from "./text.ts";
import { type Block, view } from "./view.ts";

const reader: Reader = { locale: "en", say: (text, vars) => say("en", text, vars) };
const small: Caps = {
  text: 60,
  total: 200,
  blocks: 3,
  fields: 2,
  label: 10,
  value: 12,
  buttons: 2,
  buttonLabel: 8,
  choices: 2,
  inputs: 1,
  items: 2,
  rows: 2,
  columns: 2,
};

test("what fits is left as it is", () => {
  const whole = view("Hi.", { kind: "text", text: "There." }, { kind: "buttons", buttons: [{ label: "Go" }] });
  expect(fit(whole, small, reader)).toEqual({ parts: [whole], lost: [] });
});

test("what is too much goes on in more blocks and more parts, in order", () => {
  const fields = Array.from({ length: 5 }, (_, n) => ({ label: `f${n}`, value: `${n}` }));
  const items = Array.from({ length: 5 }, (_, n) => ({ text: `item ${n + 1}` }));
  const { parts, lost } = fit(
    view("Long.", { kind: "fields", fields }, { kind: "list", items, ordered: true }),
    small,
    reader,
  );
  expect(lost).toEqual([]);
  expect(parts.map((p) => p.blocks.length)).toEqual([3, 3]);
  expect(parts.flatMap((p) => p.blocks).flatMap((b) => (b.kind === "fields" ? b.fields : []))).toEqual(fields);
  const words = parts.map((p) => textOf(p, reader)).join("\n");
  for (const n of [1, 2, 3, 4, 5]) expect(words).toContain(`${n}. item ${n}`);
  for (const part of parts) expect(part.text).not.toBe("");
});

test("what is left out is named", () => {
  const { parts, lost } = fit(
    view(
      "Cut.",
      { kind: "fields", fields: [{ label: "A very long label", value: "and a value that is longer" }] },
      { kind: "select", label: "Pick", choices: ["a", "b", "c"].map((value) => ({ value, label: value })) },
    ),
    small,
    reader,
  );
  expect(parts[0]?.blocks[0]).toEqual({ kind: "fields", fields: [{ label: "A very lo…", value: "and a value…" }] });
  expect(lost).toEqual(["8 letters of a label", "15 letters of the value of A very long label", "1 of 3 choices"]);
});

test("a kind that the platform does not draw is told in words; buttons lost that way are named", () => {
  const caps: Caps = { text: 500, kinds: new Set(["text"]) };
  const table: Block = { kind: "table", columns: [{ label: "A" }], rows: [["1"]] };
  const { parts, lost } = fit(view("T.", table, { kind: "buttons", buttons: [{ label: "Go" }] }), caps, reader);
  expect(parts[0]?.blocks.map((b) => b.kind)).toEqual(["text", "text"]);
  expect(textOf(parts[0]!, reader)).toContain("[Go]");
  expect(lost).toEqual(["buttons: as text"]);
});

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), text: fc.string({ unit: "grapheme", maxLength: 300 }) }),
  fc.record({
    kind: fc.constant("fields" as const),
    fields: fc.array(fc.record({ label: fc.string({ maxLength: 30 }), value: fc.string({ maxLength: 30 }) }), {
      maxLength: 9,
    }),
  }),
  fc.record({
    kind: fc.constant("buttons" as const),
    buttons: fc.array(fc.record({ label: fc.string({ unit: "grapheme", maxLength: 20 }) }), { maxLength: 9 }),
  }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.constant<{ label: string }[]>([{ label: "A" }, { label: "B" }]),
    rows: fc.array(fc.tuple(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 })), { maxLength: 9 }),
  }),
);

test("whatever the view, every part keeps to the limits", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.array(block, { maxLength: 8 }), (text, blocks) => {
      const { parts } = fit({ text: text.toWellFormed(), blocks }, small, reader);
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) {
        expect(part.text.length).toBeLessThanOrEqual(small.text);
        expect(part.blocks.length).toBeLessThanOrEqual(small.blocks!);
        for (const b of part.blocks) {
          if (b.kind === "text") expect(b.text.length).toBeLessThanOrEqual(small.text);
          if (b.kind === "fields") expect(b.fields.length).toBeLessThanOrEqual(small.fields!);
          if (b.kind === "table") expect(b.rows.length).toBeLessThanOrEqual(small.rows!);
          if (b.kind === "buttons") {
            expect(b.buttons.length).toBeLessThanOrEqual(small.buttons!);
            for (const { label } of b.buttons) expect(label.length).toBeLessThanOrEqual(small.buttonLabel!);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});
