import type { Update } from "@grammyjs/types";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Registry } from "../../core/command/index.ts";
import { ack } from "./ack.ts";
import { decode } from "./decode.ts";
import { openPace } from "./pace.ts";
import { type Question, questionLine, readQuestion } from "./question.ts";

const me = { id: 7, username: "radio_bot" };
let commands: Registry;
beforeAll(async () => {
  const { registry } = await import("../../core/command/index.ts");
  const { allCommands } = await import("../../core/commands.ts");
  commands = registry(allCommands);
});
const from = { id: 5, is_bot: false, first_name: "Mia", last_name: "Ro", language_code: "de" };
const message = (text: string, more: object = {}) =>
  ({
    update_id: 9,
    message: { message_id: 3, date: 1, from, chat: { id: 5, type: "private" }, text, ...more },
  }) as Update;
const heard = (update: Update) => {
  const found = decode(update, me, commands);
  return found && "envelope" in found ? found.envelope : found;
};
const content = (text: string, more: object = {}) => {
  const found = heard(message(text, more));
  return found && "content" in found ? found.content : found;
};
const group = { chat: { id: -9, type: "supergroup" } };

test("an update becomes an envelope with the bot's id and the update's as its delivery", () => {
  expect(heard(message("/vote_open", { message_thread_id: 4, is_topic_message: true }))).toMatchObject({
    surface: "telegram",
    tenant: "7",
    place: "5",
    delivery: "7:9",
    account: { id: "5", name: "Mia Ro", locale: "de" },
    hints: { message: 3, thread: 4, locale: "de" },
  });
});

test("commands are understood however they are typed; first words open their menu", () => {
  const list = { kind: "command", name: "channel list", options: {} };
  for (const text of ["/channel_list", "/channel_list@radio_bot", "/channel list", "@radio_bot channel list"])
    expect(content(text)).toEqual(list);
  expect(content("channel list")).toEqual(list);
  expect(content("/start")).toEqual({ kind: "command", name: "help", options: {} });
  expect(content("/channel")).toEqual({ kind: "command", name: "help", options: { topic: "channel" } });
});

test("what is not for us is not heard: other bots, small talk in groups, edits, channels, ourselves", () => {
  for (const text of ["channel list", "/help@other_bot", "hello"]) expect(content(text, group)).toBeUndefined();
  expect(content("/help", { from: { ...from, is_bot: true } })).toBeUndefined();
  expect(content("/help", { via_bot: from })).toBeUndefined();
  expect(heard({ update_id: 1, edited_message: message("/help").message } as Update)).toBeUndefined();
  expect(content("", {})).toBeUndefined();
});

test("a line that we did not write as code carries nothing", () => {
  const line = "/channel list genre:";
  const said = (id: number, type: string) => ({
    reply_to_message: {
      message_id: 1,
      date: 1,
      from: { id, is_bot: true },
      text: line,
      entities: [{ type, offset: 0, length: line.length }],
    },
  });
  const options = (more: object) => (content("jazz", more) as { options?: unknown } | undefined)?.options;
  expect(options(said(7, "code"))).toEqual({ genre: "jazz" });
  expect(options(said(8, "code"))).not.toEqual({ genre: "jazz" });
  expect(options(said(7, "bold"))).not.toEqual({ genre: "jazz" });
});

test("a press carries its token; a button of a question too old to read says so", () => {
  const press = (data: string) =>
    ({
      update_id: 2,
      callback_query: {
        id: "q",
        from,
        chat_instance: "1",
        data,
        message: { message_id: 3, date: 0, chat: { id: 5, type: "private" } },
      },
    }) as Update;
  expect(heard(press("pAAAAAAAAAAAAAA"))).toMatchObject({
    content: { kind: "press", token: "pAAAAAAAAAAAAAA" },
    hints: { query: "q", quiet: true },
  });
  expect(heard(press("=live"))).toEqual({ stale: true });
  expect(ack(press("x"), "Too old.")).toEqual({ callback_query_id: "q", text: "Too old.", show_alert: true });
  expect(ack(message("/help"))).toBeUndefined();
});

