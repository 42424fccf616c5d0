// npm run fuzz: the inbox under 100,000 spoiled inputs, and threads on three nodes under 60 schedules nobody has tried.
// `-- --inputs 5000 --schedules 10 --seed 7` for fewer, or for a run again.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const projectDir = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    schedules: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Date.now() / 86_400_000)) },
  },
});
const { status, error } = spawnSync(
  join(projectDir, "node_modules/.bin/vitest"),
  [
    "run",
    ...(Number(values.inputs) > 0 ? ["test/security/fuzz.test.ts"] : []),
    ...(Number(values.schedules) > 0 ? ["test/journeys/threads.test.ts"] : []),
    "--disable-console-intercept",
  ],
  {
    cwd: projectDir,
    stdio: "inherit",
    env: {
      ...process.env,
      FUZZ_INPUTS: values.inputs,
      FUZZ_SEED: values.seed,
      THREAD_RUNS: values.schedules,
      THREAD_SEED: values.seed,
    },
  },
);
if (error) console.error(`vitest cannot be run (${error.message}): run npm install`);
process.exitCode = status ?? 1;
