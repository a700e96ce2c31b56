// Calls, modals, tokens, pace: what Slack refuses, this Slack refuses, in the same words.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answer, ask as askAt } from "./ask.ts";
import { openSlack, type Slack } from "./server.ts";
import { BOT, TOKENS } from "./world.ts";

let slack: Slack;
beforeAll(async () => {
  slack = await openSlack({ pace: { on: false } });
  slack.delivery.ways.retries = [];
});
afterAll(() => slack.close());
beforeEach(() => {
  slack.rules.fault = () => undefined;
  slack.rules.revoked.clear();
});

const ask = (method: string, params: object, token?: string) => askAt(slack.api, method, params, token);
const x = (n: number) => "x".repeat(n);
const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const input = (element: object) => ({ type: "input", label: plain("Label"), element });
const times = <T>(n: number, one: T): T[] => Array.from({ length: n }, () => one);

const view = (more: object) => ({ type: "modal", title: plain("T"), submit: plain("S"), blocks: [], ...more });
const VIEWS: [string, object, object, string][] = [
  [
    "title",
    view({ title: plain(x(24)) }),
    view({ title: plain(x(25)) }),
    "must be less than 25 characters [json-pointer:/view/title/text]",
  ],
  ["submit", view({ submit: plain(x(24)) }), view({ submit: plain(x(25)) }), "must be less than 25"],
  [
    "private_metadata",
    view({ private_metadata: x(3000) }),
    view({ private_metadata: x(3001) }),
    "must be less than 3001",
  ],
  ["callback_id", view({ callback_id: x(255) }), view({ callback_id: x(256) }), "must be less than 256"],
  [
    "100 blocks",
    view({ blocks: times(100, { type: "divider" }) }),
    view({ blocks: times(101, { type: "divider" }) }),
    "no more than 100 items allowed [json-pointer:/view/blocks]",
  ],
  [
    "inputs need a way to send",
    view({ blocks: [input({ type: "plain_text_input" })] }),
    view({ submit: undefined, blocks: [input({ type: "plain_text_input" })] }),
    "missing required field: submit",
  ],
  [
    "label of an input",
    view({ blocks: [{ ...input({ type: "plain_text_input" }), label: plain(x(2000)) }] }),
    view({ blocks: [{ ...input({ type: "plain_text_input" }), label: plain(x(2001)) }] }),
    "must be less than 2001",
  ],
];

