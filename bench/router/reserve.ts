// One decision with its reservation: all that is read and written until nothing can be spent without it, in a warm
// database that comes with the product. The transaction is committed each time. In turns with it, over the same
// connection, the least that any reservation costs: one bare insert, committed. BENCH_DISK=1: both on the disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "../../core/command/index.ts";
import type { House } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { deriveKeys } from "../../core/keys.ts";
import { next, noteUnsent, order, type Provider } from "../../core/studio/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { connect, inWorkspace, Last, rawOf } from "../../db/connect.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { migrate } from "../../db/migrate.ts";
import { appPassword } from "../../db/open.ts";
import { APP_ROLE } from "../../db/secure.ts";

const rounds = process.env.BENCH_QUICK ? 200 : 1_000;
const folder = mkdtempSync(join(tmpdir(), "impresario-bench-"));
const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const server = await startEmbedded({ dataDir: folder, log, throwaway: !process.env.BENCH_DISK, lingerMs: 200 });
const password = appPassword("a key that only benchmarks have");
await migrate(server.ownerUrl, password);
const app = new URL(server.ownerUrl);
app.username = APP_ROLE;
app.password = password;
const database = connect({ ownerUrl: server.ownerUrl, appUrl: app.href, max: 1 });
const owner = connect({ ownerUrl: server.ownerUrl, appUrl: server.ownerUrl, max: 1 });
await owner.client.unsafe(`create table bare (id uuid, at timestamptz); grant insert on bare to ${APP_ROLE}`);
const sources = { now: () => new Date(), newId: () => uuidv7(), random: Math.random };
const nothing = () => {};
const meter = {
  command: nothing,
  duplicate: nothing,
  ack: nothing,
  job: nothing,
  decision: nothing,
  selection: nothing,
};

const providersOf = (count: number): Provider[] =>
  Array.from({ length: count }, (_, n) => ({
    slug: `p${n}`,
    name: `P ${n}`,
    atOnce: 20,
    perMinute: 1_000_000,
    capabilities: [
      {
        kind: "song",
        model: "m",
        seconds: [1, 300],
        promptMax: 2000,
        price: () => BigInt(1 + n) * 1000n,
        rights: { commercial: "yes", stores: "yes", terms: "" },
        quality: 0.7,
        usual: 30,
      },
    ],
    submit: async () => ({ state: "running" }),
  }));

for (const count of [6, 50, 500]) {
  const house: House = {
    databases: [database],
    commands: registry([]),
    sources,
    queue: { send: async () => {} },
    reactions: new Map(),
    log,
    meter,
    inFlight: new Map(),
    keys: deriveKeys(Buffer.alloc(32, 1)),
    providers: providersOf(count),
    files: folder,
  };
  const who = await createWorkspace(database, sources, { name: `Bench ${count}`, slug: `bench-${count}` });
  const place = { surface: "http", tenant: "", external: "" };
  const inAct = <T>(work: (act: ReturnType<typeof makeAct>["act"]) => Promise<T>) =>
    inWorkspace(database, who.workspaceId, async (tx) => {
      const [person] = await readWho(tx, who.personId);
      return work(makeAct(house, { database, tx }, who, person, sources.newId(), place).act);
    });
  await inAct(async (act) => {
    await rawOf(act.db)`insert into budget (workspace_id, id, scope, each, period, asset, amount, set_at)
      values (${who.workspaceId}, ${act.newId()}, 'workspace', '', 'month', 'USD/6', 1000000000000, now())`;
  });
  // Something is known of everybody, and something goes on.
  await database.client`
    insert into provider_health (provider, kind, state, "row", recent, seen, opened, wins, losses, quality, seconds, at)
    select 'p' || n, 'song', 'closed', 0, 0, 20, 0, 1 + n % 9, n % 5, 0.7, 20 + n % 30, now() from generate_series(0, ${count - 1}::int) n
    on conflict do nothing`;
  await database.client`
    insert into provider_seat (provider, seat, attempt, workspace, until)
    select 'p' || n, s, ${who.workspaceId}, ${who.workspaceId}, now() + interval '1 day' from generate_series(0, ${count - 1}::int) n, generate_series(10, 15) s
    on conflict do nothing`;
  const wish = { kind: "song", title: "", prompt: "city pop", seed: 1, seconds: 60 } as const;
  for (let left = rounds; left > 0; left -= 200)
    await inAct((act) =>
      order(act, { kind: "song", wishes: Array.from({ length: 200 }, () => wish), channel: null, profile: "balanced" }),
    );
  const items = await inAct((act) => rawOf(act.db)<{ id: string }[]>`select id from item order by id`);
  const times: number[] = [];
  const own: number[] = [];
  const bare: number[] = [];
  for (const { id } of items) {
    const step = await inAct(async (act) => {
      const cpu = process.cpuUsage();
      const began = performance.now();
      const asked = await next(act, id);
      const step = asked instanceof Last ? await asked.answer : asked;
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(cpu);
      own.push((user + system) / 1000);
      if (step.to !== "submit") throw new Error(step.to);
      return step;
    });
    await inAct((act) => noteUnsent(act, step));
    const began = performance.now();
    await database.client`insert into bare (id, at) values (${id}, now())`;
    bare.push(performance.now() - began);
  }
  const part = (all: number[], p: number) => {
    const warm = all.slice(Math.floor(all.length / 4)).sort((a, b) => a - b);
    return Math.round(warm[Math.floor((warm.length - 1) * p)]! * 100) / 100;
  };
  console.log(
    JSON.stringify({
      providers: count,
      decisions: times.length,
      p50: part(times, 0.5),
      p99: part(times, 0.99),
      "p50, own processor": part(own, 0.5),
      "bare insert p50": part(bare, 0.5),
      "bare insert p99": part(bare, 0.99),
      "times the bare": Math.round(part(times, 0.5) / part(bare, 0.5)),
    }),
  );
}
await Promise.all([database.close(), owner.close()]);
await server.release();
rmSync(folder, { recursive: true, force: true });
