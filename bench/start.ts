// Time to ready, first and second start, and the memory of everything after a minute in which nothing happens.
import { processesOf, pssMb, startProduct } from "./server.ts";

const rest = Number(process.env.BENCH_REST_S ?? (process.env.BENCH_QUICK ? 5 : 60));
const first = await startProduct();
await first.stop(true);
const times: number[] = [];
for (let n = 0; n < 3; n++) {
  const again = await startProduct(first.folder);
  times.push(again.readyMs);
  if (n < 2) {
    await again.stop(true);
    continue;
  }
  await new Promise((r) => setTimeout(r, rest * 1000));
  const parts = { npm: 0, app: 0, leash: 0, database: 0 };
  for (const { pid, line } of processesOf(again.folder, again.child.pid)) {
    // The leash names PostgreSQL's programs in its plan, npm and its shell name our script.
    const part = /leash/.test(line)
      ? "leash"
      : /postgres/.test(line)
        ? "database"
        : /^(sh|npm)\b/.test(line)
          ? "npm"
          : "app";
    parts[part] += pssMb(pid);
  }
  const sum = parts.app + parts.leash + parts.database;
  times.sort((a, b) => a - b);
  const mb = (n: number) => Math.round(n);
  console.log(
    JSON.stringify({
      "first start ms": first.readyMs,
      "start ms (median of 3)": times[1],
      [`app MB after ${rest} s`]: mb(parts.app),
      "leash MB": mb(parts.leash),
      "database MB": mb(parts.database),
      "together MB": mb(sum),
      "npm itself MB": mb(parts.npm),
    }),
  );
  await again.stop();
}
