import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, type Database, inWorkspace } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { everybodyIs, rowsOf, tallies, tally, tallyEnvelope } from "../../test/tally.ts";
import { openWire, type Wire } from "../../test/wire.ts";
import { uuidv7 } from "../ids.ts";
import type { Envelope } from "./envelope.ts";
import { startLanes } from "./lanes.ts";
import { type Intake, type IntakeOptions, openIntake } from "./receive.ts";
import { openSpool } from "./spool.ts";
import { keepAll } from "./store.ts";

let house: TestHouse;
let wire: Wire;
let far: Database;
let folder: string;
const open: Intake[] = [];
beforeAll(async () => {
  house = await testHouse({ commands: [tally] });
  wire = await openWire(house.database.appUrl);
  far = connect({ ownerUrl: house.database.ownerUrl, appUrl: wire.url });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "impresario-receive-"));
});
afterEach(async () => {
  await wire.mend();
  for (const intake of open.splice(0)) await intake.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  // Connections that are just being opened again make the driver wait for seconds when it closes.
  await Promise.all(Array.from({ length: 10 }, () => far.client`select pg_sleep(0.02)`));
  await far.close();
  await wire.close();
  await house.close();
});

/** An intake whose database is at the end of the wire. */
function intakeWith(more: Partial<IntakeOptions> = {}): Intake {
  const home = { database: far, workspaceId: house.owner.workspaceId };
  const intake = openIntake(house, { findHome: async () => home, ...more });
  open.push(intake);
  return intake;
}
const spoolIn = (name = "spool") => openSpool({ folder: join(folder, name), log: house.log });
const received = (where = "true") =>
  rowsOf<{ delivery: string; status: string; attempts: number; lease: string | null }>(
    house.database,
    house.owner,
    `select delivery, status, attempts, lease_by as lease from inbox where ${where} order by seq`,
  );

test("a message is kept before it is acknowledged, and its repetition is known", async () => {
  const intake = intakeWith();
  const first = await intake.receive(tallyEnvelope("r1"));
  expect(first).toMatchObject({ fresh: true });
  expect(await intake.receive(tallyEnvelope("r1"))).toEqual({ ...(first as object), fresh: false });
  expect(await received("delivery = 'r1'")).toMatchObject([{ status: "received", attempts: 0, lease: null }]);
});

test("messages without an id of their own are each one message", async () => {
  const intake = intakeWith();
  const both = await Promise.all([intake.receive(tallyEnvelope("")), intake.receive(tallyEnvelope(""))]);
  expect(both).toMatchObject([{ fresh: true }, { fresh: true }]);
});

test("messages of one place are kept in the order they came", async () => {
  const intake = intakeWith();
  const names = Array.from({ length: 120 }, (_, n) => `o${n}`);
  await Promise.all(names.map((name) => intake.receive(tallyEnvelope(name, "ordered"))));
  expect((await received("lane = 'test:t1:ordered'")).map((r) => r.delivery)).toEqual(names);
});

test("what comes together is written together, from many places too, and files beside it", async () => {
  const intake = intakeWith({ patience: 10_000 });
  const places = Array.from({ length: 40 }, (_, n) => `together${n}`);
  const sheet = { name: "a.csv", base64: "YQ==" };
  const messages = [0, 1, 2, 3].flatMap((n) =>
    places.map((place) => tallyEnvelope(`${place}-${n}`, place, n === 2 ? { sheet } : {})),
  );
  const all = await Promise.all(messages.map((one) => intake.receive(one)));
  expect(all.every((one) => typeof one === "object" && "fresh" in one && one.fresh)).toBe(true);
  const kept = await rowsOf<{ delivery: string; place: string; written: string }>(
    house.database,
    house.owner,
    `select delivery, envelope->>'place' as place, xmin::text as written from inbox
      where lane like 'test:t1:together%' order by seq`,
  );
  for (const place of places)
    expect(kept.filter((r) => r.place === place).map((r) => r.delivery)).toEqual(
      [0, 1, 2, 3].map((n) => `${place}-${n}`),
    );
  // One by one these would be 160.
  expect(new Set(kept.map((r) => r.written)).size).toBeLessThan(12);
});

