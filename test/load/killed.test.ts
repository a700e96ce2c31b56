// The product killed without warning, again and again, while people use it: nothing that was acknowledged is lost, and
// nobody is told twice but where the platform leaves no other way.
import { setTimeout as after } from "node:timers/promises";
import { test } from "vitest";
import { type At, allDrivers, postTo } from "../contract/driver.ts";
import { seeded } from "../house.ts";
import { report } from "./report.ts";
import { FULL, openStand, type Stand } from "./stand.ts";

const KILLS = Number(process.env.KILLS ?? (FULL ? 50 : 1));
const PLACES = 24;
/** What a chat of each platform may be written to in a second bounds how fast answers come. */
const EVERY_MS = 70;

const drivers = (await allDrivers()).filter(({ ways }) => ways.includes("webhook"));

async function load({ platform }: Stand, people: At[], going: () => boolean) {
  const acknowledged: string[] = [];
  const unheard: string[] = [];
  const refused: string[] = [];
  /** What each was acknowledged with. */
  const answers = new Map<string, string>();
  const work = new Set<Promise<void>>();
  for (let n = 0; going(); n++) {
    const note = `note-${n}-end`;
    const happening = platform.make(people[n % people.length]!, "token create", { name: note });
    const one = (async () => {
      for (;;) {
        const { status, text } = await postTo(platform.bot.url, platform.delivery(happening));
        if (status === 200) {
          platform.acknowledged?.(happening, text);
          // An answer that says it was not taken is no acknowledgement.
          answers.set(note, text);
          if (text.includes("cannot be reached")) refused.push(note);
          else acknowledged.push(note);
          return;
        }
        // A platform that does not send again tells the person that it failed.
        if (!platform.redelivers(happening)) return void unheard.push(note);
        await after(200);
      }
    })();
    work.add(one);
    one.finally(() => work.delete(one));
    await after(EVERY_MS);
  }
  await Promise.all(work);
  return { acknowledged, unheard, refused, answers };
}

/** For the record one after the other: each has the machine for itself. */
const each = FULL ? test.for(drivers) : test.concurrent.for(drivers);

each(`$surface, ${KILLS} times`, { timeout: 500_000 + KILLS * 30_000 }, async (driver, { expect }) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const random = seeded(seed);
  const stand = await openStand(driver, "webhook");
  const { platform, sql } = stand;
  try {
    const people: At[] = [];
    for (let n = 0; n < PLACES; n++) people.push(await stand.somebody("owner"));
    let going = true;
    const loading = load(stand, people, () => going);
    for (let kill = 0; kill < KILLS; kill++) {
      await after(150 + random() * 1_200);
      await stand.kill();
      await stand.start();
    }
    await after(500);
    going = false;
    const { acknowledged, unheard, refused, answers } = await loading;
    // What was acknowledged may be on disk still, for the database was slow when it came.
    const waiting = async () => {
      const [row] = await sql<{ n: number }[]>`
        select (select count(*) from inbox where status = 'received')::int
          + (select count(*) from outbox where status in ('waiting', 'sending'))::int
          + (select count(*) from unnest(${acknowledged}::text[]) note where not exists (
              select from token where name = note))::int as n`;
      return row!.n;
    };
    for (let n = 0; n < 1_600 && (await waiting()) > 0; n++) await after(250);
    const kept = await sql<{ name: string; n: number }[]>`
      select name, count(*)::int as n from token where name like 'note-%' group by name`;
    const effects = new Map(kept.map(({ name, n }) => [name, n]));
    const shown = new Map<string, number>();
    for (const { text } of platform.seen()) {
      const [note] = /note-\d+-end/.exec(text) ?? [];
      if (note) shown.set(note, (shown.get(note) ?? 0) + 1);
    }
    const lost = acknowledged.filter((note) => !effects.has(note));
    const silent = acknowledged.filter((note) => !shown.has(note));
    const doubled = [...effects].filter(([, n]) => n > 1);
    const twice = [...shown].filter(([, n]) => n > 1);
    const said =
      `killed ${KILLS} times, ${acknowledged.length} acknowledged, ${unheard.length + refused.length} told to the person as failed: ` +
      `lost ${lost.length}, unanswered ${silent.length}, done twice ${doubled.length}, told twice ${twice.length}`;
    report("kill -9 under load", driver.surface, said);
    // A database that is there is no reason to refuse.
    if (lost.length + silent.length + refused.length > 0) {
      // Each missing one by what became of it: never kept, or kept and answered otherwise.
      for (const note of [...lost, ...silent, ...refused]) {
        const rows = await sql`
          select status, attempts, received_at, done_at, answer->'view'->>'text' as said from inbox
          where envelope->'content'->'options'->>'name' = ${note}`;
        console.log(note, answers.get(note), JSON.stringify(rows));
      }
      console.log(stand.errors().join("\n").slice(0, 20_000));
    }
    expect({ lost, silent, doubled }, `seed ${seed}`).toEqual({ lost: [], silent: [], doubled: [] });
    // At most what was on its way when it was killed: one message of each place.
    const most = platform.tellsTwice(true) ? KILLS * 2 : 0;
    expect(twice.length, `seed ${seed}: ${JSON.stringify(twice)}`).toBeLessThanOrEqual(most);
    expect(acknowledged.length).toBeGreaterThan(KILLS);
  } finally {
    await stand.close();
  }
});
