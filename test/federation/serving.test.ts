// What a node shows other servers: actors, objects, collections and activities at the addresses of the pages.
import { Group } from "@fedify/vocab";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectionPageSize } from "../../federation/collections.ts";
import { contextLoader } from "../../federation/trust/contexts.ts";
import { deleteComment, publishComment } from "../../src/comments/actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aComment, aModerator, anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import type { Json } from "../support/stranger.ts";

const activityJson = "application/activity+json";
const profiled = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"';

let net: Network<"bilbao">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;

beforeAll(async () => {
  net = await openNetwork("bilbao");
  bilbao = net.nodes.bilbao;
  process = await aProcess(bilbao, { now: net.clock.now() });
  proposal = await aProposal(bilbao, { process, now: net.clock.now() });
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const get = async (address: string, headers: Record<string, string> = { accept: activityJson }) =>
  await bilbao.instance.fetch(new Request(new URL(address, "https://bilbao.test"), { headers }));
const read = async (address: string): Promise<Json> => (await (await get(address)).json()) as Json;

/** All items of a collection, from its first page to its last. */
async function readAll(collection: string): Promise<unknown[]> {
  const items: unknown[] = [];
  const root = await read(collection);
  for (let next = root.first as string | undefined; next !== undefined; ) {
    expect(new URL(next).search).toBe("");
    const page = await read(next);
    expect(page).toMatchObject({ type: "OrderedCollectionPage", partOf: collection });
    items.push(...(page.orderedItems as unknown[]));
    next = page.next as string | undefined;
  }
  return items;
}

describe("an address", () => {
  test("is a page to a person and a document to a server, and says so to caches", async () => {
    for (const accept of [activityJson, profiled, `${activityJson}, ${profiled}, text/html;q=0.1`]) {
      const response = await get(proposal.uri, { accept });
      expect(response.headers.get("content-type")).toContain(activityJson);
      expect(response.headers.get("vary")).toMatch(/\bAccept\b/);
      expect(await response.json()).toMatchObject({ id: proposal.uri, type: "Note" });
    }
    const accepted = ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*"];
    for (const accept of accepted) {
      const page = await get(proposal.uri, { accept });
      expect(page.headers.get("content-type")).toContain("text/html");
      expect(page.headers.get("vary")).toMatch(/\bAccept\b/);
    }
  });

  test("has a tag by which a server asks again for nothing", async () => {
    for (const uri of [proposal.uri, process.actorUri!, `${process.actorUri}/outbox`]) {
      const etag = (await get(uri)).headers.get("etag")!;
      const again = await get(uri, { accept: activityJson, "if-none-match": etag });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    }
    const outbox = `${process.actorUri}/outbox`;
    const etag = (await get(outbox)).headers.get("etag")!;
    await aComment(bilbao, { on: proposal, now: net.clock.now() });
    await net.settle();
    expect((await get(outbox, { accept: activityJson, "if-none-match": etag })).status).toBe(200);
  });

  test("answers HEAD without a body", async () => {
    const request = new Request(proposal.uri, { method: "HEAD", headers: { accept: activityJson } });
    const response = await bilbao.instance.fetch(request);
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("what is not there for others", () => {
  test("a draft looks absent", async () => {
    const draft = await aProposal(bilbao, { process, isDraft: true, now: net.clock.now() });
    expect((await get(draft.uri)).status).toBe(404);
    expect((await get("/proposals/0190a0a0-0000-7000-8000-000000000000")).status).toBe(404);
    expect((await get("/actors/nobody")).status).toBe(404);
  });

  test("what is hidden looks absent until it is shown again, with its collections and activities", async () => {
    const hidden = await aProposal(bilbao, { process, now: net.clock.now() });
    await net.settle();
    const [create] = await bilbao.sql<{ uri: string }[]>`
      select uri from outgoing_activity where subject_uri = ${hidden.uri} order by id limit 1`;
    const addresses = [hidden.uri, `${hidden.uri}/replies`, create!.uri];
    const statuses = async () => await Promise.all(addresses.map(async (address) => (await get(address)).status));
    expect(await statuses()).toEqual([200, 200, 200]);
    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    await hideSubject(bilbao.sql, moderator, hidden.uri, "personal data", net.clock.now());
    expect(await statuses()).toEqual([404, 404, 404]);
    expect(JSON.stringify(await readAll(`${process.actorUri}/outbox`))).not.toContain(hidden.title);
    await reinstateSubject(bilbao.sql, moderator, hidden.uri, net.clock.now());
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  test("what its author deleted is gone for good, without a word of it", async () => {
    const by = await aResident(bilbao, { now: net.clock.now() });
    const comment = await aComment(bilbao, { on: proposal, by, body: "Not for ever.", now: net.clock.now() });
    await net.settle();
    await deleteComment(bilbao.sql, by, comment.uri, net.clock.now());
    await net.settle();
    const sent = await bilbao.sql`select activity from outgoing_activity where subject_uri = ${comment.uri}`;
    expect(JSON.stringify(sent)).not.toContain("Not for ever.");
    const response = await get(comment.uri);
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ id: comment.uri, type: "Tombstone", deleted: expect.any(String) });
    expect(JSON.stringify(await readAll(`${process.actorUri}/outbox`))).not.toContain("Not for ever.");
  });
});

describe("collections", () => {
  test("an outbox is read to its end, page by page, by path", async () => {
    const official = await anOfficial(bilbao, { now: net.clock.now() });
    const own = await aProcess(bilbao, { now: net.clock.now() });
    const count = collectionPageSize + 3;
    for (let index = 0; index < count; index++) {
      net.clock.advance(1_000);
      const text = { title: `News ${index}`, body: "…", language: "en" };
      await publishNews(bilbao.sql, bilbao.uris, official, { processUri: own.uri, ...text }, net.clock.now());
    }
    await net.settle();
    const { totalItems } = await read(`${own.actorUri}/outbox`);
    const items = (await readAll(`${own.actorUri}/outbox`)) as Json[];
    expect(items).toHaveLength(totalItems as number);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(items.filter(({ type }) => type === "Create")).toHaveLength(count + 1);
    const times = items.map(({ published }) => String(published));
    expect(times).toEqual([...times].sort().reverse());
    for (const item of [items[0]!, items.at(-1)!]) expect(await read(String(item.id))).toMatchObject(item);
  });

  test("replies hold every comment, at every level", async () => {
    const own = await aProposal(bilbao, { process, now: net.clock.now() });
    const by = await aResident(bilbao, { now: net.clock.now() });
    const said = [];
    for (let index = 0; index < collectionPageSize + 2; index++)
      said.push(await aComment(bilbao, { on: own, by, now: net.clock.now() }));
    const input = { targetUri: own.uri, parentUri: said[0]!.uri, stance: null, body: "Yes.", language: "en" };
    const reply = await publishComment(bilbao.sql, bilbao.uris, by, input, net.clock.now());
    const all = [...said, reply].map(({ uri }) => uri);
    expect((await readAll(`${own.uri}/replies`)).sort()).toEqual(all.sort());
    expect((await read(`${own.uri}/replies`)).totalItems).toBe(all.length);
    expect(await readAll(`${said[0]!.uri}/replies`)).toEqual([reply.uri]);
    expect((await get(`${own.uri}/replies/page/none`)).status).toBe(404);
  });

  test("likes and shares are numbers; who follows is nobody's business; featured is there for those who ask", async () => {
    for (const name of ["likes", "shares"]) {
      const collection = await read(`${proposal.uri}/${name}`);
      expect(collection).toMatchObject({ type: "Collection", totalItems: 0 });
      expect(collection).not.toHaveProperty("items");
    }
    const followers = await read(`${process.actorUri}/followers`);
    expect(followers).toMatchObject({ type: "OrderedCollection", totalItems: 0 });
    expect(followers).not.toHaveProperty("first");
    expect(await read(`${process.actorUri}/featured`)).toMatchObject({ orderedItems: [], totalItems: 0 });
    expect(await readAll(`${bilbao.organisation.uri}/following`)).toEqual([]);
    expect((await get(`${process.actorUri}/secrets`)).status).toBe(404);
  });
});

describe("actors", () => {
  test("answer at their own address, whatever the case of the handle", async () => {
    const actor = await read(process.actorUri!);
    expect(actor).toMatchObject({
      id: process.actorUri,
      type: "Group",
      preferredUsername: process.handle,
      inbox: `${process.actorUri}/inbox`,
    });
    expect((actor.attachment as Json[]).length).toBeGreaterThanOrEqual(2);
    const { handle } = bilbao.organisation;
    expect(await read(`/actors/${handle.toUpperCase()}`)).toMatchObject({
      id: bilbao.organisation.uri,
      type: "Organization",
    });
    expect(await read("/actors/bilbao.test")).toMatchObject({ type: "Application" });
    for (const name of ["inbox", "outbox", "followers", "following", "featured"])
      expect(actor[name]).toBe(`${process.actorUri}/${name}`);
  });

  test("are read by a JSON-LD processor that has only the contexts everybody bundles, both keys included", async () => {
    const document = await read(process.actorUri!);
    const contexts = (document["@context"] as unknown[]).filter((context) => typeof context === "string");
    expect(contexts).toEqual([
      "https://www.w3.org/ns/activitystreams",
      "https://w3id.org/security/v1",
      "https://w3id.org/security/multikey/v1",
    ]);
    const documentLoader = () => Promise.reject(new Error("nothing else is to be fetched"));
    const group = await Group.fromJsonLd(document, { contextLoader, documentLoader });
    expect((await group.getPublicKey())?.id?.href).toBe(`${process.actorUri}#main-key`);
    const methods = await Array.fromAsync(group.getAssertionMethods());
    expect(methods.map(({ id, controllerId }) => [id?.href, controllerId?.href])).toEqual([
      [`${process.actorUri}#multikey-2`, process.actorUri],
    ]);
    expect(methods[0]?.publicKey?.algorithm.name).toBe("Ed25519");
  });

  test("are found by WebFinger, by handle in any case and by address", async () => {
    const finger = async (resource: string) =>
      await get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, { accept: "application/jrd+json" });
    for (const resource of [
      `acct:${process.handle}@bilbao.test`,
      `acct:${process.handle!.toUpperCase()}@bilbao.test`,
      process.actorUri!,
    ]) {
      const response = await finger(resource);
      expect([resource, response.status]).toEqual([resource, 200]);
      expect(response.headers.get("content-type")).toContain("application/jrd+json");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      const jrd = (await response.json()) as { subject: string; links: Json[] };
      expect(jrd.links).toContainEqual(
        expect.objectContaining({ rel: "self", type: activityJson, href: process.actorUri }),
      );
    }
    expect((await finger("acct:nobody@bilbao.test")).status).toBe(404);
    expect((await finger(`acct:${process.handle}@porto.test`)).status).toBe(404);
    expect((await finger("")).status).toBe(400);
  });

  test("host-meta points there; NodeInfo says what runs here", async () => {
    const meta = await get("/.well-known/host-meta", {});
    expect(await meta.text()).toContain("https://bilbao.test/.well-known/webfinger?resource={uri}");
    const links = (await (await get("/.well-known/nodeinfo", {})).json()) as { links: Json[] };
    expect(links.links).toContainEqual(
      expect.objectContaining({
        rel: "http://nodeinfo.diaspora.software/ns/schema/2.1",
        href: "https://bilbao.test/nodeinfo/2.1",
      }),
    );
    const application = links.links.find(({ rel }) => rel === "https://www.w3.org/ns/activitystreams#Application");
    expect(await read(String(application?.href))).toMatchObject({ type: "Application", id: application?.href });
    const info = (await (await get("/nodeinfo/2.1", {})).json()) as Json;
    expect(info).toMatchObject({ version: "2.1", software: { name: "koinon" }, protocols: ["activitypub"] });
  });
});
