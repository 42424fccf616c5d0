// What a discussion costs that people of three nodes have together: until each of them has all of it.
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { follow } from "../src/actors/actions.ts";
import { findActor } from "../src/actors/queries.ts";
import { publishComment } from "../src/comments/actions.ts";
import { findSubject } from "../src/subjects/queries.ts";
import { type KoinonNode, startKoinon } from "./koinon-node.ts";
import { measured, until } from "./measure.ts";
import { each, report } from "./report.ts";
import { ports, size } from "./size.ts";

/** One node owns the thread; the two others have copies, and all three write. */
export async function benchThreads(caFile: string): Promise<void> {
  const origins = ports.threads.map((port) => `http://localhost:${port}`);
  await using opened = new AsyncDisposableStack();
  const nodes: KoinonNode[] = [];
  for (const [index, port] of ports.threads.entries()) {
    const dir = mkdtempSync(join(tmpdir(), "koinon-bench-thread-"));
    chmodSync(dir, 0o755);
    const peers = origins.filter((_, other) => other !== index);
    nodes.push(opened.use(await startKoinon({ port, dir, peers, caFile })));
  }
  const [owner, ...others] = nodes as [KoinonNode, ...KoinonNode[]];
  for (const node of others) await followProcess(node, owner);
  const pids = nodes.flatMap((node) => [node.pid, node.databasePid]);
  let written = 0;
  let first: number | null = null;
  for (const total of size.comments) {
    const cost = await measured(pids, async () => {
      const begun = written;
      for (; written < total; written++) await say(nodes[written % nodes.length]!, owner, written);
      for (const node of nodes) {
        await until("the whole thread on each node", async () => (await voicesAt(node, owner)) >= total, 300_000);
      }
      return total - begun;
    });
    first ??= cost.cpuMsEach;
    report({
      what: `each comment of a thread of ${total} on three nodes, until all of them have it`,
      ours: `${each(cost)} (three nodes and their databases), ${(cost.wallMs / 1_000).toFixed(1)} s`,
      baseline: `${first.toFixed(2)} ms at ${size.comments[0]}`,
      ratio: cost.cpuMsEach / first,
      floor: null,
    });
  }
}

async function followProcess({ instance, origin }: KoinonNode, owner: KoinonNode): Promise<void> {
  const { sql, uris, house } = instance;
  const [us] = await sql<{ uri: string }[]>`select uri from actor where kind = 'organisation' and origin is null`;
  const [them] = await owner.instance.sql<
    { uri: string }[]
  >`select uri from actor where kind = 'organisation' and origin is null`;
  for (const uri of [them!.uri, owner.process.actorUri!]) {
    await house.findRemote(uri);
    await follow(sql, uris, (await findActor(sql, us!.uri))!, (await findActor(sql, uri))!, new Date());
  }
  const isThere = async () => (await findSubject(sql, owner.proposal.uri)) !== null;
  await until(`the proposal at ${origin}`, isThere);
}

async function say({ instance, administrator }: KoinonNode, owner: KoinonNode, number: number): Promise<void> {
  const body = `Voice ${number}: a bench there would help those who walk to the market and have to rest on the way.`;
  const input = { targetUri: owner.proposal.uri, parentUri: null, stance: null, body, language: "en" };
  await publishComment(instance.sql, instance.uris, administrator, input, new Date());
}

async function voicesAt({ instance }: KoinonNode, owner: KoinonNode): Promise<number> {
  return (await findSubject(instance.sql, owner.proposal.uri))!.commentCount;
}
