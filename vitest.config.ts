import { defineConfig } from "vitest/config";
import LongFirst from "./test/order.ts";

// What the tests start as processes of their own keeps its compiled code, as `npm start` does: half a second each.
process.env.NODE_COMPILE_CACHE ??= new URL(".runtime/compiled", import.meta.url).pathname;

export default defineConfig({
  test: {
    include: ["{bots,core,db,jobs,test}/**/*.test.ts"],
    globalSetup: ["test/server.ts"],
    pool: "forks",
    // Nothing in the house is global, so one process may try many files: what they import is read once.
    isolate: false,
    sequence: { sequencer: LongFirst },
    // One more than the least machine has cores: many files wait for clocks and for the pace of platforms. With two more, acknowledgements come late.
    maxWorkers: 3,
    // Tests that run side by side wait for the pace of platforms, and for each other.
    maxConcurrency: 32,
    // A machine that is busy with other things is slower, not wrong.
    expect: { poll: { timeout: 10_000 } },
    // Only where nobody watches (.ci/run asks for it): a test that passed at the second try is named at the end.
    retry: Number(process.env.RETRY ?? 0),
    testTimeout: 40_000,
    hookTimeout: 60_000,
    reporters: ["default"],
  },
});
