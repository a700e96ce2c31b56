// Says every ten seconds that this worker lives and how its machine does: the inventory of servers reads it.
import { availableParallelism, freemem, hostname, loadavg, totalmem } from "node:os";
import type { House } from "../core/house.ts";
import { beat } from "../core/streams/index.ts";

/** Three missed and the inventory calls it gone. */
const EVERY = 10_000;

export type Heartbeat = { now(): Promise<void>; stop(): Promise<void> };

/** `id` is that of the process, which is the host of the leases it takes. */
export function startHeartbeat({ databases, sources, log }: House, id: string): Heartbeat {
  const startedAt = sources.now();
  const each = async (work: (client: House["databases"][number]["client"]) => PromiseLike<unknown>) => {
    for (const { client, name } of databases) {
      await Promise.resolve(work(client)).catch((error) =>
        log.warn({ err: error, database: name }, "the worker could not say that it lives"),
      );
    }
  };
  const write = () => {
    const pulse = {
      id,
      name: hostname(),
      startedAt,
      cores: availableParallelism(),
      load: loadavg()[0] ?? 0,
      memoryTotal: totalmem(),
      memoryFree: freemem(),
      memoryUsed: process.memoryUsage.rss(),
    };
    return each((client) => beat(client, sources.now(), pulse));
  };
  void write();
  const timer = setInterval(write, EVERY);
  return {
    now: write,
    async stop() {
      clearInterval(timer);
      await each((client) => client`delete from host where id = ${id}`);
    },
  };
}
