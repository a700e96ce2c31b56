// What comes to the webhooks that no platform sent, or that a platform would never send: nothing of it is believed, and
// nothing of it breaks the bot.
import { setTimeout as after } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../bots/settings.ts";
import type { Bot, Door, HookAnswer } from "../../bots/surface.ts";
import { chosenSurfaces } from "../../bots/surfaces.ts";
import type { Envelope } from "../../core/inbox/index.ts";
import { storableDeep } from "../../core/text.ts";
import { COMMANDS } from "../contract/commands.ts";
import { allDrivers, type Delivery, type Driver, FORGERIES } from "../contract/driver.ts";
import { type Office, openOffice } from "../contract/office.ts";
import { seeded } from "../house.ts";
import { mutated, spoilt } from "./mutate.ts";
import { report } from "./report.ts";
import { FULL } from "./stand.ts";

const FORGED = 1_000;
const MUTATED = Number(process.env.MUTATED ?? (FULL ? 100_000 : 400));
/** Of these so many go the whole way, through the database. */
const WHOLE = FULL ? 5_000 : 200;

const drivers = (await allDrivers()).filter(({ ways }) => ways.includes("webhook"));
const seed = Number(process.env.SEED ?? Date.now() % 1e9);

const inOffice = async (driver: Driver, work: (office: Office) => Promise<void>) => {
  const office = await openOffice(driver, "webhook", { commands: COMMANDS });
  try {
    await work(office);
  } finally {
    await office.close();
  }
};
const post = async ({ platform }: Office, { path, headers, body }: Delivery) =>
  (await fetch(platform.bot.url + path, { method: "POST", headers, body })).status;

describe.each(drivers)("$surface", (driver) => {
  test(`of ${FORGED} requests that are forged, stale or replayed none is believed`, { timeout: 120_000 }, () =>
    inOffice(driver, async (office) => {
      const { platform } = office;
      const random = seeded(seed);
      const at = await office.somebody();
      const rows = async () => (await office.sql<{ n: number }>("select count(*)::int as n from inbox"))[0]!.n;
      const recorded: Delivery[] = [];
      for (let n = 0; n < 40; n++) recorded.push(platform.delivery(platform.make(at, "test note", { note: `n${n}` })));
      for (const one of recorded) expect(await post(office, one)).toBe(200);
      // On a machine that is busy some of them wait on disk for a moment.
      await expect.poll(rows).toBe(recorded.length);
      const before = recorded.length;
      const count = { forged: 0, replayed: 0, accepted: 0 };
      for (let n = 0; n < FORGED; n++) {
        if (n % 100 === 99) office.house.clock.pass(60_000);
        if (n % 4 === 3) {
          // Whether it is refused or heard a second time: nothing new may come of it.
          count.replayed++;
          expect([200, 401]).toContain(await post(office, recorded[n % recorded.length]!));
          continue;
        }
        count.forged++;
        const forgery = n % 4 === 2 ? undefined : FORGERIES[n % FORGERIES.length]!;
        const real = platform.make(at, "test note", { note: "forged" });
        const delivery = platform.delivery(real, forgery);
        const status = await post(office, forgery ? delivery : withOneLetterChanged(delivery, random));
        if (status !== 401) count.accepted++;
      }
      expect(count.accepted).toBe(0);
      expect(await rows()).toBe(before);
      expect(await office.sql("select from event where payload->>'note' = 'forged'")).toEqual([]);
      const said = `${count.forged} forged or stale and ${count.replayed} replayed: accepted 0, effects 0`;
      report("forged webhooks", driver.surface, said);
    }),
  );

  test(`${MUTATED} mutated payloads break nothing`, { timeout: 60_000 + MUTATED * 10 }, () =>
    inOffice(driver, async (office) => {
      const { platform } = office;
      const random = seeded(seed);
      const unhandled: unknown[] = [];
      const note = (error: unknown) => void unhandled.push(error);
      process.on("unhandledRejection", note);
      process.on("uncaughtException", note);
      const { handle, kept } = await doorOf(office);
      const at = await office.somebody();
      const samples = platform.samples(at);
      const statuses = new Map<number, number>();
      const wrong: string[] = [];
      const began = process.memoryUsage().rss;
      for (let n = 0; n < MUTATED; n++) {
        const base = samples[n % samples.length]!;
        const change = (payload: unknown) => mutated(payload, random) ?? null;
        const like = platform.delivery(platform.changed?.(base, change) ?? { ...base, what: change(base.what) });
        const delivery = random() < 0.1 ? platform.reseal(like, spoilt(Buffer.from(like.body), random)) : like;
        const whole = n < WHOLE;
        try {
          const status = whole ? await post(office, delivery) : (await handle(delivery)).status;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500 || status < 200) wrong.push(`${status}: ${String(delivery.body).slice(0, 300)}`);
        } catch (error) {
          wrong.push(`${(error as Error).stack}: ${String(delivery.body).slice(0, 300)}`);
        }
      }
      const grown = Math.round((process.memoryUsage().rss - began) / 1e6);
      const waiting = async () => (await office.sql("select from inbox where status = 'received'")).length;
      await expect.poll(waiting, { timeout: 60_000 }).toBe(0);
      const failed = await office.sql<{ answer: unknown }>("select answer from inbox where status = 'failed' limit 3");
      await after(20);
      process.off("unhandledRejection", note);
      process.off("uncaughtException", note);
      const heard = [...statuses].map(([status, n]) => `${n} × ${status}`).join(", ");
      const said = `${MUTATED} mutated, ${WHOLE} of them through the database: ${heard}; ${kept()} understood; crashes ${wrong.length}, unhandled ${unhandled.length}, memory +${grown} MB`;
      report("mutated payloads", driver.surface, said);
      expect({ wrong: wrong.slice(0, 5), unhandled, failed }, `seed ${seed}`).toEqual({
        wrong: [],
        unhandled: [],
        failed: [],
      });
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      // And it is still there for people.
      const other = await office.somebody();
      await office.run(other, "test note", { note: "still here" });
      await office.answer(other, /Noted still here/, 30_000);
    }),
  );
});

