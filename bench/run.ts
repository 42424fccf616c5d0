// `npm run bench` measures a node against a baseline in the same run; `-- --quick` takes under three minutes, `-- --write`
// puts the figures into docs/benchmarks.md, `-- --only wire` runs a part. Ratios are what to trust: machines differ and are shared.
import "../src/platform/temporal.ts";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchAudience } from "./audience.ts";
import { started } from "./children.ts";
import { openFediverse } from "./fediverse.ts";
import { benchGrowth } from "./growth.ts";
import { startKoinon } from "./koinon-node.ts";
import { residentMbOf } from "./measure.ts";
import { benchMirror } from "./mirror.ts";
import { benchNumbers } from "./numbers.ts";
import { benchReads } from "./reads.ts";
import { isKept, lines, report, table, write } from "./report.ts";
import { audienceHostCount, flags, hostCount, isQuick, isWanted, ports } from "./size.ts";
import { benchStart } from "./start.ts";
import { benchThreads } from "./threads.ts";
import { benchWire } from "./wire.ts";

process.on("uncaughtException", (error) => {
  console.error(error);
  for (const child of started) child.kill("SIGKILL");
  process.exit(1);
});

const begun = performance.now();
if (isWanted("start")) await benchStart();
{
  await using fediverse = await openFediverse(isWanted("audience") ? audienceHostCount : hostCount);
  const dir = mkdtempSync(join(tmpdir(), "koinon-bench-"));
  chmodSync(dir, 0o755);
  await using node = await startKoinon({ port: ports.koinon, dir, peers: fediverse.origins, caFile: fediverse.caFile });
  report({
    what: "memory of the node, idle",
    ours: `${residentMbOf(node.pid)} MB`,
    baseline: "promise 250 MB",
    ratio: residentMbOf(node.pid) / 250,
    floor: { most: 1 },
  });
  if (isWanted("reads")) await benchReads(node);
  if (isWanted("wire")) await benchWire(node, fediverse);
  if (isWanted("audience")) await benchAudience(node, fediverse);
  if (isWanted("growth")) await benchGrowth(node);
  if (isWanted("numbers")) await benchNumbers(node);
  if (isWanted("threads")) await benchThreads(fediverse.caFile);
  if (isWanted("mirror")) {
    const copyDir = mkdtempSync(join(tmpdir(), "koinon-bench-copy-"));
    chmodSync(copyDir, 0o755);
    await benchMirror(node, { dir: copyDir, caFile: fediverse.caFile });
  }
}
console.log(`\n${table()}\n\n${((performance.now() - begun) / 1_000).toFixed(0)} s`);
if (flags.write) write(`npm run bench${isQuick ? " -- --quick" : ""}`);
if (lines.some((line) => !isKept(line)))
  console.log("A promise was missed: see docs/benchmarks.md for how to profile it.");
process.exit(0);
