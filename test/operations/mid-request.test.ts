// A node killed in the middle of a request: afterwards there is nothing of it or all of it, and the same form sent again
// makes one thing with one address. And a node asked to stop: it hands back what it has not finished.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { receiveFollow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { type Sql, withTransaction } from "../../src/platform/db.ts";
import { aProcess, aResident, aStranger } from "../support/build.ts";
import { type ListeningCity, openListeningCity, secretOfTests } from "../support/listening.ts";
import { freePort, type NodeProcess, startNode } from "../support/node-process.ts";
import { openVisitor, type Visitor } from "../support/visit.ts";

const patience = { timeout: 60_000, interval: 20 };

async function aCityOfItsOwn(peers: readonly string[] = []): Promise<ListeningCity> {
  const city = await openListeningCity("Bilbao", { port: await freePort(), peers, doesJobs: false });
  onTestFinished(() => city[Symbol.asyncDispose]());
  return city;
}

/** A process of the same city, as behind a proxy: its address is the city's, its port another. */
async function startProcessOf(city: ListeningCity, role: "web" | "worker" | "both") {
  const port = await freePort();
  const node = startNode({ ...city.env, PORT: String(port) }, "--role", role);
  onTestFinished(async () => {
    node.process.kill("SIGKILL");
    await node.ended;
  });
  await node.said(/is open/);
  return { ...node, port };
}

const kill = async (node: NodeProcess) => {
  node.process.kill("SIGKILL");
  await node.ended;
};

