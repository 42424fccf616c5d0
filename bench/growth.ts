// Whether pages stay as quick when a process has many proposals.
import { fillProposals, type KoinonNode } from "./koinon-node.ts";
import { getFor, measured } from "./measure.ts";
import { each, report } from "./report.ts";
import { html, size } from "./size.ts";

export async function benchGrowth(node: KoinonNode): Promise<void> {
  const pids = [node.pid, node.databasePid];
  const pages = {
    list: `${node.process.url}/proposals`,
    process: node.process.url,
    search: `${node.process.url}/proposals?q=fountain`,
  };
  const first: Partial<Record<keyof typeof pages, number>> = {};
  for (const total of size.proposals) {
    await fillProposals(node.instance, node.process.uri, total);
    for (const [name, url] of Object.entries(pages) as [keyof typeof pages, string][]) {
      await getFor(500, url, html);
      const time = await measured(pids, () => getFor(size.readMs, url, html));
      first[name] ??= time.cpuMsEach;
      const isLast = total === size.proposals.at(-1);
      const floor = isLast && name !== "search" ? { most: 1.5 } : null;
      report({
        what: `${name} page at ${total} proposals`,
        ours: each(time),
        baseline: `${first[name]!.toFixed(2)} ms at ${size.proposals[0]}`,
        ratio: time.cpuMsEach / first[name]!,
        floor,
      });
    }
  }
}
