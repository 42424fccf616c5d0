// Whoever is read may lie: alter, withhold, replay, fork, contradict itself, and never end. And a crash in the middle costs
// no more than what was under way.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror, listRefusals } from "../../src/mirrors/queries.ts";
import { canonicalText, digestOf } from "../../src/platform/canonical.ts";
import { signDocument } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { writeRecords } from "../../src/records/actions.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { listManifests } from "../../src/records/manifest-queries.ts";
import type { Json, RecordDraft } from "../../src/records/record.ts";
import { signerOf } from "../../src/records/signing.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { anOfficial, aProcess, aProposal } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
});
afterAll(async () => await net?.[Symbol.asyncDispose]());
afterEach(() => {
  net.weather = null;
});

async function later(ms = minuteMs): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

/** A new process of Bilbao with a proposal in it, its counts already written. */
async function aFreshProcess(): Promise<Process> {
  const now = net.clock.now();
  const fresh = await aProcess(net.nodes.bilbao, { now });
  await aProposal(net.nodes.bilbao, { process: fresh, now });
  await later(hourMs);
  return fresh;
}

async function keep(scopeUri: string): Promise<void> {
  const { porto } = net.nodes;
  const by = await anOfficial(porto, { now: net.clock.now() });
  await keepCopy(porto.sql, by, { scopeUri, kind: "process", ownOrigin: porto.uris.origin }, net.clock.now());
  await net.settle();
}

const standing = async (scopeUri: string) => await findMirror(net.nodes.porto.sql, scopeUri);

/** Answers in Bilbao's place where `change` says something else than null. */
function lie(change: (path: string, truth: () => Promise<Response>) => Promise<Response | null>): void {
  net.weather = async (request, pass) => {
    const { host, pathname } = new URL(request.url);
    if (host !== "bilbao.test" || request.method !== "GET") return await pass(request);
    return (await change(pathname, () => pass(request))) ?? (await pass(request));
  };
}

const said = (text: string, status = 200) =>
  new Response(text, { status, headers: { "content-type": "application/ld+json" } });

async function signed(document: Json): Promise<string> {
  const { bilbao } = net.nodes;
  const { proof: _proof, ...unsigned } = document;
  const signer = await withTransaction(bilbao.sql, (tx) => signerOf(tx, bilbao.organisation.uri));
  return canonicalText(signDocument(unsigned, { ...signer, created: net.clock.now() }));
}

test("altered records are not taken, and the refusal is kept to be shown", async () => {
  process = await aFreshProcess();
  lie(async (path, truth) => {
    if (!/^\/records\/[^/]+$/.test(path)) return null;
    const text = await (await truth()).text();
    return text.includes('"ProposalRecord"') ? said(text.replace('"published"', '"accepted"')) : said(text);
  });
  await keep(process.uri);
  expect(await standing(process.uri)).toMatchObject({ state: "incomplete", error: "withheld", missingCount: 1 });
  const [refusal] = await listRefusals(net.nodes.porto.sql, ["https://bilbao.test"], 10);
  expect(refusal).toMatchObject({ reason: expect.stringContaining("wrong-name") });
  const mirror = await standing(process.uri);
  const visitor = openVisitor(net.nodes.porto.instance.fetch, net.nodes.porto.uris.origin);
  expect((await visitor.open(`/network/copies/${mirror!.id}`)).text).toContain("What was not taken");
  net.weather = null;
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "kept", missingCount: 0 });
});

test("withheld records are missed and asked for again", async () => {
  process = await aFreshProcess();
  lie(async (path) => (/^\/records\//.test(path) ? said("", 404) : null));
  await keep(process.uri);
  const missed = await standing(process.uri);
  expect(missed).toMatchObject({ state: "incomplete", error: "withheld" });
  expect(missed!.missingCount).toBeGreaterThan(1);
  expect(await findSubject(net.nodes.porto.sql, process.uri)).toBeNull();
  net.weather = null;
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "kept", missingCount: 0 });
});

