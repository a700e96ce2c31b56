// A worker in a process of its own, to be killed by a test: it starts the test's work and never ends it.
import { registry } from "../core/command/index.ts";
import { uuidv7 } from "../core/ids.ts";
import { deriveKeys } from "../core/keys.ts";
import { connect } from "../db/connect.ts";
import { startEngine } from "../jobs/engine.ts";
import { handler } from "../jobs/handler.ts";
import { work } from "./jobs.ts";

const [ownerUrl, appUrl] = process.argv.slice(2);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
await startEngine(
  {
    databases: [connect({ ownerUrl: ownerUrl!, appUrl: appUrl!, max: 2 })],
    commands: registry([]),
    sources: { now: () => new Date(), newId: () => uuidv7(), random: Math.random },
    reactions: new Map(),
    log: quiet,
    meter: { command() {}, duplicate() {}, ack() {}, job() {}, decision() {}, selection() {} },
    inFlight: new Map(),
    providers: [],
    files: "/nonexistent",
    keys: deriveKeys(Buffer.alloc(32, 1)),
  },
  {
    role: "worker",
    handlers: [handler({ kind: work, run: () => new Promise(() => {}) })],
    slots: { quick: 1, long: 0 },
  },
);
process.stdout.write("ready\n");
