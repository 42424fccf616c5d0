// The last line of a test run, in a form that scripts and people find: "312 passed, 0 failed, 4 skipped".
import type { Reporter, TestModule } from "vitest/node";

export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) counts[test.result().state] += 1;
      // A file that cannot be loaded has no tests, and must not look as if all was well.
      if (module.state() === "failed" && tests.every((test) => test.result().state !== "failed")) counts.failed += 1;
    }
    const skipped = counts.skipped + counts.pending;
    console.log(`${counts.passed} passed, ${counts.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}