test("an older manifest is refused, and the copy stays", async () => {
  process = await aFreshProcess();
  await keep(process.uri);
  const root = manifestPaths(process.uri).root;
  const old = await (await net.deliver(new Request(`https://bilbao.test${root}`))).text();
  const more = await aProposal(net.nodes.bilbao, { process, now: net.clock.now() });
  await net.settle();
  await later(2 * hourMs);
  expect(await findSubject(net.nodes.porto.sql, more.uri)).not.toBeNull();
  lie(async (path) => (path === root ? said(old) : null));
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "older-root" });
  expect(await findSubject(net.nodes.porto.sql, more.uri)).toMatchObject({ deletedAt: null });
});

test("two manifests with one number are kept and shown, and the first stays", async () => {
  process = await aFreshProcess();
  await keep(process.uri);
  const root = manifestPaths(process.uri).root;
  const first = await (await net.deliver(new Request(`https://bilbao.test${root}`))).text();
  const second = await signed({
    ...(JSON.parse(first) as Json),
    issued: new Date(+net.clock.now() - minuteMs).toISOString(),
  });
  lie(async (path) => (path === root ? said(second) : null));
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "two-roots" });
  const roots = await listManifests(net.nodes.porto.sql, process.uri, 10);
  expect(roots.map(({ digest, isCurrent }) => [digest, isCurrent])).toEqual([
    [digestOf(first), true],
    [digestOf(second), false],
  ]);
  const mirror = await standing(process.uri);
  const visitor = openVisitor(net.nodes.porto.instance.fetch, net.nodes.porto.uris.origin);
  expect((await visitor.open(`/network/copies/${mirror!.id}`)).text).toContain(digestOf(second));
});

test("a manifest by another key, or of more than anyone has, is not followed", async () => {
  process = await aFreshProcess();
  const root = manifestPaths(process.uri).root;
  const truth = JSON.parse(await (await net.deliver(new Request(`https://bilbao.test${root}`))).text()) as Json;
  const other = await withTransaction(net.nodes.porto.sql, (tx) => signerOf(tx, net.nodes.porto.organisation.uri));
  const { proof, ...unsigned } = truth;
  const { verificationMethod } = proof as { verificationMethod: string };
  const forged = canonicalText(signDocument(unsigned, { ...other, verificationMethod, created: net.clock.now() }));
  lie(async (path) => (path === root ? said(forged) : null));
  await keep(process.uri);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "wrong-key" });
  const huge = await signed({ ...truth, count: 2_000_000_000 });
  lie(async (path) => (path === root ? said(huge) : null));
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "too-much" });
  expect(await findSubject(net.nodes.porto.sql, process.uri)).toBeNull();
});

test("a fork of a chain is refused and shown, though its key is right", async () => {
  process = await aFreshProcess();
  await keep(process.uri);
  const { bilbao, porto } = net.nodes;
  const [head] = await bilbao.sql<{ document: string; subjectUri: string; digest: string }[]>`
    select document, subject_uri, digest from record where process_uri = ${process.uri} and kind = 'proposal' and is_head`;
  const document = JSON.parse(head!.document) as Json;
  const fork = await signed({ ...document, data: { ...(document.data as Json), state: "accepted" } });
  const root = manifestPaths(process.uri).root;
  const truth = JSON.parse(await (await net.deliver(new Request(`https://bilbao.test${root}`))).text()) as Json;
  const page = JSON.parse(
    await (await net.deliver(new Request(`https://bilbao.test${manifestPaths(process.uri).page("")}`))).text(),
  ) as Json & { digests: string[] };
  const forkedPage = canonicalText({ ...page, digests: [...page.digests, digestOf(fork)].sort() });
  const forkedRoot = await signed({
    ...truth,
    sequence: (truth.sequence as number) + 1,
    count: page.digests.length + 1,
    pages: { "": digestOf(forkedPage) },
  });
  lie(async (path) => {
    if (path === root) return said(forkedRoot);
    if (path.startsWith(`${root}/pages/`)) return said(forkedPage);
    return path === `/records/${digestOf(fork)}` ? said(fork) : null;
  });
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "incomplete", missingCount: 1 });
  const refusals = await listRefusals(porto.sql, ["https://bilbao.test"], 10);
  expect(refusals).toContainEqual(
    expect.objectContaining({ digest: digestOf(fork), reason: expect.stringMatching(/^fork:/) }),
  );
  const [kept] = await porto.sql`select digest from record where subject_uri = ${head!.subjectUri} and is_head`;
  expect(kept).toEqual({ digest: head!.digest });
});

