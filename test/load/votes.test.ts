// A crowd votes on one ballot from all platforms at once: each press is acknowledged at once, counted once, told to whoever
// pressed, and the cards follow within each platform's pace. The product and whoever sends are processes of their own.
import { availableParallelism, loadavg } from "node:os";
import { expect, inject, test } from "vitest";
import { open } from "../../db/connect.ts";
import { type At, allDrivers, type Happening, type Platform } from "../contract/driver.ts";
import { freePort } from "../emulators/slack/port.ts";
import { ask, openProduct, ready } from "../product.ts";
import { report } from "./report.ts";
import { AS_STARTED, cpuOf, openSender } from "./sending.ts";
import { durable, FULL, percentile } from "./stand.ts";

const VOTES = Number(process.env.VOTES ?? (FULL ? 9_999 : 360));
const RATE = Number(process.env.RATE ?? (FULL ? 1_000 : 400));
/** Of a hundred, so many press a second time, for something else. */
const AGAIN = 3;
const OWNER_TOKEN = "the-owner-of-the-crowd";
const SLUG = "noir-jazz";
const WARM = FULL ? 60 : 6;

type Side = { surface: string; platform: Platform; room: At["where"] };
type Sql = ReturnType<typeof open>;

async function openSquare() {
  const server = FULL ? await durable() : undefined;
  const product = openProduct(server?.url ?? inject("server").url);
  const drivers = (await allDrivers()).filter(({ ways }) => ways.includes("webhook"));
  const sides: Side[] = [];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  for (const driver of drivers) {
    const platform = await driver.open("webhook", () => new Date());
    platform.pace?.();
    platform.bot.url = url;
    sides.push({ surface: driver.surface, platform, room: platform.newPlace() });
  }
  const DATABASE_URL = await product.database();
  const sql = open(DATABASE_URL, { max: 2 });
  const env = Object.assign({}, ...sides.map(({ platform }) => platform.env)) as Record<string, string>;
  const run = product.start({ DATABASE_URL, OWNER_TOKEN, PORT: String(port), BASE_URL: url, ...env, ...AS_STARTED });
  await ready(run);
  return {
    sides,
    sql,
    url,
    run,
    async close() {
      for (const { platform } of sides) await platform.close();
      await sql.end();
      await product.close();
      await server?.stop();
    },
  };
}

async function command(url: string, name: string, body: object) {
  const answer = await ask(url, name, OWNER_TOKEN, { body });
  const told = (await answer.json()) as { data: { item: Record<string, string> } };
  if (answer.status !== 200) throw new Error(`${name}: ${JSON.stringify(told)}`);
  return told.data.item;
}

/** The card of the ballot, where everybody of a room sees it. */
const cardOf = ({ platform, room }: Side, labels: readonly string[]) =>
  platform.seen().findLast((m) => m.where === room.id && m.only === undefined && m.buttons.join() === labels.join());
const countsOn = (side: Side, labels: readonly string[]) =>
  [...(cardOf(side, labels)?.text ?? "").matchAll(/(\d+) · \d+\s?%/g)].map((found) => Number(found[1]));

