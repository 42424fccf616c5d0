// A real worker killed while it keeps a copy: what it had taken stays, the next one goes on behind it, and in the end it is whole.
import { afterEach, expect, test } from "vitest";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { publisherOf } from "../../src/processes/vouch.ts";
import { writeRecords } from "../../src/records/actions.ts";
import type { RecordDraft } from "../../src/records/record.ts";
import { anOfficial, aProcess } from "../support/build.ts";
import { openListeningCity } from "../support/listening.ts";
import { freePort, type NodeProcess, startNode } from "../support/node-process.ts";

const patience = { timeout: 180_000, interval: 20 };
const recordCount = 3_000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function startWorker(env: Readonly<Record<string, string>>): NodeProcess {
  const node = startNode(env, "--role", "worker");
  closing.push(async () => {
    node.process.kill("SIGKILL");
    await node.ended;
  });
  return node;
}

const proposalOf = (process: string, publisher: string, number: number): RecordDraft => ({
  kind: "proposal",
  subject: `${process.replace("/processes/", "/proposals/")}-${number}`,
  process,
  publisher,
  data: { state: "published", language: "en", category: "", published: "2026-05-04T09:00:00.000Z" },
  part: { title: `A bench at corner ${number}`, text: "For those who wait.", author: { name: `Resident ${number}` } },
});

test("nothing is read again, nothing is missing, nothing is double", async () => {
  const ports = [await freePort(), await freePort()] as const;
  const peers = ports.map((port) => `http://localhost:${port}`);
  const archives: string[] = [];
  const bilbao = await openListeningCity("Bilbao", {
    port: ports[0],
    peers,
    async proxy(request, node) {
      const { pathname } = new URL(request.url);
      if (pathname.includes("/archive")) archives.push(pathname);
      return await node(request);
    },
  });
  closing.push(() => bilbao[Symbol.asyncDispose]());
  const porto = await openListeningCity("Porto", { port: ports[1], peers, doesJobs: false });
  closing.push(() => porto[Symbol.asyncDispose]());

  const process = await aProcess(bilbao);
  const publisher = await publisherOf(bilbao.sql, process.uri);
  const drafts = Array.from({ length: recordCount }, (_, number) => proposalOf(process.uri, publisher, number));
  await withTransaction(bilbao.sql, (tx) => writeRecords(tx, drafts, new Date()));
  const digestsAt = async ({ sql }: Pick<typeof bilbao, "sql">) =>
    (await sql<{ digest: string }[]>`select digest from record where process_uri = ${process.uri} order by digest`).map(
      (row) => row.digest,
    );
  const signed = async () =>
    (
      await bilbao.sql`select from manifest where scope_uri = ${process.uri}
      and (document::jsonb ->> 'count')::int > ${recordCount}`
    ).length;
  await expect.poll(signed, patience).toBe(1);

  await porto.instance.house.findRemote(process.actorUri!);
  const official = await anOfficial(porto);
  const wanted = { scopeUri: process.uri, kind: "process", ownOrigin: porto.uris.origin } as const;
  await keepCopy(porto.sql, official, wanted, new Date());
  const first = startWorker(porto.env);
  await expect.poll(async () => (await digestsAt(porto)).length, patience).toBeGreaterThan(400);
  first.process.kill("SIGKILL");
  await first.ended;
  const taken = (await digestsAt(porto)).length;
  expect(taken).toBeLessThan(recordCount);
  expect(await findMirror(porto.sql, process.uri)).toMatchObject({ state: "copying" });

  // What a dead worker had in hand is free when its lease is over.
  await porto.sql`update job set lease_until = now() where lease_until is not null`;
  startWorker(porto.env);
  await expect.poll(async () => (await findMirror(porto.sql, process.uri))?.state, patience).toBe("kept");
  expect(await digestsAt(porto)).toEqual(await digestsAt(bilbao));
  expect(archives.length).toBeGreaterThan(1);
  expect(archives.at(-1)).toMatch(/\/archive\/after\/[1-9]\d*$/);
  const [counted] = await porto.sql`
    select (select count(*)::int from proposal where process_uri = ${process.uri}) as there, proposal_count as said
    from process where uri = ${process.uri}`;
  expect(counted).toEqual({ there: recordCount, said: recordCount });
});
