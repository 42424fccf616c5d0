// What a node serves for copying: records, parts, manifests and archives, over HTTP as a stranger asks.
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decidePeer } from "../../src/actors/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { digestOf } from "../../src/platform/canonical.ts";
import { withTransaction } from "../../src/platform/db.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { recordErasure, writeRecords } from "../../src/records/actions.ts";
import { readLine } from "../../src/records/archive.ts";
import { manifestPaths, prefixLengthFor, prefixOf, readManifest, readPage } from "../../src/records/manifest.ts";
import { findHead } from "../../src/records/queries.ts";
import { readPart, readRecord } from "../../src/records/record.ts";
import { aModerator, aProcess, aProposal } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import type { Json } from "../support/stranger.ts";

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
const now = () => net.clock.now();

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  process = await aProcess(bilbao, { now: now() });
  proposal = await aProposal(bilbao, { process, now: now() });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const get = async (address: string, init: RequestInit = {}) =>
  await bilbao.instance.fetch(new Request(new URL(address, "https://bilbao.test"), init));
const headOf = async (uri: string) => (await findHead(bilbao.sql, uri))!;
const rootOf = async (scopeUri: string) =>
  readManifest(await (await get(manifestPaths(scopeUri).root)).text(), scopeUri);

describe("a record", () => {
  test("is served as the bytes its name says, for ever, to anyone", async () => {
    const { digest, document } = await headOf(proposal.uri);
    const response = await get(`/records/${digest}`, { headers: { accept: "text/html" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe('application/ld+json; profile="https://w3id.org/koinon/v1"');
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const text = await response.text();
    expect([text, digestOf(text)]).toEqual([document, digest]);
    const etag = response.headers.get("etag")!;
    expect((await get(`/records/${digest}`, { headers: { "if-none-match": etag } })).status).toBe(304);
    const head = await get(`/records/${digest}`, { method: "HEAD" });
    expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", etag]);
    for (const absent of [`/records/${digest.slice(0, -1)}`, `/records/${digestOf("no")}`, `/records/${digest}/else`]) {
      expect((await get(absent)).status).toBe(404);
    }
  });

  test("is named by the object, and the manifest by the actors", async () => {
    const headers = { accept: "application/activity+json" };
    const links = async (uri: string) => {
      const { tag } = (await (await get(uri, { headers })).json()) as { tag: Json[] };
      return Object.fromEntries(tag.map((one) => [String(one.rel).split("#")[1], one.href]));
    };
    const at = async (uri: string) => `https://bilbao.test/records/${(await headOf(uri)).digest}`;
    expect(await links(proposal.uri)).toMatchObject({ record: await at(proposal.uri) });
    expect(await links(process.actorUri!)).toMatchObject({
      record: await at(process.uri),
      manifest: `https://bilbao.test${manifestPaths(process.uri).root}`,
    });
    expect(await links(bilbao.organisation.uri)).toMatchObject({
      manifest: `https://bilbao.test${manifestPaths(bilbao.organisation.uri).root}`,
    });
  });
});

describe("a part", () => {
  test("is never kept by caches, withheld while hidden, and gone once purged", async () => {
    const mine = await aProposal(bilbao, { process, now: now() });
    const { digest, document, partDigest } = await headOf(mine.uri);
    for (const name of [digest, partDigest]) {
      const response = await get(`/records/${name}/part`);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(readPart(await response.text(), readRecord(document))).toMatchObject({ title: mine.title });
    }
    const moderator = await aModerator(bilbao, { now: now() });
    await hideSubject(bilbao.sql, moderator, mine.uri, "Names a neighbour.", now());
    expect((await get(`/records/${digest}/part`)).status).toBe(404);
    await reinstateSubject(bilbao.sql, moderator, mine.uri, now());
    expect((await get(`/records/${digest}/part`)).status).toBe(200);
    await withTransaction(bilbao.sql, (tx) => recordErasure(tx, mine.uri, now()));
    const gone = await get(`/records/${digest}/part`);
    expect([gone.status, gone.headers.get("cache-control")]).toEqual([410, "no-store"]);
    expect((await get(`/records/${digest}`)).status).toBe(200);
  });
});

describe("a manifest", () => {
  test("names every record of a process and of its city, and costs a 304 while nothing changes", async () => {
    await net.settle();
    for (const scopeUri of [process.uri, bilbao.organisation.uri]) {
      const response = await get(manifestPaths(scopeUri).root);
      const etag = response.headers.get("etag")!;
      const root = readManifest(await response.text(), scopeUri);
      const page = readPage(await (await get(manifestPaths(scopeUri).page(""))).text(), root, "");
      expect(page.digests).toContain((await headOf(proposal.uri)).digest);
      expect(page.digests).toHaveLength(root.count);
      const again = await get(manifestPaths(scopeUri).root, { headers: { "if-none-match": etag } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    expect((await get(manifestPaths("https://bilbao.test/processes/none").root)).status).toBe(404);
  });

  test("goes on by one with each change, and names the root before; pages of that one can still be had", async () => {
    const before = await get(manifestPaths(process.uri).root);
    const [text, etag] = [await before.text(), before.headers.get("etag")];
    const root = readManifest(text);
    await aProposal(bilbao, { process, now: now() });
    await net.settle();
    const next = await rootOf(process.uri);
    expect(next).toMatchObject({ sequence: root.sequence + 1, previous: digestOf(text), count: root.count + 1 });
    expect(etag).toBe(`"${digestOf(text)}"`);
    const old = await get(manifestPaths(process.uri).page(root.pages[""]!));
    expect(readPage(await old.text(), root, "").digests).toHaveLength(root.count);
    await net.settle();
    expect((await rootOf(process.uri)).sequence).toBe(next.sequence);
  });

  test("of many records has many pages: one changed proposal costs the root, one page and one record", async () => {
    const large = await aProcess(bilbao, { now: now() });
    const many = 520;
    // What an import writes: records without the events of a proposal.
    const drafts = Array.from({ length: many }, (_, at) => ({
      ...({ kind: "proposal", subject: `${large.uri}/imported/${at}`, process: large.uri } as const),
      ...{ publisher: bilbao.organisation.uri, data: { state: "published" }, part: { title: `Bench ${at}` } },
    }));
    await withTransaction(bilbao.sql, (tx) => writeRecords(tx, drafts, now()));
    await net.settle();
    const known = await rootOf(large.uri);
    expect([known.prefixLength, known.count >= many]).toEqual([prefixLengthFor(known.count), true]);
    expect(known.prefixLength).toBe(1);
    await aProposal(bilbao, { process: large, now: now() });
    await net.settle();

    let [requests, bytes] = [0, 0];
    const read = async (path: string) => {
      requests += 1;
      const text = await (await get(path)).text();
      bytes += text.length;
      return text;
    };
    const paths = manifestPaths(large.uri);
    const next = readManifest(await read(paths.root));
    const differ = Object.keys(next.pages).filter((prefix) => next.pages[prefix] !== known.pages[prefix]);
    expect(differ).toHaveLength(1);
    const page = readPage(await read(paths.page(differ[0]!)), next, differ[0]!);
    const had = known.pages[differ[0]!];
    const old = had === undefined ? [] : readPage(await (await get(paths.page(had))).text(), known, differ[0]!).digests;
    const fresh = page.digests.filter((digest) => !old.includes(digest));
    expect(fresh).toHaveLength(1);
    readRecord(await read(`/records/${fresh[0]}`), fresh[0]);
    expect(requests).toBe(3);
    expect(bytes).toBeLessThan(10_000);
  });
});

describe("an archive", () => {
  const linesOf = (text: string) => text.trimEnd().split("\n").map(readLine);

  test("holds every record with its part, the manifest and its pages, packed where that is taken", async () => {
    await net.settle();
    const path = manifestPaths(process.uri).archive;
    const plain = await get(path);
    expect(plain.headers.get("cache-control")).toBe("no-store");
    const lines = linesOf(await plain.text());
    const packed = await get(path, { headers: { "accept-encoding": "gzip, br" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(linesOf(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString())).toEqual(lines);
    expect(
      (await get(path, { headers: { "accept-encoding": "gzip;q=0" } })).headers.get("content-encoding"),
    ).toBeNull();

    expect([lines[0]!.kind, lines.at(-1)!.kind]).toEqual(["manifest", "end"]);
    const records = lines.filter((line) => line.kind === "record");
    const root = await rootOf(process.uri);
    expect(records.map((line) => digestOf(line.document)).sort()).toEqual(
      lines.flatMap((line) =>
        line.kind === "page" ? (JSON.parse(line.document) as { digests: string[] }).digests : [],
      ),
    );
    expect(records).toHaveLength(root.count);
    const mine = records.find((line) => readRecord(line.document).subject === proposal.uri)!;
    expect(readPart(mine.part!, readRecord(mine.document))).toMatchObject({ title: proposal.title });
    for (const line of records) expect(prefixOf(digestOf(line.document), root.prefixLength)).toBe("");
  });

  test("goes on after any place", async () => {
    const { archive, archiveAfter } = manifestPaths(process.uri);
    const all = linesOf(await (await get(archive)).text()).filter((line) => line.kind === "record");
    const rest = linesOf(await (await get(archiveAfter(all[1]!.place))).text()).filter(
      (line) => line.kind === "record",
    );
    expect(rest).toEqual(all.slice(2));
    expect((await get(`${archive}/after/x`)).status).toBe(404);
  });
});

test("what is kept of a blocked server is not handed on", async () => {
  const { sql } = bilbao;
  const { digest } = await headOf(proposal.uri);
  const copy = digestOf("a copy");
  await sql`
    insert into record (digest, subject_uri, kind, process_uri, publisher_uri, origin, epoch, version, standing, document,
      trust, recorded_at, kept_at)
    select ${copy}, 'https://elsewhere.test/p/1', kind, null, 'https://elsewhere.test/actors/e', 'https://elsewhere.test',
      1, 1, 'shown', document, 'verified', recorded_at, kept_at from record where digest = ${digest}`;
  expect((await get(`/records/${copy}`)).status).toBe(200);
  const decision = { host: "elsewhere.test", policy: "blocked", reason: "Sends what it should not." } as const;
  await withTransaction(sql, (tx) => decidePeer(tx, decision, now()));
  expect((await get(`/records/${copy}`)).status).toBe(404);
});
