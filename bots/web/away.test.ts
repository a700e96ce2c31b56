// The database goes away under the API: everyone is told within three seconds, and nobody has to be told when it is back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Database } from "../../db/connect.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";
import { openWire, type Wire } from "../../test/wire.ts";

/** The promise is three seconds; the rest is for a machine that is busy with other tests. */
const BOUND_MS = 3_600;

let web: TestWeb;
let wire: Wire;
let database: Database;
let cookie: string;
beforeAll(async () => {
  web = await testWeb();
  cookie = (await web.signIn()).cookie;
  wire = await openWire(web.house.database.appUrl);
  database = connect({ ownerUrl: web.house.database.ownerUrl, appUrl: wire.url, max: 4 });
  web.web.house = { ...web.house, databases: [database] };
});
afterAll(async () => {
  await wire.close();
  await database.close();
  await web.close();
});

const whoami = (key?: string) =>
  web.ask("POST", "/api/v1/commands/whoami", key ? { headers: { "idempotency-key": key } } : {});

async function everybodyIsTold(): Promise<void> {
  const begun = performance.now();
  const answers = await Promise.all([
    whoami(),
    whoami("away"),
    web.ask("GET", "/api/v1/runs"),
    web.ask("GET", "/api/v1/events"),
    web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } }),
    web.ask("GET", "/api/v1/complete?command=help&option=topic"),
    ...Array.from({ length: 40 }, () => whoami()),
  ]);
  expect(performance.now() - begun).toBeLessThan(BOUND_MS);
  for (const { status, headers, body } of answers) {
    expect(status).toBe(503);
    expect(body).toMatchObject({ type: "urn:impresario:problem:away", retry_after: 2 });
    expect(headers.get("retry-after")).toBe("2");
  }
  expect((await web.ask("GET", "/healthz")).status).toBe(200);
}

async function backAgain(): Promise<void> {
  const begun = performance.now();
  while ((await whoami()).status !== 200) expect(performance.now() - begun).toBeLessThan(8_000);
  expect((await whoami("away")).status).toBe(200);
}

test("cut", async () => {
  expect((await whoami()).status).toBe(200);
  await wire.cut();
  await everybodyIsTold();
  await wire.mend();
  await backAgain();
});

test("silent", async () => {
  wire.jam();
  await everybodyIsTold();
  await wire.mend();
  await backAgain();
});
