import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openApi } from "./api.ts";
import { openGuard } from "./guard.ts";
import { sharedTally } from "./tally.ts";

const MINUTE = 60_000;

test("sending stops before Discord shuts us out; what acknowledges goes on a little", () => {
  let now = 0;
  const guard = openGuard(() => now);
  for (let n = 0; n < 7_999; n++) guard.count([401, 403, 429][n % 3]!, n % 3 === 2 ? "user" : null);
  expect(guard.wait(false)).toBe(0);
  guard.count(403, null);
  expect(guard.wait(false)).toBeGreaterThan(9 * MINUTE);
  expect(guard.wait(true)).toBe(0);
  for (let n = 0; n < 1_500; n++) guard.count(403, null);
  expect(guard.wait(true)).toBeGreaterThan(9 * MINUTE);
  now += guard.wait(false);
  expect(guard.wait(false)).toBe(0);
});

test("what is right, and what is others' fault, is not counted", () => {
  const guard = openGuard(() => 0);
  for (let n = 0; n < 20_000; n++) guard.count([200, 404, 400, 500][n % 4]!, null);
  for (let n = 0; n < 20_000; n++) guard.count(429, "shared");
  expect(guard.wait(false)).toBe(0);
});

test("those of long ago are forgotten, a few at a time", () => {
  let now = 0;
  const guard = openGuard(() => now);
  for (let n = 0; n < 8_400; n++) {
    guard.count(403, null);
    if (n % 1_400 === 1_399) now += MINUTE;
  }
  const wait = guard.wait(false);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThan(6 * MINUTE);
  now += wait;
  expect(guard.wait(false)).toBe(0);
});

test("the processes of a machine count together, also those that ended, and leave nothing behind", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "impresario-tally-")), "invalid");
  let now = 7 * MINUTE;
  const failures: unknown[] = [];
  const open = () =>
    openGuard(
      () => now,
      undefined,
      sharedTally(
        folder,
        () => now,
        (error) => void failures.push(error),
      ),
    );
  const bytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const [one, two] = [open(), open()];
  for (let n = 0; n < 4_000; n++) {
    one.count(403, null);
    two.count(401, null);
  }
  await expect.poll(bytes, { timeout: 20_000 }).toBe(8_000);
  now += 1_000;
  for (const guard of [one, two, open()]) {
    expect(guard.wait(false)).toBeGreaterThan(9 * MINUTE);
    expect(guard.wait(true)).toBe(0);
  }
  now += 11 * MINUTE;
  for (const guard of [one, two, open()]) expect(guard.wait(false)).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  expect(failures).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("without its folder a process still counts what it did itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "impresario-tally-"));
  writeFileSync(join(folder, "file"), "");
  const failures: unknown[] = [];
  const shared = sharedTally(
    join(folder, "file"),
    () => 0,
    (error) => void failures.push(error),
  );
  const guard = openGuard(() => 0, { most: 5, urgent: 9, withinMs: MINUTE }, shared);
  for (let n = 0; n < 5; n++) guard.count(403, null);
  expect(guard.wait(false)).toBeGreaterThan(0);
  expect(failures.length).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});

let asked = 0;
const server = createServer((_, response) => {
  asked++;
  response.writeHead(403, { "content-type": "application/json" }).end('{"message":"Missing Access","code":50001}');
});
let apiUrl = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("the real library asks no more once the guard is up, and says for how long", async () => {
  let now = 0;
  const settings = { token: undefined, appId: undefined, publicKey: undefined, apiUrl };
  const api = await openApi(
    settings,
    openGuard(() => now, { most: 20, urgent: 25, withinMs: 10 * MINUTE }),
  );
  const ask = (urgent = false) =>
    api.call({ method: "GET", route: "/gateway", urgent }).then(
      () => "done",
      (error: unknown) => api.classify(error).kind,
    );
  for (let n = 0; n < 30; n++) await ask();
  expect(asked).toBe(20);
  expect(await ask()).toBe("retry");
  for (let n = 0; n < 10; n++) await ask(true);
  expect(asked).toBe(25);
  const error = await api.call({ method: "GET", route: "/gateway" }).catch((e: unknown) => e);
  expect(api.classify(error)).toMatchObject({ kind: "retry", everywhere: true, after: expect.any(Number) });
  now += 11 * MINUTE;
  expect(await ask()).toBe("gone");
  expect(asked).toBe(26);
});
