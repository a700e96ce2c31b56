// The socket ends, is renewed, or cannot be had: the bot is there again, and nothing that Slack told is lost or doubled.
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { type SlackOffice, slackOffice } from "../../test/slack.ts";

const ran: string[] = [];
const note = command({
  name: "take note",
  says: "Keep a note",
  role: "member",
  options: { note: text("What to keep", { max: 100 }) },
  run: ({ options }) => {
    ran.push(options.note);
    return view(`Kept ${options.note}.`);
  },
});

let office: SlackOffice;
let slack: SlackOffice["slack"];
beforeAll(async () => {
  office = await slackOffice("socket", [note]);
  slack = office.slack;
  slack.delivery.ways.retries = [0, 200, 500];
});
afterAll(() => office.close());

const connected = () => expect.poll(() => slack.delivery.connected(), { timeout: 8_000 }).toBe(1);
const kept = (what: string) => ran.filter((one) => one === what).length;

test("an event that the socket ended on comes again, and counts once", async () => {
  for (const late of [false, true]) {
    const name = `cut${late}`;
    let left = 1;
    slack.delivery.ways.trouble = ({ payload }) =>
      JSON.stringify(payload).includes(name) && left-- > 0 ? { kind: "cut", late } : undefined;
    await slack.mention(`take note ${name}`);
    await expect.poll(() => kept(name), { timeout: 8_000 }).toBe(1);
    await connected();
    slack.delivery.ways.trouble = () => undefined;
    await slack.mention(`take note ${name} end`);
    await expect.poll(() => kept(`${name} end`), { timeout: 8_000 }).toBe(1);
    expect(kept(name)).toBe(1);
  }
});

test("Slack renews the connection, and the bot is there again at once", async () => {
  const opened = () => slack.calls.filter((c) => c.method === "apps.connections.open").length;
  const before = opened();
  slack.delivery.refresh();
  await expect.poll(opened, { timeout: 8_000 }).toBe(before + 1);
  await connected();
  const taken = await slack.slash("/impresario take note note:renewed");
  expect(taken.ok).toBe(true);
  await expect.poll(() => kept("renewed"), { timeout: 8_000 }).toBe(1);
});

test("a Slack that opens no socket for a while breaks nothing", async () => {
  let left = 3;
  slack.rules.fault = ({ method }) =>
    method === "apps.connections.open" && left-- > 0 ? (left === 2 ? { kind: "broken" } : { kind: "drop" }) : undefined;
  slack.delivery.hangUp();
  await expect.poll(() => left, { timeout: 8_000 }).toBeLessThan(0);
  await connected();
  slack.rules.fault = () => undefined;
  await slack.slash("/impresario take note note:back");
  await expect.poll(() => kept("back"), { timeout: 8_000 }).toBe(1);
});

test("what was told twice, and what overtook, counts once each", async () => {
  slack.delivery.ways.trouble = ({ payload }) => {
    const said = JSON.stringify(payload);
    return said.includes("doubled") ? { kind: "twice" } : said.includes("slow") ? { kind: "late" } : undefined;
  };
  await Promise.all([
    slack.mention("take note slow"),
    slack.mention("take note doubled"),
    slack.slash("/impresario take note note:doubled-too"),
  ]);
  slack.delivery.ways.trouble = () => undefined;
  await expect.poll(() => [kept("slow"), kept("doubled"), kept("doubled-too")], { timeout: 8_000 }).toEqual([1, 1, 1]);
  await slack.mention("take note end");
  await expect.poll(() => kept("end"), { timeout: 8_000 }).toBe(1);
  expect([kept("slow"), kept("doubled"), kept("doubled-too")]).toEqual([1, 1, 1]);
});
