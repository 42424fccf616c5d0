// npm run check: all that a change has to pass, and a summary. The same list as continuous integration.
// `-- --without-tests` leaves the tests out; TEST_DATABASE_URL runs them on an outside PostgreSQL.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const projectDir = join(import.meta.dirname, "..");

const steps = [
  { name: "format", command: ["biome", "format", "."] },
  { name: "lint", command: ["biome", "check", "--formatter-enabled=false", "."] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "tests", command: ["vitest", "run"] },
] as const;

const { values } = parseArgs({ options: { "without-tests": { type: "boolean", default: false } } });

const outcomes = steps
  .filter((step) => step.name !== "tests" || !values["without-tests"])
  .map(({ name, command: [program, ...args] }) => {
    console.log(`\n── ${name}: ${[program, ...args].join(" ")}`);
    const startedAt = performance.now();
    const { status, error } = spawnSync(join(projectDir, "node_modules/.bin", program), args, {
      cwd: projectDir,
      stdio: "inherit",
    });
    if (error) console.error(`${program} cannot be run (${error.message}): run npm install`);
    return { name, isPassed: status === 0, seconds: (performance.now() - startedAt) / 1_000 };
  });

console.log("");
for (const { name, isPassed, seconds } of outcomes) {
  console.log(`${isPassed ? "passed" : "FAILED"}  ${name.padEnd(8)} ${seconds.toFixed(1)} s`);
}
process.exitCode = outcomes.every((outcome) => outcome.isPassed) ? 0 : 1;
