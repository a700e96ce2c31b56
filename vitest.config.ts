import { defineConfig } from "vitest/config";
import LongFirst from "./test/order.ts";

export default defineConfig({
  test: {
    include: ["{bots,core,db,jobs,test}/**/*.test.ts"],
    globalSetup: ["test/server.ts"],
    pool: "forks",
    // Nothing in the house is global, so one process may try many files: what they import is read once.
    isolate: false,
    sequence: { sequencer: LongFirst },
    // One more than the least machine has cores: much of the suite waits for sockets and clocks.
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
