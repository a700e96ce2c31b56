import fc from "fast-check";
import { expect, test } from "vitest";
import type { CommandInfo } from "./api.ts";
import { commandOf, lineOf, missing, pieces, rank, readLine, stageOf } from "./parse.ts";

const input = (name: string, kind = "text", required = false) => ({ name, kind, required, label: name });
const LOCAL: Record<string, string> = { "generate song": "canción nueva", whoami: "quién soy yo" };
const make = (name: string, says: string, ...inputs: ReturnType<typeof input>[]): CommandInfo => ({
  name,
  local: LOCAL[name] ?? name,
  says,
  role: "member",
  effects: [],
  reads: true,
  examples: [],
  inputs,
  suggests: [],
});
const song = make("generate song", "Make songs", input("channel", "pick"), input("count", "whole"), input("mood"));
const ask = make("ask", "Ask in words", input("question", "text", true), input("tone"));
const revoke = make("token revoke", "Take a token back", input("token", "pick", true));
const all = [song, ask, revoke, make("whoami", "Who you are"), make("generate video", "Make videos")];

test("finds a command by any of its spellings, the longest name first", () => {
  for (const text of ["/generate song", "/generate_song", "/generate.song", "/Generate  Song channel:x"])
    expect(commandOf(all, text)?.command.name, text).toBe("generate song");
  expect(commandOf(all, "/whoami extra")?.command.name).toBe("whoami");
  expect(commandOf(all, "/canción nueva channel:x")).toMatchObject({ command: song, rest: " channel:x" });
  expect(commandOf(all, "/Quién soy yo")?.command.name).toBe("whoami");
  for (const text of ["generate song", "/generate", "/generate so", "/nothing", "/", ""])
    expect(commandOf(all, text), text).toBeNull();
});

test("reads options by name, in quotes too", () => {
  expect(readLine(all, '/generate song channel:neon count:3 mood:"slow, and \\"blue\\""')?.options).toEqual({
    channel: "neon",
    count: "3",
    mood: 'slow, and "blue"',
  });
  expect(readLine(all, "/generate_song COUNT:3")?.options).toEqual({ count: "3" });
});

test("leftover words fill what is needed first", () => {
  expect(readLine(all, "/ask how are we doing")?.options).toEqual({ question: "how are we doing" });
  expect(readLine(all, "/ask tone:dry how are we")?.options).toEqual({ tone: "dry", question: "how are we" });
  expect(readLine(all, "/token revoke ci")?.options).toEqual({ token: "ci" });
  expect(readLine(all, "/ask see https://x.y/z?a=1")?.options.question).toBe("see https://x.y/z?a=1");
  expect(readLine(all, "/whoami now")?.options).toEqual({});
});

test("knows what is missing", () => {
  expect(missing(ask, {}).map((i) => i.name)).toEqual(["question"]);
  expect(missing(ask, { question: "" }).map((i) => i.name)).toEqual(["question"]);
  expect(missing(ask, { question: "x" })).toEqual([]);
});

test("a line that was made from options is read as the same options", () => {
  const value = fc
    .string({ minLength: 1, maxLength: 30 })
    .filter((s) => s.trim() === s && !/[\r\n\u2028\u2029\u0085]/.test(s));
  fc.assert(
    fc.property(value, value, (channel, mood) => {
      const line = lineOf("generate song", { channel, mood });
      expect(readLine(all, line)).toEqual({ command: song, options: { channel, mood } });
    }),
    { numRuns: 500 },
  );
});

test("any text at all is read without fault, and pieces lie inside it in order", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, caret) => {
      readLine(all, `/generate song ${text}`);
      stageOf(all, `/${text}`, Math.min(caret, text.length + 1));
      let last = 0;
      for (const { from, to } of pieces(text)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeLessThanOrEqual(text.length);
        last = to;
      }
    }),
    { numRuns: 500 },
  );
});

test("says what is being typed at the caret", () => {
  const at = (text: string, caret = text.length) => stageOf(all, text, caret);
  expect(at("")).toEqual({ stage: "none" });
  expect(at("hello there")).toEqual({ stage: "none" });
  expect(at("quié")).toMatchObject({ stage: "command", sure: false });
  expect(at("gen")).toEqual({ stage: "command", typed: "gen", sure: false });
  expect(at("/")).toEqual({ stage: "command", typed: "", sure: true });
  expect(at("/generate so")).toEqual({ stage: "command", typed: "generate so", sure: true });
  expect(at("/generate song")).toMatchObject({ stage: "command", typed: "generate song" });
  expect(at("/generate song ")).toMatchObject({ stage: "option", typed: "", from: 15, to: 15, used: [] });
  expect(at("/generate song co")).toMatchObject({ stage: "option", typed: "co", from: 15, to: 17 });
  expect(at("/generate song count:3 mo")).toMatchObject({ stage: "option", typed: "mo", from: 23, used: ["count"] });
  expect(at("/generate song channel:")).toMatchObject({
    stage: "value",
    option: "channel",
    typed: "",
    from: 15,
    to: 23,
  });
  expect(at("/generate song channel:ne")).toMatchObject({ stage: "value", typed: "ne", from: 15, to: 25 });
  expect(at('/generate song mood:"very sl')).toMatchObject({
    stage: "value",
    option: "mood",
    typed: "very sl",
    from: 15,
  });
  expect(at("/generate song nothing:x")).toEqual({ stage: "none" });
});

test("ranks names before what they do, and finds letters in order", () => {
  const names = (typed: string) => rank(all, typed).map((c) => c.name);
  expect(names("")).toHaveLength(all.length);
  expect(names("generate")).toEqual(["generate song", "generate video"]);
  expect(names("video")[0]).toBe("generate video");
  expect(names("revoke")[0]).toBe("token revoke");
  expect(names("gsong")).toEqual(["generate song"]);
  expect(names("take a token")).toEqual(["token revoke"]);
  expect(names("canc")).toEqual(["generate song"]);
  expect(names("zzz")).toEqual([]);
});
