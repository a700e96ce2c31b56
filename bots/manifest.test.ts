// The tool at the terminal, against our emulators: what would change, what is changed, and what stays when it is refused.
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Discord, openDiscord } from "../test/emulators/discord/server.ts";
import { openTelegram, type Telegram, TOKEN } from "../test/emulators/telegram/emulator.ts";
import { manifest } from "./manifest.ts";
import { surface } from "./surface.ts";
import { discreet } from "./tools/tool.ts";

const SECRET = "emulated-token-of-a-bot";
let discord: Discord;
let telegram: Telegram;
beforeAll(async () => {
  discord = await openDiscord(() => new Date(), SECRET);
  telegram = await openTelegram();
});
afterAll(() => Promise.all([discord.close(), telegram.close()]));
beforeEach(() => {
  discord.asked.length = 0;
  discord.refuse = () => undefined;
  telegram.calls.length = 0;
  telegram.rules.fault = () => undefined;
});

const atDiscord = (more = {}) => ({ DISCORD_TOKEN: SECRET, DISCORD_API_URL: discord.api, ...more });
const atTelegram = (more = {}) => ({ TELEGRAM_TOKEN: TOKEN, TELEGRAM_API_URL: telegram.url, ...more });

async function run(args: string, env: Record<string, string>) {
  const lines: string[] = [];
  const code = await manifest(
    args.split(" ").filter(Boolean),
    env,
    discreet(env, (line) => lines.push(line)),
  );
  return { code, lines, text: lines.join("\n") };
}
const writes = () => discord.asked.filter(({ method }) => method !== "GET");

test("Discord: told first, then changed, then there is nothing to change", async () => {
  const dry = await run("discord", atDiscord());
  expect(dry.code).toBe(0);
  expect(dry.text).toMatch(/^discord: \d+ would change\. npm run manifest discord -- --apply/);
  expect(dry.lines).toContain("  + /help");
  expect(writes()).toEqual([]);
  expect((await run("discord --check", atDiscord())).code).toBe(1);
  const applied = await run("discord --apply", atDiscord());
  expect(applied).toMatchObject({ code: 0 });
  expect(discord.commands.size).toBe(dry.lines.length - 1);
  expect(discord.wrong).toEqual([]);
  discord.asked.length = 0;
  expect(await run("discord --apply", atDiscord())).toMatchObject({
    code: 0,
    text: "discord: every command is registered as it is now.",
  });
  expect((await run("discord --check", atDiscord())).code).toBe(0);
  expect(writes()).toEqual([]);
});

test("Discord: one that is refused stays as it was and stops no other; what is gone is removed last", async () => {
  discord.commands.clear();
  const old = { id: "777", name: "old", description: "Of another time", type: 1 };
  discord.commands.set("777", old);
  discord.commands.set("778", { id: "778", name: "help", description: "As it was", type: 1 });
  discord.refuse = ({ method, body }) =>
    method === "POST" && body.name === "help" ? { status: 400, code: 50035 } : undefined;
  const applied = await run("discord --apply", atDiscord());
  expect(applied.code).toBe(1);
  expect(applied.text).toMatch(/ {2}! \/help: refused\. Refused, as it was told to\./);
  expect(applied.text).toContain("  - /old");
  expect(discord.commands.get("778")).toMatchObject({ description: "As it was" });
  expect([...discord.commands.values()].map((c) => c.name)).toContain("whoami");
  expect(discord.commands.has("777")).toBe(false);
  const methods = writes().map(({ method }) => method);
  expect(methods.indexOf("DELETE")).toBe(methods.length - 1);
});

test("Discord: a token that it does not know, and no way to it, change nothing and say what to mend", async () => {
  const bad = "another-token-that-nobody-knows";
  const unknown = await run("discord --apply", atDiscord({ DISCORD_TOKEN: bad }));
  expect(unknown.code).toBe(1);
  expect(unknown.text).toContain("DISCORD_TOKEN");
  expect(unknown.text).not.toContain(bad);
  expect(writes()).toEqual([]);
  const away = await run("discord", atDiscord({ DISCORD_API_URL: "http://127.0.0.1:9/api" }));
  expect(away.code).toBe(1);
  expect(away.text).toContain("ECONNREFUSED");
});

test("Telegram: every list by scope and language, replaced in one call each, never deleted first", async () => {
  const dry = await run("telegram", atTelegram());
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.lines).toEqual(expect.arrayContaining(["  + /help", "  + /help (groups)"]));
  expect(dry.lines).toContain("  + /token");
  expect(dry.lines).not.toContain("  + /token (groups)");
  expect(dry.lines).toContain("  + /token (administrators)");
  expect(telegram.menus.size).toBe(0);
  expect((await run("telegram --apply", atTelegram())).code).toBe(0);
  expect([...telegram.menus.keys()]).toEqual(
    ["default", "all_group_chats", "all_chat_administrators"].flatMap((scope) =>
      ["", " es", " pt", " fr", " de", " ja", " ko"].map((l) => scope + l),
    ),
  );
  expect(telegram.calls.some(({ method }) => method === "deleteMyCommands")).toBe(false);
  telegram.calls.length = 0;
  expect((await run("telegram --apply", atTelegram())).text).toContain("every command is registered");
  expect(telegram.calls.some(({ method }) => method === "setMyCommands")).toBe(false);
});