const manyCount = 1_300;

async function aLargeProcess(): Promise<Process> {
  const fresh = await aFreshProcess();
  const { bilbao } = net.nodes;
  const drafts = Array.from({ length: manyCount }, (_, at): RecordDraft => {
    const subject = `https://bilbao.test/proposals/many-${fresh.id}-${at}`;
    return {
      kind: "proposal",
      subject,
      process: fresh.uri,
      publisher: bilbao.organisation.uri,
      data: {
        url: subject,
        state: "published",
        category: "Streets",
        language: "en",
        published: "2026-05-01T10:00:00.000Z",
      },
      part: { title: `Bench number ${at}`, text: "A bench *here*", author: { name: "" }, address: "", media: [] },
    };
  });
  await withTransaction(bilbao.sql, (tx) => writeRecords(tx, drafts, net.clock.now()));
  await net.settle();
  return fresh;
}

test("a copy that breaks off goes on where it was left, after a restart too", async () => {
  process = await aLargeProcess();
  lie(async (path, truth) => {
    if (!path.includes("/archive")) return null;
    if (path.includes("/after/")) throw new TypeError("the line is cut");
    const lines = (await (await truth()).text()).split("\n");
    return said(`${lines.slice(0, 701).join("\n")}\n{"place":`);
  });
  await keep(process.uri);
  const half = await standing(process.uri);
  expect(half!.state).toBe("unreachable");
  expect(half!.keptCount).toBe(700);
  expect(half!.archivePlace).toBeGreaterThan(0);
  net.weather = null;
  await net.restart("porto");
  const before = net.wire.length;
  await later(2 * hourMs);
  const { porto } = net.nodes;
  expect(await standing(process.uri)).toMatchObject({ state: "kept", missingCount: 0 });
  const asked = net.wire.slice(before).filter((line) => line.includes("/archive"));
  expect(asked).toEqual([expect.stringContaining(`/archive/after/${half!.archivePlace} 200`)]);
  expect(net.wire.slice(before).filter((line) => line.includes("bilbao.test/records/"))).toEqual([]);
  const [row] = await porto.sql`
    select count(*)::int as proposals, count(distinct uri)::int as uris from proposal where process_uri = ${process.uri}`;
  expect(row).toEqual({ proposals: manyCount + 1, uris: manyCount + 1 });
  const [shown] =
    await porto.sql`select body from proposal where title = 'Bench number 7' and process_uri = ${process.uri}`;
  expect(shown!.body).toContain("<em>here</em>");
});

test("an archive without an end, and a line without one, are read no further than they may be", async () => {
  process = await aLargeProcess();
  const lines = await (
    await net.deliver(new Request(`https://bilbao.test${manifestPaths(process.uri).archive}`))
  ).text();
  const [line] = lines.split("\n").slice(1);
  let sent = 0;
  lie(async (path) => {
    if (!path.includes("/archive")) return null;
    const chunk = new TextEncoder().encode(`${line}\n`.repeat(500));
    const endless = new ReadableStream({
      pull(controller) {
        sent += 500;
        controller.enqueue(chunk);
      },
    });
    return new Response(endless);
  });
  await keep(process.uri);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "too-much" });
  expect(sent).toBeLessThan(60_000);
  let bytes = 0;
  lie(async (path) => {
    if (!path.includes("/archive")) return null;
    const chunk = new TextEncoder().encode("x".repeat(500_000));
    return new Response(
      new ReadableStream({
        pull(controller) {
          bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
      }),
    );
  });
  await later(2 * hourMs);
  expect(await standing(process.uri)).toMatchObject({ state: "refused", error: "too-much" });
  expect(bytes).toBeLessThan(20_000_000);
});
