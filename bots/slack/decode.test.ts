import fc from "fast-check";
import { expect, test } from "vitest";
import { command, file, registry, text, whole } from "../../core/command/index.ts";
import { allCommands } from "../../core/commands.ts";
import { view } from "../../core/view/index.ts";
import { wrongInBlocks } from "../../test/emulators/slack/blocks.ts";
import { makeWorld } from "../../test/emulators/slack/world.ts";
import { slackSamples } from "../../test/slack-samples.ts";
import { ackOf } from "./ack.ts";
import { decode, whoOf } from "./decode.ts";
import { bodyOf } from "./hook.ts";
import type { Json } from "./json.ts";
import { commandModal, readMetadata, writeMetadata } from "./modal.ts";

const book = command({
  name: "test book",
  says: "Book a show",
  role: "member",
  options: { title: text("What is it called?", { max: 80 }), seats: whole("How many", { min: 1, max: 9 }).optional() },
  run: () => view("Booked."),
});
const hush = command({ name: "test hush", says: "Quietly", role: "member", reply: "private", run: () => view("…") });
const load = command({
  name: "test load",
  says: "Take it",
  role: "member",
  options: { file: file("Which") },
  run: () => view("…"),
});
const commands = registry([...allCommands, book, hush, load]);

const slash = (words: string, more: Json = {}): Json => ({
  team_id: "T1",
  user_id: "U1",
  user_name: "ken",
  channel_id: "C1",
  command: "/impresario",
  text: words,
  trigger_id: "1.2.a",
  response_url: "https://hooks.slack.com/commands/T1/1/a",
  ...more,
});
const event = (inside: Json): Json => ({
  type: "event_callback",
  team_id: "T1",
  event_id: "Ev1",
  authorizations: [{ user_id: "UBOT", is_bot: true }],
  event: { user: "U1", channel: "C1", ts: "5.1", ...inside },
});
const contentOf = (body: Json) => decode(body, commands)?.content;

test("a slash command is the command that it names, for the whole team", () => {
  expect(decode(slash("test book title:&lt;Night&gt; seats:3"), commands)).toEqual({
    surface: "slack",
    tenant: "T1",
    place: "C1",
    delivery: "1.2.a",
    account: { id: "U1", name: "ken" },
    whole: true,
    content: { kind: "command", name: "test book", options: { title: "<Night>", seats: "3" } },
    hints: { user: "U1", response: "https://hooks.slack.com/commands/T1/1/a" },
  });
  expect(contentOf(slash("book title:x", { command: "/test" }))).toMatchObject({
    name: "test book",
    options: { title: "x" },
  });
  expect(contentOf(slash(""))).toMatchObject({ name: "help" });
  expect(contentOf(slash("", { command: "/test" }))).toMatchObject({ name: "help", options: { topic: "test" } });
  expect(decode(slash("test hush"), commands)?.hints).toMatchObject({ private: true });
  expect(decode(slash("nonsense"), commands)?.hints).toMatchObject({ private: true });
});

test.each([
  ["<@UBOT> test book title:x", "app_mention", "test book"],
  ["hi <@UBOT>, test book title:x", "app_mention", "test book"],
  ["<@UBOT>", "app_mention", "help"],
  ["test book title:x <@UBOT>", "app_mention", "test book"],
  ["!test book title:x", "message", "test book"],
])("%s is heard", (said, type, name) => {
  expect(contentOf(event({ type, text: said }))).toMatchObject({ kind: "command", name });
});

test.each([
  ["what everybody says", { type: "message", text: "test book title:x" }],
  ["a bot", { type: "message", text: "!test book title:x", bot_id: "B2" }],
  ["ourselves", { type: "message", text: "!test book title:x", user: "UBOT" }],
  ["a message that was changed", { type: "message", subtype: "message_changed", text: "!test book title:x" }],
  ["another bot's command", { type: "message", text: "!weather" }],
  ["a mention that comes as an event of its own", { type: "message", text: "!test book title:<@UBOT>" }],
  ["a mention within a direct message, which is one", { type: "app_mention", channel: "D1", text: "<@UBOT> help" }],
  ["a reaction", { type: "reaction_added", text: "!test book" }],
])("%s is not", (_, inside) => {
  expect(decode(event(inside), commands)).toBeUndefined();
});