test("a place in which another process hangs holds up no other place", async () => {
  const hang = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const early = { run: uuidv7(), at: new Date().toISOString(), envelope: tallyEnvelope("h0", "hangs") };
  const other = inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
    await keepAll(tx, house.owner.workspaceId, [early]);
    written.resolve();
    await hang.promise;
  });
  await written.promise;
  const intake = intakeWith({ patience: 10_000 });
  let through = false;
  // Also one that the other process has in its hands: its platform has sent it again, to us.
  const stuck = Promise.all([
    intake.receive(tallyEnvelope("h0", "hangs")),
    intake.receive(tallyEnvelope("h1", "hangs")),
  ]).finally(() => {
    through = true;
  });
  const others = Array.from({ length: 30 }, (_, n) => intake.receive(tallyEnvelope(`h-${n}`, `free${n}`)));
  expect(await Promise.all(others)).toHaveLength(30);
  expect(through).toBe(false);
  hang.resolve();
  await Promise.all([other, stuck]);
  expect((await received("lane = 'test:t1:hangs'")).map((r) => r.delivery)).toEqual(["h0", "h1"]);
});

test("one that cannot be kept does not take those beside it with it", async () => {
  const intake = intakeWith();
  const names = ["c0", "c1", "c2", "c3"];
  const bad = { ...tallyEnvelope("c2", "crowd"), content: { kind: "command", name: "x", options: { n: 1n } } };
  const all = await Promise.allSettled(
    names.map((name) => intake.receive(name === "c2" ? (bad as unknown as Envelope) : tallyEnvelope(name, "crowd"))),
  );
  expect(all.map((one) => one.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect((await received("lane = 'test:t1:crowd'")).map((r) => r.delivery)).toEqual(["c0", "c1", "c3"]);
});

test("while the database is away messages wait on disk, and go in in order when it is back", async () => {
  const spool = spoolIn();
  const intake = intakeWith({ spool });
  await intake.receive(tallyEnvelope("away0", "away"));
  await wire.cut();
  const started = performance.now();
  const kept = await Promise.all(
    Array.from({ length: 20 }, (_, n) => intake.receive(tallyEnvelope(`away${n + 1}`, "away"))),
  );
  expect(performance.now() - started).toBeLessThan(1500);
  for (const one of kept) expect(one).toHaveProperty("spooled");
  expect(await intake.drain()).toBe(false);
  await wire.mend();
  // What comes now waits behind them.
  expect(await intake.receive(tallyEnvelope("away21", "away"))).toHaveProperty("spooled");
  await expect.poll(() => intake.drain(), { timeout: 10_000 }).toBe(true);
  expect((await received("lane = 'test:t1:away'")).map((r) => r.delivery)).toEqual(
    Array.from({ length: 22 }, (_, n) => `away${n}`),
  );
  expect(await intake.receive(tallyEnvelope("away22", "away"))).toHaveProperty("fresh");
});

test("a database that hangs is given half a second", async () => {
  const intake = intakeWith({ spool: spoolIn() });
  wire.jam();
  const started = performance.now();
  expect(await intake.receive(tallyEnvelope("hung", "hung"))).toHaveProperty("spooled");
  expect(performance.now() - started).toBeGreaterThan(450);
  expect(performance.now() - started).toBeLessThan(900);
  const next = performance.now();
  expect(await intake.receive(tallyEnvelope("hung2", "hung"))).toHaveProperty("spooled");
  expect(performance.now() - next).toBeLessThan(300);
  await wire.mend();
  await expect.poll(() => intake.drain(), { timeout: 10_000 }).toBe(true);
  // The first went in late by itself and once more from disk: it is there once.
  expect((await received("lane = 'test:t1:hung'")).map((r) => r.delivery)).toEqual(["hung", "hung2"]);
});

test("what its sender repeats is not spooled: away", async () => {
  const spool = spoolIn();
  const intake = intakeWith({ spool });
  await wire.cut();
  expect(await intake.receive(tallyEnvelope("again"), { repeats: true })).toBe("away");
  expect(spool.busy()).toBe(false);
  expect(await intakeWith().receive(tallyEnvelope("again2"))).toBe("away");
});

test("no database and no room on disk: away, and nothing is acknowledged", async () => {
  const spool = spoolIn();
  const intake = intakeWith({ spool });
  await wire.cut();
  // A folder in place of the file stands for every way a disk refuses a write.
  mkdirSync(join(folder, "spool", "inbox.jsonl"));
  expect(await intake.receive(tallyEnvelope("full"))).toBe("away");
  rmSync(join(folder, "spool", "inbox.jsonl"), { recursive: true });
  expect(await intake.receive(tallyEnvelope("full"))).toHaveProperty("spooled");
});

test("away means that it is kept nowhere, also when the database goes on a moment later", async () => {
  const intake = intakeWith({ spool: spoolIn() });
  mkdirSync(join(folder, "spool", "inbox.jsonl"));
  wire.jam();
  const [first, second] = ["late1", "late2"].map((name) => intake.receive(tallyEnvelope(name, "late")));
  expect(await Promise.all([first, second])).toEqual(["away", "away"]);
  await wire.mend();
  await intake.stop();
  expect(await received("lane = 'test:t1:late'")).toEqual([]);
});

test("a database that falls silent while it commits: nobody says that nothing was kept", async () => {
  let swallowing = false;
  const deaf = await openWire(house.database.appUrl, (data, by) => {
    if (by === "us" && String(data).includes("commit")) swallowing = true;
    return by === "us" || !swallowing;
  });
  const database = connect({ ownerUrl: house.database.ownerUrl, appUrl: deaf.url });
  const home = { database, workspaceId: house.owner.workspaceId };
  const intake = openIntake(house, { findHome: async () => home, spool: spoolIn() });
  mkdirSync(join(folder, "spool", "inbox.jsonl"));
  const [once, again] = [1, 2].map(() => intake.receive(tallyEnvelope("silent", "silent")));
  expect(await Promise.all([once, again])).toEqual(["unsure", "unsure"]);
  expect(await received("lane = 'test:t1:silent'")).toHaveLength(1);
  await deaf.cut();
  await intake.stop();
  await database.close();
  await deaf.close();
});

test("a disk that is really full: away", async (context) => {
  // /dev/full answers every write with ENOSPC.
  if (!existsSync("/dev/full")) return context.skip();
  const spool = spoolIn();
  const intake = intakeWith({ spool });
  await wire.cut();
  const { symlinkSync, unlinkSync } = await import("node:fs");
  symlinkSync("/dev/full", join(folder, "spool", "inbox.jsonl"));
  expect(await intake.receive(tallyEnvelope("enospc"))).toBe("away");
  unlinkSync(join(folder, "spool", "inbox.jsonl"));
});

test("what a dead process left on disk is taken up by the next", async () => {
  const dead = spoolIn();
  await dead.append({
    run: house.sources.newId(),
    at: house.clock.now.toISOString(),
    envelope: tallyEnvelope("left", "left"),
  });
  const intake = intakeWith({ spool: spoolIn() });
  await expect.poll(() => received("delivery = 'left'")).toHaveLength(1);
  expect(await intake.drain()).toBe(true);
});

test("what a process left that died while draining is taken up by one that lives", async () => {
  const intake = intakeWith({ spool: spoolIn(), sweep: 50 });
  const dead = spoolIn();
  const envelope = tallyEnvelope("midway", "midway");
  await dead.append({ run: house.sources.newId(), at: house.clock.now.toISOString(), envelope });
  const died = dead.drain(() => Promise.reject(new Error("killed")));
  await expect(died).rejects.toThrow("killed");
  await expect.poll(() => received("delivery = 'midway'")).toHaveLength(1);
  await expect.poll(() => intake.drain()).toBe(true);
  expect(dead.look()).toBe(false);
});

test("a spooled message that can never be kept does not stop those behind it", async () => {
  const dead = spoolIn();
  await dead.append({ run: "not an id", at: house.clock.now.toISOString(), envelope: tallyEnvelope("bad", "bad") });
  await dead.append({
    run: house.sources.newId(),
    at: house.clock.now.toISOString(),
    envelope: tallyEnvelope("good", "bad"),
  });
  expect(await intakeWith({ spool: spoolIn() }).drain()).toBe(true);
  expect((await received("lane = 'test:t1:bad'")).map((r) => r.delivery)).toEqual(["good"]);
  expect(existsSync(join(folder, "spool", "aside.jsonl"))).toBe(true);
});

test("messages that came while the database was away are run when it is back, once each", async () => {
  // What the tests before have kept would be run first.
  await rowsOf(house.database, house.owner, "delete from inbox where status = 'received'");
  const lanes = startLanes({ ...house, databases: [far] }, { resolveAccount: everybodyIs(house.owner), sweep: 200 });
  const intake = intakeWith({ spool: spoolIn(), lanes });
  await wire.cut();
  for (let n = 0; n < 5; n++) await intake.receive(tallyEnvelope(`late${n}`, "late"));
  await wire.mend();
  // The platform was told, and still sends one of them again.
  await intake.receive(tallyEnvelope("late2", "late"));
  await expect
    .poll(() => tallies(house.database, house.owner), { timeout: 60_000 })
    .toSatisfy((rows: { place: string }[]) => rows.filter((r) => r.place === "late").length >= 5);
  await lanes.stop();
  const notes = (await tallies(house.database, house.owner)).filter((r) => r.place === "late").map((r) => r.note);
  expect(notes).toEqual(["late0", "late1", "late2", "late3", "late4"]);
}, 90_000);

test("a file that is not ours in the folder does no harm", async () => {
  mkdirSync(join(folder, "spool"));
  writeFileSync(join(folder, "spool", "readme.txt"), "hello");
  const intake = intakeWith({ spool: spoolIn() });
  expect(await intake.receive(tallyEnvelope("beside"))).toMatchObject({ fresh: true });
});
