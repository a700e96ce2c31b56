// A process is killed for real while it works in its folder: what it left goes, and nobody else's does.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { scratch } from "../test/scratch.ts";
import { tidyWorkFolders, workFolder } from "./workfolder.ts";

const root = mkdtempSync(join(scratch(), "workfolders-"));
afterEach(() => rmSync(root, { recursive: true, force: true }));
const HOUR = 3_600_000;

test("kill -9: its folder is gone an hour later; a living one's, another machine's and a stranger's stay", async () => {
  const program = `import(${JSON.stringify(resolve("core/workfolder.ts"))}).then(async ({ workFolder }) => {
    process.stdout.write(await workFolder("film", ${JSON.stringify(root)})); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const left = await new Promise<string>((done) => child.stdout.once("data", (said) => done(String(said))));
  writeFileSync(join(left, "half.mp4"), "half");
  const own = await workFolder("film", root);
  const [elsewhere, stranger] = [join(root, "impresario-film-0badcafe-1-AbCd12"), join(root, "impresario-films")];
  for (const folder of [elsewhere, stranger]) mkdirSync(folder);
  const begun = Date.now();
  expect(await tidyWorkFolders(begun + 2 * HOUR, root)).toBe(0);
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
  expect(await tidyWorkFolders(begun + HOUR / 2, root)).toBe(0);
  expect(await tidyWorkFolders(begun + 2 * HOUR, root)).toBe(1);
  expect([left, own, elsewhere, stranger].map(existsSync)).toEqual([false, true, true, true]);
  // After a day nobody asks any more who it was; what is not ours is never touched.
  for (const folder of readdirSync(root)) utimesSync(join(root, folder), new Date(begun), new Date(begun));
  expect(await tidyWorkFolders(begun + 25 * HOUR, root)).toBe(2);
  expect([own, elsewhere, stranger].map(existsSync)).toEqual([false, false, true]);
});
