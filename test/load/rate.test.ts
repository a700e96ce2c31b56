// Three hundred events a second, signed, at the product's own door: each is verified, kept in PostgreSQL and answered.
import { Agent, request } from "node:http";
import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import { allDrivers, type Delivery, type Happening } from "../contract/driver.ts";
import { report } from "./report.ts";
import { FULL, openStand, percentile } from "./stand.ts";

const SECONDS = Number(process.env.SECONDS ?? (FULL ? 60 : 2));
const RATE = Number(process.env.RATE ?? (FULL ? 300 : 50));
const PLACES = 100;

const drivers = (await allDrivers()).filter(({ ways }) => ways.includes("webhook"));

test.each(drivers)("$surface", { timeout: 120_000 + SECONDS * 15_000 }, async (driver) => {
  const stand = await openStand(driver, "webhook");
  const { platform, sql } = stand;
  try {
    const people = [];
    for (let n = 0; n < PLACES; n++) people.push(await stand.somebody());
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    const url = new URL(platform.bot.url);
    const post = ({ path, headers, body }: Delivery) =>
      new Promise<number>((done) => {
        const to = { host: url.hostname, port: url.port, path, method: "POST", agent, headers };
        const asking = request(to, (answer) => answer.resume().on("end", () => done(answer.statusCode ?? 0)));
        asking.on("error", () => done(0)).setTimeout(3_000, () => asking.destroy());
        asking.end(body);
      });
    const waits: number[] = [];
    const taken: string[] = [];
    const refused = new Map<number, number>();
    const one = async (happening: Happening) => {
      const delivery = platform.delivery(happening);
      const began = performance.now();
      const status = await post(delivery);
      waits.push(performance.now() - began);
      if (status === 200) taken.push(happening.id);
      else refused.set(status, (refused.get(status) ?? 0) + 1);
    };
    // The first requests compile what the others use.
    for (let n = 0; n < 60; n++) await one(platform.make(people[n % PLACES]!, "whoami"));
    waits.length = 0;
    taken.length = 0;
    const began = performance.now();
    const work: Promise<void>[] = [];
    for (let sent = 0; sent < RATE * SECONDS; sent++) {
      const due = began + (sent / RATE) * 1_000;
      const early = due - performance.now();
      if (early > 1) await after(early);
      work.push(one(platform.make(people[sent % PLACES]!, "whoami")));
    }
    await Promise.all(work);
    const took = (performance.now() - began) / 1_000;
    waits.sort((a, b) => a - b);
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(waits, share).toFixed(1));
    const heard = `${(waits.length / took).toFixed(0)} a second for ${took.toFixed(0)} s, verified and kept in p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`;
    console.log(`${driver.surface}: ${heard}; refused: ${JSON.stringify([...refused])}`);
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
    const told = `${heard}; ${taken.length} of ${waits.length} taken, lost 0, doubled 0`;
    report("webhooks under load", driver.surface, told);
    expect([...refused]).toEqual([]);
    agent.destroy();
  } finally {
    await stand.close();
  }
});
