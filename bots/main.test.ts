// The product as a process: how it starts, refuses to, ends, and what a kill leaves behind.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { open } from "../db/connect.ts";
import { TEST_SECRET_KEY, withDatabase } from "../test/server.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-main-"));
const admin = open(inject("server").url, { max: 1 });
const started: ChildProcess[] = [];
const databases: string[] = [];
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
  for (const name of databases) await admin`drop database if exists ${admin(name)} with (force)`;
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
/** An empty database of its own on the server of the suite. */
async function database(): Promise<string> {
  const name = `main_${process.pid}_${count++}`;
  await admin`create database ${admin(name)}`;
  databases.push(name);
  return withDatabase(inject("server").url, name);
}

type Run = {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<{ code: number | null; signal: string | null }>;
};

const QUIET = { PORT: "0", HOST: "127.0.0.1", METRICS_PORT: "0" };

function start(env: Record<string, string>, mode = "start"): Run {
  let out = "";
  let err = "";
  const child = spawn(process.execPath, ["bots/main.ts", mode], {
    env: { ...QUIET, PATH: process.env.PATH ?? "", DATA_DIR: folder, SECRET_KEY: TEST_SECRET_KEY, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  child.stdout?.on("data", (part) => (out += part));
  child.stderr?.on("data", (part) => (err += part));
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.once("close", (code, signal) => done({ code, signal })),
  );
  return { child, out: () => out, err: () => err, ended };
}

async function ready(run: Run): Promise<{ url: string; enter: string; token: string | undefined }> {
  for (let n = 0; n < 600; n++) {
    if (run.err().includes('"msg":"ready"')) {
      const url = /^web +(\S+)$/m.exec(run.out())?.[1] ?? "";
      const enter = /^sign in +(\S+)/m.exec(run.out())?.[1] ?? "";
      return { url, enter, token: /^token +(\S+)/m.exec(run.out())?.[1] };
    }
    if (run.child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`not ready:\n${run.out()}\n${run.err()}`);
}

const ask = (url: string, name: string, token: string, more: { key?: string; body?: object } = {}) =>
  fetch(`${url}/api/v1/commands/${name}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...(more.key ? { "idempotency-key": more.key } : {}),
    },
    body: JSON.stringify(more.body ?? {}),
  });

test("it starts, says where, lets the owner in, and ends when asked", { timeout: 60_000 }, async () => {
  const DATABASE_URL = await database();
  const run = start({ DATABASE_URL });
  const { url, enter, token } = await ready(run);
  expect(await (await ask(url, "whoami", token!)).json()).toMatchObject({ data: { item: { role: "owner" } } });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const entered = await fetch(enter, { redirect: "manual" });
  expect(entered.headers.get("set-cookie")).toMatch(/^impresario=/);
  const metrics = /^metrics +(\S+)$/m.exec(run.out())![1]!;
  expect(await (await fetch(metrics)).text()).toMatch(
    /^impresario_commands_total\{command="whoami",surface="http",outcome="done"\} 1$/m,
  );
  expect((await fetch(metrics.replace("/metrics", "/"))).status).toBe(404);
  const stream = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  const asked = performance.now();
  run.child.kill("SIGTERM");
  expect(await run.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(await stream.text()).toContain(": welcome");
  expect(run.err()).not.toContain(token!);
  expect(run.err()).not.toContain(new URL(enter).searchParams.get("code")!);

  const again = start({ DATABASE_URL });
  const second = await ready(again);
  expect(second.token).toBeUndefined();
  expect(await (await ask(second.url, "whoami", token!)).json()).toMatchObject({ status: "done" });
  again.child.kill("SIGINT");
  expect((await again.ended).code).toBe(0);
});

test("the owner's token of the environment counts, and is not shown", { timeout: 60_000 }, async () => {
  const OWNER_TOKEN = "the-token-of-the-environment";
  const run = start({ DATABASE_URL: await database(), OWNER_TOKEN, LOG_LEVEL: "debug" });
  const { url, token } = await ready(run);
  expect(token).toBeUndefined();
  expect((await ask(url, "whoami", OWNER_TOKEN)).status).toBe(200);
  run.child.kill("SIGTERM");
  await run.ended;
  expect(run.out() + run.err()).not.toContain(OWNER_TOKEN);
});

test("a wrong value, a wrong part and a taken port are told in one line", { timeout: 60_000 }, async () => {
  const DATABASE_URL = await database();
  const wrong = start({ DATABASE_URL, PORT: "http" });
  expect((await wrong.ended).code).toBe(1);
  expect(wrong.err()).toBe("PORT must be a port number from 0 to 65535 (0 takes any free one).\n");
  const nobody = start({ DATABASE_URL }, "nothing");
  expect((await nobody.ended).code).toBe(1);
  expect(nobody.err()).toMatch(/^There is no part called "nothing"\. Say one of: start, web, worker, bots\.\n$/);
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => taken.once("listening", done));
  const busy = start({ DATABASE_URL, PORT: String((taken.address() as AddressInfo).port) });
  expect((await busy.ended).code).toBe(1);
  expect(busy.err()).toMatch(/^PORT \d+ is taken by another program\..*$/m);
  expect(busy.err()).not.toMatch(/ {4}at /);
  taken.close();
});

test("a database that is not there is told, without its password", { timeout: 60_000 }, async () => {
  const url = new URL(withDatabase(inject("server").url, "nowhere"));
  url.password = "hunter22";
  const run = start({ DATABASE_URL: url.href });
  expect((await run.ended).code).toBe(1);
  expect(run.err()).toContain("nowhere");
  expect(run.err()).not.toContain("hunter22");
  expect(run.err()).not.toMatch(/ {4}at /);
});

test("the clock of a test can be moved, and nobody else's", { timeout: 60_000 }, async () => {
  const env = { DATABASE_URL: await database(), NODE_ENV: "test", TEST_CLOCK: "2030-01-01T00:00:00Z" };
  const run = start(env);
  const { url } = await ready(run);
  const clock = (body?: object) =>
    fetch(
      `${url}/api/v1/test/clock`,
      body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {},
    );
  const now = async (body?: object) => ((await (await clock(body)).json()) as { now: string }).now;
  expect(await now()).toMatch(/^2030-01-01T00:0/);
  expect(await now({ now: "2031-02-03T04:05:06Z" })).toMatch(/^2031-02-03T04:05:0/);
  expect(await now({ advance: 86_400 })).toMatch(/^2031-02-04T04:05:/);
  for (const wrong of [{}, { now: "x" }, { advance: -1 }, { now: "2031-02-03T04:05:06Z", advance: 1 }])
    expect((await clock(wrong)).status).toBe(400);
  run.child.kill("SIGTERM");
  await run.ended;
  const real = start({ DATABASE_URL: env.DATABASE_URL });
  expect((await fetch(`${(await ready(real)).url}/api/v1/test/clock`)).status).toBe(404);
  real.child.kill("SIGTERM");
  await real.ended;
});

test("asked twice in a moment, as npm and a terminal do, it ends in order", { timeout: 60_000 }, async () => {
  const run = start({ DATABASE_URL: await database() }, "web");
  await ready(run);
  expect(run.out()).not.toMatch(/^worker/m);
  run.child.kill("SIGTERM");
  run.child.kill("SIGINT");
  expect((await run.ended).code).toBe(0);
});

/** How often it is killed: fifty for the record, fewer where each start costs seconds. */
const KILLS = Number(process.env.KILLS ?? 3);

test("killed while it works: every request that is asked again has exactly one effect", {
  timeout: 60_000 + KILLS * 15_000,
}, async () => {
  const OWNER_TOKEN = "the-owner-of-the-killed-house";
  const env = { DATABASE_URL: await database(), OWNER_TOKEN };
  const wanted = new Map<string, string | undefined>();
  let number = 0;
  let interrupted = 0;
  for (let round = 0; round < KILLS; round++) {
    const run = start(env, "web");
    const { url } = await ready(run);
    const open = [...wanted.keys()].filter((key) => wanted.get(key) === undefined);
    for (let n = 0; n < 40; n++) {
      open.push(`note-${number}`);
      wanted.set(`note-${number++}`, undefined);
    }
    const work = open.map(async (key) => {
      const response = await ask(url, "token.create", OWNER_TOKEN, { key, body: { name: key, role: "member" } });
      if (response.status === 200) wanted.set(key, ((await response.json()) as { run: string }).run);
    });
    setTimeout(() => run.child.kill("SIGKILL"), (round * 37) % 220);
    await Promise.allSettled(work);
    await run.ended;
    interrupted += [...wanted.values()].filter((id) => id === undefined).length;
  }
  expect(interrupted).toBeGreaterThan(0);
  const run = start(env, "web");
  const { url } = await ready(run);
  for (const [key, before] of wanted) {
    const response = await ask(url, "token.create", OWNER_TOKEN, { key, body: { name: key, role: "member" } });
    const { run: id } = (await response.json()) as { run: string };
    if (before !== undefined) expect(id).toBe(before);
  }
  const owner = open(env.DATABASE_URL, { max: 1 });
  const rows = await owner<{ name: string; count: number }[]>`
    select name, count(*)::int as count from token where name like 'note-%' group by name`;
  const audits = await owner<{ count: number }[]>`
    select count(*)::int as count from audit where command = 'token create' and outcome = 'done'`;
  await owner.end();
  expect(rows.length).toBe(wanted.size);
  expect(rows.filter((row) => row.count !== 1)).toEqual([]);
  expect(audits[0]!.count).toBe(wanted.size);
  run.child.kill("SIGTERM");
  expect((await run.ended).code).toBe(0);
});
