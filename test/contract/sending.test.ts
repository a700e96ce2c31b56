// A message that is broken off on its way: after one of its parts, by a pause that the platform asks for, by a restart, by
// a slow line, by a person who wants to hear no more. Nothing is doubled, no other place is closed, the end arrives.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveAsset } from "../../core/assets/index.ts";
import { command } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { COMMANDS } from "./commands.ts";
import { type At, allDrivers, type Driver, type Trouble } from "./driver.ts";
import { type Office, openOffice } from "./office.ts";

const LARGE = 200_000;
const heavy = command({
  name: "test heavy",
  says: "Show a large file",
  role: "member",
  async run({ act }) {
    const bytes = randomBytes(LARGE);
    const { id } = await saveAsset(act, { kind: "song", type: "video/mp4", name: "loop.mp4", bytes });
    return view("Heavy words.", {
      kind: "file",
      url: `/assets/${id}`,
      name: "loop.mp4",
      type: "video/mp4",
      bytes: LARGE,
    });
  },
});

/** A text of so many messages, each word its own. */
function long(driver: Driver, parts: number): string[] {
  const words = (n: number) => Array.from({ length: n }, (_, at) => `w${at}`);
  let n = 500;
  while (driver.paint(view(words(n).join(" "))).payloads.length < parts) n += 250;
  return words(n);
}

/** "w0…w480 w411…w900": where it jumps is told, and not each word. */
function gist(words: string[]): string {
  const number = (word: string | undefined) => Number(/\d+$/.exec(word ?? "")?.[0]);
  const jumps = (a: string | undefined, b: string | undefined) => number(b) !== number(a) + 1;
  return words.filter((word, at) => jumps(words[at - 1], word) || jumps(word, words[at + 1])).join(" ");
}

const drivers = await allDrivers();

/** Looked at until it is so: tests that run side by side share no `expect.poll`. */
async function becomes<T>(wanted: T, look: () => T | Promise<T>): Promise<void> {
  const end = performance.now() + 30_000;
  let last = await look();
  while (last !== wanted && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 100));
    last = await look();
  }
  expect(last).toBe(wanted);
}

/** An office for the tests of one `describe`, with what is looked at in it. */
function opened(driver: Driver, patience: number) {
  const office = {} as Office;
  beforeAll(async () => {
    const sending = { patience, lease: 3 * patience, sweep: 500 };
    Object.assign(office, await openOffice(driver, "webhook", { commands: [...COMMANDS, heavy], sending }));
  });
  afterAll(async () => {
    await office.close();
    expect(office.platform.wrong()).toEqual([]);
  });
  const wordsIn = (at: At) =>
    office
      .sees(at)
      .flatMap((m) => m.text.split(/\s+/))
      .filter(Boolean);
  const count = async (where: string) => (await office.sql(`select 1 from ${where}`)).length;
  return {
    office,
    count,
    shows: (at: At, all: string[]) => becomes(gist(all), () => gist(wordsIn(at))),
    isOpen: async ({ where }: At) => (await count(`place where external = '${where.id}' and gone_at is null`)) === 1,
  };
}

// All at once: most of it is waiting for the pace that a platform asks for.
const runs = drivers.map((driver) => ({ driver, name: driver.surface }));

describe.each(runs)("$name", { concurrent: true }, ({ driver }) => {
  const { office, count, shows, isOpen } = opened(driver, 15_000);
  const long3 = long(driver, 3);
  const asked = Promise.withResolvers<void>();

  type Broken = { kind: "post" | "change"; after: number; trouble: Trouble; times?: number };

  /** Posted or changed in several messages with a trouble in the middle, then changed to a few words. */
  async function broken({ kind, after, trouble, times = 1 }: Broken, then?: (at: At) => Promise<void>) {
    const at = await office.somebody();
    const all = long3;
    if (kind === "change") {
      await office.say(at, kind, "Short.");
      await shows(at, ["Short."]);
    }
    office.platform.trouble(trouble, times, { where: at.where.id, after });
    await office[kind === "post" ? "say" : "change"](at, kind, all.join(" "));
    await then?.(at);
    await shows(at, all);
    await office.change(at, kind, "The end.");
    await shows(at, ["The", "end."]);
    expect(await isOpen(at)).toBe(true);
  }

  test.each([
    ["post", 1],
    ["change", 2],
  ] as const)("a %s that breaks after part %i goes on from there", (kind, after) =>
    broken({ kind, after, trouble: { kind: "broken" } }),
  );

  test.each([
    ["post", 2],
    ["change", 1],
  ] as const)("a %s that is asked to slow down after part %i goes on from there", (kind, after) =>
    broken({ kind, after, trouble: { kind: "slow down", after: 1_000 } }),
  );

  test("a post and a change that are restarted in the middle go on from there", async () => {
    const stuck = { post: Promise.withResolvers<void>(), change: Promise.withResolvers<void>() };
    const again = Promise.withResolvers<void>();
    const one = (kind: "post" | "change", after: number) =>
      broken({ kind, after, trouble: { kind: "broken" }, times: 1_000 }, async ({ where }) => {
        await becomes(1, () =>
          count(`outbox where place = '${where.id}' and status = 'waiting' and error is not null`),
        );
        stuck[kind].resolve();
        await again.promise;
      });
    const both = [one("post", 1), one("change", 2)];
    const ready = [asked, stuck.post, stuck.change].map((gate) => gate.promise);
    await Promise.race([Promise.all(ready), Promise.all(both)]);
    await office.restart();
    office.platform.calm();
    again.resolve();
    await Promise.all(both);
  });

  test("a person who wants to hear no more closes nobody else's place", async () => {
    const at = await office.somebody();
    const { platform } = office;
    // Where words are heard there is no answer that one person sees by itself.
    const secret = platform.makeWords?.(at, "test secret") ?? platform.make(at, "test secret");
    platform.block(at.who);
    await platform.send(secret);
    asked.resolve();
    await becomes(1, () => count(`outbox where place = '${at.where.id}' and status in ('sent', 'failed')`));
    await office.say(at, "for the others", "For the others.");
    await becomes(true, () => platform.seen().some((m) => m.where === at.where.id && m.text === "For the others."));
    expect(await isOpen(at)).toBe(true);
  });
});

describe.each(runs)("$name over a slow line", { concurrent: true }, ({ driver }) => {
  const { office, count } = opened(driver, 2_000);
  beforeAll(() => office.platform.slowLine(LARGE / 2, 60_000));

  test("what is too large for a slow line is a link in the end, with its words once, and nobody waits behind it", async () => {
    const at = await office.somebody();
    await office.run(at, "test heavy");
    await becomes(1, () => count(`outbox where place = '${at.where.id}'`));
    await office.say(at, "behind it", "Behind it.");
    await becomes(true, () => office.sees(at).some((m) => m.text === "Behind it."));
    const seen = office.sees(at);
    expect(seen.filter((m) => m.text.includes("Heavy words."))).toHaveLength(1);
    const links = seen.flatMap((m) => (m.links.length > 0 ? m.links.map((l) => l.url) : [m.text]));
    expect(links.filter((link) => link.includes("/assets/"))).toHaveLength(1);
    expect(seen.flatMap((m) => m.media)).toEqual([]);
  });
});
