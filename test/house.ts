// A house for a test: a database of its own, a clock that stands still until told, ids in order, chance from a seed.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { Sources } from "../core/act.ts";
import type { Command } from "../core/command/index.ts";
import { registry } from "../core/command/index.ts";
import { allCommands } from "../core/commands.ts";
import type { House } from "../core/house.ts";
import { uuidv7 } from "../core/ids.ts";
import { type Caller, type Envelope, findRun, handle, type Reply } from "../core/inbox/index.ts";
import { deriveKeys } from "../core/keys.ts";
import type { Provider } from "../core/studio/index.ts";
import { createWorkspace } from "../core/workspace/index.ts";
import { connect, type Database, inWorkspace, open } from "../db/connect.ts";
import { APP_ROLE } from "../db/secure.ts";
import { withDatabase } from "./server.ts";

export type Clock = { now: Date; pass(milliseconds: number): void };

export async function testDatabase(max = 10): Promise<Database & { drop(): Promise<void> }> {
  const { url, template, appPassword } = inject("server");
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const admin = open(url, { max: 1 });
  await admin`create database ${admin(name)} template ${admin(template)}`;
  const ownerUrl = withDatabase(url, name);
  const app = new URL(ownerUrl);
  app.username = APP_ROLE;
  app.password = appPassword;
  const database = connect({ ownerUrl, appUrl: app.href, max });
  return {
    ...database,
    async drop() {
      await database.close();
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}

export type TestHouse = House & {
  clock: Clock;
  database: Database;
  owner: Caller;
  sent: { id: string; name: string }[];
  /** Runs a command as a caller, as if it came over HTTP. */
  ask(
    name: string,
    options?: Record<string, unknown>,
    more?: { as?: Caller; delivery?: string; proposed?: boolean },
  ): Promise<Reply>;
  press(token: string, more?: { as?: Caller; input?: Record<string, unknown> }): Promise<Reply>;
  /** The answer of a run as it is now; `ended` waits until the work behind it is over. */
  answer(run: string): Promise<Reply | undefined>;
  ended(run: string): Promise<Reply>;
  close(): Promise<void>;
};

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export async function testHouse({
  commands = [] as Command[],
  seed = 1,
  providers = [] as readonly Provider[],
} = {}): Promise<TestHouse> {
  const database = await testDatabase();
  const clock: Clock = {
    now: new Date("2026-11-20T12:00:00.000Z"),
    pass(ms) {
      clock.now = new Date(clock.now.getTime() + ms);
    },
  };
  const sources: Sources = {
    now: () => clock.now,
    newId: () => uuidv7(clock.now.getTime()),
    random: seeded(seed),
    ahead: () => clock.now.getTime() - Date.now(),
  };
  const sent: TestHouse["sent"] = [];
  const house: House = {
    databases: [database],
    commands: registry([...allCommands, ...commands]),
    sources,
    queue: { send: async (_db, _tx, { id, name }) => void sent.push({ id, name }) },
    reactions: new Map(),
    log: quiet,
    meter: { command() {}, duplicate() {}, ack() {}, job() {}, decision() {}, selection() {} },
    inFlight: new Map(),
    keys: deriveKeys(Buffer.alloc(32, seed)),
    providers,
    files: mkdtempSync(join(tmpdir(), "impresario-files-")),
  };
  const owner = await createWorkspace(database, sources, { name: "Test Radio", slug: "test-radio" });
  const send = (content: Envelope["content"], as: Caller, delivery: string) =>
    handle(house, database, as, {
      surface: "http",
      tenant: as.personId,
      place: "test",
      delivery,
      account: { id: as.personId },
      content,
    });
  const answer = (run: string) => inWorkspace(database, owner.workspaceId, (tx) => findRun(tx, run));
  // The same object, so that a test may give it a real queue or reactions afterwards.
  return Object.assign(house, {
    clock,
    database,
    owner,
    sent,
    ask: (name, options = {}, { as = owner, delivery = "", proposed = false } = {}) =>
      send({ kind: "command", name, options, proposed }, as, delivery),
    press: (token, { as = owner, input = {} } = {}) => send({ kind: "press", token, input }, as, ""),
    answer,
    async ended(run) {
      for (;;) {
        const reply = await answer(run);
        if (reply && reply.status !== "running") return reply;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      rmSync(house.files, { recursive: true, force: true });
      await database.drop();
    },
  } satisfies Omit<TestHouse, keyof House>);
}

/** A small generator (mulberry32): the same seed, the same chances. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
