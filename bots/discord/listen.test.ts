import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { slash } from "../../test/emulators/discord/interactions.ts";

const names = ["Noir Jazz", "Night Rain"];
const play = command({
  name: "play",
  says: "Play a station.",
  role: "member",
  options: {
    station: {
      ...text("Which station."),
      suggest: async (_act, typed) =>
        names.filter((n) => n.toLowerCase().includes(typed.toLowerCase())).map((n) => ({ value: n, label: n })),
    },
  },
  run: ({ options }) => view(`Playing ${options.station}.`),
});

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [play], gateway: true });
});
afterEach(() => {
  own.discord.fault = () => undefined;
  expect(own.discord.wrong.splice(0)).toEqual([]);
});
afterAll(() => own.close());

const at = () => ({ at: own.web.house.clock.now });
const shown = (part: string) =>
  [...own.discord.messages.values()].filter((m) => JSON.stringify(m.body.components ?? "").includes(part)).length;
const showing = (part: string) => expect.poll(() => shown(part), { timeout: 8000 });

test("a command over the gateway is acknowledged and answered", async () => {
  expect(own.connection?.line).toBe("impresario, over the gateway");
  expect(own.connection?.alive()).toBe(true);
  own.discord.tell(slash("play", { station: "Noir" }, at()));
  await showing("Playing Noir").toBe(1);
  const [callback] = own.discord.asked.filter((a) => a.path.endsWith("/callback"));
  expect(callback).toMatchObject({ method: "POST", body: { type: 5 }, auth: undefined });
});

test("what is typed is completed", async () => {
  own.discord.tell(slash("play", { station: "noir" }, { ...at(), focused: "station" }));
  await expect
    .poll(() => own.discord.asked.find((a) => a.body.type === 8)?.body, { timeout: 8000 })
    .toEqual({ type: 8, data: { choices: [{ name: "Noir Jazz", value: "Noir Jazz" }] } });
});

test("the same interaction told twice is answered once, and the second acknowledgement harms nothing", async () => {
  const twice = slash("play", { station: "Twice" }, at());
  own.discord.tell(twice);
  await showing("Playing Twice").toBe(1);
  own.discord.again(twice);
  await new Promise((done) => setTimeout(done, 300));
  expect(shown("Playing Twice")).toBe(1);
});

test("a connection that ends comes back by itself", async () => {
  own.discord.hangUp();
  await expect.poll(() => own.discord.connected(), { timeout: 15_000 }).toBe(0);
  await expect.poll(() => own.discord.connected(), { timeout: 15_000 }).toBe(1);
  await expect.poll(() => own.connection?.alive(), { timeout: 15_000 }).toBe(true);
  own.discord.tell(slash("play", { station: "Again" }, at()));
  await showing("Playing Again").toBe(1);
}, 40_000);

test("a start while Discord is away goes on trying, and gets in when it is back", async () => {
  own.discord.fault = () => ({ kind: "broken" });
  const started = own.restart();
  await new Promise((done) => setTimeout(done, 500));
  expect(own.discord.connected()).toBe(0);
  own.discord.fault = () => undefined;
  await started;
  expect(own.connection?.alive()).toBe(true);
  own.discord.tell(slash("play", { station: "Morning" }, at()));
  await showing("Playing Morning").toBe(1);
}, 40_000);
