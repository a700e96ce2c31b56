import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{bots,core,db,jobs,test}/**/*.test.ts"],
    globalSetup: ["test/server.ts"],
    pool: "forks",
    maxWorkers: 2,
    // A machine that is busy with other things is slower, not wrong.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ["default"],
  },
});
