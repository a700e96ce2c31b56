// Starts the embedded database, or joins the one that another process of ours already runs on the same folder.
import { spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import path from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { open } from "../dial.ts";
import { troubleOf } from "../trouble.ts";
import { type Plan, planFor, type Wish } from "./plan.ts";

const LEASH = fileURLToPath(new URL("./leash.mjs", import.meta.url));
const DATABASE = "impresario";

type Log = {
  info(about: object, words?: string): void;
  warn(about: object, words?: string): void;
  error(about: object, words?: string): void;
};

export type Embedded = {
  ownerUrl: string;
  /** Leaves. The last one out waits until the server has stopped, so that the next start has nothing to recover. */
  release(): Promise<void>;
};

export async function startEmbedded(wish: Wish & { log: Log }): Promise<Embedded> {
  const plan = planFor(wish);
  const held: Held = { socket: await join(plan, wish.log), left: false };
  hold(plan, wish.log, held);
  const url = (name: string) => `postgres://owner@localhost/${name}?host=${encodeURIComponent(plan.socket)}`;
  try {
    await createDatabase(url("postgres"));
  } catch (error) {
    await release(held);
    throw error;
  }
  return { ownerUrl: url(DATABASE), release: () => release(held) };
}

type Held = { socket: Socket; left: boolean };
type State = { state: "starting" | "ready" | "down" | "stopping" | "failed"; code?: string; detail?: string };

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A connection to the leash whose server is ready. Starts a leash where there is none. */
async function join(plan: Plan, log: Log): Promise<Socket> {
  let leash: ReturnType<typeof spawnLeash> | null = null;
  for (let tries = 0, begun = Date.now(); ; tries++) {
    const socket = await connect(path.join(plan.run, "leash.sock"));
    const state = socket && (await settled(socket));
    if (socket && state?.state === "ready") {
      socket.write("stay\n");
      leash?.forsake();
      return socket;
    }
    socket?.destroy();
    const failed = state?.state === "failed" ? state : leash?.failed();
    if (failed) throw troubleOf(failed.code ?? "", failed.detail ?? "", plan.data);
    // One that ended well found another that owns the server; that one will be ready soon, or ends too.
    if (!leash || leash.ended()) leash = spawnLeash(plan);
    if (Date.now() - begun > 10_000) {
      begun = Date.now();
      log.info({ log: plan.log }, "still waiting for the database: it recovers what a crash left");
    }
    await sleep(Math.min(5 + tries * 5, 100));
  }
}

function connect(to: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = createConnection(to);
    socket.once("error", () => done(null));
    socket.once("connect", () => done(socket));
  });
}

/** What the leash says when it no longer waits for anything. */
function settled(socket: Socket): Promise<State | null> {
  return new Promise((done) => {
    const stop = listen(socket, (state) => {
      if (state.state !== "ready" && state.state !== "failed") return;
      stop();
      done(state);
    });
    socket.once("close", () => done(null));
  });
}

/** Reads lines of state. Answers with the way to stop. */
function listen(from: Readable, hear: (state: State) => void): () => void {
  let text = "";
  const read = (bytes: Buffer) => {
    text += bytes;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      hear(JSON.parse(line) as State);
    }
  };
  from.on("data", read);
  return () => from.off("data", read);
}

function spawnLeash(plan: Plan) {
  let failed: State | null = null;
  let ended = false;
  // Its own session: a Ctrl-C in our terminal is not for it. And none of our options for Node.
  const child = spawn(process.execPath, [LEASH, JSON.stringify(plan)], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, NODE_OPTIONS: "" },
  });
  let said = "";
  child.stderr.on("data", (bytes) => {
    said = (said + bytes).slice(-2000);
  });
  listen(child.stdout, (state) => {
    if (state.state === "failed") failed = state;
  });
  child.once("error", (error) => {
    failed = { state: "failed", code: "start", detail: String(error) };
  });
  child.once("close", (code) => {
    ended = true;
    if (code !== 0) failed ??= { state: "failed", code: "start", detail: said || `The leash ended with ${code}.` };
  });
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket).unref();
  return {
    failed: () => failed,
    ended: () => ended,
    /** We have a server. When it is not this one's, there is nothing left for it to do: it must not start one after us. */
    forsake() {
      for (const pipe of [child.stdout, child.stderr]) pipe.destroy();
    },
  };
}

/** Watches what happens to the server, and takes a new leash when ours was killed. */
function hold(plan: Plan, log: Log, held: Held): void {
  const { socket } = held;
  socket.unref();
  let down = false;
  listen(socket, ({ state, detail }) => {
    if (state === "down") log.error({ said: detail?.trim(), log: plan.log }, "the database stopped; starting it again");
    if (state === "ready" && down) log.info({}, "the database is back");
    down = state === "down";
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    if (!held.left) void rejoin(plan, log, held);
  });
}

async function rejoin(plan: Plan, log: Log, held: Held): Promise<void> {
  log.warn({}, "the database's keeper ended; taking another");
  while (!held.left) {
    try {
      const socket = await join(plan, log);
      held.socket = socket;
      if (held.left) return void socket.destroy();
      log.info({}, "the database is back");
      return hold(plan, log, held);
    } catch (error) {
      log.error({ err: error }, "the database is away");
      await sleep(5000);
    }
  }
}

async function release(held: Held): Promise<void> {
  if (held.left) return;
  held.left = true;
  const { socket } = held;
  if (socket.destroyed) return;
  socket.ref();
  const closed = new Promise((done) => socket.once("close", done));
  socket.write("bye\n");
  const late = setTimeout(() => socket.destroy(), 65_000);
  await closed;
  clearTimeout(late);
}

async function createDatabase(adminUrl: string): Promise<void> {
  const admin = open(adminUrl, { max: 1, connection: { application_name: "impresario start" } });
  try {
    const [there] = await admin`select from pg_database where datname = ${DATABASE}`;
    if (!there) await admin`create database ${admin(DATABASE)}`;
  } catch (error) {
    // Another process of ours made it a moment ago.
    const { code } = error as { code?: string };
    if (code !== "42P04" && code !== "23505") throw error;
  } finally {
    await admin.end({ timeout: 5 });
  }
}
