// How long a node takes from its start to its first page.
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNode } from "./koinon-node.ts";
import { stop } from "./measure.ts";
import { report } from "./report.ts";
import { ports } from "./size.ts";

/** Cold: nothing there but the installed program. Warm: the data of a first start. */
export async function benchStart(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "koinon-bench-"));
  chmodSync(dir, 0o755);
  const env = { ORIGIN: `http://localhost:${ports.cold}`, DATA_DIR: dir, LOG_LEVEL: "error" };
  const timed = async () => {
    const started = performance.now();
    const child = await startNode(env, ports.cold);
    const seconds = (performance.now() - started) / 1_000;
    await stop(child);
    return seconds;
  };
  const cold = await timed();
  const warm = await timed();
  report({
    what: "cold start to the first page, embedded database",
    ours: `${cold.toFixed(1)} s`,
    baseline: "promise 10 s",
    ratio: cold / 10,
    floor: { most: 1 },
  });
  report({
    what: "warm start to the first page",
    ours: `${warm.toFixed(1)} s`,
    baseline: "promise 3 s",
    ratio: warm / 3,
    floor: { most: 1 },
  });
}
