// A database that is away, in every way that one can be: nobody waits long, and nobody has to be told when it is back.
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Database, inWorkspace } from "../../db/connect.ts";
import { testDatabase } from "../../test/house.ts";
import { isAway } from "./handle.ts";

const WORKSPACE = "01900000-0000-7000-8000-000000000000";
/** Of DESIGN: about two seconds. The rest is for a machine that is busy with other things. */
const BOUND_MS = 4000;

type Mode = "pass" | "silent" | "drop" | "swallow";
let real: Awaited<ReturnType<typeof testDatabase>>;
let folder: string;
let proxy: ReturnType<typeof proxyTo>;
let database: Database;

beforeAll(async () => {
  real = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), "impresario-away-"));
  proxy = proxyTo(real.appUrl, join(folder, ".s.PGSQL.5432"));
  await proxy.open();
  const url = new URL(real.appUrl);
  url.host = "localhost";
  url.search = `?host=${encodeURIComponent(folder)}`;
  database = connect({ ownerUrl: real.ownerUrl, appUrl: url.href, max: 4 });
});

afterAll(async () => {
  proxy.shut();
  await database.close();
  await real.drop();
  rmSync(folder, { recursive: true });
});

const ask = () => inWorkspace(database, WORKSPACE, (tx) => tx.execute<{ one: number }>("select 1 as one"));

async function allFail(count: number): Promise<void> {
  const begun = performance.now();
  const results = await Promise.allSettled(Array.from({ length: count }, ask));
  expect(performance.now() - begun).toBeLessThan(BOUND_MS);
  for (const result of results) {
    expect(result.status).toBe("rejected");
    expect(isAway((result as PromiseRejectedResult).reason)).toBe(true);
  }
}

async function comesBack(): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask().catch((error) => {
      expect(isAway(error)).toBe(true);
      return null;
    });
    if (answer) break;
    expect(performance.now() - begun).toBeLessThan(BOUND_MS);
  }
  expect(await ask()).toEqual([{ one: 1 }]);
}

test("one that is not there is refused at once, and used again when it is there", async () => {
  expect(await ask()).toEqual([{ one: 1 }]);
  proxy.shut();
  await allFail(100);
  await allFail(1);
  await proxy.open();
  await comesBack();
});

test.each(["silent", "drop"] as const)("one behind a proxy that is %s", async (mode) => {
  proxy.mode(mode);
  proxy.cut();
  await allFail(100);
  proxy.mode("pass");
  proxy.cut();
  await comesBack();
});

test("one whose network swallows what is under way", async () => {
  await Promise.all(Array.from({ length: 8 }, ask));
  proxy.mode("swallow");
  await allFail(20);
  proxy.mode("pass");
  proxy.cut();
  await comesBack();
});

test("work that is slow on a server that answers is waited for", async () => {
  const slow = inWorkspace(database, WORKSPACE, (tx) => tx.execute("select pg_sleep(1.1)"));
  await expect(slow).resolves.toHaveLength(1);
});

test("more callers than connections wait for each other, and none is sent away", async () => {
  const slow = Array.from({ length: 12 }, () =>
    inWorkspace(database, WORKSPACE, (tx) => tx.execute("select pg_sleep(0.4)")),
  );
  await expect(Promise.all(slow)).resolves.toHaveLength(12);
});

test("what waited too long for a connection is not done behind its caller's back", async () => {
  let done = 0;
  proxy.mode("silent");
  proxy.cut();
  await new Promise((heard) => setTimeout(heard, 50));
  const work = inWorkspace(database, WORKSPACE, async (tx) => {
    done++;
    await tx.execute("select 1");
  });
  await expect(work).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  proxy.mode("pass");
  proxy.cut();
  await comesBack();
  expect(done).toBe(0);
});

function proxyTo(url: string, path: string) {
  const { searchParams, hostname, port } = new URL(url);
  const host = searchParams.get("host");
  const target = host ? { path: `${host}/.s.PGSQL.5432` } : { host: hostname, port: Number(port || 5432) };
  let mode: Mode = "pass";
  let server: Server | null = null;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    open: () =>
      new Promise<void>((done) => {
        server = createServer((socket) => {
          keep(socket);
          if (mode === "drop") return void socket.destroy();
          if (mode !== "pass") return;
          const there = createConnection(target);
          keep(there);
          socket.on("data", (bytes) => mode === "pass" && there.write(bytes)).on("close", () => there.destroy());
          there.on("data", (bytes) => mode === "pass" && socket.write(bytes)).on("close", () => socket.destroy());
        }).listen(path, done);
      }),
    shut() {
      server?.close();
      cut();
    },
    cut,
    mode(next: Mode) {
      mode = next;
    },
  };
}
