// What every npm script of ours begins with. It runs on any Node from 20, installs what is missing, and goes on with a
// Node that is new enough. It uses nothing but Node itself, for nothing else may be there yet.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mendDriver } from "../db/mend.mjs";
import { ensureNode, ensurePackages, Stop } from "./runtime/install.mjs";
import { become, pathFor, run } from "./runtime/run.mjs";
import { chaos, check, test } from "./runtime/suite.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Each part: whether it needs what only developers need, and how it runs. */
const PARTS = {
  start: { run: serve },
  worker: { run: serve },
  bots: { run: serve },
  web: { run: serve },
  backup: { run: data },
  restore: { run: data },
  manifest: { run: tool },
  doctor: { run: tool },
  dev: {
    dev: true,
    run: (at, args) => run(at, ["test/dev/main.ts", ...args]),
  },
  test: { dev: true, run: test },
  check: { dev: true, run: check },
  bench: { dev: true, run: bench },
  chaos: { dev: true, run: chaos },
};

function serve(at, args, part) {
  loadSettings();
  return become(at, "bots/main.ts", [part, ...args]);
}

function data(at, args, part) {
  loadSettings();
  return become(at, "bots/keep.ts", [part, ...args]);
}

function tool(at, args, part) {
  loadSettings();
  return become(at, `bots/${part}.ts`, args);
}

async function bench(at, args) {
  await ensurePackages(`${root}bench`, { dev: true });
  return run(at, ["bench/run.ts", ...args]);
}

/** What is set already wins over the file. Tests and checks do not read it: they need no key and use none. */
function loadSettings() {
  if (existsSync(`${root}.env`)) process.loadEnvFile(`${root}.env`);
}

async function main() {
  const [name = "", ...args] = process.argv.slice(2);
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : null;
  if (!part) throw new Stop(`There is no part "${name}". Parts: ${Object.keys(PARTS).join(", ")}.`);
  process.chdir(root);
  const node = await ensureNode(root);
  process.env.PATH = pathFor(root, node);
  await ensurePackages(root, { dev: part.dev ?? false });
  mendDriver(`${root}node_modules`);
  return part.run({ root, node }, args, name);
}

try {
  const code = await main();
  // Undefined: the part goes on in this very process.
  if (code !== undefined) process.exit(code);
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(error.message);
  process.exit(1);
}
