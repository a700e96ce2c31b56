// Three hundred events a second, signed, at the product's own door: each is verified, kept in PostgreSQL and answered.
// Whoever sends is a process of its own, so that the product is measured and not the emulator that hears its answers.
import { availableParallelism, loadavg } from "node:os";
import { expect, test } from "vitest";
import { type At, allDrivers, type Happening } from "../contract/driver.ts";
import { report } from "./report.ts";
import { AS_STARTED, cpuOf, openSender } from "./sending.ts";
import { FULL, openStand, percentile } from "./stand.ts";

const SECONDS = Number(process.env.SECONDS ?? (FULL ? 60 : 2));
const RATE = Number(process.env.RATE ?? (FULL ? 300 : 50));
const PLACES = 100;
const WARM = FULL ? 300 : 60;

const rising = (a: number, b: number) => a - b;

const drivers = (await allDrivers()).filter(({ ways }) => ways.includes("webhook"));

test.each(drivers)("$surface", { timeout: 120_000 + SECONDS * 15_000 }, async (driver) => {
  const stand = await openStand(driver, "webhook", AS_STARTED);
  const { platform, sql } = stand;
  try {
    const people: At[] = [];
    for (let n = 0; n < PLACES; n++) people.push(await stand.somebody());
    const sender = openSender();
    const fire = async (happenings: Happening[]) => {
      const shots = happenings.map((one) => platform.delivery(one));
      const hits = await sender.fire({ url: platform.bot.url, rate: RATE, shots });
      return { ...hits, taken: happenings.filter((_, at) => hits.status[at] === 200).map(({ id }) => id) };
    };
    const some = (count: number) =>
      Array.from({ length: count }, (_, n) => platform.make(people[n % PLACES]!, "whoami"));
    // The first requests compile what the others use.
    await fire(some(WARM));
    // As it is after a product's first minute: until then its database knows nothing of what its tables hold.
    await sql`analyze`;
    const cpu = cpuOf(stand.run.child.pid!);
    const { waits, status, late, seconds, taken } = await fire(some(RATE * SECONDS));
    const busy = (cpuOf(stand.run.child.pid!) - cpu) / seconds;
    sender.close();
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(waits.toSorted(rising), share).toFixed(1));
    const heard =
      `${(waits.length / seconds).toFixed(0)} a second for ${seconds.toFixed(0)} s, verified and kept in p50 ${p50} ms, ` +
      `p99 ${p99} ms, at most ${most} ms`;
    const refused = status.filter((one) => one !== 200);
    const around =
      `load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores, the product at ${busy.toFixed(2)} of one, ` +
      `the sender late by p99 ${percentile(late.toSorted(rising), 0.99).toFixed(1)} ms`;
    console.log(`${driver.surface}: ${heard}; ${around}; refused: ${JSON.stringify(refused)}`);
    const counts = async () =>
      (
        await sql<{ kept: number; done: number; answers: number }[]>`
          select count(*)::int as kept, count(*) filter (where i.status = 'done')::int as done,
            (select count(*)::int from outbox o join inbox j on o.subject = j.id::text
              where o.kind = 'answer' and j.delivery = any(${taken})) as answers
          from inbox i where i.delivery = any(${taken})`
      )[0]!;
    const all = { kept: taken.length, done: taken.length, answers: taken.length };
    // Working them off may take longer than taking them in.
    await expect.poll(counts, { timeout: 60_000 + SECONDS * 10_000, interval: 1_000 }).toEqual(all);
    const doubled = await sql`select delivery from inbox group by surface, tenant, delivery having count(*) > 1`;
    expect(doubled).toHaveLength(0);
    const told = `${heard}; ${taken.length} of ${waits.length} taken, lost 0, doubled 0; ${around}`;
    report("webhooks under load", driver.surface, told);
    expect(refused).toEqual([]);
  } finally {
    await stand.close();
  }
});