describe("modals", () => {
  test.each(VIEWS)("%s", async (_what, good, bad, words) => {
    const trigger = () => slack.world.trigger("U0ANNA");
    expect(await ask("views.open", { trigger_id: trigger(), view: good })).toMatchObject({ ok: true });
    const answer = await ask("views.open", { trigger_id: trigger(), view: bad });
    expect(answer).toMatchObject({ error: "invalid_arguments" });
    expect(JSON.stringify(answer)).toContain(words);
  });

  test("a trigger works once, for three seconds", async () => {
    let now = 1_800_000_000_000;
    const own = await openSlack({ now: () => now, pace: { on: false } });
    const open = async (trigger_id: string) => {
      const response = await fetch(`${own.api}views.open`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKENS.bot}`, "content-type": "application/json" },
        body: JSON.stringify({ trigger_id, view: view({}) }),
      });
      return ((await response.json()) as Answer).error;
    };
    const first = own.world.trigger("U0ANNA");
    expect(await open(first)).toBe(undefined);
    expect(await open(first)).toBe("exchanged_trigger_id");
    const second = own.world.trigger("U0ANNA");
    now += 3_001;
    expect(await open(second)).toBe("expired_trigger_id");
    expect(await open("never")).toBe("invalid_trigger_id");
    await own.close();
  });

  test("three in a pile, one hash at a time, one external id", async () => {
    const trigger = () => slack.world.trigger("U0BEN");
    await ask("views.open", { trigger_id: trigger(), view: view({ external_id: "one" }) });
    expect(await ask("views.push", { trigger_id: trigger(), view: view({ external_id: "one" }) })).toMatchObject({
      error: "duplicate_external_id",
    });
    await ask("views.push", { trigger_id: trigger(), view: view({}) });
    await ask("views.push", { trigger_id: trigger(), view: view({}) });
    expect(await ask("views.push", { trigger_id: trigger(), view: view({}) })).toMatchObject({
      error: "push_limit_reached",
    });
    const { id, hash } = slack.modal("U0BEN")!;
    expect(await ask("views.update", { view_id: id, hash, view: view({}) })).toMatchObject({ ok: true });
    expect(await ask("views.update", { view_id: id, hash, view: view({}) })).toMatchObject({ error: "hash_conflict" });
    expect(await ask("views.update", { view_id: "V0", view: view({}) })).toMatchObject({ error: "not_found" });
    expect(await ask("views.publish", { user_id: "U0BEN", view: view({}) })).toMatchObject({
      error: "invalid_arguments",
    });
  });
});

const post = (more: object) => ["chat.postMessage", { channel: "C0RADIO", text: "t", ...more }] as const;
const CALLS: [string, readonly [string, object], string][] = [
  ["no text", post({ text: " " }), "no_text"],
  ["blocks that are no JSON", post({ blocks: "[" }), "invalid_blocks_format"],
  ["101 attachments", post({ attachments: times(101, { text: "a" }) }), "too_many_attachments"],
  ["13,200 characters in all", post({ blocks: times(5, section(x(2700))) }), "msg_blocks_too_long"],
  ["a thread that is none", post({ thread_ts: "1.1" }), "thread_not_found"],
  ["no such channel", post({ channel: "C0NONE" }), "channel_not_found"],
  ["a private channel that we are not in", post({ channel: "C0SECRET" }), "channel_not_found"],
  ["an archived channel", post({ channel: "C0OLD" }), "is_archived"],
  ["a message that is not there", ["chat.update", { channel: "C0RADIO", ts: "1.1", text: "t" }], "message_not_found"],
  [
    "a person that is not there",
    ["chat.postEphemeral", { channel: "C0RADIO", user: "U0NONE", text: "t" }],
    "user_not_found",
  ],
  [
    "a person outside the channel",
    ["chat.postEphemeral", { channel: "C0RADIO", user: "U0CHRIS", text: "t" }],
    "user_not_in_channel",
  ],
  ["a stream outside a thread", ["chat.startStream", { channel: "C0RADIO", markdown_text: "t" }], "invalid_arguments"],
  ["an upload that never came", ["files.completeUploadExternal", { files: [{ id: "F0" }] }], "file_not_found"],
  ["a method that is none", ["chat.shout", {}], "unknown_method"],
  ["a manifest with the bot's token", ["apps.manifest.validate", { manifest: "{}" }], "not_allowed_token_type"],
];

describe("calls", () => {
  beforeAll(() => {
    slack.world.addChannel("C0SECRET", "secret", [], "private");
    slack.world.addChannel("C0OLD", "old", [BOT.user]).archived = true;
    slack.world.addUser("U0CHRIS", "Chris");
  });
  test.each(CALLS)("%s", async (_what, [method, params], word) => {
    expect(await ask(method, params)).toMatchObject({ ok: false, error: word });
  });

  test("an edit has 4,000 bytes with &, < and > written out; a new message is cut at 40,000 characters", async () => {
    const { ts } = await ask(...post({ text: x(40_010) }));
    expect(slack.messages.at(-1)!.text.length).toBe(40_000);
    const edit = (text: string) => ask("chat.update", { channel: "C0RADIO", ts, text });
    expect(await edit(x(4000))).toMatchObject({ ok: true });
    expect(await edit(x(4001))).toMatchObject({ error: "msg_too_long" });
    expect(await edit(`${x(3996)}&`)).toMatchObject({ error: "msg_too_long" });
  });

  test("others' messages are not ours to change", async () => {
    await slack.say("Mine");
    const { ts } = slack.messages.at(-1)!;
    expect(await ask("chat.update", { channel: "C0RADIO", ts, text: "Ours" })).toMatchObject({
      error: "cant_update_message",
    });
    expect(await ask("chat.delete", { channel: "C0RADIO", ts })).toMatchObject({ error: "cant_delete_message" });
  });

  test("tokens and scopes", async () => {
    expect(await ask("auth.test", {}, "xoxb-wrong")).toMatchObject({ error: "invalid_auth" });
    expect(await ask("apps.connections.open", {})).toMatchObject({ error: "not_allowed_token_type" });
    slack.rules.revoked.add(TOKENS.bot);
    expect(await ask("auth.test", {})).toMatchObject({ error: "token_revoked" });
    slack.rules.revoked.clear();
    slack.world.scopes.delete("reactions:write");
    const answer = await ask("reactions.add", { channel: "C0RADIO", timestamp: "1", name: "wave" });
    expect(answer).toMatchObject({ error: "missing_scope", needed: "reactions:write" });
    expect(answer.provided).toContain("chat:write");
    slack.world.scopes.add("reactions:write");
    slack.world.scopes.delete("chat:write.public");
    slack.world.addChannel("C0PUBLIC", "public", ["U0ANNA"]);
    expect(await ask(...post({ channel: "C0PUBLIC" }))).toMatchObject({ error: "not_in_channel" });
    expect(await ask("conversations.join", { channel: "C0PUBLIC" })).toMatchObject({ ok: true });
    expect(await ask(...post({ channel: "C0PUBLIC" }))).toMatchObject({ ok: true });
    slack.world.scopes.add("chat:write.public");
  });

  test("a manifest is judged", async () => {
    const judge = (manifest: object) => ask("apps.manifest.validate", { manifest }, TOKENS.config);
    const name = { display_information: { name: "Impresario" } };
    expect(await judge(name)).toMatchObject({ ok: true });
    expect(await judge({ display_information: { name: x(36) } })).toMatchObject({
      error: "invalid_manifest",
      errors: [{ message: "must be less than 36 characters", pointer: "/display_information/name" }],
    });
    const command = { command: "/Loud", description: "d" };
    expect(await judge({ ...name, features: { slash_commands: [command] } })).toMatchObject({
      error: "invalid_manifest",
    });
  });
});

describe("too fast", () => {
  test("a channel takes one message a second, after a short burst; a tier so many a minute", async () => {
    const own = await openSlack({ pace: { burst: 2 } });
    const call = (method: string, body: object) =>
      fetch(`${own.api}${method}`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKENS.bot}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const say = (channel: string) => call("chat.postMessage", { channel, text: "t" });
    own.world.addChannel("C0OTHER", "other", [BOT.user]);
    expect([(await say("C0RADIO")).status, (await say("C0RADIO")).status]).toEqual([200, 200]);
    const third = await say("C0RADIO");
    expect([third.status, third.headers.get("retry-after"), await third.json()]).toEqual([
      429,
      "1",
      { ok: false, error: "ratelimited" },
    ]);
    expect((await say("C0OTHER")).status).toBe(200);
    const statuses = [];
    for (let n = 0; n < 21; n++) statuses.push((await call("users.list", {})).status);
    expect(statuses.filter((s) => s === 429)).toHaveLength(1);
    await own.close();
  });
});