test("a file that comes with the words is the command's", () => {
  const files = [{ name: "a.csv", mimetype: "text/csv", size: 3, url_private_download: "https://files.slack.com/a" }];
  expect(contentOf(event({ type: "message", channel: "D1", subtype: "file_share", text: "test load", files }))).toEqual(
    {
      kind: "command",
      name: "test load",
      options: {
        file: { attachment: { name: "a.csv", type: "text/csv", where: "https://files.slack.com/a", size: 3 } },
      },
    },
  );
});

const press = (action: Json, more: Json = {}): Json => ({
  type: "block_actions",
  team: { id: "T1" },
  user: { id: "U1" },
  channel: { id: "C1" },
  container: { message_ts: "7.1", channel_id: "C1", is_ephemeral: false },
  trigger_id: "2.3.b",
  actions: [action],
  ...more,
});

test("the letter of a button says who sees what comes of it", () => {
  const hints = (action_id: string) => decode(press({ action_id }), commands)?.hints;
  expect(hints("uAAAAAAAAAAAAAA")).toMatchObject({ replace: true, on: { ts: "7.1" } });
  expect(hints("pAAAAAAAAAAAAAA")).toMatchObject({ private: true });
  expect(hints("rAAAAAAAAAAAAAA")).not.toHaveProperty("private");
  expect(contentOf(press({ action_id: "select:1", selected_option: { value: "rBBBBBBBBBBBBBB" } }))).toEqual({
    kind: "press",
    token: "rBBBBBBBBBBBBBB",
  });
  for (const action_id of ["", "nope", "rTOOSHORT", "form:", `r${"A".repeat(40)}`])
    expect(contentOf(press({ action_id }))).toBeUndefined();
});

test("what is needed opens a dialogue at once; what is not is acknowledged", () => {
  const opened = ackOf(slash("test book seats:3"), commands);
  expect(opened).toMatchObject({ kind: "open", trigger: "1.2.a", keep: true });
  if (opened.kind === "open") expect(wrongInBlocks(opened.view.blocks, "modal")).toEqual([]);
  expect(JSON.stringify(opened)).toContain('"initial_value":"3"');
  expect(ackOf(slash("test book title:x"), commands)).toEqual({
    kind: "keep",
    repeats: false,
    body: { response_type: "in_channel" },
  });
  expect(ackOf(slash("test hush"), commands)).toEqual({ kind: "keep", repeats: false });
  expect(ackOf(event({ type: "app_mention", text: "x" }), commands)).toEqual({ kind: "keep", repeats: true });
  expect(ackOf(press({ action_id: "form:rAAAAAAAAAAAAAA:test book:title" }), commands)).toMatchObject({ kind: "open" });
  expect(ackOf(press({ action_id: "rAAAAAAAAAAAAAA" }), commands)).toEqual({ kind: "keep", repeats: false });
});

test("a dialogue comes back with what it knew, what was filled in, and where it began", () => {
  const opened = ackOf(
    press({ action_id: "form:rAAAAAAAAAAAAAA:test book:title", value: '{"seats":"4","x":1}' }),
    commands,
  );
  if (opened.kind !== "open") throw new Error("It did not open.");
  const values = { "in:title": { title: { type: "plain_text_input", value: "Noir" } } };
  const body = {
    type: "view_submission",
    team: { id: "T1" },
    user: { id: "U1" },
    trigger_id: "3",
    view: { ...opened.view, state: { values } },
  };
  expect(decode(body, commands)).toMatchObject({
    place: "C1",
    delivery: "3",
    content: { kind: "press", token: "rAAAAAAAAAAAAAA", input: { seats: "4", title: "Noir" } },
    hints: { on: { ts: "7.1" } },
  });
  expect(ackOf(body, commands)).toEqual({ kind: "keep", repeats: false });
});

