// The driver as npm installs it ends the process when a connection breaks in a transaction. Ours must not.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../test/house.ts";
import { openWire } from "../test/wire.ts";
import { connect, inWorkspace, rawOf } from "./connect.ts";
import { mendDriver } from "./mend.mjs";

const WORKSPACE = "01900000-0000-7000-8000-000000000000";

test("the installed driver is mended, and mending again changes nothing", () => {
  expect(mendDriver("node_modules")).toBe("mended before");
  const folder = mkdtempSync(join(tmpdir(), "impresario-mend-"));
  cpSync("node_modules/postgres", join(folder, "postgres"), { recursive: true });
  const file = join(folder, "postgres", "src", "connection.js");
  const before = readFileSync(file, "utf8");
  expect(mendDriver(folder)).toBe("mended before");
  expect(readFileSync(file, "utf8")).toBe(before);
  rmSync(folder, { recursive: true });
});

test("connections that break in the middle of transactions cost those transactions, and nothing else", async () => {
  const real = await testDatabase();
  const wire = await openWire(real.appUrl);
  const database = connect({ ownerUrl: real.ownerUrl, appUrl: wire.url, max: 4 });
  const pid = () => inWorkspace(database, WORKSPACE, async (tx) => (await rawOf(tx)`select pg_backend_pid()`).length);
  for (let round = 0; round < 3; round++) {
    const late: unknown[] = [];
    const cut = Promise.withResolvers<void>();
    let begun = 0;
    const works = [0, 1, 2, 3].map((n) =>
      inWorkspace(database, WORKSPACE, async (tx) => {
        await rawOf(tx)`select 1`;
        begun++;
        if (n % 2) await rawOf(tx)`select pg_sleep(5)`;
        // A statement of a transaction that is no more: it must not run on whatever connection comes next.
        await cut.promise;
        await rawOf(tx)`select 2`.catch((error: { code: string }) => late.push(error.code));
        throw new Error("the end");
      }),
    );
    await expect.poll(() => begun).toBe(4);
    await wire.cut();
    await wire.mend();
    cut.resolve();
    const ended = await Promise.allSettled(works);
    expect(ended.every((e) => e.status === "rejected")).toBe(true);
    const from = performance.now();
    await Promise.all(Array.from({ length: 8 }, pid));
    expect(performance.now() - from).toBeLessThan(2000);
    await expect.poll(() => late).toEqual(["CONNECTION_CLOSED", "CONNECTION_CLOSED"]);
  }
  await database.close();
  await wire.close();
  await real.drop();
});
