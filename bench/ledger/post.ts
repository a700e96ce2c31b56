// Transfers a second, durable when they are answered: through the ledger, and as others would write them.

import { putAll } from "../../core/money/door.ts";
import { move, type Order, openTill } from "../../core/money/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { openWorld, spread } from "../votes/world.ts";

const seconds = process.env.BENCH_QUICK ? 1 : 4;
const world = await openWorld(1);
const { database, workspaceId, sources } = world;
const till = openTill({ sources });
let keys = 0;
const HOT = "cash:stripe";
const order = (n: number, hot: boolean): Order => ({
  scope: "bench",
  key: String(keys++),
  kind: "payment",
  legs: move(`payable:p${n % 10_000}`, hot ? HOT : `cash:p${(n * 7919) % 10_000}`, {
    minor: BigInt(1 + (n % 1000)),
    currency: "USD",
  }),
});
async function measure(callers: number, size: number, work: (n: number) => Promise<unknown>) {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  let n = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const at = performance.now();
        n += size;
        await work(n);
        times.push(performance.now() - at);
      }
    }),
  );
  return { perSecond: Math.round((times.length * size) / ((performance.now() - began) / 1000)), ...spread(times) };
}
for (const hot of [false, true]) {
  for (const size of [1, 10, 100, 1000]) {
    for (const callers of [1, 4]) {
      const batch = (n: number) =>
        inWorkspace(database, workspaceId, (tx) =>
          putAll(
            tx,
            Array.from({ length: size }, (_, k) => ({
              order: order(n + k, hot),
              id: sources.newId(),
              at: new Date(),
              personId: null,
              runId: null,
            })),
            { now: new Date(), newId: sources.newId },
          ),
        );
      console.log(JSON.stringify({ hot, size, callers, ...(await measure(callers, size, batch)) }));
    }
  }
  for (const callers of [1, 64, 256])
    console.log(
      JSON.stringify({
        hot,
        coalesced: callers,
        ...(await measure(callers, 1, (n) => till.post({ database, workspaceId }, order(n, hot)))),
      }),
    );
}
await world.close();
