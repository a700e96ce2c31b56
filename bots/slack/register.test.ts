import { afterAll, beforeAll, expect, test } from "vitest";
import { command, registry } from "../../core/command/index.ts";
import { allCommands } from "../../core/commands.ts";
import { view } from "../../core/view/index.ts";
import { wrongInManifest } from "../../test/emulators/slack/manifest.ts";
import { openSlack, type Slack } from "../../test/emulators/slack/server.ts";
import { SIGNING_SECRET, TOKENS } from "../../test/emulators/slack/world.ts";
import { reader } from "../settings.ts";
import type { Bot, Finding, Kit } from "../surface.ts";
import { type Api, type Settings, SlackSays } from "./api.ts";
import { surface } from "./connect.ts";
import type { Json } from "./json.ts";
import { type Manifest, makeManifest, SCOPES } from "./manifest.ts";
import { register } from "./register.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const kit = { log: silent, sources: { now: () => new Date() } } as unknown as Kit;
const commands = registry(allCommands);

let slack: Slack;
beforeAll(async () => {
  slack = await openSlack({ pace: { on: false } });
});
afterAll(() => slack.close());

const read = (env: Record<string, string>) => {
  const { read, problems } = reader(env);
  return { settings: surface.settings(read), problems };
};
const set = (more: Record<string, string> = {}) => ({ SLACK_API_URL: slack.api, SLACK_BOT_TOKEN: TOKENS.bot, ...more });
const openBot = (more: Record<string, string>): Promise<Bot> => surface.open(read(set(more)).settings, kit);

test("Slack takes the manifest of all our commands, for the socket and for requests", () => {
  for (const hook of [undefined, "https://radio.example/hooks/slack"]) {
    const { manifest, left } = makeManifest(commands, hook);
    expect(wrongInManifest(manifest)).toEqual([]);
    expect(manifest.settings.socket_mode_enabled).toBe(hook === undefined);
    expect(manifest.features.slash_commands[0]).toMatchObject({ command: "/impresario", should_escape: true });
    const names = manifest.features.slash_commands.map((c) => c.command);
    expect(new Set(names).size).toBe(names.length);
    // Slack's own commands are never reached by an app's; they are there behind /impresario.
    expect(left).toEqual([]);
    expect(names).not.toContain("/help");
    expect(names).toContain("/channel");
  }
});

test("more commands than Slack takes are named, not dropped", () => {
  const many = Array.from({ length: 60 }, (_, n) =>
    command({ name: `thing${n}`, says: "A thing", role: "member", run: () => view("x") }),
  );
  const { manifest, left } = makeManifest(registry(many), undefined);
  expect(manifest.features.slash_commands).toHaveLength(50);
  expect(left).toHaveLength(11);
  expect(wrongInManifest(manifest)).toEqual([]);
});

test("what differs is told before it is changed, and afterwards nothing does", async () => {
  const bot = await openBot({ SLACK_CONFIG_TOKEN: TOKENS.config, SLACK_APP_TOKEN: TOKENS.app });
  slack.world.manifests.set("A0IMPRESARIO", {
    display_information: { name: "Our Radio" },
    features: { slash_commands: [{ command: "/old", description: "Old" }] },
    oauth_config: { redirect_urls: ["https://radio.example/"], scopes: { bot: ["commands"] } },
    settings: {},
  });
  const plan = (await bot.register!(commands, false)).filter((s) => s.kind !== "left out");
  expect(plan).toContainEqual({ kind: "add", name: "channel" });
  expect(plan).toContainEqual({ kind: "add", name: "scope: users:read" });
  expect(plan).toContainEqual({ kind: "remove", name: "old" });
  expect(slack.world.manifests.get("A0IMPRESARIO")).toMatchObject({ settings: {} });
  await bot.register!(commands, true);
  const now = slack.world.manifests.get("A0IMPRESARIO")!;
  // What is the app's own stays.
  expect(now).toMatchObject({ display_information: { name: "Our Radio" } });
  expect((now.oauth_config as Record<string, unknown>).redirect_urls).toEqual(["https://radio.example/"]);
  expect((await bot.register!(commands, false)).filter((s) => s.kind !== "left out")).toEqual([]);
});

