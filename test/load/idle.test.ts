// What the product weighs with three bots connected and nothing to do.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { expect, inject, test } from "vitest";
import { allDrivers } from "../contract/driver.ts";
import { openProduct, ready } from "../product.ts";
import { report } from "./report.ts";
import { FULL } from "./stand.ts";

const REST_SECONDS = FULL ? 60 : 1;
/** Of the design, for an idle process with all bots. The small form has not come to rest. */
const MOST_MB = FULL ? 200 : 400;

test.skipIf(process.platform !== "linux")("idle with three bots", { timeout: 120_000 }, async () => {
  const compiled = mkdtempSync(join(tmpdir(), "impresario-compiled-"));
  const product = openProduct(inject("server").url);
  const drivers = await allDrivers();
  const platforms = await Promise.all(drivers.map((driver) => driver.open("socket", () => new Date())));
  try {
    const env = Object.assign({}, ...platforms.map((p) => p.env)) as Record<string, string>;
    // As `npm start` runs it, from its second time on: what was compiled once is kept.
    const node = { NODE_OPTIONS: "--max-semi-space-size=4", NODE_COMPILE_CACHE: compiled };
    const start = { DATABASE_URL: await product.database(), ...node, ...env };
    if (FULL) {
      const first = product.start(start);
      await ready(first);
      await after(5_000);
      first.child.kill("SIGTERM");
      await first.ended;
    }
    const run = product.start(start);
    await ready(run);
    await after(REST_SECONDS * 1_000);
    const rollup = readFileSync(`/proc/${run.child.pid}/smaps_rollup`, "utf8");
    const mb = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(rollup)?.[1]) / 1024);
    const said = `RSS ${mb("Rss")} MB, ${mb("Pss")} MB of it its own share, ${REST_SECONDS} s after the start`;
    report("at rest, everything in one process", drivers.map((d) => d.surface).join(" + "), said);
    expect(mb("Pss")).toBeLessThan(MOST_MB);
    expect(run.out()).toMatch(/discord .*gateway/);
  } finally {
    await Promise.all(platforms.map((p) => p.close()));
    await product.close();
    rmSync(compiled, { recursive: true, force: true });
  }
});
