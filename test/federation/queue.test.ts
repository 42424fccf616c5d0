// Fedify's deliveries on the job table: its own conformance suite, order through failures, and no private keys at rest.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createFederation, exportJwk, generateCryptoKeyPair } from "@fedify/fedify";
import { testMessageQueue } from "@fedify/testing";
import { Create, Note, Person } from "@fedify/vocab";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PostgresKvStore } from "../../federation/kv.ts";
import { JobMessageQueue, type QueueOptions } from "../../federation/sending/queue.ts";
import { listDeadLetters } from "../../src/platform/dead-letters.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.drop());

const log = { info: () => {}, warn: () => {}, error: () => {} };
const aQueue = (options: Partial<QueueOptions> = {}) =>
  new JobMessageQueue(db.sql, { keyPairsFor: async () => [], log, ...options });
const soon = () => new Date(Date.now() + 3_600_000);

test("passes Fedify's suite for message queues, with ordering keys", async () => {
  await testMessageQueue(
    () => aQueue(),
    ({ controller }) => controller.abort(),
    { testOrderingKey: true },
  );
});

test("passes it without LISTEN too", async () => {
  await testMessageQueue(
    () => aQueue({ notify: false }),
    ({ controller }) => controller.abort(),
    { testOrderingKey: true },
  );
});

test("calls of one turn are stored together and in order; one that cannot be stored fails alone", async () => {
  const queue = aQueue();
  const calls = Array.from({ length: 50 }, (_, n) => queue.enqueue({ n }, { orderingKey: "k" }));
  const bad = queue.enqueue({ n: "\u0000" });
  const outcomes = await Promise.allSettled([...calls, bad]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual([...calls.map(() => "fulfilled"), "rejected"]);
  const seen: unknown[] = [];
  await drain(
    db.sql,
    queue.handlers((message) => void seen.push((message as { n: number }).n)),
  );
  expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

test("counts what waits, without what is in hand", async () => {
  const queue = aQueue();
  await queue.enqueueMany([1, 2, 3]);
  await queue.enqueue(4, { delay: Temporal.Duration.from({ hours: 1 }) });
  expect(await queue.getDepth()).toEqual({ queued: 4, ready: 3, delayed: 1 });
  const depths: number[] = [];
  await drain(
    db.sql,
    queue.handlers(async () => void depths.push((await queue.getDepth()).queued)),
  );
  expect(depths).toEqual([1, 1, 1]);
});

test("a message enqueued again while in hand keeps its place before the later ones of its key", async () => {
  const queue = aQueue();
  const seen: string[] = [];
  let isHeld = true;
  const handlers = queue.handlers(async (message) => {
    const { id, held } = message as { id: string; held?: boolean };
    if (id === "1" && isHeld) {
      return await queue.enqueue(
        { ...(message as object), held: true },
        { delay: Temporal.Duration.from({ minutes: 30 }), orderingKey: "k" },
      );
    }
    seen.push(held ? `${id} held` : id);
  });
  for (const id of ["1", "2"]) await queue.enqueue({ type: "outbox", id }, { orderingKey: "k" });
  await drain(db.sql, handlers);
  expect(seen).toEqual([]);
  isHeld = false;
  await queue.enqueue({ type: "outbox", id: "3" }, { orderingKey: "k" });
  await drain(db.sql, handlers);
  expect(seen).toEqual([]);
  await drain(db.sql, handlers, { now: soon() });
  expect(seen).toEqual(["1 held", "2", "3"]);
});

test("a message whose keys are gone is given up", async () => {
  const queue = aQueue();
  await queue.enqueue({
    type: "outbox",
    id: "1",
    keys: [{ keyId: "https://city.example/a#main-key", privateKey: {} }],
  });
  await drain(
    db.sql,
    queue.handlers(() => {}),
    { toleratesFailures: true },
  );
  expect(await listDeadLetters(db.sql)).toMatchObject([
    { kind: "fedify-outbox", lastError: "GiveUp: the sender has no keys any more" },
  ]);
});

/** A server that answers each POST with what `answer` says, and notes what it took. */
async function aPeer(
  answer: (n: number) => number,
): Promise<{ inbox: URL; taken: string[]; posts: IncomingMessage[]; server: Server }> {
  const taken: string[] = [];
  const posts: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      posts.push(request);
      const status = answer(posts.length);
      if (status < 300) taken.push((JSON.parse(body) as { id: string }).id);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { inbox: new URL(`http://127.0.0.1:${port}/inbox`), taken, posts, server };
}

test("deliveries keep their order through failures, are signed, and leave no private key in the tables", async () => {
  const pairs = [await generateCryptoKeyPair("Ed25519"), await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")];
  const asked: string[][] = [];
  const queue = aQueue({
    keyPairsFor: async (keyIds) => {
      asked.push([...keyIds]);
      return await Promise.all(
        keyIds.map(async (keyId) => ({ keyId, privateKey: await exportJwk(pairs[keyIds.indexOf(keyId)]!.privateKey) })),
      );
    },
  });
  const peer = await aPeer((n) => (n === 1 ? 500 : n === 2 ? 401 : 202));
  const federation = createFederation<void>({
    kv: new PostgresKvStore(db.sql),
    queue: { outbox: queue, fanout: queue },
    manuallyStartQueue: true,
    allowPrivateAddress: true,
    origin: "https://city.example",
  });
  federation
    .setActorDispatcher(
      "/actors/{identifier}",
      (context, identifier) => new Person({ id: context.getActorUri(identifier) }),
    )
    .setKeyPairsDispatcher(() => pairs);
  const context = federation.createContext(new URL("https://city.example"));
  const recipient = { id: new URL("https://peer.example/a"), inboxId: peer.inbox };
  const ids = [1, 2, 3].map((n) => `https://city.example/activities/${n}`);
  for (const id of ids) {
    const note = new Note({ id: new URL(`${id}/note`), content: "text" });
    const activity = new Create({ id: new URL(id), actor: context.getActorUri("city"), object: note });
    await context.sendActivity({ identifier: "city" }, recipient, activity, {
      orderingKey: "subject",
      fanout: "force",
    });
  }
  const handlers = queue.handlers((message) => federation.processQueuedTask(undefined, message as never));
  const rows = async () =>
    JSON.stringify(await db.sql`select * from job`) + JSON.stringify(await db.sql`select * from dead_letter`);

  expect(await rows()).toContain("fedify-fanout");
  const secrets = await Promise.all(pairs.map(async (pair) => (await exportJwk(pair.privateKey)).d!));
  const states = [await rows()];
  for (let round = 0; round < 6; round++) {
    await drain(db.sql, handlers, { toleratesFailures: true, now: new Date(Date.now() + round * 60_000) });
    states.push(await rows());
  }
  peer.server.close();
  expect(states.some((state) => state.includes("fedify-outbox"))).toBe(true);
  for (const state of states) {
    expect(state).not.toMatch(/"d"\s*:/);
    for (const secret of secrets) expect(state).not.toContain(secret);
  }
  expect(peer.taken).toEqual(ids);
  expect(peer.posts.every((post) => post.headers.signature)).toBe(true);
  expect(asked.flat().every((keyId) => keyId.startsWith("https://city.example/actors/city#"))).toBe(true);
  expect(await db.sql`select from job`).toHaveLength(0);
});