test("Telegram: a token that it does not know, and a pause that it asks for, end with what is so", async () => {
  const bad = "4242:AAE-another-token";
  const unknown = await run("telegram --apply", atTelegram({ TELEGRAM_TOKEN: bad }));
  expect(unknown.code).toBe(1);
  expect(unknown.text).toContain("TELEGRAM_TOKEN");
  expect(unknown.text).not.toContain(bad);
  telegram.menus.clear();
  telegram.rules.fault = ({ method }) =>
    method === "setMyCommands" && telegram.menus.size === 3 ? { kind: "slow down", after: 490 } : undefined;
  const paused = await run("telegram --apply", atTelegram());
  expect(paused.code).toBe(1);
  expect(paused.text).toContain("retry after 490");
  expect(telegram.menus.size).toBe(3);
  telegram.rules.fault = () => undefined;
  expect((await run("telegram --apply", atTelegram())).code).toBe(0);
  expect(telegram.menus.size).toBe(21);
});

test("all at once: one that is away does not hold up the other", async () => {
  telegram.menus.clear();
  const all = await run("--apply", { ...atDiscord({ DISCORD_API_URL: "http://127.0.0.1:9/api" }), ...atTelegram() });
  expect(all.code).toBe(1);
  expect(telegram.menus.size).toBe(21);
});

test("without a token the manifest is printed, and nothing is asked", async () => {
  const none = await run("", {});
  expect(none.code).toBe(0);
  expect(none.text).toContain("discord: has no token. Its manifest: npm run manifest discord");
  for (const name of ["discord", "telegram"]) {
    const printed = await run(name, {});
    expect(printed.code).toBe(0);
    expect(JSON.parse(printed.text)).toBeInstanceOf(Array);
  }
  expect(JSON.parse((await run("discord --print", atDiscord())).text)).toBeInstanceOf(Array);
  expect(discord.asked).toEqual([]);
});

test("a platform that takes its commands from a person is given what to paste", async () => {
  const pasted = surface({
    name: "pasted",
    settings: () => ({}),
    manifest: (_, { baseUrl }) => `paste me ${baseUrl?.origin}`,
    open: async () => ({ sender: {} as never }),
  });
  const lines: string[] = [];
  const env = { BASE_URL: "https://radio.example" };
  expect(await manifest(["pasted"], env, (line) => lines.push(line), [pasted])).toBe(0);
  expect(lines).toEqual(["paste me https://radio.example"]);
});

test("what we know to be wrong is told, is nobody's hindrance, and ends with 1", async () => {
  const asked: boolean[] = [];
  const careful = surface({
    name: "careful",
    settings: () => ({}),
    manifest: () => "",
    open: async () => ({
      sender: {} as never,
      async register(_, apply) {
        asked.push(apply);
        return [
          { kind: "add", name: "fine" },
          { kind: "left out", name: "much", why: "It has 9000 letters; 8000 fit." },
          { kind: "change", name: "scope: chat:write" },
        ];
      },
    }),
  });
  const lines: string[] = [];
  expect(await manifest(["--apply"], {}, (line) => lines.push(line), [careful])).toBe(1);
  expect(asked).toEqual([true]);
  expect(lines).toEqual([
    "careful: 2 changed.",
    "  + /fine",
    "  ! /much: left out. It has 9000 letters; 8000 fit.",
    "  ~ scope: chat:write",
    "  1 left as they were there. The others are not held up by them.",
  ]);
});

test.each([
  ["slakc", "no surface"],
  ["--aply", "no option"],
  ["--apply --check", "one of"],
  ["--print", "whose manifest"],
])("%s is refused with how it is used", async (args, words) => {
  await expect(run(args, atDiscord())).rejects.toThrow(words);
});

test("as a program: its words and its exit code, and no secret of the environment", { timeout: 120_000 }, () => {
  const ask = (args: string[], more = {}) =>
    spawnSync(process.execPath, ["bots/manifest.ts", ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", DISCORD_API_URL: "http://127.0.0.1:9/api", ...more },
      timeout: 60_000,
    });
  expect(ask(["--aply"])).toMatchObject({ status: 1, stdout: "" });
  expect(ask([], { DISCORD_TOKEN: "short" })).toMatchObject({ status: 1, stdout: "" });
  const away = ask(["discord"], { DISCORD_TOKEN: SECRET });
  expect(away).toMatchObject({ status: 1 });
  expect(away.stdout).toContain("ECONNREFUSED");
  expect(away.stdout + away.stderr).not.toContain(SECRET);
});
