// Real processes killed in the middle of what they do: the worker while it delivers, the node while it answers.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { follow, receiveFollow } from "../../src/actors/actions.ts";
import { findActor, isFollowedHere } from "../../src/actors/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aComment, aProcess, aProposal, aStranger } from "../support/build.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort, type NodeProcess, startNode } from "../support/node-process.ts";

const patience = { timeout: 60_000, interval: 50 };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(env: Readonly<Record<string, string>>, ...flags: string[]): NodeProcess {
  const node = startNode(env, ...flags);
  closing.push(async () => {
    node.process.kill("SIGKILL");
    await node.ended;
  });
  return node;
}

async function killNow(node: NodeProcess): Promise<void> {
  node.process.kill("SIGKILL");
  await node.ended;
}

interface Arrival {
  readonly inbox: string;
  readonly id: string;
  readonly body: string;
}

/** A server of several followers that takes what comes, and from the third request on answers only when told to. */
async function aSink(isStalling: () => boolean) {
  const arrivals: Arrival[] = [];
  const held: ServerResponse[] = [];
  let answered = 0;
  const server = createServer(async (request, response) => {
    // Asked what kind of server it is: it does not say.
    if (request.method !== "POST") return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    arrivals.push({ inbox: `${origin}${request.url}`, id: JSON.parse(body).id, body });
    if (isStalling() && answered >= 2) return void held.push(response);
    answered += 1;
    response.writeHead(202).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, arrivals, held };
}

const deliveriesLeft = async ({ sql }: ListeningCity) =>
  (await sql`select count(*)::int as count from job where kind in ('federate', 'deliver', 'fedify-outbox')`)[0]!
    .count as number;

test("a worker killed while it delivers: everyone gets everything, the same bytes under the same id, to one effect", async () => {
  const hosts = 5;
  const followersPerHost = 8;
  let isStalling = false;
  const stalling = () => isStalling;
  const sinks = await Promise.all(Array.from({ length: hosts }, () => aSink(stalling)));
  const ports = [await freePort(), await freePort()] as const;
  const origins = ports.map((port) => `http://localhost:${port}`);
  const peers = [...origins, ...sinks.map((sink) => sink.origin)];
  const bilbao = await openListeningCity("Bilbao", { port: ports[0], peers, doesJobs: false });
  closing.push(() => bilbao[Symbol.asyncDispose]());

  // Porto has taken an activity in, and its answer does not come through any more.
  const takenIn: { readonly id: string; readonly status: number }[] = [];
  const porto = await openListeningCity("Porto", {
    port: ports[1],
    peers,
    async proxy(request, node) {
      if (request.method !== "POST") return await node(request);
      const { id } = (await request.clone().json()) as { id: string };
      const answer = await node(request);
      takenIn.push({ id, status: answer.status });
      if (!isStalling) return answer;
      return await new Promise<Response>((_, cut) => closing.push(() => cut(new Error("cut off"))));
    },
  });
  closing.push(() => porto[Symbol.asyncDispose]());

  const process = await aProcess(bilbao);
  const processActor = (await findActor(bilbao.sql, process.actorUri!))!;
  const inboxes: string[] = [];
  for (const { origin } of sinks) {
    for (let n = 0; n < followersPerHost; n++) {
      const uri = `${origin}/users/${n}`;
      const inboxUri = `${uri}/inbox`;
      const host = new URL(origin).host;
      const follower = await aStranger(bilbao, { uri, host, handle: `user${n}`, inboxUri, sharedInboxUri: null });
      await withTransaction(bilbao.sql, (tx) =>
        receiveFollow(tx, { uri: `${uri}/follow`, follower, followed: processActor }, new Date()),
      );
      inboxes.push(inboxUri);
    }
  }
  const found = await porto.instance.house.findRemote(process.actorUri!);
  const known = (await findActor(porto.sql, found.uri))!;
  await follow(porto.sql, porto.uris, porto.organisation, known, new Date());
  const isFollowing = async () => {
    await bilbao.instance.drain();
    return await isFollowedHere(porto.sql, found.uri);
  };
  await expect.poll(isFollowing, patience).toBe(true);
  await expect
    .poll(async () => (await porto.sql`select from process where uri = ${process.uri}`).length, patience)
    .toBe(1);
  for (const { arrivals } of sinks) arrivals.length = 0;
  takenIn.length = 0;

  isStalling = true;
  const proposal = await aProposal(bilbao, { process });
  const comment = await aComment(bilbao, { on: proposal });
  const first = start(bilbao.env, "--role", "worker");
  // A batch that dies while it is handed to the queue is handed over again, and signed again: not what this is about.
  const handedOver = async () => (await bilbao.sql`select from job where kind in ('federate', 'deliver')`).length === 0;
  const heldEverywhere = async () =>
    sinks.every((sink) => sink.held.length > 0) && takenIn.length > 0 && (await handedOver());
  await expect.poll(heldEverywhere, patience).toBe(true);
  await killNow(first);
  const lost = takenIn[0]!;
  expect(lost.status).toBe(202);
  expect(await deliveriesLeft(bilbao)).toBeGreaterThan(inboxes.length / 2);

  isStalling = false;
  // What a dead worker had in hand is free when its lease is over.
  await bilbao.sql`update job set lease_until = now() where lease_until is not null`;
  start(bilbao.env, "--role", "worker");
  await expect.poll(() => deliveriesLeft(bilbao), patience).toBe(0);

  const told = await bilbao.sql<{ uri: string }[]>`
    select uri from outgoing_activity where ${process.actorUri} = any(followers_of) and kind <> 'private' and at >= ${proposal.publishedAt}`;
  const ids = told.map(({ uri }) => uri).sort();
  expect(ids.length).toBeGreaterThan(1);
  const arrivals = sinks.flatMap((sink) => sink.arrivals);
  for (const inbox of inboxes) {
    const got = new Set(arrivals.filter((one) => one.inbox === inbox).map((one) => one.id));
    expect([inbox, [...got].sort()]).toEqual([inbox, ids]);
  }
  for (const id of ids) expect(new Set(arrivals.filter((one) => one.id === id).map((one) => one.body)).size).toBe(1);
  // Again: only what was on its way when the worker died, at most one of each subject to each host.
  const again = arrivals.length - inboxes.length * ids.length;
  expect(again).toBeGreaterThanOrEqual(hosts);
  expect(again).toBeLessThanOrEqual(hosts * 2);

  expect(takenIn.filter(({ id, status }) => id === lost.id && status === 202)).toHaveLength(2);
  await expect.poll(async () => (await findSubject(porto.sql, comment.uri))?.kind, patience).toBe("comment");
  const [there] = await porto.sql`
    select (select count(*)::int from proposal where uri = ${proposal.uri}) as proposals,
      (select count(*)::int from comment where uri = ${comment.uri}) as comments,
      (select comment_count from subject where uri = ${proposal.uri}) as counted`;
  expect(there).toEqual({ proposals: 1, comments: 1, counted: 1 });
});
