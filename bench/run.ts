// `npm run bench` measures a node against a baseline in the same run; `-- --quick` takes under three minutes, `-- --write`
// puts the figures into docs/benchmarks.md, `-- --only wire` runs a part. Ratios are what to trust: machines differ and are shared.
import "../src/platform/temporal.ts";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { publishNews } from "../src/processes/actions.ts";
import { type Fediverse, openFediverse, replyTo } from "./fediverse.ts";
import { fillProposals, type KoinonNode, startKoinon, startNode } from "./koinon-node.ts";
import { getFor, type Measured, measured, residentMbOf, stop, until } from "./measure.ts";

const parts = ["start", "reads", "wire", "growth"] as const;
const { values: flags } = parseArgs({
  options: { quick: { type: "boolean" }, write: { type: "boolean" }, only: { type: "string" } },
});
const isWanted = (part: (typeof parts)[number]): boolean =>
  flags.only === undefined || flags.only.split(",").includes(part);
const isQuick = flags.quick === true;
const size = isQuick
  ? { replies: 400, warmUp: 600, actors: 30, posts: 2, readMs: 2_000, proposals: [1_000, 10_000] }
  : { replies: 1_500, warmUp: 1_000, actors: 50, posts: 5, readMs: 5_000, proposals: [1_000, 10_000, 100_000] };
const hostCount = 200;
const ports = { koinon: 7460, stock: 7461, bare: 7462, cold: 7463 };
const activityJson = { accept: "application/activity+json" };
const html = { accept: "text/html" };

interface Line {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  readonly ratio: number | null;
  /** The promise: a ratio at most (or at least) this. */
  readonly floor: { readonly most?: number; readonly least?: number } | null;
}

const lines: Line[] = [];

function report(line: Line): void {
  lines.push(line);
  const verdict = line.floor === null || line.ratio === null ? "" : isKept(line) ? " kept" : " MISSED";
  const ratio = line.ratio === null ? "" : `  ratio ${line.ratio.toFixed(2)}`;
  console.log(
    `${line.what}: ${line.ours}${line.baseline === "" ? "" : `  (baseline ${line.baseline})`}${ratio}${verdict}`,
  );
}

const isKept = ({ ratio, floor }: Line): boolean =>
  ratio === null || floor === null || (ratio <= (floor.most ?? Infinity) && ratio >= (floor.least ?? 0));

const each = ({ cpuMsEach, perSecond }: Measured) => `${cpuMsEach.toFixed(2)} ms CPU, ${Math.round(perSecond)}/s`;

/** Ended with the bench, however that ends. */
const started = new Set<ChildProcess>();

async function startFork(file: string, args: string[], caFile = ""): Promise<ChildProcess> {
  const env = { ...process.env, ...(caFile === "" ? {} : { NODE_EXTRA_CA_CERTS: caFile }) };
  const child = fork(join(import.meta.dirname, file), args, { stdio: ["ignore", "ignore", "inherit", "ipc"], env });
  started.add(child);
  await once(child, "message");
  return child;
}