test("every command has a dialogue that Slack takes", () => {
  for (const one of commands.all()) {
    const made = commandModal({ command: one, locale: "de", metadata: { command: one.name, place: "C1" } });
    if (!made) continue;
    expect(wrongInBlocks(made.blocks, "modal"), one.name).toEqual([]);
    expect(made.title.text.length).toBeLessThanOrEqual(24);
  }
});

test("what does not fit into a dialogue's memory is what can be missed", () => {
  const long = { command: "test book", place: "C1", response: "https://x", given: { a: "x".repeat(4_000) } };
  const written = writeMetadata(long);
  expect(written.length).toBeLessThanOrEqual(3_000);
  expect(readMetadata({ private_metadata: written })).toEqual({
    command: "test book",
    place: "C1",
    response: "https://x",
  });
  for (const private_metadata of ["", "{", "[]", "null", '{"place":1}'])
    expect(readMetadata({ private_metadata })).toBeUndefined();
});

test("requests are read by what they say they are", () => {
  const read = (type: string, body: string) =>
    bodyOf({ headers: new Headers({ "content-type": type }), body: Buffer.from(body) });
  expect(read("application/x-www-form-urlencoded", "command=%2Fx&text=a+b")).toEqual({ command: "/x", text: "a b" });
  expect(read("application/x-www-form-urlencoded; charset=utf-8", `payload=${encodeURIComponent('{"a":1}')}`)).toEqual({
    a: 1,
  });
  expect(read("application/json", '{"a":1}')).toEqual({ a: 1 });
  for (const body of ["", "1", "[]", "{", "null"]) expect(read("application/json", body)).toBeUndefined();
  expect(read("application/x-www-form-urlencoded", "payload={")).toBeUndefined();
});

/** Anything may stand where Slack says something else stands. */
const ODD: unknown[] = [
  null,
  undefined,
  0,
  -1,
  Number.POSITIVE_INFINITY,
  true,
  "",
  "x".repeat(5_000),
  "\ud800",
  [],
  {},
  [[[]]],
  { id: 1 },
  "__proto__",
  Number.NaN,
];
function mutated(value: unknown, at: () => number): unknown {
  if (at() % 7 === 0) return ODD[at() % ODD.length];
  if (Array.isArray(value)) return value.map((v) => mutated(v, at));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([k, v]) =>
      at() % 11 === 0 ? [] : [[at() % 13 === 0 ? "__proto__" : k, mutated(v, at)]],
    ),
  );
}

test("whatever comes breaks nothing", () => {
  const world = makeWorld(() => 1);
  const plain = { kind: "slash_commands" as const, payload: slash("test book title:x") };
  const samples = slackSamples(world, plain, { user: "U1", channel: "C1" }).map(({ payload }) => payload);
  const runs = Number(process.env.MUTATIONS ?? 3_000);
  fc.assert(
    fc.property(fc.nat(samples.length - 1), fc.array(fc.nat(1_000), { minLength: 40, maxLength: 80 }), (n, turns) => {
      let turn = 0;
      const body = mutated(samples[n], () => turns[turn++ % turns.length]! + turn) as Json;
      if (typeof body !== "object" || body === null || Array.isArray(body)) return;
      ackOf(body, commands);
      const envelope = decode(body, commands);
      if (!envelope) return;
      expect(whoOf(body)).toBeDefined();
      for (const name of ["tenant", "place", "delivery", "surface"] as const)
        expect(typeof envelope[name]).toBe("string");
      expect(envelope.tenant && envelope.place && envelope.account.id).toBeTruthy();
    }),
    { numRuns: runs, seed: 11 },
  );
}, 280_000);
