// The tests and the checks: what they run, and the lines that people and machines read.
import { spawnSync } from "node:child_process";
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
  const { passed, failed, skipped } = seen ?? { passed: 0, failed: 0, skipped: 0 };
  // It may fail beside the tests: a server that does not start, an error that nobody awaited.
  const failures = code !== 0 && failed === 0 ? 1 : failed;
  if (failures > failed) console.error(`The run ended with ${code} outside of a test; the reason is above.`);
  console.log(`${passed} passed, ${failures} failed${skipped ? `, ${skipped} skipped` : ""}`);
  return code === 0 && failures > 0 ? 1 : code;
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
