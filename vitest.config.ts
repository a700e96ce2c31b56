import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{bots,core,db,jobs,test}/**/*.test.ts"],
    globalSetup: ["test/server.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ["default"],
  },
});
