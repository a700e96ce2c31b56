// Blocks: what is just within a limit is taken, one more is refused with Slack's words and the place of the fault.
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "./ask.ts";
import { openSlack, type Slack } from "./server.ts";

let slack: Slack;
beforeAll(async () => {
  slack = await openSlack({ pace: { on: false } });
});
afterAll(() => slack.close());

const x = (n: number) => "x".repeat(n);
const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (more: object = {}) => ({ type: "button", text: plain("Go"), ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const option = (n: number | string = 1, more: object = {}) => ({
  text: plain(`Option ${n}`),
  value: String(n),
  ...more,
});
const options = (n: number) => Array.from({ length: n }, (_, i) => option(i));
const select = (more: object) => actions({ type: "static_select", ...more });
const times = <T>(n: number, one: T): T[] => Array.from({ length: n }, () => one);

const BLOCKS: [string, object[], object[], string][] = [
  [
    "50 blocks",
    times(50, { type: "divider" }),
    times(51, { type: "divider" }),
    "no more than 50 items allowed [json-pointer:/blocks]",
  ],
  [
    "text of a section",
    [section(x(3000))],
    [section(x(3001))],
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  ],
  ["empty text", [section("x")], [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
  [
    "a header",
    [{ type: "header", text: plain(x(150)) }],
    [{ type: "header", text: plain(x(151)) }],
    "must be less than 151 characters",
  ],
  [
    "fields",
    [{ type: "section", fields: times(10, plain("f")) }],
    [{ type: "section", fields: times(11, plain("f")) }],
    "no more than 10 items allowed",
  ],
  [
    "text of a field",
    [{ type: "section", fields: [plain(x(2000))] }],
    [{ type: "section", fields: [plain(x(2001))] }],
    "must be less than 2001",
  ],
  [
    "elements in a row",
    [actions(...times(25, button()))],
    [actions(...times(26, button()))],
    "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "label of a button",
    [actions(button({ text: plain(x(75)) }))],
    [actions(button({ text: plain(x(76)) }))],
    "must be less than 76",
  ],
  [
    "value of a button",
    [actions(button({ value: x(2000) }))],
    [actions(button({ value: x(2001) }))],
    "must be less than 2001",
  ],
  [
    "address of a button",
    [actions(button({ url: "https://a.test/" }))],
    [actions(button({ url: "javascript:x" }))],
    "must match the expected format",
  ],
  [
    "action_id",
    [actions(button({ action_id: x(255) }))],
    [actions(button({ action_id: x(256) }))],
    "must be less than 256",
  ],
  [
    "one action_id",
    [actions(button({ action_id: "a" }))],
    [actions(button({ action_id: "a" }), button({ action_id: "a" }))],
    "already exists",
  ],
  [
    "one block_id",
    [{ type: "divider", block_id: "a" }],
    times(2, { type: "divider", block_id: "a" }),
    "already exists",
  ],
  ["options", [select({ options: options(100) })], [select({ options: options(101) })], "no more than 100 items"],
  [
    "label of an option",
    [select({ options: [option(1, { text: plain(x(75)) })] })],
    [select({ options: [option(1, { text: plain(x(76)) })] })],
    "must be less than 76",
  ],
  [
    "value of an option",
    [select({ options: [option(1, { value: x(150) })] })],
    [select({ options: [option(1, { value: x(151) })] })],
    "must be less than 151",
  ],
  ["no options", [select({ options: options(1) })], [select({ options: [] })], "no fewer than 1 items"],
  [
    "a first choice that is offered",
    [select({ options: options(2), initial_option: option(1) })],
    [select({ options: options(2), initial_option: option(7) })],
    "must be one of the options",
  ],
  [
    "placeholder",
    [select({ options: options(1), placeholder: plain(x(150)) })],
    [select({ options: options(1), placeholder: plain(x(151)) })],
    "must be less than 151",
  ],
  [
    "checkboxes",
    [actions({ type: "checkboxes", options: options(10) })],
    [actions({ type: "checkboxes", options: options(11) })],
    "no more than 10",
  ],
  [
    "overflow",
    [actions({ type: "overflow", options: options(5) })],
    [actions({ type: "overflow", options: options(6) })],
    "no more than 5",
  ],
  [
    "context",
    [{ type: "context", elements: times(10, plain("c")) }],
    [{ type: "context", elements: times(11, plain("c")) }],
    "no more than 10",
  ],
  [
    "alt text",
    [{ type: "image", image_url: "https://a.test/a.png", alt_text: "a" }],
    [{ type: "image", image_url: "https://a.test/a.png" }],
    "missing required field: alt_text",
  ],
  [
    "rows of a table",
    [{ type: "table", rows: times(100, [{ type: "raw_text", text: "c" }]) }],
    [{ type: "table", rows: times(101, [{ type: "raw_text", text: "c" }]) }],
    "no more than 100",
  ],
  [
    "columns of a table",
    [{ type: "table", rows: [times(20, { type: "raw_text", text: "c" })] }],
    [{ type: "table", rows: [times(21, { type: "raw_text", text: "c" })] }],
    "no more than 20",
  ],
  [
    "markdown",
    [{ type: "markdown", text: x(12_000) }],
    [{ type: "markdown", text: x(12_001) }],
    "must be less than 12001",
  ],
  ["a kind of block", [{ type: "divider" }], [{ type: "dividers" }], "unsupported type: dividers"],
  [
    "the fields of a block",
    [{ type: "divider" }],
    [{ type: "divider", colour: "red" }],
    "invalid additional property: colour",
  ],
  [
    "mrkdwn on a button",
    [actions(button())],
    [actions(button({ text: { type: "mrkdwn", text: "*b*" } }))],
    "must be one of: plain_text",
  ],
];

test.each(BLOCKS)("%s", async (_what, good, bad, words) => {
  expect(await ask(slack.api, "chat.postMessage", { channel: "C0RADIO", text: "t", blocks: good })).toMatchObject({
    ok: true,
  });
  const before = slack.messages.length;
  const answer = await ask(slack.api, "chat.postMessage", { channel: "C0RADIO", text: "t", blocks: bad });
  expect(answer.error).toBe("invalid_blocks");
  expect((answer.errors as string[]).join()).toContain(words);
  expect(slack.messages.length).toBe(before);
});
