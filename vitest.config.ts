import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/browser.ts", "test/support/postgres.ts"],
    setupFiles: ["test/support/setup.ts"],
    reporters: ["default", "./test/support/totals.ts"],
    pool: "forks",
    maxWorkers: 2,
    // How long one may wait is no claim: a machine that is ten times slower, or busy, has the same results. What hangs ends.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
