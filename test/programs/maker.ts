// A worker that makes things at emulated providers, in a process of its own, to be killed by a test at any moment.
import { registry } from "../../core/command/index.ts";
import type { House } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { deriveKeys } from "../../core/keys.ts";
import { openProviders, type Provider } from "../../core/studio/index.ts";
import { connect } from "../../db/connect.ts";
import { batchJob } from "../../jobs/batch.ts";
import { startEngine } from "../../jobs/engine.ts";
import { makeJob } from "../../jobs/make.ts";

export type Maker = {
  ownerUrl: string;
  appUrl: string;
  /** The emulator and the key that it takes. */
  url: string;
  key: string;
  files: string;
  slots: number;
  atOnce: number;
};

/** One that has a list of its tasks, and one where nobody can say what became of an order. */
export function makers(url: string, key: string, atOnce: number): Provider[] {
  const env: Record<string, string> = { MINIMAX_API_KEY: key, MINIMAX_API_URL: url };
  const read = <T>(name: string, parse: (value: string) => T): T | undefined => {
    const value = env[name];
    return value === undefined ? undefined : parse(value);
  };
  const minimax = openProviders({ read }).find((p) => p.slug === "minimax")!;
  const only = (slug: string, model: string): Provider => {
    const { perMinute: _, ...rest } = minimax;
    return {
      ...rest,
      slug,
      atOnce,
      pollSeconds: 0.3,
      // As long as a call to a machine on loopback may be on its way.
      settleSeconds: 3,
      capabilities: minimax.capabilities.filter((c) => c.model === model),
    };
  };
  return [only("listed", "MiniMax-H3"), only("blind", "MiniMax-Hailuo-2.3")];
}

if (process.argv[1] === import.meta.filename) {
  const told = JSON.parse(process.argv[2]!) as Maker;
  // The emulator knows by this whom it is talking to.
  const plain = globalThis.fetch;
  globalThis.fetch = (input, init) =>
    plain(input, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), "x-worker": String(process.pid) },
    });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const base: Omit<House, "queue"> = {
    databases: [connect({ ownerUrl: told.ownerUrl, appUrl: told.appUrl, max: 6 })],
    commands: registry([]),
    sources: {
      now: () => new Date(),
      newId: () => uuidv7(),
      random: Math.random,
    },
    reactions: new Map(),
    log: quiet,
    meter: { command() {}, duplicate() {}, ack() {}, job() {}, decision() {}, selection() {} },
    inFlight: new Map(),
    providers: makers(told.url, told.key, told.atOnce),
    files: told.files,
    keys: deriveKeys(Buffer.alloc(32, 1)),
  };
  await startEngine(base, {
    role: "worker",
    handlers: [makeJob, batchJob],
    slots: { quick: 1, long: 0, make: told.slots },
    pollSeconds: 0.5,
  });
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.on("disconnect", () => process.exit());
  process.send?.("ready");
}