test("a command that Slack refuses is named and holds up no other", async () => {
  const sent: Json[] = [];
  // Slack's own rules for names are not all published: it may refuse what looks right to us.
  const call = async (method: string, params: Json = {}): Promise<Json> => {
    const manifest = params.manifest ? (JSON.parse(String(params.manifest)) as Manifest) : undefined;
    const names = manifest?.features.slash_commands.map((c) => c.command) ?? [];
    const at = names.findIndex((name) => name === "/channel" || name === "/job");
    if (method === "apps.manifest.validate" && at >= 0) {
      const errors = [{ message: "is taken", pointer: `/features/slash_commands/${at}/command` }];
      throw new SlackSays("invalid_manifest", { errors });
    }
    if (method === "apps.manifest.update") sent.push({ names });
    return { manifest: {} };
  };
  const settings = { configToken: "x", appToken: "xapp-1-A01-2-x" } as Settings;
  const steps = await register({ call } as unknown as Api, settings, commands, true);
  const refused = steps.filter((s) => s.kind === "refused");
  expect(refused.map((s) => [s.name, s.why])).toEqual([
    ["job", "is taken"],
    ["channel", "is taken"],
  ]);
  expect(sent).toHaveLength(1);
  expect(sent[0]!.names).not.toContain("/job");
  expect(sent[0]!.names).toContain("/budget");
});

test("without a token for it the manifest is only printed", async () => {
  expect((await openBot({})).register).toBeUndefined();
  const text = surface.manifest!(commands, { baseUrl: new URL("http://localhost:8080/") });
  expect(JSON.parse(text)).toMatchObject({ settings: { socket_mode_enabled: true } });
  expect(surface.manifest!(commands, { baseUrl: new URL("https://radio.example/") })).toContain(
    "https://radio.example/hooks/slack",
  );
});

const wrong = (findings: readonly Finding[]) => findings.filter((f) => !f.ok).map((f) => f.what);
const around = { baseUrl: new URL("https://radio.example/") };

test("the doctor looks at tokens, scopes, the socket and the way in", async () => {
  const both = { SLACK_APP_TOKEN: TOKENS.app, SLACK_SIGNING_SECRET: SIGNING_SECRET };
  for (const scope of SCOPES) slack.world.scopes.add(scope);
  expect(wrong(await (await openBot(both)).examine!(around))).toEqual([]);
  slack.world.scopes.delete("files:write");
  expect(wrong(await (await openBot(both)).examine!(around))).toEqual(["The Slack app lacks scopes: files:write."]);
  slack.world.scopes.add("files:write");
  expect(wrong(await (await openBot({})).examine!(around))).toEqual(["Slack has no way to reach us."]);
  const hooked = await openBot({ SLACK_SIGNING_SECRET: SIGNING_SECRET });
  expect(wrong(await hooked.examine!({ baseUrl: undefined }))).toHaveLength(1);
  expect(wrong(await hooked.examine!(around))).toEqual([]);
  const other = await openBot({ SLACK_BOT_TOKEN: "xoxb-somebody-elses", SLACK_APP_TOKEN: "xapp-1-somebody-elses" });
  expect(wrong(await other.examine!(around))).toEqual([
    "Slack does not take SLACK_BOT_TOKEN: invalid_auth.",
    "Slack opens no socket for SLACK_APP_TOKEN: invalid_auth.",
  ]);
  const away = await openBot({ SLACK_API_URL: "http://127.0.0.1:1/api/", ...both });
  expect(wrong(await away.examine!(around))).toHaveLength(2);
});

test("what is set wrong is named", () => {
  expect(read({})).toEqual({ settings: undefined, problems: [] });
  expect(read({ SLACK_BOT_TOKEN: "xapp-1-wrong-kind" }).problems[0]).toMatch(/^SLACK_BOT_TOKEN must be/);
  expect(read({ SLACK_APP_TOKEN: TOKENS.app }).problems[0]).toMatch(
    /^SLACK_APP_TOKEN must be set together with SLACK_BOT_TOKEN/,
  );
  expect(read({ SLACK_SIGNING_SECRET: "short" }).problems[0]).toMatch(/^SLACK_SIGNING_SECRET must be/);
  expect(read({ SLACK_BOT_TOKEN: TOKENS.bot, SLACK_API_URL: "slack" }).problems[0]).toMatch(/^SLACK_API_URL must be/);
});
