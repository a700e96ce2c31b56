// The whole way: a start asks, a worker registers at our Discord, and the next start has nothing to ask.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Told } from "../../core/registration/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type Jobs, type Registrars, startJobs } from "../../jobs/index.ts";
import { type Discord, openDiscord } from "../../test/emulators/discord/server.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { readSettings } from "../settings.ts";
import { chosenSurfaces } from "../surfaces.ts";
import { askForRegistration } from "./register.ts";

const TOKEN = "emulated-token-of-a-bot";
const folder = mkdtempSync(join(tmpdir(), "impresario-register-"));
let discord: Discord;
let house: TestHouse;
let jobs: Jobs | undefined;
beforeAll(async () => {
  discord = await openDiscord(() => new Date(), TOKEN);
});
afterAll(async () => {
  await discord.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  house = await testHouse();
  discord.commands.clear();
  discord.asked.length = 0;
  discord.refuse = () => undefined;
});
afterEach(async () => {
  await jobs?.stop();
  jobs = undefined;
  await house.close();
});

/** As a process starts: the engine, the surfaces, and then the asking. */
async function start(env: Record<string, string> = {}): Promise<void> {
  await jobs?.stop();
  const registrars: Registrars = new Map();
  jobs = await startJobs(house, { role: "worker", registrars, graceMs: 100, pollSeconds: 0.5 });
  const settings = readSettings({
    DATA_DIR: folder,
    SECRET_KEY: "a key for tests only",
    DISCORD_TOKEN: TOKEN,
    DISCORD_API_URL: discord.api,
    ...env,
  });
  const chosen = await chosenSurfaces(settings);
  const bots = await Promise.all(
    chosen.map(async ({ surface, settings: own }) => ({ name: surface.name, bot: await surface.open(own, house) })),
  );
  await askForRegistration({ settings, house, registrars }, { bots }, house.owner.workspaceId);
}
const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => work(rawOf(tx)));
const stored = () => inside((sql) => sql`select key, value::text from setting where key like 'registered:%'`);
const asked = () =>
  inside((sql) => sql`select id, status, attempts, error from job where name = 'register commands' order by id`);
const allDone = () =>
  expect.poll(async () => (await asked()).every((j) => j.status === "done"), { timeout: 10_000 }).toBe(true);

test("commands are registered after the start; the next start makes no call at all", async () => {
  await start();
  await allDone();
  expect(discord.commands.size).toBeGreaterThan(10);
  expect(await asked()).toHaveLength(1);
  const [row] = await stored();
  expect(row).toMatchObject({ key: "registered:discord" });
  expect(JSON.stringify(row)).not.toContain(TOKEN);
  discord.asked.length = 0;
  await start();
  await start();
  expect(await asked()).toHaveLength(1);
  expect(discord.asked).toEqual([]);
});

test("another address, key or token is another telling", async () => {
  await start();
  await allDone();
  await start({ DISCORD_APP_ID: "900" });
  expect(await asked()).toHaveLength(2);
  await allDone();
  await start({ DISCORD_APP_ID: "900" });
  expect(await asked()).toHaveLength(2);
});

test("processes that start at once ask for one job", async () => {
  discord.refuse = () => ({ status: 500, code: 0 });
  await Promise.all([start(), start(), start()].map((one) => one.catch(() => undefined)));
  expect(await asked()).toHaveLength(1);
});

test("a command that is refused is kept from the others, told, and not tried again as it is", async () => {
  discord.refuse = ({ method, body }) =>
    method === "POST" && body.name === "help" ? { status: 400, code: 50035 } : undefined;
  await start();
  await allDone();
  const names = [...discord.commands.values()].map(({ name }) => name);
  expect(names).toContain("whoami");
  expect(names).not.toContain("help");
  const told = JSON.parse(String((await stored())[0]?.value)) as Told;
  expect(told.left).toMatchObject([{ kind: "refused", name: "help" }]);
  const [job] = await asked();
  const shown = await house.ask("job show", { job: String(job?.id) });
  expect(shown.data).toMatchObject({ item: { result: { item: { surface: "discord", left: [{ name: "help" }] } } } });
  discord.asked.length = 0;
  await start();
  expect(discord.asked).toEqual([]);
});

test("a platform that is away, or a token that it does not know, holds nobody up and is tried again", async () => {
  await start({ DISCORD_TOKEN: "a-token-that-discord-does-not-know" });
  await expect.poll(async () => (await asked())[0]?.error ?? null, { timeout: 10_000 }).not.toBeNull();
  expect(await asked()).toMatchObject([{ status: "waiting", attempts: 1 }]);
  expect(JSON.stringify(await asked())).not.toContain("a-token-that");
  expect(await stored()).toEqual([]);
  // The right one asks for itself.
  await start();
  await expect.poll(async () => (await stored()).length, { timeout: 10_000 }).toBe(1);
});

test("a job of another version, and one without a token here, change nothing", async () => {
  await start();
  await allDone();
  discord.asked.length = 0;
  const { registerCommands } = await import("../../core/registration/index.ts");
  const { jobAct } = await import("../../core/jobs/index.ts");
  const { workspaceId } = house.owner;
  for (const surface of ["discord", "elsewhere"])
    await inWorkspace(house.database, workspaceId, async (tx) => {
      const asker = { workspaceId, personId: null, runId: house.sources.newId() };
      const { act } = await jobAct(house, { database: house.database, tx }, asker);
      await act.later(registerCommands, { surface, print: "older" });
    });
  await expect.poll(async () => (await asked()).filter((j) => j.status === "done").length, { timeout: 10_000 }).toBe(2);
  await expect.poll(async () => (await asked()).some((j) => String(j.error).includes("elsewhere"))).toBe(true);
  expect(discord.asked).toEqual([]);
});
