// Slack at the terminal: the manifest to paste, the change of the app where there is a token for it, and the doctor.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { wrongInManifest } from "../../test/emulators/slack/manifest.ts";
import { openSlack, type Slack } from "../../test/emulators/slack/server.ts";
import { APP, SCOPES, SIGNING_SECRET, TOKENS } from "../../test/emulators/slack/world.ts";
import { doctor } from "../doctor.ts";
import { manifest } from "../manifest.ts";
import { discreet } from "./tool.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-slack-tools-"));
let slack: Slack;
beforeEach(async () => {
  slack = await openSlack({ pace: { on: false } });
});
afterEach(() => slack.close());
afterAll(() => rmSync(folder, { recursive: true }));

const env = (more: Record<string, string> = {}) => ({
  NODE_ENV: "test",
  DATA_DIR: folder,
  PORT: "0",
  METRICS_PORT: "0",
  SLACK_BOT_TOKEN: TOKENS.bot,
  SLACK_APP_TOKEN: TOKENS.app,
  SLACK_API_URL: slack.api,
  ...more,
});

type Tool = (args: string[], env: Record<string, string>, tell: (line: string) => void) => Promise<number>;
async function run(tool: Tool, args: string[], more: Record<string, string> = {}) {
  const lines: string[] = [];
  const set = env(more);
  const code = await tool(
    args,
    set,
    discreet(set, (line) => lines.push(line)),
  );
  const text = lines.join("\n");
  for (const secret of [TOKENS.bot, TOKENS.app, TOKENS.config, SIGNING_SECRET]) expect(text).not.toContain(secret);
  return { code, text, wrong: lines.filter((line) => line.startsWith("  WRONG")) };
}

test("the app manifest is printed without a token, and Slack takes it", async () => {
  const none = { SLACK_BOT_TOKEN: "", SLACK_APP_TOKEN: "" };
  const printed = await run(manifest, ["slack"], none);
  expect(printed.code).toBe(0);
  expect(wrongInManifest(JSON.parse(printed.text))).toEqual([]);
  expect(slack.world.calls).toEqual([]);
  const hooked = await run(manifest, ["slack"], { ...none, BASE_URL: "https://radio.example" });
  expect(hooked.text).toContain("https://radio.example/hooks/slack");
  expect(wrongInManifest(JSON.parse(hooked.text))).toEqual([]);
});

test("with a configuration token it is compared, changed in one step, and then there is nothing to change", async () => {
  const config = { SLACK_CONFIG_TOKEN: TOKENS.config };
  slack.world.manifests.set(APP, { display_information: { name: "Our own name" } });
  const dry = await run(manifest, ["slack"], config);
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.text).toMatch(/^slack: \d+ would change/);
  const updates = () => slack.world.calls.filter(({ method }) => method === "apps.manifest.update");
  expect(updates()).toEqual([]);
  expect(await run(manifest, ["slack", "--check"], config)).toMatchObject({ code: 1 });
  expect(await run(manifest, ["slack", "--apply"], config)).toMatchObject({ code: 0 });
  expect(updates()).toHaveLength(1);
  expect(slack.world.manifests.get(APP)).toMatchObject({ display_information: { name: "Our own name" } });
  expect((await run(manifest, ["slack", "--apply"], config)).text).toContain("every command is registered");
  expect(updates()).toHaveLength(1);
});

test("a configuration token that was taken back changes nothing", async () => {
  slack.rules.revoked.add(TOKENS.config);
  const refused = await run(manifest, ["slack", "--apply"], { SLACK_CONFIG_TOKEN: TOKENS.config });
  expect(refused.code).toBe(1);
  expect(refused.text).toContain("token_revoked");
});

test("the doctor finds nothing wrong where nothing is", async () => {
  const seen = await run(doctor, []);
  expect(seen.wrong).toEqual([]);
  expect(seen.text).toContain("Slack knows the token");
  expect(seen.text).toContain("The clocks agree.");
  expect(seen.code).toBe(0);
});

test("the doctor names a missing scope, and what to do", async () => {
  slack.world.scopes.delete("chat:write");
  const seen = await run(doctor, []);
  expect(seen.wrong).toEqual([expect.stringMatching(/lacks scopes:.*chat:write/)]);
  expect(seen.text).toMatch(/install the app again/);
  expect(SCOPES).toContain("chat:write");
});

test.each([
  ["SLACK_BOT_TOKEN", TOKENS.bot],
  ["SLACK_APP_TOKEN", TOKENS.app],
])("the doctor says that %s was taken back", async (name, token) => {
  slack.rules.revoked.add(token);
  const seen = await run(doctor, []);
  expect(seen.wrong).toEqual([expect.stringMatching(new RegExp(`${name}.*token_revoked`))]);
  expect(seen.code).toBe(1);
});

test("the doctor misses an address that Slack could call, and sees a clock that is off", async () => {
  const deaf = await run(doctor, [], { SLACK_APP_TOKEN: "", SLACK_SIGNING_SECRET: SIGNING_SECRET });
  expect(deaf.wrong).toEqual([expect.stringContaining("it needs an https address")]);
  const late = await run(doctor, [], { TEST_CLOCK: new Date(Date.now() - 600_000).toISOString() });
  expect(late.wrong).toEqual([expect.stringMatching(/clock is (599|600|601) s behind that of slack/)]);
});
