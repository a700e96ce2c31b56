// The tests and the checks: what they run, and the lines that people and machines read.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const COUNT = fileURLToPath(new URL("./count.mjs", import.meta.url));

/** Runs the suite. The last line says how many passed and failed. */
export async function test(at, args) {
  let seen = null;
  const code = await run(
    at,
    ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", `--reporter=${COUNT}`, ...args],
    {
      heard: (message) => {
        if (message?.counts) seen = message.counts;
      },
    },
  );
  const { passed, failed, skipped, second } = seen ?? { passed: 0, failed: 0, skipped: 0, second: [] };
  for (const name of second) console.log(`Passed at the second try only: ${name}`);
  // It may fail beside the tests: a server that does not start, an error that nobody awaited.
  const failures = code !== 0 && failed === 0 ? 1 : failed;
  if (failures > failed) console.error(`The run ended with ${code} outside of a test; the reason is above.`);
  console.log(`${passed} passed, ${failures} failed${skipped ? `, ${skipped} skipped` : ""}`);
  return code === 0 && failures > 0 ? 1 : code;
}

/** What goes wrong on purpose, from the outside in. */
const FAULTS = [
  "test/load",
  "test/contract",
  "core/inbox/killed.test.ts",
  "core/audit/audit.test.ts",
  "core/votes/audit.test.ts",
  "jobs/film-killed.test.ts",
  "bots/main-killed.test.ts",
  "jobs/make-killed.test.ts",
  "jobs/film-killed.test.ts",
];
/** The long form of each: how often, how long, how many. */
const LONG = { CHAOS: "1", KILLS: "50", ITEMS: "1000", STALL: "10", VIEWS: "10000" };

/** Faults while it works, in their long form, one after the other: some half an hour. Says what was lost. */
export async function chaos(at, args) {
  const folder = mkdtempSync(join(tmpdir(), "impresario-chaos-"));
  const figures = join(folder, "figures");
  const files = args.length > 0 ? args : FAULTS;
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--no-file-parallelism", "--reporter=default"];
  const env = { ...process.env, ...LONG, CHAOS_FIGURES: figures };
  try {
    const code = await run(at, [...vitest, ...files], { env });
    const lines = existsSync(figures) ? readFileSync(figures, "utf8").trim().split("\n") : [];
    for (const line of lines) {
      const { what, where, said } = JSON.parse(line);
      console.log(`${what}, ${where}: ${said}`);
    }
    console.log(code === 0 ? "Nothing was lost." : "Something was lost or went wrong: it is told above.");
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs every check, also after one has failed, so that one run shows all there is to mend. */
export function check({ node }) {
  const steps = [
    ["types", "node_modules/typescript/bin/tsc", []],
    ["lint and format", "node_modules/@biomejs/biome/bin/biome", ["check", "."]],
    ["unused code", "node_modules/knip/bin/knip.js", []],
    ["command limits", "core/command/check-cli.ts", []],
  ];
  const results = steps.map(([name, program, args]) => {
    const started = Date.now();
    const { status } = spawnSync(node, [program, ...args], { stdio: "inherit" });
    return { name, ok: status === 0, seconds: ((Date.now() - started) / 1000).toFixed(1) };
  });
  for (const { name, ok, seconds } of results) console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}
