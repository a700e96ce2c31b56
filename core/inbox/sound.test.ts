import { expect, test } from "vitest";
import { tallyEnvelope } from "../../test/tally.ts";
import type { Envelope } from "./envelope.ts";
import { sound, soundAccount } from "./sound.ts";

const good: Envelope = {
  ...tallyEnvelope("d1"),
  account: { id: "u1", name: "Mia", locale: "de", roles: ["r1"] },
  hints: { message: 7 },
};
const odd = (more: object) => sound({ ...good, ...more } as Envelope);

test("an envelope that is right stays what it is", () => {
  expect(sound(good)).toEqual(good);
  expect(sound(tallyEnvelope(""))).toEqual(tallyEnvelope(""));
});

let deep: unknown = "x";
for (let n = 0; n < 20_000; n++) deep = [deep];

test.each([
  ["no place", { place: undefined }],
  ["an empty place", { place: "" }],
  ["a place that is a number", { place: 7 }],
  ["a tenant that no index holds", { tenant: "x".repeat(3_000) }],
  ["a delivery that is an object", { delivery: {} }],
  ["nobody", { account: undefined }],
  ["somebody without an id", { account: { name: "Mia" } }],
  ["no content", { content: null }],
  ["content of no kind", { content: { kind: "x" } }],
  ["a command without a name", { content: { kind: "command", options: {} } }],
  ["options that are a list", { content: { kind: "command", name: "x", options: [] } }],
  ["a token that is none", { content: { kind: "press", token: ["x"] } }],
  ["options without an end", { content: { kind: "command", name: "x", options: { deep } } }],
  ["hints that are a word", { hints: "x" }],
])("%s is nothing that anybody could work on", (_what, more) => {
  expect(odd(more)).toBeUndefined();
});

test("what is wrong and not needed is left away", () => {
  const account = { id: "u1", name: { a: 1 }, locale: ["de"], roles: ["r1", 7, null] };
  expect(odd({ account })?.account).toEqual({ id: "u1", roles: ["r1"] });
  const name = `${"x".repeat(199)}😀`;
  expect(odd({ account: { id: "u1", name } })?.account.name).toHaveLength(200);
});

test("somebody is known by words that a database can look for, or not at all", () => {
  expect(soundAccount({ id: "u\u00001", name: "\ud800" })).toEqual({ id: "u\ufffd1", name: "\ufffd" });
  for (const id of [7, null, undefined, [], {}, { toString: 1 }, "", "x".repeat(201)])
    expect(soundAccount({ id } as never)).toBeUndefined();
});
