// The house keeps its own rules: floors, sizes, folders, one importer for what must stay in one place.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const FLOORS = ["db", "core", "jobs", "bots"];
/** DESIGN's top level and the usual files of a good repository. */
const TOP = new Set([
  ...FLOORS,
  "prompts",
  "test",
  "bench",
  "docs",
  "deploy",
  ".ci",
  ".git",
  ".github",
  ".gitignore",
  ".npmrc",
  ".env.example",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "drizzle.config.ts",
  "vitest.config.ts",
  "biome.json",
  "knip.json",
  "README.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "CHANGELOG.md",
  "SECURITY.md",
]);
/** Made or installed on the machine; git ignores them. */
const LOCAL = new Set(["node_modules", ".runtime", "data", ".env", "coverage"]);

function files(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (LOCAL.has(name) || name === "migrations") return [];
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? files(path) : [path];
  });
}

const sources = [...FLOORS, "test"]
  .filter((f) => existsSync(join(root, f)))
  .flatMap(files)
  .filter((f) => /\.(ts|mjs)$/.test(f));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].map(
    (m) => m[1]!,
  );
const target = (file: string, spec: string) => relative(root, resolve(root, dirname(file), spec));
const floorOf = (file: string) => FLOORS.indexOf(file.split("/")[0]!);
const product = sources.filter((f) => floorOf(f) >= 0 && !f.endsWith(".test.ts"));

test("nothing imports from a floor above its own", () => {
  const upward = product.flatMap((file) =>
    importsOf(file)
      .filter((spec) => spec.startsWith("."))
      .map((spec) => target(file, spec))
      .filter((to) => floorOf(to) > floorOf(file) || to.startsWith("test/"))
      .map((to) => `${file} imports ${to}`),
  );
  expect(upward).toEqual([]);
});

test("areas of core talk through their index.ts", () => {
  const area = (file: string) => (file.startsWith("core/") && file.split("/").length > 2 ? file.split("/")[1]! : "");
  const past = product.flatMap((file) =>
    importsOf(file)
      .filter((spec) => spec.startsWith("."))
      .map((spec) => target(file, spec))
      // Words of the platform-free kernel are one file each; `view` holds charts as a room of its own.
      .filter((to) => area(to) && area(to) !== area(file) && !/\/(index|say)\.ts$|\.json$/.test(to))
      // The list of all commands may take an area's from their own file, where the index would go round in a circle.
      .filter((to) => !(file === "core/commands.ts" && to.endsWith("/commands.ts")))
      .map((to) => `${file} imports ${to}`),
  );
  expect(past).toEqual([]);
});

test("a platform is known only to its surface, an engine only to its own file", () => {
  const only: Record<string, RegExp> = {
    "discord.js": /^bots\/discord\//,
    "@slack/bolt": /^bots\/slack\//,
    grammy: /^bots\/telegram\//,
    hono: /^bots\/web\//,
    "pg-boss": /^jobs\/engine(\/|\.)/,
    "node-cron": /^jobs\//,
    postgres: /^db\//,
    echarts: /^core\/view\/chart\//,
    preact: /^bots\/web\/(page|listen)\//,
  };
  const strays = product.flatMap((file) =>
    importsOf(file)
      .map((spec) => ({
        spec,
        name: spec.startsWith("@") ? spec.split("/").slice(0, 2).join("/") : spec.split("/")[0]!,
      }))
      .filter(({ name }) => only[name] && !only[name].test(file))
      .map(({ spec }) => `${file} imports ${spec}`),
  );
  expect(strays).toEqual([]);
});

const surfaces = ["discord", "slack", "telegram"];

test("the surfaces have the same seven files, and on the listening side the same names for the same things", () => {
  const seven = ["ack.ts", "connect.ts", "decode.ts", "limits.ts", "manifest.ts", "render.ts", "send.ts"];
  const listening = ["files.ts", "hear.ts", "hook.ts", "listen.ts", "verify.ts"];
  for (const surface of surfaces) {
    const there = sources
      .filter((f) => f.startsWith(`bots/${surface}/`))
      .map((f) => f.slice(`bots/${surface}/`.length));
    expect(there, surface).toEqual(expect.arrayContaining([...seven, ...listening]));
  }
});

test("a surface never sees the database", () => {
  const seeing = product
    .filter((file) => surfaces.some((surface) => file.startsWith(`bots/${surface}/`)))
    .filter(
      (file) =>
        importsOf(file).some((spec) => target(file, spec).startsWith("db/")) ||
        /\brawOf\b/.test(readFileSync(join(root, file), "utf8")),
    );
  expect(seeing).toEqual([]);
});

test("files stay short", () => {
  const long = sources
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
    .filter(({ file, lines }) => lines > (file.endsWith(".test.ts") ? 350 : 310))
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  expect(long).toEqual([]);
});

test("functions stay short", { timeout: 60_000 }, () => {
  // The lint counts them, sixty lines of a body, tests apart (biome.json). It warns; here it is a rule.
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "lint", "--reporter=json", "--diagnostic-level=warn", "--max-diagnostics=200", ...FLOORS];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  type Found = { category: string; location: { path: string; start: { line: number } } };
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Found[] };
  const long = diagnostics
    .filter((found) => found.category.endsWith("/noExcessiveLinesPerFunction"))
    .map(({ location }) => location);
  expect(long.map(({ path, start }) => `${path}:${start.line}`)).toEqual([]);
});

test("the top level is the one of the design", () => {
  expect(readdirSync(root).filter((name) => !TOP.has(name) && !LOCAL.has(name))).toEqual([]);
});

test("no switch turns types or lint off, no test is focused", () => {
  const marks = /@ts-(ignore|nocheck|expect-error)|biome-ignore|\b(it|test|describe)\.only\b/;
  const found = sources.filter(
    (f) => f !== "test/house.rules.test.ts" && marks.test(readFileSync(join(root, f), "utf8")),
  );
  expect(found).toEqual([]);
});
