// What reading costs: actors and objects as JSON, a page.
import { startFork } from "./children.ts";
import type { KoinonNode } from "./koinon-node.ts";
import { getFor, measured, stop } from "./measure.ts";
import { each, report } from "./report.ts";
import { activityJson, html, ports, size } from "./size.ts";

export async function benchReads(node: KoinonNode): Promise<void> {
  const address = node.process.actorUri!;
  const [body, object] = [await (await fetch(address, { headers: activityJson })).text(), node.proposal.uri];
  const stock = await startFork("stock-fedify.ts", [String(ports.stock)]);
  const bare = await startFork("bare-hono.ts", [String(ports.bare), String(body.length)]);
  const pids = [node.pid, node.databasePid];
  const read = (of: number[], url: string, headers: Record<string, string>) =>
    measured(of, () => getFor(size.readMs, url, headers));
  await getFor(500, address, activityJson);
  const ceiling = await read([bare.pid!], `http://localhost:${ports.bare}/actors/squares`, activityJson);
  const ours = await read(pids, address, activityJson);
  const theirs = await read([stock.pid!], `http://localhost:${ports.stock}/actors/process`, activityJson);
  report({
    what: "actor JSON, against bare Hono",
    ours: each(ours),
    baseline: each(ceiling),
    ratio: ceiling.cpuMsEach / ours.cpuMsEach,
    floor: { least: 0.5 },
  });
  report({
    what: "actor JSON, against stock Fedify",
    ours: each(ours),
    baseline: each(theirs),
    ratio: ours.cpuMsEach / theirs.cpuMsEach,
    floor: null,
  });
  const ourObject = await read(pids, object, activityJson);
  const theirObject = await read([stock.pid!], `http://localhost:${ports.stock}/notes/1`, activityJson);
  report({
    what: "object JSON, against stock Fedify",
    ours: each(ourObject),
    baseline: each(theirObject),
    ratio: ourObject.cpuMsEach / theirObject.cpuMsEach,
    floor: null,
  });
  const page = await read(pids, node.proposal.uri, html);
  report({
    what: "proposal page, against bare Hono",
    ours: each(page),
    baseline: each(ceiling),
    ratio: page.cpuMsEach / ceiling.cpuMsEach,
    floor: null,
  });
  await Promise.all([stop(stock), stop(bare)]);
}