/** Someone with a form open, whose posts can be sent again as they were. */
async function aVisitor(city: ListeningCity) {
  const sent: Request[] = [];
  const to = { port: 0 };
  const ask = (request: Request) => {
    const address = new URL(request.url);
    address.port = String(to.port);
    return fetch(new Request(address, request));
  };
  const visitor = openVisitor((request) => {
    if (request.method === "POST") sent.push(request.clone());
    return ask(request);
  }, city.origin);
  const link = { email: "ane@example.org", locale: "en", returnTo: "/", lifetimeMs: 3_600_000 };
  return {
    visitor,
    /** Where its requests go from now on. */
    to,
    async signIn() {
      await aResident(city, { name: "Ane Etxeberria", email: link.email });
      await visitor.open(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
      await visitor.press("Sign in now");
    },
    /** The last post once more, byte by byte: where it leads. */
    async repeat() {
      const answer = await ask(sent.at(-1)!.clone());
      return [answer.status, answer.headers.get("location")];
    },
  };
}

/** Takes a table for itself, when those who have it now are done with it. */
async function holdTable({ sql }: ListeningCity, table: string) {
  const taken = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = withTransaction(sql, async (tx) => {
    await tx.unsafe(`lock table ${table} in access exclusive mode`);
    taken.resolve();
    await released.promise;
  });
  const release = async () => {
    released.resolve();
    await holding;
  };
  return { taken: taken.promise, release };
}

/** Equal tables of other databases have equal numbers. */
const locksOn = async (sql: Sql, table: string, isGranted: boolean) => {
  const rows = await sql`
    select from pg_locks where relation = ${table}::regclass and granted = ${isGranted}
      and database = (select oid from pg_database where datname = current_database())`;
  return rows.length;
};
const waitersFor = (sql: Sql, table: string) => locksOn(sql, table, false);

/** What there is of a kind, with the promise to tell of it. */
async function traces({ sql }: ListeningCity, kind: string, eventType: string) {
  const subjects = await sql<{ uri: string }[]>`select uri from subject where kind = ${kind} order by id`;
  const events = await sql<
    { id: string; subjectUri: string }[]
  >`select id, subject_uri from event where type = ${eventType}`;
  const jobs = await sql<{ id: string }[]>`select payload->>'eventId' as id from job where kind = 'federate'`;
  const promised = events.filter((event) => jobs.some((job) => job.id === event.id));
  return {
    uris: subjects.map(({ uri }) => uri),
    told: events.map((event) => event.subjectUri),
    promised: promised.length,
  };
}
const nothing = { uris: [], told: [], promised: 0 };

const forms = {
  comment: {
    kind: "comment",
    event: "CommentPublished",
    path: (segment: string) => `/processes/${segment}`,
    fill: (visitor: Visitor) => visitor.fill("Your comment", "It must not be said twice."),
    button: "Publish the comment",
  },
  proposal: {
    kind: "proposal",
    event: "ProposalPublished",
    path: (segment: string) => `/processes/${segment}/proposals/new?step=text`,
    fill: (visitor: Visitor) => visitor.fill("Title", "A bench under the trees").fill("Your proposal", "For all."),
    button: "Publish",
  },
} as const;

async function aFilledForm(city: ListeningCity, { path, fill }: (typeof forms)[keyof typeof forms]) {
  await aProcess(city, { handle: "green-squares" });
  const visiting = await aVisitor(city);
  const node = await startProcessOf(city, "web");
  visiting.to.port = node.port;
  await visiting.signIn();
  await visiting.visitor.open(path("green-squares"));
  fill(visiting.visitor);
  return { ...visiting, node };
}

test.each([forms.comment, forms.proposal])(
  "a $kind whose node is killed before it is written leaves nothing, and can be sent again",
  async (form) => {
    const city = await aCityOfItsOwn();
    const { visitor, node, to, repeat } = await aFilledForm(city, form);
    const held = await holdTable(city, "event");
    await held.taken;
    const lost = expect(visitor.press(form.button)).rejects.toThrow();
    await expect.poll(() => waitersFor(city.sql, "event"), patience).toBe(1);
    await kill(node);
    await lost;
    await held.release();
    await expect.poll(() => locksOn(city.sql, "subject", true), patience).toBe(0);
    expect(await traces(city, form.kind, form.event)).toEqual(nothing);

    to.port = (await startProcessOf(city, "web")).port;
    expect(visitor.value(form.kind === "comment" ? "Your comment" : "Title")).not.toBe("");
    await visitor.press(form.button);
    expect(visitor.status).toBe(200);
    const once = await traces(city, form.kind, form.event);
    expect(once).toEqual({ uris: [expect.any(String)], told: once.uris, promised: 1 });
    const [first, second] = [await repeat(), await repeat()];
    expect(first).toEqual([303, expect.any(String)]);
    expect(second).toEqual(first);
    expect(await traces(city, form.kind, form.event)).toEqual(once);
  },
);

test("a comment whose node is killed after it is written, before anyone is told, is there once", async () => {
  const city = await aCityOfItsOwn();
  const { visitor, node, to } = await aFilledForm(city, forms.comment);
  const event = await holdTable(city, "event");
  await event.taken;
  const lost = expect(visitor.press(forms.comment.button)).rejects.toThrow();
  await expect.poll(() => waitersFor(city.sql, "event"), patience).toBe(1);
  // Next in line for what the request needs once it has written: so it stops between writing and answering.
  const subject = await holdTable(city, "subject");
  await expect.poll(() => waitersFor(city.sql, "subject"), patience).toBe(1);
  await event.release();
  await subject.taken;
  await kill(node);
  await lost;
  await subject.release();
  const written = await traces(city, "comment", "CommentPublished");
  expect(written).toEqual({ uris: [expect.any(String)], told: written.uris, promised: 1 });

  to.port = (await startProcessOf(city, "web")).port;
  await visitor.press(forms.comment.button);
  expect(visitor.status).toBe(200);
  expect(visitor.text).toContain("It must not be said twice.");
  expect(await traces(city, "comment", "CommentPublished")).toEqual(written);
});

test("a node asked to stop in the middle of a delivery hands it back, and another one sends it at once", async () => {
  let isStalling = true;
  const arrived: string[] = [];
  const sink = createServer(async (request, response) => {
    // Asked what kind of server it is: it does not say.
    if (request.method !== "POST") return void response.writeHead(404).end();
    let body = "";
    for await (const chunk of request) body += chunk;
    arrived.push(JSON.parse(body).id);
    response.writeHead(202);
    if (!isStalling) return void response.end();
    // A byte now and then, or the node would give up by itself before it has to stop.
    const dripping = setInterval(() => response.write(" "), 500);
    response.once("close", () => clearInterval(dripping));
  });
  await new Promise<void>((done) => sink.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    sink.closeAllConnections();
    sink.close();
  });
  const origin = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  const city = await aCityOfItsOwn([origin]);
  const process = await aProcess(city);
  await city.instance.drain();
  const uri = `${origin}/users/1`;
  const follower = await aStranger(city, {
    uri,
    host: new URL(origin).host,
    inboxUri: `${uri}/inbox`,
    sharedInboxUri: null,
  });
  const followed = (await findActor(city.sql, process.actorUri!))!;
  await withTransaction(city.sql, (tx) => receiveFollow(tx, { uri: `${uri}/follow`, follower, followed }, new Date()));
  const node = await startProcessOf(city, "both");
  await expect.poll(() => arrived.length, patience).toBe(1);
  node.process.kill("SIGTERM");
  expect(await node.ended).toEqual({ code: 0, signal: null });
  const [job] = await city.sql`select kind, lease_until, attempts from job where kind = 'fedify-outbox'`;
  expect(job).toEqual({ kind: "fedify-outbox", leaseUntil: null, attempts: 0 });

  isStalling = false;
  await startProcessOf(city, "both");
  await expect.poll(() => arrived.length, patience).toBe(2);
  expect(new Set(arrived).size).toBe(1);
  await expect
    .poll(async () => (await city.sql`select from job where kind = 'fedify-outbox'`).length, patience)
    .toBe(0);
});