test("what was given survives its line, whatever it is", () => {
  const value = fc.string({ unit: "grapheme", maxLength: 60 }).filter((s) => s !== "");
  const question: fc.Arbitrary<Question> = fc.record({
    command: fc.constantFrom("help", "test book"),
    given: fc.dictionary(fc.constantFrom("a", "some-name", "b_1"), value),
    asked: fc.constantFrom("x", "long_one"),
  });
  fc.assert(fc.property(question, (q) => void expect(readQuestion(questionLine(q)!)).toEqual(q)));
  const further = question.map((q) => ({ ...q, further: true }));
  fc.assert(fc.property(further, (q) => void expect(readQuestion(questionLine(q)!)).toEqual(q)));
});

test("nothing that is sent breaks us", () => {
  const any = fc.anything({ maxDepth: 3 });
  const update = fc.record({
    update_id: fc.nat(),
    message: fc.option(
      fc.record({
        message_id: fc.nat(),
        from: fc.constant(from),
        chat: fc.constant({ id: -1, type: "group" }),
        text: fc.string(),
        reply_to_message: fc.option(
          fc.record({
            from: fc.constant({ id: 7 }),
            text: fc.string(),
            entities: fc.array(fc.record({ type: fc.constant("code"), offset: fc.integer(), length: fc.integer() })),
          }),
          { nil: undefined },
        ),
        extra: any,
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(update, (u) => void decode(u as unknown as Update, me, commands)),
    { numRuns: 2_000 },
  );
});

test("a chat is written to once a second, a group 20 times a minute, all together 30 times a second", () => {
  let now = 0;
  const pace = openPace(() => now);
  // One a second in a chat, others are free.
  expect(pace.take("-5")).toBe(0);
  expect(pace.take("-5")).toBeGreaterThanOrEqual(1_000);
  expect([pace.take("5"), pace.take("-6")]).toEqual([0, 0]);
  for (let n = 1; n < 20; n++) {
    now += 1_100;
    expect(pace.take("-5")).toBe(0);
  }
  // Twenty in a minute, counted from the first.
  now += 1_100;
  expect(pace.take("-5")).toBeGreaterThan(60_000 - now);
  now = 60_100;
  expect(pace.take("-5")).toBe(0);
  // Thirty a second in all.
  now = 100_000;
  for (let n = 0; n < 30; n++) expect(pace.take(String(n + 100))).toBe(0);
  expect(pace.take("999")).toBeGreaterThanOrEqual(1_000);
});

test("news of chats: moved either way it is told, closed and open; others' comings and goings are nothing to us", () => {
  const chat = { id: -9, type: "supergroup" };
  const change = (id: number, status: string) =>
    decode(
      { update_id: 1, my_chat_member: { chat, from, date: 1, new_chat_member: { user: { id }, status } } } as never,
      me,
      commands,
    );
  const moved = { moved: { from: "-9", to: "-10" } };
  expect(heard(message("", { ...group, migrate_to_chat_id: -10 }))).toEqual(moved);
  expect(heard(message("", { chat: { id: -10, type: "supergroup" }, migrate_from_chat_id: -9 }))).toEqual(moved);
  for (const status of ["kicked", "left"]) expect(change(7, status)).toEqual({ closed: true, chat: "-9" });
  for (const status of ["member", "administrator", "restricted"])
    expect(change(7, status)).toEqual({ closed: false, chat: "-9" });
  expect(change(8, "kicked")).toBeUndefined();
});

test("a link's words begin what they name; a chain of replies is no topic; what is passed on is not heard", () => {
  expect(content("/start link_AB12CD34")).toEqual({ kind: "command", name: "link", options: { code: "AB12CD34" } });
  expect(content("/start@radio_bot connect_AB12CD34", group)).toMatchObject({ name: "connect" });
  for (const other of ["/start hello", "/start link_", "/start link_AB12 x", "/start role_AB12CD34"])
    expect(content(other)).toEqual({ kind: "command", name: "help", options: {} });
  expect(heard(message("/help", { message_thread_id: 4 }))).not.toMatchObject({ hints: { thread: 4 } });
  expect(content("/help", { forward_origin: { type: "hidden_user" } })).toBeUndefined();
});
