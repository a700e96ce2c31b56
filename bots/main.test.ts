// The product as a process: how it starts, refuses to, and ends.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, inject, test } from "vitest";
import { ask, openProduct, ready } from "../test/product.ts";
import { withDatabase } from "../test/server.ts";

const { database, start, close } = openProduct(inject("server").url);
afterAll(close);

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