async function openBallotIn(sides: readonly Side[], sql: Sql, url: string) {
  await command(url, "setup", { blueprint: "streams" });
  const [channel] = await sql<
    { workspace_id: string; id: string }[]
  >`select workspace_id, id from channel where slug = ${SLUG}`;
  const { workspace_id, id } = channel!;
  for (const { surface, platform, room } of sides) {
    const tenant = room.tenant ?? platform.tenant;
    await sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${workspace_id}, gen_random_uuid(), ${surface}, ${tenant}, ${room.id}, now())`;
    await sql`insert into channel_place (workspace_id, channel_id, surface, tenant, external, created_at)
      values (${workspace_id}, ${id}, ${surface}, ${tenant}, ${room.id}, now())`;
  }
  return (theme: string) => command(url, "vote.start", { channel: SLUG, theme, minutes: 60 });
}

type Press = { side: Side; happening: Happening; who: string; choice: number };

/** Two of three for the second; some of the first think again, later. Those of all platforms in turn, as they come. */
function pressesOf(sides: readonly Side[], count: number, labels: readonly string[]): Press[] {
  const again = Math.floor((count * AGAIN) / 100);
  const voters = Array.from({ length: count - again }, (_, n) => {
    const side = sides[n % sides.length]!;
    return { side, who: side.platform.newPerson(`V${n}`) };
  });
  const press = ({ side, who }: (typeof voters)[number], choice: number): Press => {
    const happening = side.platform.makePress({ who, where: side.room }, labels[choice]!);
    return { side, happening, who: `${side.surface} ${who.id}`, choice };
  };
  return [
    ...voters.map((voter, n) => press(voter, n % 3 === 0 ? 0 : 1)),
    ...voters.slice(0, again).map((voter) => press(voter, 2)),
  ];
}

const rising = (a: number, b: number) => a - b;
const spread = (times: readonly number[]) => {
  const sorted = times.toSorted(rising);
  return [0.5, 0.99, 1].map((share) => Math.round(percentile(sorted, share)));
};

test(`${VOTES} presses, ${RATE} a second, from all platforms`, { timeout: 900_000 }, async () => {
  const square = await openSquare();
  const { sides, sql, url, run } = square;
  try {
    const start = await openBallotIn(sides, sql, url);
    const begin = async (theme: string) => {
      const { id } = await start(theme);
      const labels = theme.split(", ");
      const shown = labels.map((label, n) => `${n + 1}. ${label}`);
      await expect
        .poll(() => sides.filter((side) => !cardOf(side, shown)).map((s) => s.surface), { timeout: 60_000 })
        .toEqual([]);
      return { id: id!, labels: shown };
    };
    const sender = openSender();
    const fire = (presses: readonly Press[], rate: number) =>
      sender.fire({ url, rate, shots: presses.map(({ side, happening }) => side.platform.delivery(happening)) });
    const known = (presses: readonly Press[], bodies: readonly string[]) => {
      for (const [n, { side, happening }] of presses.entries()) side.platform.acknowledged?.(happening, bodies[n]!);
    };
    const first = await begin("warm, up, again");
    const warm = pressesOf(sides, WARM, first.labels);
    known(warm, (await fire(warm, 100)).bodies);
    await sql`analyze`;
    const ballot = await begin("rain, neon, dusk");
    const presses = pressesOf(sides, VOTES, ballot.labels);
    const cpu = cpuOf(run.child.pid!);
    const began = performance.now();
    const hits = await fire(presses, RATE);
    const isTaken = (n: number) => hits.status[n] === 200;
    known(
      presses.filter((_, n) => isTaken(n)),
      hits.bodies.filter((_, n) => isTaken(n)),
    );
    // What we were too busy to keep comes again where the platform does so.
    const again = presses.filter(({ side, happening }, n) => !isTaken(n) && side.platform.redelivers(happening));
    for (let left = again; left.length > 0; ) {
      const { status } = await fire(left, RATE);
      left = left.filter((_, n) => status[n] !== 200);
    }
    const acknowledged = presses.flatMap((press, n) =>
      isTaken(n) || again.includes(press) ? [press.happening.id] : [],
    );
    const kept = async () => {
      const ids = presses.map(({ happening }) => happening.id);
      return new Set(
        (await sql<{ delivery: string }[]>`select delivery from inbox where delivery = any(${ids})`).map(
          (r) => r.delivery,
        ),
      );
    };
    const lost = async () => {
      const there = await kept();
      return acknowledged.filter((id) => !there.has(id)).length;
    };
    await expect.poll(lost, { timeout: 120_000 }).toBe(0);
    const there = await kept();
    const last = new Map(
      presses.filter(({ happening }) => there.has(happening.id)).map(({ who, choice }) => [who, choice]),
    );
    const wanted = [0, 1, 2].map((choice) => [...last.values()].filter((one) => one === choice).length);
    const counted = async () => {
      const rows = await sql<{ n: number }[]>`
        select coalesce(sum(t.votes), 0)::int as n from choice c left join tally t on t.choice_id = c.id
        where c.ballot_id = ${ballot.id} group by c.position order by c.position`;
      return rows.map((r) => r.n);
    };
    await expect.poll(counted, { timeout: FULL ? 300_000 : 60_000, interval: 50 }).toEqual(wanted);
    const countedIn = performance.now() - began;
    const busy = cpuOf(run.child.pid!) - cpu;
    const waiting = async () => {
      const [row] = await sql<{ n: number }[]>`
        select (select count(*) from inbox where status = 'received')::int
          + (select count(*) from outbox where status in ('waiting', 'sending') and kind = 'answer')::int as n`;
      return row!.n;
    };
    await expect.poll(waiting, { timeout: FULL ? 600_000 : 60_000, interval: 100 }).toBe(0);
    const toldIn = performance.now() - began;
    await expect
      .poll(() => sides.map((side) => countsOn(side, ballot.labels)), { timeout: 90_000 })
      .toEqual(sides.map(() => wanted));
    const told = await sql<
      { surface: string; runs: number; answers: number; sent: number; cut: number; late: number }[]
    >`
      select i.surface, count(distinct i.id)::int as runs, count(o.id)::int as answers,
        count(*) filter (where o.status = 'sent')::int as sent, count(o.lost)::int as cut,
        (percentile_cont(0.99) within group (order by extract(epoch from o.sent_at - i.received_at)) * 1000)::int as late
      from inbox i left join outbox o on o.subject = i.id::text and o.kind = 'answer'
      where i.delivery = any(${presses.map(({ happening }) => happening.id)}) and i.status = 'done' group by 1`;
    const rows = sides.map((side) => {
      const mine = presses.flatMap((press, n) => (press.side === side ? [n] : []));
      const [p50, p99, most] = spread(mine.map((n) => hits.waits[n]!));
      const { runs = 0, answers = 0, sent = 0, cut = 0, late = 0 } = told.find((t) => t.surface === side.surface) ?? {};
      return {
        platform: side.surface,
        presses: mine.length,
        "ack p50 ms": p50!,
        "ack p99 ms": p99!,
        "ack most ms": most!,
        "not at once": mine.filter((n) => !isTaken(n)).length,
        kept: mine.filter((n) => there.has(presses[n]!.happening.id)).length,
        done: runs,
        answers,
        "of these sent": sent,
        "too late to be shown": cut,
        "told p99 ms": late,
        "edits of the card": cardOf(side, ballot.labels)!.edits,
        "429s": side.platform.slowed(),
        wrong: side.platform.wrong().length,
      };
    });
    console.table(rows);
    const about =
      `${presses.length} presses in ${hits.seconds.toFixed(1)} s, exact ${JSON.stringify(wanted)} after ${(countedIn / 1000).toFixed(1)} s, ` +
      `everybody told after ${(toldIn / 1000).toFixed(1)} s; the product worked ${busy.toFixed(1)} s; the sender late by p99 ` +
      `${percentile(hits.late.toSorted(rising), 0.99).toFixed(0)} ms; load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`;
    for (const row of rows)
      report(
        "votes of a crowd",
        row.platform,
        `${Object.entries(row)
          .slice(1)
          .map(([name, value]) => `${name} ${value}`)
          .join(", ")}; ${about}`,
      );
    sender.close();
    if (process.env.TELL) console.log(run.err().slice(-8000));
    for (const row of rows)
      expect(row).toMatchObject({ done: row.kept, answers: row.kept, "of these sent": row.kept, wrong: 0 });
    // Each is obeyed; what left a second apart may arrive a little closer.
    for (const row of rows) expect(row["429s"]).toBeLessThan(5);
  } finally {
    await square.close();
  }
});
