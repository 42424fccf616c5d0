import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/browser.ts", "test/support/postgres.ts"],
    setupFiles: ["test/support/setup.ts"],
    reporters: ["default", "./test/support/totals.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
