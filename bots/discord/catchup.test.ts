// What was said while nobody listened, or while the line was down: through the real library over the gateway of the
// emulator.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";

const ran: string[] = [];
const play = command({
  name: "play",
  says: "Play a station.",
  role: "member",
  options: { station: text("Which station.") },
  run: ({ options }) => {
    ran.push(options.station);
    return view(`Playing ${options.station}.`);
  },
});
const guarded = command({ name: "guarded", says: "Staff only.", role: "staff", run: () => view("You may.") });

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [play, guarded], gateway: true });
});
afterEach(() => {
  own.discord.fault = () => undefined;
  own.discord.gateway.refuses = false;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const words = (shown: Shown) => JSON.stringify(shown.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 15_000 });
const said = (text: string, from = {}) => own.discord.say(text, from);
/** People spoke with us there before. */
async function opened(channel: string): Promise<void> {
  said(`<@900> play Corner ${channel}`, { channel });
  await showing(`Playing Corner ${channel}`).toBe(1);
}
const isHistory = ({ method, path }: { method: string; path: string }) =>
  method === "GET" && /^\/channels\/\d+\/messages/.test(path);
const lately = (n: number) => ran.slice(-n);

test("a session that Discord will not go on with: what was missed is read from the channels", async () => {
  await opened("600");
  const { identified } = own.discord.gateway;
  own.discord.gateway.refuses = true;
  own.discord.cut();
  said("<@900> play Lost");
  await own.web.house.ask("role map", { external: "<@&7>", role: "staff", surface: "discord", tenant: "500" });
  said("<@900> guarded", { user: "46", roles: ["7"] });
  await showing("Playing Lost").toBe(1);
  // The history does not say which roles somebody has; they are asked for.
  await showing("You may").toBe(1);
  expect(own.discord.gateway.identified).toBe(identified + 1);
  expect(shownWith("Playing Corner 600")).toHaveLength(1);
}, 30_000);

test("what was said while we were not running is heard after the start", async () => {
  await own.connection?.stop(1000);
  said("<@900> play Night Shift");
  await own.restart();
  await showing("Playing Night Shift").toBe(1);
  expect(shownWith("Playing Corner 600")).toHaveLength(1);
}, 30_000);

test("what is said before we know where we were does not hide what was missed", async () => {
  await opened("602");
  await own.connection?.stop(1000);
  said("<@900> play Missed", { channel: "602" });
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const { promise: over, resolve: free } = Promise.withResolvers<void>();
  // Whoever asks the inbox waits.
  const holding = own.web.house.database.client.begin(async (sql) => {
    await sql`lock table inbox in access exclusive mode`;
    lock();
    await over;
  });
  await locked;
  const started = own.restart();
  await expect.poll(() => own.discord.connected(), { timeout: 15_000 }).toBe(1);
  said("<@900> play Live", { channel: "602" });
  // More than it takes until a message is put aside on disk.
  await new Promise((done) => setTimeout(done, 1_200));
  free();
  await Promise.all([holding, started]);
  await showing("Playing Live").toBe(1);
  await showing("Playing Missed").toBe(1);
  expect(lately(2)).toEqual(["Missed", "Live"]);
}, 40_000);

test("what is said while the past is still read comes after it, also when we end in between", async () => {
  await opened("603");
  await own.connection?.stop(1000);
  said("<@900> play First", { channel: "603" });
  let asked = 0;
  own.discord.fault = (call) => {
    if (!isHistory(call)) return undefined;
    asked++;
    return { kind: "stall", milliseconds: 6_000 };
  };
  await own.restart();
  await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(0);
  said("<@900> play Second", { channel: "603" });
  // In a channel where nothing can have been missed nobody waits.
  said("<@900> play Elsewhere", { channel: "604" });
  await showing("Playing Elsewhere").toBe(1);
  own.discord.fault = () => undefined;
  await own.restart();
  await showing("Playing Second").toBe(1);
  await showing("Playing First").toBe(1);
  expect(lately(2)).toEqual(["First", "Second"]);
}, 40_000);

test("a channel that may no longer be read keeps nobody else from being heard", async () => {
  await opened("601");
  own.discord.closed.set("600", 50001);
  own.discord.gateway.refuses = true;
  own.discord.cut();
  said("<@900> play Still There", { channel: "601" });
  await showing("Playing Still There").toBe(1);
  own.discord.closed.clear();
}, 30_000);
