// Workers are killed while they make things at providers that keep books of their own: before an order is sent, while it
// is on its way, and between the provider's yes and our note of it. Nothing is ordered twice, nothing is left behind,
// and what was spent is what was billed. The long form: KILLS=100 ITEMS=1000.
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { minimax } from "../test/emulators/providers/makers.ts";
import { KEY, openProvider, type Seen, type World } from "../test/emulators/providers/server.ts";
import { seeded, type TestHouse, testHouse } from "../test/house.ts";
import { report } from "../test/load/report.ts";
import { type Maker, makers } from "../test/programs/maker.ts";
import { batchJob } from "./batch.ts";
import { type Engine, startEngine } from "./engine.ts";
import { makeJob } from "./make.ts";

const KILLS = Number(process.env.KILLS ?? 4);
const ITEMS = Number(process.env.ITEMS ?? 40);
const WORKERS = 3;
const SLOTS = 6;

let house: TestHouse;
let world: World;
let sender: Engine;
const workers = new Map<number, ChildProcess>();
/** Those of them that have begun to work. */
const ready = new Set<ChildProcess>();

beforeAll(async () => {
  world = await openProvider(minimax);
  house = await testHouse({ providers: makers(world.url, KEY, SLOTS * WORKERS) });
  house.clock.now = new Date();
  sender = await startEngine(house, { role: "sender", handlers: [makeJob, batchJob] });
  house.queue = sender.queue;
});
afterAll(async () => {
  for (const worker of workers.values()) await kill(worker);
  await sender.stop();
  await world.close();
  await house.close();
});

async function start(): Promise<void> {
  const { ownerUrl, appUrl } = house.database;
  const told: Maker = {
    ownerUrl,
    appUrl,
    url: world.url,
    key: KEY,
    files: house.files,
    slots: SLOTS,
    atOnce: SLOTS * WORKERS,
  };
  const file = join(import.meta.dirname, "../test/programs/maker.ts");
  const child = fork(file, [JSON.stringify(told)], { execArgv: [] });
  workers.set(child.pid!, child);
  child.once("exit", () => {
    workers.delete(child.pid!);
    ready.delete(child);
  });
  child.once("message", () => ready.add(child));
  await new Promise<void>((done) => {
    child.once("message", () => done());
    child.once("exit", () => done());
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
}

const rows = <T>(query: string) =>
  inWorkspace(
    house.database,
    house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
const isOrder = ({ method, path }: Seen) => method === "POST" && /^\/v[12]\/video_generation$/.test(path);
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const openItems = async () =>
  (await rows<{ n: number }>("select count(*)::int as n from item where status in ('waiting', 'making')"))[0]!.n;

test(`kill -9 of ${WORKERS} workers, ${KILLS} times in ${ITEMS} orders: nothing ordered twice, nothing lost, all money accounted for`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const random = seeded(seed);
  expect((await house.ask("budget set", { amount: "100000" })).status).toBe("done");
  // Half of the kills strike a worker in the middle of its order: it has been heard, and its sender is dead.
  let strikes = Math.ceil(KILLS / 2);
  let struck = 0;
  world.fault = (seen) => {
    if (!isOrder(seen) || strikes === 0) return undefined;
    // By chance, and at last without it: there are as many as were said.
    const left = ITEMS - world.tasks.size;
    if (random() > (2 * KILLS) / ITEMS && left > 3 * strikes) return undefined;
    const worker = workers.get(Number(seen.headers["x-worker"]));
    if (!worker?.kill("SIGKILL")) return undefined;
    strikes--;
    struck++;
    return undefined;
  };
  // Where many have the same words they are told apart all the same.
  const each = Math.max(1, Math.ceil(ITEMS / 8));
  for (let n = 0, left = ITEMS; left > 0; n++) {
    const count = Math.min(each, left);
    left -= count;
    const provider = n % 4 === 3 ? "blind" : "listed";
    const asked = await house.ask("generate video", {
      kind: "clip",
      seconds: 6,
      count,
      provider,
      prompt: `scene ${n % 3}`,
    });
    expect(asked.status).toBe("running");
  }
  const began = performance.now();
  for (let n = 0; n < WORKERS; n++) await start();
  // The others strike at any moment.
  let strays = KILLS - Math.ceil(KILLS / 2);
  while ((await openItems()) > 0) {
    const victim = [...ready][Math.floor(random() * ready.size)];
    if (strays > 0 && victim && random() < 0.5) {
      await kill(victim);
      strays--;
      struck++;
    }
    while (workers.size < WORKERS) void start();
    await pause(100 + random() * 300);
  }
  const seconds = (performance.now() - began) / 1000;
  const items = await rows<{ status: string; provider: string; n: number }>(
    `select i.status, b.provider, count(*)::int as n from item i join batch b on b.id = i.batch_id group by 1, 2 order by 2, 1`,
  );
  const of = (provider: string, status: string) =>
    items.find((i) => i.provider === provider && i.status === status)?.n ?? 0;
  const [tried] = await rows<{ open: number; tasks: number; made: number; paid: number; lost: number }>(
    `select count(*) filter (where status in ('submitting', 'unknown', 'accepted', 'fetching'))::int as open,
       count(distinct task) filter (where status = 'done')::int as tasks,
       count(*) filter (where status = 'done')::int as made,
       coalesce(sum(cost), 0)::int as paid,
       count(*) filter (where status = 'lost' and cost > 0)::int as lost from attempt`,
  );
  const [money] = await rows<{ held: number; spent: number; holds: number }>(
    `select sum(held)::int as held, sum(spent)::int as spent,
       (select count(*)::int from hold where status = 'held') as holds from budget_use`,
  );
  const orders = [...world.tasks.values()];
  const listed = orders.filter((t) => t.order.content).length;
  const blind = orders.length - listed;
  const billed = listed * 480_000 + blind * 280_000;
  const said = `seed ${seed}: ${ITEMS} items, ${struck} kills in ${Math.round(seconds)} s, ${orders.length} orders taken, ${tried!.lost} counted as paid unseen, billed ${billed}, spent ${money!.spent}`;
  report("making", "workers killed", said);
  expect(of("listed", "made") + of("listed", "failed") + of("blind", "made") + of("blind", "failed"), said).toBe(ITEMS);
  // Who has a list loses nothing: one order each, and each its own.
  expect(of("listed", "failed"), said).toBe(0);
  expect(listed, said).toBe(of("listed", "made"));
  expect(tried!.tasks, said).toBe(tried!.made);
  // Who has none: at most one order for each item, and what nobody knows is said and paid.
  expect(of("blind", "failed"), said).toBe(tried!.lost);
  expect(blind, said).toBeLessThanOrEqual(of("blind", "made") + tried!.lost);
  expect(blind, said).toBeGreaterThanOrEqual(of("blind", "made"));
  expect({ open: tried!.open, held: money!.held, holds: money!.holds }, said).toEqual({ open: 0, held: 0, holds: 0 });
  expect(money!.spent, said).toBe(tried!.paid);
  expect(money!.spent, said).toBe(listed * 480_000 + (of("blind", "made") + tried!.lost) * 280_000);
  expect(money!.spent, said).toBeGreaterThanOrEqual(billed);
  expect(struck, said).toBe(KILLS);
}, 1_800_000);
