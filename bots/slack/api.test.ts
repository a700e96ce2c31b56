import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSlack, type Slack } from "../../test/emulators/slack/server.ts";
import { TOKENS } from "../../test/emulators/slack/world.ts";
import type { Kit } from "../surface.ts";
import { type Api, openApi, Refused, type Settings } from "./api.ts";
import { openPeople } from "./people.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Kit["log"];
let slack: Slack;
let api: Api;
beforeAll(async () => {
  slack = await openSlack({ pace: { on: false } });
  api = await openApi({ token: TOKENS.bot, apiUrl: slack.api.replace(/\/$/, "") } as Settings, log);
});
afterEach(() => {
  slack.rules.fault = () => undefined;
  slack.calls.splice(0);
});
afterAll(() => slack.close());

const failing = (work: () => Promise<unknown>) =>
  work().then(
    () => undefined,
    (error: unknown) => api.classify(error),
  );
const say = () => api.call("chat.postMessage", { channel: "C0RADIO", text: "x" });

test.each([
  ["is_archived", "gone"],
  ["channel_not_found", "gone"],
  ["not_in_channel", "gone"],
  ["account_inactive", "gone"],
  ["internal_error", "retry"],
  ["service_unavailable", "retry"],
  ["token_revoked", "retry"],
  ["invalid_auth", "retry"],
  ["ratelimited", "retry"],
  ["invalid_blocks", "refused"],
  ["msg_too_long", "refused"],
  ["something_new", "refused"],
])("Slack's %s means %s", async (word, kind) => {
  slack.rules.fault = () => ({ kind: "error", word });
  expect(await failing(say)).toMatchObject({ kind });
});

test("a pause that Slack asks for is told in its own length, at once", async () => {
  slack.rules.fault = () => ({ kind: "slow down", after: 7 });
  const began = performance.now();
  expect(await failing(say)).toEqual({ kind: "retry", after: 7_000 });
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(slack.calls).toHaveLength(1);
});

test("what breaks on the way is tried again by the outbox, not here", async () => {
  for (const fault of [{ kind: "broken" }, { kind: "drop" }] as const) {
    slack.calls.splice(0);
    slack.rules.fault = () => fault;
    expect(await failing(say)).toEqual({ kind: "retry" });
    expect(slack.calls).toHaveLength(1);
  }
  expect(api.classify(new Refused("No."))).toEqual({ kind: "refused", why: "No." });
  expect(api.classify(new TypeError("ours"))).toEqual({ kind: "unknown" });
});

test("our token and our words go nowhere but to Slack", async () => {
  for (const url of [
    "https://evil.example/x",
    "http://slack.com/x",
    "https://slack.com.evil.example/x",
    "file:///etc/passwd",
    "",
  ]) {
    expect(await api.download(url, AbortSignal.timeout(1_000))).toBeUndefined();
    expect(await failing(() => api.respond(url, { text: "x" }))).toMatchObject({ kind: "refused" });
    expect(await failing(() => api.upload(url, new Blob(["x"])))).toMatchObject({ kind: "refused" });
  }
});

test("somebody is looked up once, and their groups with everybody's", async () => {
  const people = openPeople(api, log);
  slack.world.groups.set("S1", { id: "S1", handle: "a", name: "A", users: ["U0BEN"] });
  expect(await people.look("T0TEAM", "U0BEN")).toEqual({ name: "ben.brandt", locale: "de-DE", roles: ["S1"] });
  expect(await people.look("T0TEAM", "U0BEN")).toMatchObject({ locale: "de-DE" });
  expect(slack.calls.map((c) => c.method).toSorted()).toEqual(["usergroups.list", "users.info"]);
  slack.world.groups.delete("S1");
  expect((await people.look("T0TEAM", "U0BEN")).roles).toEqual(["S1"]);
  people.forgetGroups();
  expect((await people.look("T0TEAM", "U0BEN")).roles).toEqual([]);
});

test("a Slack that does not say who somebody is keeps nobody waiting and gives no roles", async () => {
  let time = 0;
  const people = openPeople(api, log, () => time);
  slack.world.groups.set("S1", { id: "S1", handle: "a", name: "A", users: ["U0ANNA"] });
  slack.rules.fault = () => ({ kind: "broken" });
  expect(await people.look("T0TEAM", "U0ANNA")).toEqual({ roles: [] });
  // Not every message asks again.
  slack.rules.fault = () => undefined;
  expect(await people.look("T0TEAM", "U0ANNA")).toEqual({ roles: [] });
  time = 11_000;
  expect(await people.look("T0TEAM", "U0ANNA")).toMatchObject({ locale: "en-US", roles: ["S1"] });
});

test("an answer that comes late counts for the next message", async () => {
  const people = openPeople(api, log);
  slack.rules.fault = () => ({ kind: "stall", milliseconds: 3_000 });
  const began = performance.now();
  expect(await people.look("T0TEAM", "U0BEN")).toEqual({ roles: [] });
  expect(performance.now() - began).toBeLessThan(3_000);
  await expect.poll(async () => (await people.look("T0TEAM", "U0BEN")).locale, { timeout: 12_000 }).toBe("de-DE");
});
