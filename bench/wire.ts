// What replies that come in and deliveries that go out cost, against stock Fedify.
import { publishNews } from "../src/processes/news-actions.ts";
import { startFork } from "./children.ts";
import { type Fediverse, replyTo } from "./fediverse.ts";
import type { KoinonNode } from "./koinon-node.ts";
import { type Measured, measured, residentMbOf, stop, until } from "./measure.ts";
import { each, report } from "./report.ts";
import { hostCount, ports, size } from "./size.ts";

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

export async function benchWire(node: KoinonNode, fediverse: Fediverse): Promise<void> {
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
