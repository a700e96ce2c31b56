// Many clips through four worker processes, one PostgreSQL that writes to its disk, and a provider in a process of its
// own: how many a second, and what each costs the machine. From that, what a day of 10,000 needs.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "../../core/command/index.ts";
import type { House } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { deriveKeys } from "../../core/keys.ts";
import { order } from "../../core/studio/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { connect, inWorkspace, rawOf } from "../../db/connect.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { migrate } from "../../db/migrate.ts";
import { appPassword } from "../../db/open.ts";
import { APP_ROLE } from "../../db/secure.ts";
import { batchJob } from "../../jobs/batch.ts";
import { startEngine } from "../../jobs/engine.ts";
import { makeJob } from "../../jobs/make.ts";
import { KEY } from "../../test/emulators/providers/server.ts";
import { type Maker, makers } from "../../test/programs/maker.ts";

const ITEMS = Number(process.env.BENCH_ITEMS ?? (process.env.BENCH_QUICK ? 500 : 10_000));
const WORKERS = Number(process.env.BENCH_WORKERS ?? 4);
const BATCH = 500;
const SLOTS = Number(process.env.BENCH_SLOTS ?? 8);
const SEATS = 400;

const folder = mkdtempSync(join(tmpdir(), "impresario-bench-"));
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const server = await startEmbedded({ dataDir: folder, log, lingerMs: 200 });
const password = appPassword("a key that only benchmarks have");
await migrate(server.ownerUrl, password);
const app = new URL(server.ownerUrl);
app.username = APP_ROLE;
app.password = password;
const database = connect({ ownerUrl: server.ownerUrl, appUrl: app.href, max: 4 });
const owner = connect({ ownerUrl: server.ownerUrl, appUrl: server.ownerUrl, max: 1 });

const heard = <T>(child: ChildProcess) =>
  new Promise<T>((done) => child.once("message", (message) => done(message as T)));
const program = (file: string, args: string[] = []) => fork(join(import.meta.dirname, file), args, { execArgv: [] });

const provider = program("provider.ts");
const url = await heard<string>(provider);
const sources = { now: () => new Date(), newId: () => uuidv7(), random: Math.random };
const nothing = () => {};
const house: Omit<House, "queue"> = {
  databases: [database],
  commands: registry([]),
  sources,
  reactions: new Map(),
  log,
  meter: { command: nothing, duplicate: nothing, ack: nothing, job: nothing, decision: nothing, selection: nothing },
  inFlight: new Map(),
  keys: deriveKeys(Buffer.alloc(32, 1)),
  providers: makers(url, KEY, SEATS),
  files: folder,
};
const sender = await startEngine(house, { role: "sender", handlers: [makeJob, batchJob] });
const who = await createWorkspace(database, sources, { name: "Bench", slug: "bench" });
const place = { surface: "http", tenant: "", external: "" };
const ask = () =>
  inWorkspace(database, who.workspaceId, async (tx) => {
    const [person] = await readWho(tx, who.personId);
    const { act } = makeAct({ ...house, queue: sender.queue }, { database, tx }, who, person, sources.newId(), place);
    const wishes = Array.from({ length: Math.min(BATCH, ITEMS) }, (_, n) => ({
      kind: "clip" as const,
      title: `Scene ${n}`,
      prompt: `scene ${n}`,
      seconds: 6,
      seed: n,
    }));
    await order(act, { kind: "clip", wishes, channel: null, profile: "balanced", provider: "listed" });
  });
await inWorkspace(
  database,
  who.workspaceId,
  (tx) => rawOf(tx)`insert into budget (workspace_id, id, scope, each, period, asset, amount, set_at)
    values (${who.workspaceId}, ${sources.newId()}, 'workspace', '', 'month', 'USD/6', 1000000000000, now())`,
);
const asked = performance.now();
for (let left = ITEMS; left > 0; left -= BATCH) await ask();
const asking = (performance.now() - asked) / 1000;

