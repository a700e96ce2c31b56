// A process that receives, runs and answers, to be killed by a test at any moment. It is told what arrives by its
// parent, and says when it has acknowledged it.
import { registry } from "../core/command/index.ts";
import type { House } from "../core/house.ts";
import { uuidv7 } from "../core/ids.ts";
import { openIntake, openSpool, startLanes } from "../core/inbox/index.ts";
import { deriveKeys } from "../core/keys.ts";
import { startOutbox } from "../core/outbox/index.ts";
import { connect } from "../db/connect.ts";
import { senderTo } from "./platform.ts";
import { everybodyIs, tally, tallyEnvelope } from "./tally.ts";

export type Told = { delivery: string; place: string; options: Record<string, unknown> };

const [appUrl = "", workspaceId = "", personId = "", address = "", spoolFolder = ""] = process.argv.slice(2);
const database = connect({ ownerUrl: appUrl, appUrl, max: 6 });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const house: House = {
  databases: [database],
  commands: registry([tally]),
  sources: { now: () => new Date(), newId: () => uuidv7(), random: Math.random },
  queue: { send: async () => {} },
  reactions: new Map(),
  log: quiet,
  meter: { command() {}, duplicate() {}, ack() {}, job() {}, decision() {}, selection() {} },
  inFlight: new Map(),
  keys: deriveKeys(Buffer.alloc(32, 1)),
  providers: [],
  files: "/nonexistent",
};
const outbox = startOutbox(house, [senderTo(address)], { sweep: 150, lease: 600, patience: 400 });
const lanes = startLanes(house, {
  resolveAccount: everybodyIs({ workspaceId, personId }),
  parallel: 4,
  lease: 600,
  sweep: 100,
  answered: (_home, { envelope: { surface, tenant, place } }) => outbox.wake({ workspaceId, surface, tenant, place }),
});
const intake = openIntake(house, {
  findHome: async () => ({ database, workspaceId }),
  lanes,
  sweep: 300,
  spool: openSpool({ folder: spoolFolder, log: quiet }),
});

process.on("message", async ({ delivery, place, options }: Told) => {
  const got = await intake.receive(tallyEnvelope(delivery, place, options));
  if (typeof got === "object") process.send?.(delivery);
});
process.on("disconnect", () => process.exit());
await database.client`select 1`;
process.send?.("ready");
