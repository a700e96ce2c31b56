// The doctor against our emulators and a real database: a house where all is well, and then one thing wrong at a time.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { open } from "../db/connect.ts";
import { type Discord, openDiscord } from "../test/emulators/discord/server.ts";
import { openTelegram, type Telegram, TOKEN } from "../test/emulators/telegram/emulator.ts";
import { testDatabase } from "../test/house.ts";
import { TEST_SECRET_KEY } from "../test/server.ts";
import { doctor } from "./doctor.ts";
import { manifest } from "./manifest.ts";
import { discreet } from "./tools/tool.ts";

const SECRET = "emulated-token-of-a-bot";
const HOOK_SECRET = "a-secret-for-the-webhook";
const KEY = "a".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "impresario-doctor-"));
let discord: Discord;
let telegram: Telegram;
let database: Awaited<ReturnType<typeof testDatabase>>;
/** What answers at BASE_URL. */
let house: Server;
let answers: (path: string) => number;
let origin: string;

beforeAll(async () => {
  [discord, telegram, database] = await Promise.all([
    openDiscord(() => new Date(), SECRET),
    openTelegram(),
    testDatabase(2),
  ]);
  house = createServer((request, response) => {
    const status = answers(request.url ?? "");
    response.writeHead(status).end(status === 200 ? '{"status":"ok"}' : "no");
  });
  await new Promise<void>((done) => house.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(house.address() as AddressInfo).port}`;
  for (const name of ["discord", "telegram"]) await manifest([name, "--apply"], env(), () => {});
});
afterAll(async () => {
  house.close();
  await Promise.all([discord.close(), telegram.close(), database.drop()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  answers = (path) => (path === "/healthz" ? 200 : 401);
  Object.assign(discord.facts, { app: {}, guilds: [{ id: "500", name: "Test", scope: true }], starts: 999 });
  Object.assign(telegram.facts, { me: {}, webhook: {} });
  Object.assign(telegram.state, { webhook: "" });
});

const env = (more: Record<string, string | undefined> = {}) => ({
  NODE_ENV: "test",
  DATA_DIR: folder,
  SECRET_KEY: TEST_SECRET_KEY,
  DATABASE_URL: database.ownerUrl,
  PORT: "0",
  METRICS_PORT: "0",
  DISCORD_TOKEN: SECRET,
  DISCORD_API_URL: discord.api,
  TELEGRAM_TOKEN: TOKEN,
  TELEGRAM_API_URL: telegram.url,
  ...more,
});

async function look(more: Record<string, string | undefined> = {}) {
  const lines: string[] = [];
  const set = env(more);
  const code = await doctor(
    [],
    set,
    discreet(set, (line) => lines.push(line)),
  );
  const text = lines.join("\n");
  for (const secret of [SECRET, TOKEN, TEST_SECRET_KEY, HOOK_SECRET, new URL(database.ownerUrl).password])
    if (secret) expect(text).not.toContain(secret);
  return { code, text, wrong: lines.filter((line) => line.startsWith("  WRONG")) };
}
/** Only this is wrong, and what to do about it stands below. */
async function only(what: RegExp, mend: RegExp, more: Record<string, string | undefined> = {}) {
  const seen = await look(more);
  expect(seen.wrong).toEqual([expect.stringMatching(what)]);
  expect(seen.code).toBe(1);
  expect(seen.text).toMatch(mend);
  expect(seen.text).toMatch(/1 to mend\.$/);
}

test("all is well: it says so, and ends with 0", async () => {
  const seen = await look();
  expect(seen.wrong).toEqual([]);
  expect(seen).toMatchObject({ code: 0 });
  expect(seen.text).toContain("Discord knows the token: Impresario.");
  expect(seen.text).toContain("Telegram knows the token: @impresario_test_bot.");
  expect(seen.text.match(/The clocks agree\./g)).toHaveLength(2);
  expect(seen.text.match(/Its commands are registered\./g)).toHaveLength(2);
  expect(seen.text).toMatch(/PostgreSQL \d+\.\d+ \(main\) answers\./);
});

test("nothing set at all is nothing wrong", async () => {
  const nothing = { DATABASE_URL: "", SECRET_KEY: "", DISCORD_TOKEN: "", TELEGRAM_TOKEN: "" };
  const seen = await look({ ...nothing, DATA_DIR: join(folder, "not", "made") });
  expect(seen.wrong).toEqual([]);
  expect(seen.text).toContain("The database is made at the first start");
  expect(seen.text).toContain("docs/telegram.md");
});

test("tokens that the platforms do not know", async () => {
  const seen = await look({
    DISCORD_TOKEN: "another-token-that-nobody-knows",
    TELEGRAM_TOKEN: "4242:AAE-nobodys-token",
  });
  expect(seen.code).toBe(1);
  expect(seen.wrong).toEqual([
    expect.stringContaining("Discord does not know DISCORD_TOKEN."),
    expect.stringContaining("Telegram does not know TELEGRAM_TOKEN."),
  ]);
  expect(seen.text).not.toMatch(/nobody-knows|nobodys-token/);
});

test("a platform that is away", async () => {
  const seen = await look({ TELEGRAM_API_URL: "http://127.0.0.1:9" });
  expect(seen.wrong).toEqual([
    expect.stringContaining("Telegram cannot be asked"),
    expect.stringContaining("127.0.0.1:9 cannot be reached"),
  ]);
});

test("Discord: an id or a key of another application", async () => {
  discord.facts.app = { verify_key: KEY };
  await only(/DISCORD_APP_ID is another application's/, /Set it to 900\./, { DISCORD_APP_ID: "901" });
});

test("Discord: a server that gave no scope for commands, or no server at all", async () => {
  discord.facts.guilds.push({ id: "501", name: "Other", scope: false });
  await only(
    /Other added the bot without the scope applications\.commands/,
    /oauth2\/authorize\?client_id=900&scope=bot/,
  );
  discord.facts.guilds.length = 0;
  await only(/in no server/, /oauth2\/authorize/);
});

test("Discord: no more connections today", async () => {
  discord.facts.starts = 0;
  await only(/connect no more times today/, /in 1 h/);
});

test("Discord: commands that are sent elsewhere", async () => {
  discord.facts.app = { interactions_endpoint_url: "https://old.example/hooks/discord" };
  await only(/to https:\/\/old\.example\/hooks\/discord, which is not here/, /Empty General Information/);
});

test("Telegram: a webhook that is not ours, and one that fails", async () => {
  telegram.state.webhook = "https://old.example/hooks/telegram";
  await only(/to https:\/\/old\.example/, /A start takes them over/);
  const hour = 3_600;
  const now = Math.floor(Date.now() / 1000);
  telegram.facts.webhook = { url: "", last_error_message: "Connection refused", last_error_date: now };
  telegram.state.webhook = "";
  expect((await look()).wrong).toEqual([]);
  telegram.facts.webhook = { url: `${origin}/hooks/telegram`, last_error_message: "Refused", last_error_date: now };
  const hooked = { BASE_URL: origin, TELEGRAM_WEBHOOK_SECRET: HOOK_SECRET };
  expect((await look(hooked)).wrong).toContainEqual(expect.stringContaining("failed within the hour: Refused"));
  telegram.facts.webhook = { ...telegram.facts.webhook, last_error_date: now - 2 * hour };
  expect((await look(hooked)).text).not.toContain("Refused");
});

test("Telegram: waiting messages, closed groups, a secret without an address", async () => {
  telegram.facts.webhook = { pending_update_count: 5_000 };
  await only(/5000 messages wait/, /npm start/);
  telegram.facts.webhook = {};
  telegram.facts.me = { can_join_groups: false };
  await only(/cannot be added to groups/, /setjoingroups/);
  telegram.facts.me = {};
  await only(/BASE_URL is not: messages are polled for/, /unset the secret/, { TELEGRAM_WEBHOOK_SECRET: HOOK_SECRET });
});

test("commands that are not registered as they are now", async () => {
  const [id, command] = [...discord.commands][0]!;
  discord.commands.delete(id);
  await only(/1 of its commands are not registered/, /npm run manifest discord -- --apply/);
  discord.commands.set(id, command);
});

test.each([
  [-3_600_000, "behind"],
  [3_600_000, "ahead of"],
])("a clock that is off by %d ms is told against everyone who has another", async (by, how) => {
  const seen = await look({ TEST_CLOCK: new Date(Date.now() + by).toISOString() });
  expect(seen.wrong).toHaveLength(3);
  for (const whose of ["the database", "discord", "telegram"])
    expect(seen.text).toMatch(new RegExp(`clock is 3\\d{3} s ${how} that of ${whose}`));
});

test("the public address: not us, not https, a webhook that is not there", async () => {
  const hooked = { BASE_URL: origin, DISCORD_PUBLIC_KEY: KEY };
  const plain = expect.stringContaining("BASE_URL is not https");
  expect((await look(hooked)).wrong).toEqual([plain]);
  answers = (path) => (path === "/hooks/discord" ? 404 : 200);
  expect((await look(hooked)).wrong).toEqual([plain, expect.stringContaining("/hooks/discord does not take messages")]);
  answers = () => 502;
  expect((await look(hooked)).wrong).toEqual([
    plain,
    expect.stringContaining("does not answer as we do: it answers 502"),
  ]);
  const running = await look({ ...hooked, PORT: "0", BASE_URL: "http://127.0.0.1:9" });
  expect(running.wrong).toContainEqual(expect.stringContaining("127.0.0.1:9 does not answer as we do"));
  answers = (path) => (path === "/healthz" ? 200 : 401);
  const port = new URL(origin).port;
  const here = await look({ BASE_URL: "http://127.0.0.1:9", HOST: "127.0.0.1", PORT: port });
  expect(here.text).toContain(`PORT ${port}: we are running there.`);
  expect(here.wrong).toEqual([expect.stringContaining("does not lead to us")]);
});

test("a port that another program has", async () => {
  const other = createSocket((socket) => socket.destroy());
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  await only(/PORT \d+ is taken by another program/, /another port/, { HOST: "127.0.0.1", PORT: String(port) });
  await only(/METRICS_PORT \d+ is taken/, /another port/, { METRICS_PORT: String(port) });
  other.close();
});

test("the database: away, refused, of a newer version", async () => {
  const url = new URL(database.ownerUrl);
  url.port = "9";
  await only(/cannot be reached/, /correct DATABASE_URL/, { DATABASE_URL: url.href });
  const wrongName = new URL(database.ownerUrl);
  wrongName.pathname = "/not_there";
  await only(/DATABASE_URL/, /correct DATABASE_URL/, { DATABASE_URL: wrongName.href });
  const owner = open(database.ownerUrl, { max: 1 });
  await owner`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 99999999999999)`;
  await only(/newer version/, /Start that one/);
  await owner`delete from drizzle.__drizzle_migrations where hash = 'newer'`;
  const [last] = await owner`
    delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations) returning *`;
  expect((await look()).text).toContain("1 changes of its tables wait");
  await owner`insert into drizzle.__drizzle_migrations ${owner(last!)}`;
  await owner.end();
});

test("key, folder and spool", async () => {
  const own = join(folder, "own");
  mkdirSync(join(own, "spool"), { recursive: true });
  const key = join(own, "secret.key");
  const bare = { DATA_DIR: own, SECRET_KEY: "", DATABASE_URL: "", DISCORD_TOKEN: "", TELEGRAM_TOKEN: "" };
  writeFileSync(key, "a key that is long enough");
  chmodSync(key, 0o644);
  await only(/Others may read/, /chmod 600/, bare);
  chmodSync(key, 0o600);
  expect((await look(bare)).wrong).toEqual([]);
  await only(/keeps another/, /Unset SECRET_KEY/, { ...bare, SECRET_KEY: "another key that is long enough" });
  expect((await look({ ...bare, SECRET_KEY: "a key that is long enough" })).wrong).toEqual([]);
  writeFileSync(key, "short");
  await only(/cut short/, /from a backup/, bare);
  writeFileSync(key, "a key that is long enough");
  writeFileSync(join(own, "spool", "inbox.jsonl"), "{}\n");
  await only(/Messages wait on disk/, /worked off/, bare);
  writeFileSync(join(own, "spool", "inbox.jsonl"), "");
  writeFileSync(join(own, "spool", "aside.jsonl"), "{}\n");
  await only(/set aside/, /aside\.jsonl/, bare);
});

test("values that cannot be are told by their names, the surfaces' too", async () => {
  const seen = await look({ PORT: "http", BASE_URL: "nowhere" });
  expect(seen).toMatchObject({ code: 1 });
  expect(seen.wrong).toEqual([expect.stringContaining("PORT must be"), expect.stringContaining("BASE_URL must be")]);
  const own = await look({ TELEGRAM_TOKEN: "not a token" });
  expect(own.wrong).toEqual([expect.stringContaining("TELEGRAM_TOKEN must be")]);
  expect(own.text).toContain("Discord knows the token");
  const ffmpeg = await look({ FFMPEG_PATH: join(folder, "no-such-program") });
  expect(ffmpeg.wrong).toEqual([expect.stringContaining("FFMPEG_PATH is no ffmpeg")]);
});

test("as a program: its exit code, and no secret of the environment", () => {
  const run = (more: Record<string, string> = {}) =>
    spawnSync(process.execPath, ["bots/doctor.ts"], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", DATA_DIR: join(folder, "none"), PORT: "0", METRICS_PORT: "0", ...more },
      timeout: 60_000,
    });
  expect(run()).toMatchObject({ status: 0, stderr: "" });
  const away = run({ DISCORD_TOKEN: SECRET, DISCORD_API_URL: "http://127.0.0.1:9/api" });
  expect(away.status).toBe(1);
  expect(away.stdout).toContain("Discord cannot be asked");
  expect(away.stdout + away.stderr).not.toContain(SECRET);
});