/** Processor seconds of PostgreSQL and all its backends, those that ended too. */
function serverCpu(): number {
  const pid = Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    const file = `/proc/${name}/stat`;
    if (!/^\d+$/.test(name) || !existsSync(file)) continue;
    const fields = readFileSync(file, "utf8").split(") ")[1]!.split(" ");
    if (Number(name) !== pid && Number(fields[1]) !== pid) continue;
    ticks +=
      Number(fields[11]) + Number(fields[12]) + (Number(name) === pid ? Number(fields[13]) + Number(fields[14]) : 0);
  }
  return ticks / 100;
}
const stand = async () => {
  const [row] = await owner.client<{ commits: string; bytes: string; wal: string }[]>`
    select xact_commit as commits, pg_database_size(current_database()) as bytes, pg_current_wal_lsn() - '0/0' as wal
    from pg_stat_database where datname = current_database()`;
  return { commits: Number(row!.commits), bytes: Number(row!.bytes), wal: Number(row!.wal), cpu: serverCpu() };
};
const open = async () => {
  const [row] = await owner.client<{ n: number; ended: number }[]>`
    select (select count(*)::int from item where status in ('waiting', 'making')) as n,
      (select count(*)::int from batch where ended_at is not null) as ended`;
  return row!;
};

const before = await stand();
const told: Maker = {
  ownerUrl: server.ownerUrl,
  appUrl: app.href,
  url,
  key: KEY,
  files: folder,
  slots: SLOTS,
  atOnce: SEATS,
};
const workers = Array.from({ length: WORKERS }, () => program("../../test/programs/maker.ts", [JSON.stringify(told)]));
await Promise.all(workers.map((w) => heard(w)));
const began = performance.now();
let load = 0;
for (let looks = 1; (await open()).n > 0; looks++) {
  await new Promise((done) => setTimeout(done, 500));
  load += (loadavg()[0]! - load) / looks;
  if (process.env.BENCH_TALK && looks % 10 === 0)
    console.error(Math.round((performance.now() - began) / 1000), (await open()).n);
}
const seconds = (performance.now() - began) / 1000;
const after = await stand();
const cpus = await Promise.all(
  workers.map(async (worker) => {
    worker.send("cpu");
    return heard<NodeJS.CpuUsage>(worker);
  }),
);
provider.send("how many");
const sold = await heard<{ orders: number; calls: number; cpu: NodeJS.CpuUsage }>(provider);
const counts = await owner.client<
  { status: string; n: number }[]
>`select status, count(*)::int as n from item group by 1`;
const [money] = await owner.client<{ paid: string; spent: string; held: string }[]>`
  select (select sum(cost) from attempt) as paid, sum(spent) as spent, sum(held) as held from budget_use`;
const made = counts.find((c) => c.status === "made")?.n ?? 0;
if (made !== ITEMS || sold.orders !== ITEMS || money!.paid !== money!.spent || money!.held !== "0")
  throw new Error(`something is wrong: ${JSON.stringify({ counts, sold, money })}`);

const cpuOf = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
const round = (n: number, places = 1) => Number(n.toFixed(places));
const work = cpus.reduce((sum, c) => sum + cpuOf(c), 0);
const base = after.cpu - before.cpu;
const each = (n: number) => n / ITEMS;
console.log(
  JSON.stringify({
    clips: ITEMS,
    workers: WORKERS,
    seconds: round(seconds),
    "a second": round(ITEMS / seconds),
    "ordered a second": round(ITEMS / asking),
    "calls to the provider, each": round(each(sold.calls)),
    "transactions, each": round(each(after.commits - before.commits)),
    "ms of workers, each": round(each(work) * 1000),
    "ms of PostgreSQL, each": round(each(base) * 1000),
    "kB in tables, each": round(each(after.bytes - before.bytes) / 1024),
    "kB of log, each": round(each(after.wal - before.wal) / 1024),
    "10,000 a day: processor minutes": round((each(work + base) * 10_000) / 60),
    "10,000 a day: MB of tables": round((each(after.bytes - before.bytes) * 10_000) / 2 ** 20),
    "load of the machine": round(load),
  }),
);
for (const worker of workers) worker.disconnect();
provider.disconnect();
await sender.stop();
await owner.close();
await database.close();
await server.release();
rmSync(folder, { recursive: true, force: true });
