// A database that goes away for ten seconds under a node at work: who asks meanwhile is told soon and plainly, and
// afterwards everything works without a restart, with nothing half done.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { loadConfig } from "../../src/config.ts";
import { openInstance } from "../../src/instance.ts";
import { databaseAddress, databaseOn, ensureDatabase } from "../../src/platform/databases.ts";
import { connect, type Sql } from "../../src/platform/db.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { aCreate, claimHeaders, mayor } from "../federation/trust/knocking.ts";
import { aCity, aProcess, aResident } from "../support/build.ts";
import { foundTestCity, secretOfTests } from "../support/listening.ts";
import { freePort, startNode, temporaryDataDir } from "../support/node-process.ts";
import { openVisitor } from "../support/visit.ts";

const outageMs = 10_000;
const answerMsMax = 30_000;
const patience = { timeout: 60_000, interval: 100 };

/** A database server of its own, that can be killed. */
async function aServer(folder: string) {
  const server = await startEmbeddedPostgres(folder, { durable: true });
  const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  await ensureDatabase(admin, "city");
  await admin.end();
  return {
    target: databaseOn(server.target, "city"),
    kill: () =>
      process.kill(
        Number(readFileSync(join(folder, "postgres-18/data/postmaster.pid"), "utf8").split("\n")[0]),
        "SIGKILL",
      ),
  };
}

/** A node with a city, an open process, and a resident who is about to sign in. */
async function aNodeAtWork(env: Readonly<Record<string, string>>): Promise<string> {
  await using instance = await openInstance(loadConfig(env));
  await foundTestCity(instance, "Bilbao");
  const city = await aCity(instance);
  await aProcess(city, { handle: "green-squares", title: "Twelve green squares" });
  await aResident(city, { name: "Ane Etxeberria", email: "ane@example.org" });
  const link = { email: "ane@example.org", locale: "en", returnTo: "/processes/green-squares", lifetimeMs: 3_600_000 };
  const signInLink = await issueSignInLink(instance.sql, instance.uris, secretOfTests, link, new Date());
  const node = startNode(env);
  onTestFinished(async () => {
    node.process.kill("SIGTERM");
    await node.ended;
  });
  await node.said(/is open/);
  return signInLink;
}

/** Actor documents may come from memory for a while. */
const isKept = (path: string) => !/outbox|webfinger/.test(path);

const commentsIn = async (sql: Sql) => {
  const [row] = await sql`
    select (select count(*)::int from subject where kind = 'comment') as subjects, (select count(*)::int from comment) as comments,
      (select count(*)::int from event where type = 'CommentPublished') as events,
      (select count(*)::int from outgoing_activity where subject_uri in (select uri from comment)) > 0 as "isTold"`;
  return row;
};

test("ten seconds without a database", async () => {
  const dataDir = temporaryDataDir();
  onTestFinished(() => dataDir[Symbol.dispose]());
  const server = await aServer(dataDir.path);
  const origin = `http://localhost:${await freePort()}`;
  const env = {
    ORIGIN: origin,
    DATA_DIR: dataDir.path,
    DATABASE_URL: databaseAddress(server.target),
    SECRET: secretOfTests,
  };
  const signInLink = await aNodeAtWork(env);
  const visitor = openVisitor((request) => fetch(request), origin);
  await (await visitor.open(signInLink)).press("Sign in now");
  visitor.fill("Your comment", "Is anybody there?");
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");

  const asked = [
    { path: "/", accept: "text/html" },
    { path: "/processes/green-squares", accept: "text/html", cookie },
    { path: "/processes/green-squares", accept: "application/activity+json" },
    { path: "/actors/bilbao", accept: "application/activity+json" },
    { path: "/actors/bilbao/outbox", accept: "application/activity+json" },
    { path: `/.well-known/webfinger?resource=acct:bilbao@${new URL(origin).host}`, accept: "application/jrd+json" },
  ];
  const ask = async ({ path, ...headers }: (typeof asked)[number]) => {
    const startedAt = performance.now();
    const response = await fetch(`${origin}${path}`, { headers: { ...headers, "accept-language": "en" } });
    const body = await response.text();
    return { path, accept: headers.accept, status: response.status, body, tookMs: performance.now() - startedAt };
  };
  for (const one of asked) expect((await ask(one)).status, one.path).toBe(200);

  server.kill();
  const killedAt = performance.now();
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  // Its processes that serve a connection see a moment later that it is gone.
  await expect.poll(async () => (await fetch(`${origin}/readyz`)).status, patience).toBe(503);
  await visitor.press("Publish the comment");
  expect(visitor.status).toBe(503);
  expect(visitor.text).toContain("Nothing was done halfway");
  await sleep(1_000);
  do {
    answers.push(...(await Promise.all([...asked, ...asked].map(ask))));
    await sleep(1_000);
  } while (performance.now() - killedAt < outageMs);
  const delivered = await fetch(`${origin}/inbox`, {
    method: "POST",
    headers: claimHeaders(`${mayor}#main-key`),
    body: JSON.stringify(aCreate()),
  });
  expect(delivered.status).toBe(503);
  expect(Number(delivered.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  expect((await fetch(`${origin}/readyz`)).status).toBe(503);
  for (const { path, accept, status, body, tookMs } of answers) {
    expect(tookMs, path).toBeLessThan(answerMsMax);
    if (accept === "text/html")
      expect([path, status, body]).toEqual([path, 503, expect.stringContaining("Nothing was done halfway")]);
    else
      expect([path, status, body]).toEqual([
        path,
        isKept(path) ? expect.anything() : 503,
        expect.toSatisfy((text) => text.length > 0),
      ]);
  }

  const back = await startEmbeddedPostgres(dataDir.path, { durable: true });
  onTestFinished(() => back.stop());
  await expect.poll(async () => (await ask(asked[0]!)).status, patience).toBe(200);
  for (const one of [...asked, ...asked, ...asked]) expect((await ask(one)).status, one.path).toBe(200);
  await visitor.open("/processes/green-squares");
  expect(visitor.text).toContain("Ane Etxeberria");
  visitor.fill("Your comment", "Is anybody there?");
  await visitor.press("Publish the comment");
  expect(visitor.status).toBe(200);
  expect(visitor.text).toContain("Is anybody there?");
  const sql = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  onTestFinished(() => sql.end());
  await expect.poll(() => commentsIn(sql), patience).toEqual({ subjects: 1, comments: 1, events: 1, isTold: true });
});