/** Cold: nothing there but the installed program. Warm: the data of a first start. */
async function benchStart(): Promise<void> {
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

async function benchReads(node: KoinonNode): Promise<void> {
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

interface Target {
  readonly inbox: string;
  readonly actor: string;
  readonly thing: string;
  readonly pids: readonly number[];
  readonly countReplies: () => Promise<number>;
}

/** Replies of known actors: each has sent one before the clock starts, so that its key and document are known. */
async function inbound(fediverse: Fediverse, target: Target): Promise<Measured> {
  const actorOf = (number: number) => fediverse.actor((number % 10) + 1, `reader${number % size.actors}`);
  const prepared = (number: number) =>
    fediverse.prepare(target.inbox, actorOf(number), replyTo(actorOf(number), target.thing, number));
  for (let number = 0; number < size.actors; number++) {
    const status = await prepared(number)();
    if (status !== 202) throw new Error(`the first reply to ${target.inbox} was answered with ${status}`);
  }
  await until("the first replies", async () => (await target.countReplies()) >= size.actors);
  // Both sides run their own code some hundred times before the clock starts, as a node that has been up for a while has.
  let sent = size.actors;
  const send = async (count: number) => {
    const sends = Array.from({ length: count }, (_, index) => prepared(sent + index));
    sent += count;
    return async () => {
      await atOnce(16, sends);
      await until("all replies", async () => (await target.countReplies()) >= sent);
      return count;
    };
  };
  await (await send(size.warmUp))();
  return await measured(target.pids, await send(size.replies));
}

/** Sends them all, some at a time, each as soon as one before it is done. */
async function atOnce(count: number, sends: readonly (() => Promise<number>)[]): Promise<void> {
  let next = 0;
  const one = async () => {
    for (let send = sends[next++]; send !== undefined; send = sends[next++]) {
      const status = await send();
      if (status !== 202) throw new Error(`a reply was answered with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: count }, one));
}

/** One follower on each of many hosts; every publication goes to all of them. */
async function outbound(
  fediverse: Fediverse,
  target: Target,
  countFollowers: () => Promise<number>,
  publish: (text: string) => Promise<void>,
): Promise<Measured> {
  for (let host = 1; host <= hostCount; host++) {
    const actor = fediverse.actor(host, "follower");
    const follow = { id: `${new URL(actor).origin}/follows/1`, type: "Follow", object: target.actor };
    await fediverse.prepare(target.inbox, actor, follow)();
  }
  await until("all followers", async () => (await countFollowers()) >= hostCount);
  await until("all answers to them", () => (fediverse.taken.get("Accept") ?? 0) >= hostCount);
  await publish("The first one opens the connections.");
  await until("the first delivery", () => (fediverse.taken.get("Create") ?? 0) >= hostCount);
  fediverse.forget();
  return await measured(target.pids, async () => {
    for (let post = 0; post < size.posts; post++) await publish(`Number ${post}`);
    await until("all deliveries", () => (fediverse.taken.get("Create") ?? 0) >= hostCount * size.posts);
    return hostCount * size.posts;
  });
}

async function benchWire(node: KoinonNode, fediverse: Fediverse): Promise<void> {
  const { sql, uris } = node.instance;
  const ours: Target = {
    inbox: `${node.origin}/inbox`,
    actor: node.process.actorUri!,
    thing: node.proposal.uri,
    pids: [node.pid, node.databasePid],
    countReplies: async () =>
      Number((await sql`select comment_count as n from subject where uri = ${node.proposal.uri}`)[0]!.n),
  };
  const stockProcess = await startFork("stock-fedify.ts", [String(ports.stock)], fediverse.caFile);
  const stockOrigin = `http://localhost:${ports.stock}`;
  const ask = async (path: string) => Number(await (await fetch(`${stockOrigin}/bench/${path}`)).text());
  const stock: Target = {
    inbox: `${stockOrigin}/inbox`,
    actor: `${stockOrigin}/actors/process`,
    thing: `${stockOrigin}/notes/1`,
    pids: [stockProcess.pid!],
    countReplies: () => ask("replies"),
  };
  const theirReplies = await inbound(fediverse, stock);
  const ourReplies = await inbound(fediverse, ours);
  report({
    what: "signed inbound reply, processed, database included",
    ours: each(ourReplies),
    baseline: each(theirReplies),
    ratio: ourReplies.cpuMsEach / theirReplies.cpuMsEach,
    floor: { most: 0.5 },
  });
  const idle = residentMbOf(node.pid);

  fediverse.forget();
  const theirPosts = await outbound(
    fediverse,
    stock,
    () => ask("followers"),
    async (text) => {
      await fetch(`${stockOrigin}/bench/publish`, { method: "POST", body: text });
    },
  );
  await stop(stockProcess);
  fediverse.forget();
  const followers = async () =>
    Number((await sql`select followers_count as n from actor where uri = ${ours.actor}`)[0]!.n);
  const ourPosts = await outbound(fediverse, ours, followers, async (title) => {
    await publishNews(
      sql,
      uris,
      node.administrator,
      { processUri: node.process.uri, title, body: title, language: "en" },
      new Date(),
    );
  });
  report({
    what: `delivery to each of ${hostCount} hosts, database included`,
    ours: each(ourPosts),
    baseline: each(theirPosts),
    ratio: ourPosts.cpuMsEach / theirPosts.cpuMsEach,
    floor: { most: 0.5 },
  });
  const loaded = residentMbOf(node.pid);
  report({
    what: "memory of the node after replies, and after deliveries",
    ours: `${idle} MB, ${loaded} MB`,
    baseline: "promise 250 MB",
    ratio: Math.max(idle, loaded) / 250,
    floor: { most: 1 },
  });
}

async function benchGrowth(node: KoinonNode): Promise<void> {
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

function table(): string {
  const rows = lines.map(({ what, ours, baseline, ratio, floor }) => {
    const promise = floor === null ? "" : floor.most === undefined ? `≥ ${floor.least}` : `≤ ${floor.most}`;
    const kept = floor === null ? "" : isKept({ what, ours, baseline, ratio, floor }) ? "yes" : "**no**";
    return `| ${what} | ${ours} | ${baseline} | ${ratio === null ? "" : ratio.toFixed(2)} | ${promise} | ${kept} |`;
  });
  return [
    "| what | Koinon | baseline, same run | ratio | promised | kept |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function write(): void {
  const path = join(import.meta.dirname, "..", "docs", "benchmarks.md");
  const [start, end] = ["<!-- figures -->", "<!-- end of figures -->"];
  const text = readFileSync(path, "utf8");
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, \`npm run bench${isQuick ? " -- --quick" : ""}\``;
  const figures = `${start}\n\n${machine}\n\n${table()}\n\n${end}`;
  writeFileSync(path, text.slice(0, text.indexOf(start)) + figures + text.slice(text.indexOf(end) + end.length));
}

process.on("uncaughtException", (error) => {
  console.error(error);
  for (const child of started) child.kill("SIGKILL");
  process.exit(1);
});

const begun = performance.now();
if (isWanted("start")) await benchStart();
{
  await using fediverse = await openFediverse(hostCount);
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
  if (isWanted("growth")) await benchGrowth(node);
}
console.log(`\n${table()}\n\n${((performance.now() - begun) / 1_000).toFixed(0)} s`);
if (flags.write) write();
if (lines.some((line) => !isKept(line)))
  console.log("A promise was missed: see docs/benchmarks.md for how to profile it.");
process.exit(0);
