// Real processes, killed without warning: what was acknowledged has one effect and one answer, whatever happens.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { seeded, type TestHouse, testHouse } from "../../test/house.ts";
import { openPlatform, type Platform } from "../../test/platform.ts";
import type { Told } from "../../test/receiver.ts";
import { rowsOf } from "../../test/tally.ts";
import { openSpool } from "./spool.ts";

const KILLS = Number(process.env.KILLS ?? 4);
const PROCESSES = 3;
const PLACES = 8;

let house: TestHouse;
let platform: Platform;
let folder: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  house = await testHouse();
  platform = await openPlatform();
  folder = mkdtempSync(join(tmpdir(), "impresario-killed-"));
});
afterEach(async () => {
  for (const child of children) await kill(child);
});
afterAll(async () => {
  await platform.close();
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(acknowledged: (delivery: string) => void): Promise<ChildProcess> {
  const { appUrl } = house.database;
  const { workspaceId, personId } = house.owner;
  const file = join(import.meta.dirname, "../../test/receiver.ts");
  const child = fork(file, [appUrl, workspaceId, personId, platform.address, join(folder, "spool")], { execArgv: [] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", () => failed(new Error("A receiver ended before it began.")));
    child.on("message", (said: string) => (said === "ready" ? done(child) : acknowledged(said)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
}

type Kept = {
  delivery: string;
  lane: string;
  status: string;
  attempts: number;
  effects: number;
  answers: number;
  sent: number;
};
const kept = () =>
  rowsOf<Kept>(
    house.database,
    house.owner,
    `select i.delivery, i.lane, i.status, i.attempts, coalesce(e.effects, 0) as effects,
       coalesce(o.answers, 0) as answers, coalesce(o.sent, 0) as sent
     from inbox i
     left join (select run_id, count(*)::int as effects from event where name = 'tally.added' group by 1) e
       on e.run_id = i.id
     left join (select subject, count(*)::int as answers, count(*) filter (where status = 'sent')::int as sent
       from outbox where kind = 'answer' group by 1) o on o.subject = i.id::text
     order by i.seq`,
  );
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

test(`kill -9 of ${PROCESSES} processes, ${KILLS} times: nothing lost, nothing doubled, every place in order`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const random = seeded(seed);
  const acknowledged = new Set<string>();
  const pending = new Map<string, Told>();
  const alive: ChildProcess[] = [];
  const starting: Promise<number>[] = [];
  const heard = (delivery: string) => {
    acknowledged.add(delivery);
    pending.delete(delivery);
  };
  const one = () => alive[Math.floor(random() * alive.length)];
  const tell = (told: Told) => one()?.connected && one()?.send(told, () => {});
  for (let n = 0; n < PROCESSES; n++) alive.push(await start(heard));

  let going = true;
  let count = 0;
  const load = (async () => {
    while (going) {
      for (let n = 0; n < 2; n++) {
        const delivery = `k${count++}`;
        const told = {
          delivery,
          place: `p${Math.floor(random() * PLACES)}`,
          options: { wait: Math.floor(random() * 8) },
        };
        pending.set(delivery, told);
        tell(told);
        // Platforms repeat themselves, too.
        if (random() < 0.1) tell(told);
      }
      await pause(40);
      // What was not acknowledged in time is sent again, to whoever is there.
      for (const told of [...pending.values()].slice(0, 20)) if (random() < 0.2) tell(told);
    }
  })();
  for (let kills = 0; kills < KILLS; kills++) {
    await pause(random() * 120);
    const victim = alive.splice(Math.floor(random() * alive.length), 1)[0];
    if (victim) await kill(victim);
    starting.push(start(heard).then((child) => alive.push(child)));
    await expect.poll(() => alive.length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(1);
  }
  await Promise.all(starting);
  going = false;
  await load;
  await expect
    .poll(
      () => {
        for (const told of pending.values()) tell(told);
        return pending.size;
      },
      { timeout: 60_000, interval: 300 },
    )
    .toBe(0);
  // What waits on disk was acknowledged, too.
  const spooled = () => openSpool({ folder: join(folder, "spool"), log: house.log }).bytes();
  await expect.poll(spooled, { timeout: 90_000 }).toBe(0);
  await expect
    .poll(async () => (await kept()).filter((k) => k.status === "received" || k.sent === 0).length, { timeout: 60_000 })
    .toBe(0);

  const rows = await kept();
  const said = `seed ${seed}: ${acknowledged.size} acknowledged, ${rows.length} kept, ${rows.filter((r) => r.attempts > 0).length} taken over`;
  expect(rows.map((r) => r.delivery).sort(), said).toEqual([...acknowledged].sort());
  const wrong = rows.filter((r) => r.status !== "done" || r.effects !== 1 || r.answers !== 1 || r.sent !== 1);
  expect(wrong, said).toEqual([]);
  const events = await rowsOf<{ note: string; place: string }>(
    house.database,
    house.owner,
    "select payload->>'note' as note, payload->>'place' as place from event where name = 'tally.added' order by seq",
  );
  for (let p = 0; p < PLACES; p++) {
    const came = rows.filter((r) => r.lane === `test:t1:p${p}`).map((r) => r.delivery);
    expect(
      events.filter((e) => e.place === `p${p}`).map((e) => e.note),
      said,
    ).toEqual(came);
  }
  // At least once, as the platform saw it: never a message without an answer.
  const answered = new Set(platform.taken.map((call) => call.text));
  expect(
    [...acknowledged].filter((d) => !answered.has(`Counted ${d}.`)),
    said,
  ).toEqual([]);
  expect(acknowledged.size, said).toBeGreaterThan(KILLS * 10);
  console.log(`${said}; sent ${platform.taken.length}`);
}, 300_000);

test("a message that kills its process, alone too, is answered as failed, and its place goes on", async () => {
  const told: Told[] = [
    { delivery: "before", place: "grave", options: {} },
    { delivery: "poison", place: "grave", options: { ending: "killed" } },
    { delivery: "after", place: "grave", options: {} },
    { delivery: "beside", place: "garden", options: {} },
  ];
  let lives = 0;
  const rowsThere = async () => (await kept()).filter((k) => /grave|garden/.test(k.lane));
  const over = async () => (await rowsThere()).filter((k) => k.status !== "received").length === 4;
  while (!(await over()) && lives < 7) {
    lives++;
    // It may be struck down by what waits for it before it has said a word: then that was a life, too.
    const child = await start(() => {}).catch(() => undefined);
    if (!child) continue;
    // Its platform sends again what it was not told of.
    for (const one of told) child.send(one, () => {});
    const ended = new Promise((done) => child.once("exit", done));
    const done = expect.poll(over, { timeout: 40_000 }).toBe(true);
    await Promise.race([ended, done]);
    done.catch(() => {});
  }
  const state = Object.fromEntries((await rowsThere()).map((k) => [k.delivery, k.status]));
  expect(state).toEqual({ before: "done", poison: "failed", after: "done", beside: "done" });
  expect(lives).toBe(5);
}, 120_000);
