// A worker that makes films in a process of its own and kills itself once in each step that it is told: after the step's
// effect, before the row that says so. What its providers were asked for is kept by the test, in another process.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../core/command/index.ts";
import type { House } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { deriveKeys } from "../../core/keys.ts";
import type { Answered, Capability, Provider } from "../../core/studio/index.ts";
import { connect } from "../../db/connect.ts";
import { batchJob } from "../../jobs/batch.ts";
import { startEngine } from "../../jobs/engine.ts";
import { filmJobs } from "../../jobs/film.ts";
import { type Handler, handler, type JobContext } from "../../jobs/handler.ts";
import { makeJob } from "../../jobs/make.ts";

export type FilmMaker = { ownerUrl: string; appUrl: string; url: string; files: string; marks: string; dies: string[] };

export const KINDS = ["script", "voice", "scene", "song"] as const;

/** Keeps books of its own: an order that was taken can be found again by its attempt. */
export function booked(url: string, kind: (typeof KINDS)[number], after: () => void = () => {}): Provider {
  const capability: Capability = {
    kind,
    model: "booked-1",
    promptMax: 30_000,
    price: () => 1000n,
    rights: { commercial: "yes", stores: "yes", terms: "none" },
    quality: 0.8,
    usual: 1,
  };
  const call = async (path: string) => (await fetch(new URL(path, url))).json();
  return {
    slug: kind,
    name: kind,
    capabilities: [capability],
    atOnce: 8,
    pollSeconds: 0.3,
    settleSeconds: 3,
    async submit({ attempt }) {
      const { task } = (await call(`/order/${kind}/${attempt}`)) as { task: string };
      after();
      return { state: "accepted", task };
    },
    find: async ({ attempt }) => (await call(`/find/${kind}/${attempt}`)) as { task: string } | "never arrived",
    async query(task): Promise<Answered> {
      const { type, base64, text } = (await call(`/task/${kind}/${task}`)) as Record<string, string>;
      const from = text === undefined ? { bytes: Buffer.from(base64!, "base64") } : { text };
      return { state: "done", made: [{ role: "main", type: type!, name: kind, from }], cost: 1000n };
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const { ownerUrl, appUrl, url, files, marks, dies } = JSON.parse(process.argv[2]!) as FilmMaker;
  const die = (step: string) => {
    const mark = join(marks, step);
    if (!dies.includes(step) || existsSync(mark)) return;
    writeFileSync(mark, "");
    process.kill(process.pid, "SIGKILL");
  };
  /** The transaction that keeps what was made is known by its words: progress is told in others. */
  const dying = (one: Handler): Handler =>
    handler({
      ...one,
      async run(ctx: JobContext<Record<string, string>>) {
        const inTx: typeof ctx.inTx = (work) => {
          if (String(work).includes("keepWorked")) die(ctx.input.step ?? "");
          return ctx.inTx(work);
        };
        return one.run({ ...ctx, inTx });
      },
    } as Handler);
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const base: Omit<House, "queue"> = {
    databases: [connect({ ownerUrl, appUrl, max: 6 })],
    commands: registry([]),
    sources: { now: () => new Date(), newId: () => uuidv7(), random: Math.random },
    reactions: new Map(),
    log: quiet,
    meter: { command() {}, duplicate() {}, ack() {}, job() {}, decision() {}, selection() {} },
    inFlight: new Map(),
    providers: KINDS.map((kind) => booked(url, kind, () => die(kind))),
    files,
    keys: deriveKeys(Buffer.alloc(32, 1)),
  };
  const [film, ...own] = filmJobs;
  await startEngine(base, {
    role: "worker",
    handlers: [makeJob, batchJob, film!, ...own.map(dying)],
    slots: { quick: 2, long: 2, make: 4 },
    pollSeconds: 0.5,
  });
  process.on("disconnect", () => process.exit());
  process.send?.("ready");
}
