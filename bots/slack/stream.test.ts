// A text that is being written is shown growing in a thread, by Slack's own means, and ends as one whole message.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { edit, post, remove } from "../../core/outbox/index.ts";
import { growing, type View, view } from "../../core/view/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { TEAM } from "../../test/emulators/slack/world.ts";
import { type SlackOffice, slackOffice } from "../../test/slack.ts";

let office: SlackOffice;
let slack: SlackOffice["slack"];
beforeAll(async () => {
  office = await slackOffice("socket");
  slack = office.slack;
});
afterEach(() => {
  slack.rules.fault = () => undefined;
  expect(office.platform.wrong().splice(0)).toEqual([]);
});
afterAll(() => office.close());

const RADIO = "C0RADIO";
const ANNA = "U0ANNA";
const rude = "*bold* <@U0ANNA> [a](https://x.test) `code` & more";
let texts = 0;

/** A text of its own below what Anna said, as it grows. */
async function write(hints: Record<string, unknown> = {}) {
  const subject = `text ${++texts}`;
  await slack.say(`tell me ${subject}`);
  const asked = slack.messages.find((m) => m.text === `tell me ${subject}`)!;
  const calls = slack.calls.length;
  const { house } = office;
  const tell = (shown: View | undefined, first: boolean) =>
    inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
      const { workspaceId: id } = house.owner;
      const act = { db: tx, now: house.clock.now, newId: house.sources.newId, workspace: { id } };
      const place = { surface: "slack", tenant: TEAM.id, external: RADIO };
      if (!shown) await remove(act, { place, subject });
      else if (first)
        await post(act, { place, subject, view: shown, hints: { thread: asked.ts, user: ANNA, ...hints } });
      else await edit(act, { place, subject, view: shown });
    });
  return {
    begin: (text: string) => tell(growing(text), true),
    grow: (text: string) => tell(growing(text), false),
    end: (text: string) => tell(view(text), false),
    remove: () => tell(undefined, false),
    there: () => slack.messages.filter((m) => m.thread === asked.ts && m.user === "U0BOT"),
    shows: (words: string) =>
      expect
        .poll(() => office.words(slack.messages.findLast((m) => m.thread === asked.ts && m.user === "U0BOT")), {
          timeout: 20_000,
        })
        .toBe(words),
    streams: (words: string) =>
      expect
        .poll(
          () =>
            slack.messages.findLast((m) => m.thread === asked.ts && m.user === "U0BOT")?.text.replace(/\\(.)/g, "$1"),
          { timeout: 20_000 },
        )
        .toBe(words),
    methods: () =>
      slack.calls
        .slice(calls)
        .map((c) => c.method)
        .filter((m) => m.startsWith("chat.")),
  };
}

test("it grows by what is new, and is put in place whole at the end", async () => {
  const text = await write();
  await text.begin("Once");
  await text.streams("Once");
  expect(text.there()[0]!.streaming).toBe(true);
  await text.grow(`Once upon ${rude}`);
  await text.streams(`Once upon ${rude}`);
  // Nobody's words are markup or a name on the way either.
  expect(text.there()[0]!.text).not.toMatch(/(?<!\\)[*<`[]/);
  for (let n = 1; n <= 9; n++) await text.grow(`Once upon ${rude}${" and on".repeat(n)}`);
  await text.end(`Once upon ${rude}${" and on".repeat(9)}. The end.`);
  await text.shows(`Once upon ${rude}${" and on".repeat(9)}. The end.`);
  expect(text.there()).toHaveLength(1);
  expect(text.there()[0]!.streaming).toBe(false);
  const methods = text.methods();
  expect(methods[0]).toBe("chat.startStream");
  expect(methods.slice(-2)).toEqual(["chat.stopStream", "chat.update"]);
  // What came while one was on its way went together.
  expect(methods.filter((m) => m === "chat.appendStream").length).toBeLessThan(6);
  expect(methods).not.toContain("chat.postMessage");
});

test("slowed down, broken off and restarted in the middle, it ends whole and once", async () => {
  const text = await write();
  await text.begin("One");
  await text.streams("One");
  let slow = 1;
  slack.rules.fault = ({ method }) =>
    method === "chat.appendStream" && slow-- > 0 ? { kind: "slow down", after: 1 } : undefined;
  await text.grow("One two");
  await text.streams("One two");
  await office.restart();
  await text.grow("One two three");
  await text.streams("One two three");
  // It arrives, and we are not told: nothing is said twice.
  let lost = 1;
  slack.rules.fault = ({ method }) =>
    method === "chat.appendStream" && lost-- > 0 ? { kind: "drop", late: true } : undefined;
  await text.grow("One two three four");
  await text.streams("One two three four");
  await text.grow("One two three four five");
  let broken = 1;
  slack.rules.fault = ({ method }) =>
    method === "chat.stopStream" && broken-- > 0 ? { kind: "drop", late: true } : undefined;
  await text.end("One two three four five six");
  await text.shows("One two three four five six");
  expect(text.there()).toHaveLength(1);
  expect(text.there()[0]!.streaming).toBe(false);
});

test("what is too long for a stream goes on at the end; a text that is taken back is gone", async () => {
  const text = await write();
  const long = "A word. ".repeat(1_200).trim();
  await text.begin("A word.");
  await text.streams("A word.");
  await text.grow(long.slice(0, 9_000));
  await text.grow(long);
  await text.end(long);
  await expect
    .poll(
      () =>
        text
          .there()
          .map((m) => office.words(m))
          .join(" ")
          .replace(/\s+/g, " "),
      { timeout: 20_000 },
    )
    .toBe(long);
  const other = await write();
  await other.begin("Never mind");
  await other.streams("Never mind");
  await other.remove();
  await expect.poll(() => other.there(), { timeout: 20_000 }).toEqual([]);
});

test("where Slack does not stream, the message is changed as it grows", async () => {
  const text = await write();
  slack.rules.fault = ({ method }) =>
    method === "chat.startStream" ? { kind: "error", word: "unknown_method" } : undefined;
  await text.begin("Plain");
  await text.shows("Plain");
  await text.grow("Plain and");
  await text.end("Plain and simple");
  await text.shows("Plain and simple");
  expect(text.there()).toHaveLength(1);
  expect(text.methods()).not.toContain("chat.appendStream");
  expect(office.platform.wrong().splice(0)).toEqual([expect.stringContaining("unknown_method")]);
});