function withOneLetterChanged(delivery: Delivery, random: () => number): Delivery {
  const [name, value] = Object.entries(delivery.headers).find(
    ([key]) => /signature|secret/.test(key) && !/stamp/.test(key),
  )!;
  const at = Math.floor(random() * value.length);
  const letter = value[at] === "a" ? "b" : "a";
  return { ...delivery, headers: { ...delivery.headers, [name]: value.slice(0, at) + letter + value.slice(at + 1) } };
}

/** The surface's own door with nothing behind it: what it understood is only looked at. */
async function doorOf({ driver, platform, house, chat }: Office) {
  const env = { ...platform.env, SECRET_KEY: "0123456789abcdef0123", BASE_URL: "https://radio.test", NODE_ENV: "test" };
  const [chosen] = await chosenSurfaces(readSettings(env));
  if (chosen?.surface.name !== driver.surface) throw new Error("Another surface was chosen.");
  const bot: Bot = await chosen.surface.open(chosen.settings, house);
  let count = 0;
  const door: Door = {
    ...chat.door,
    async receive(envelope: Envelope) {
      count++;
      const { surface, tenant, place, delivery, account } = JSON.parse(JSON.stringify(storableDeep(envelope)));
      for (const word of [surface, tenant, place, delivery, account.id])
        if (typeof word !== "string") throw new Error(`Not a word: ${JSON.stringify(word)}`);
      return { run: "r", fresh: true };
    },
  };
  const handler = bot.hook!(door);
  const handle = ({ headers, body }: Delivery): Promise<HookAnswer> =>
    handler({ method: "POST", headers: new Headers(headers), body: Buffer.from(body), query: new URLSearchParams() });
  return { handle, kept: () => count };
}
