// Erasure over three nodes: who has a thing is asked, erases it and sends a receipt; who was down confirms later; nobody
// else's word counts. What was planted in every field is then looked for in every row and every file.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor, getActorOfKind } from "../../src/actors/queries.ts";
import { deleteComment, editComment, forgetCommenter, publishComment } from "../../src/comments/actions.ts";
import type { Comment } from "../../src/comments/comment.ts";
import { firstId } from "../../src/erasures/erasure.ts";
import { listErasures } from "../../src/erasures/queries.ts";
import { fromMultibase, signDocument, verifyDocument } from "../../src/platform/data-integrity.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { erasePersonalData, eraseProposal } from "../../src/proposals/erasing-actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import * as build from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const dayMs = 86_400_000;
let net: Network<"bilbao" | "porto" | "gent">;
let bilbao: Node;
let process: Process;
let proposal: Proposal;
let ana: Stranger;
/** A thing that was sent to everyone, more than once. */
let told: string;

const now = () => net.clock.now();
/** While a server is down what is meant for it fails and waits; everything else goes on. */
const later = async (ms = 60_000) => {
  net.clock.advance(ms);
  for (let failures = 0; failures < 200; failures += 1) {
    try {
      return await net.settle();
    } catch (error) {
      if (net.down.size === 0 || !/peer-unreachable|no answer|silent for too long/.test(String(error))) throw error;
    }
  }
  throw new Error("it never settles");
};

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "gent");
  bilbao = net.nodes.bilbao;
  ana = openStranger(net);
  const phases = [build.aPhase(now(), { endsInDays: 300 })];
  process = await build.aProcess(bilbao, { title: "Squares for all", now: now(), phases });
  proposal = await build.aProposal(bilbao, { process, title: "A bench by the river", now: now() });
  await later();
  await ana.post("https://bilbao.test/inbox", ana.activity("Follow", process.actorUri));
  for (const node of [net.nodes.porto, net.nodes.gent]) {
    await node.instance.house.findRemote(process.actorUri!);
    const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, process.actorUri!)];
    await follow(node.sql, node.uris, us!, them!, now());
  }
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function comment(body: string, by?: Account): Promise<Comment & { by: Account }> {
  const author = by ?? (await build.aResident(bilbao, { now: now() }));
  const said = { targetUri: proposal.uri, parentUri: null, stance: null, language: "en", body } as const;
  return { ...(await publishComment(bilbao.sql, bilbao.uris, author, said, now())), by: author };
}

const everything = { sizeRows: 100, after: null, before: null };
async function erasureOf(uri: string) {
  const { rows } = await listErasures(bilbao.sql, everything, { isUnconfirmed: false });
  const found = rows.find((row) => row.subjectUri === uri);
  expect(found).toBeDefined();
  return found!;
}
const activityOf = async (uri: string): Promise<string> => {
  const [row] = await bilbao.sql<
    { activityUri: string }[]
  >`select activity_uri from erasure where subject_uri = ${uri}`;
  return row!.activityUri;
};

/** Where a word stands in the whole database of a node, and in the names of its files. */
async function places(node: Node, word: string): Promise<string[]> {
  const tables = await node.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  expect(tables.length).toBeGreaterThan(40);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await node.sql.unsafe(`select from "${name}" as t where position($1 in lower(t::text)) > 0 limit 1`, [
      word.toLowerCase(),
    ]);
    if (rows.length > 0) found.push(`${node.uris.host} ${name}`);
  }
  mkdirSync(node.config.uploadsDir, { recursive: true });
  const files = readdirSync(node.config.uploadsDir).filter((name) => name.includes(word));
  return [...found, ...files.map((name) => `${node.uris.host} ${name}`)];
}
const placesAnywhere = async (word: string): Promise<string[]> =>
  (await Promise.all(Object.values(net.nodes).map((node) => places(node, word)))).flat();

test("a deleted comment leaves every node that had it, and their receipts are kept", async () => {
  const { uri, by } = await comment("Planted-Wisteria by the water");
  told = uri;
  await later();
  const { version } = await editComment(bilbao.sql, by, uri, { body: "Planted-Wisteria again", version: 1 }, now());
  expect(version).toBe(2);
  await later();
  expect(await places(net.nodes.porto, "planted-wisteria")).toContain("porto.test comment");
  await deleteComment(bilbao.sql, by, uri, now());
  await later();
  expect(await placesAnywhere("planted-wisteria")).toEqual([]);
  const erasure = await erasureOf(uri);
  expect(erasure).toMatchObject({ kind: "comment", askedCount: 3, nodeCount: 2, confirmedCount: 2 });
  expect(erasure.nodes.map((node) => node.host)).toEqual(["gent.test", "porto.test"]);
  expect(ana.inbox.at(-1)).toMatchObject({ type: "Delete", object: { id: uri, type: "Tombstone" } });
});

test("a receipt can be shown to others: it is signed by the key in the document of the node that sent it", async () => {
  const [{ receipt } = { receipt: {} }] = await bilbao.sql<{ receipt: Json }[]>`
    select receipt from erasure_request join known_server on known_server.id = server_id
    where host = 'porto.test' and receipt is not null limit 1`;
  const actor = await net.deliver(
    new Request(String(receipt.actor), { headers: { accept: "application/activity+json" } }),
  );
  const document = (await actor.json()) as { assertionMethod: { publicKeyMultibase: string }[] };
  const key = fromMultibase(document.assertionMethod[0]!.publicKeyMultibase);
  expect(receipt).toMatchObject({ type: "Accept" });
  expect(verifyDocument(receipt, key)).toBe(true);
  expect(verifyDocument({ ...receipt, object: "https://bilbao.test/activities/another" }, key)).toBe(false);
});

test("a node that was down for a week confirms when it is back, and the others are not asked meanwhile", async () => {
  const { uri, by } = await comment("Planted-Hazel for a week");
  await later();
  net.down.add("porto.test");
  await deleteComment(bilbao.sql, by, uri, now());
  for (let day = 0; day < 8; day += 1) await later(dayMs);
  expect(await erasureOf(uri)).toMatchObject({ nodeCount: 2, confirmedCount: 1 });
  expect(
    (await listErasures(bilbao.sql, everything, { isUnconfirmed: true })).rows.map((row) => row.subjectUri),
  ).toEqual([uri]);
  expect(await placesAnywhere("planted-hazel")).toEqual(["porto.test comment", "porto.test search_entry"]);
  net.down.delete("porto.test");
  await later(dayMs);
  await later(dayMs);
  expect(await placesAnywhere("planted-hazel")).toEqual([]);
  expect(await erasureOf(uri)).toMatchObject({ nodeCount: 2, confirmedCount: 2 });
  const gent = (await erasureOf(uri)).nodes.find((node) => node.host === "gent.test");
  expect(gent).toMatchObject({ timesAsked: 1 });
});

test("words that wait to be delivered to a server that is down are emptied too, and only their name is delivered", async () => {
  net.down.add("gent.test");
  const { uri, by } = await comment("Planted-Alder in the queue");
  await later();
  expect(await places(bilbao, "planted-alder")).toContain("bilbao.test job");
  await deleteComment(bilbao.sql, by, uri, now());
  await later();
  expect(await placesAnywhere("planted-alder")).toEqual([]);
  net.down.delete("gent.test");
  for (let day = 0; day < 3; day += 1) await later(dayMs);
  expect(await placesAnywhere("planted-alder")).toEqual([]);
  expect(await erasureOf(uri)).toMatchObject({ nodeCount: 2, confirmedCount: 2 });
});

test("forged receipts confirm nothing", async () => {
  net.down.add("porto.test");
  const { uri, by } = await comment("A word to be confirmed");
  await later();
  await deleteComment(bilbao.sql, by, uri, now());
  await later();
  const activityUri = await activityOf(uri);
  const accept = (actor: string, host: string): Json => ({
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    id: `https://${host}/activities/${crypto.randomUUID()}`,
    type: "Accept",
    actor,
    object: activityUri,
  });
  const node = openStranger(net, { host: "node.test", handle: "node", type: "Application" });
  const { privateKey } = generateKeyPairSync("ed25519");
  const sign = (document: Json, verificationMethod: string) =>
    signDocument(document, { key: privateKey, verificationMethod, created: now() }) as Json;
  const porto = await getActorOfKind(net.nodes.porto.sql, "node");
  const forged: [Stranger, Json][] = [
    [ana, accept(ana.uri, ana.host)],
    [node, accept(node.uri, node.host)],
    [node, sign(accept(node.uri, node.host), `${node.uri}#key`)],
    [node, sign(accept(node.uri, node.host), `${porto.uri}#multikey-2`)],
    [node, sign(accept(porto.uri, "porto.test"), `${porto.uri}#multikey-2`)],
  ];
  for (const [from, receipt] of forged) {
    const { status } = await from.post("https://bilbao.test/inbox", receipt);
    expect([202, 401, 503]).toContain(status);
  }
  await net.settle();
  expect(await erasureOf(uri)).toMatchObject({ nodeCount: 2, confirmedCount: 1 });
  net.down.delete("porto.test");
  await later(dayMs);
  expect(await erasureOf(uri)).toMatchObject({ nodeCount: 2, confirmedCount: 2 });
});

test("what names a person in a proposal goes everywhere; the text stays, in the voice of the process", async () => {
  const by = await build.aResident(bilbao, { name: "Planted-Rowan Name", now: now() });
  const file = `${"ab".repeat(16)}-10x10.jpg`;
  const url = bilbao.uris.upload(file);
  mkdirSync(bilbao.config.uploadsDir, { recursive: true });
  writeFileSync(join(bilbao.config.uploadsDir, file), "planted-rowan");
  const image = { url, alt: "Planted-Rowan picture", mediaType: "image/jpeg", width: 10, height: 10 };
  const place = { address: "Planted-Rowan street 7", point: { latitude: 43.26, longitude: -2.93 } };
  const text = { images: [image], place, now: now() };
  const first = await build.aProposal(bilbao, {
    process,
    by,
    title: "Shade for us",
    body: "planted-rowan@mail",
    ...text,
  });
  await later();
  const { title, language, categoryId, version } = first;
  const edited = { title, body: "Shade at noon.", language, categoryId, place, images: [image], organisationId: null };
  await editProposal(bilbao.sql, by, first.uri, { ...edited, version }, now());
  await later();
  expect(await places(net.nodes.porto, "planted-rowan")).toContain("porto.test proposal");

  await erasePersonalData(bilbao.sql, by, first.uri, now());
  await later();
  expect(await placesAnywhere("planted-rowan street")).toEqual([]);
  expect(await placesAnywhere("planted-rowan@mail")).toEqual([]);
  expect(await placesAnywhere("planted-rowan picture")).toEqual([]);
  expect(await placesAnywhere(file)).toEqual([]);
  // Their own account still has their name, and nothing else does.
  expect(await placesAnywhere("planted-rowan")).toEqual(["bilbao.test account"]);
  for (const node of Object.values(net.nodes)) {
    const kept = await findProposal(node.sql, first.uri);
    expect(kept).toMatchObject({ title: "Shade for us", address: "", latitude: null, images: [] });
    expect(kept!.body).toContain("Shade at noon.");
  }
  expect(await erasureOf(first.uri)).toMatchObject({ kind: "personal-data", nodeCount: 2, confirmedCount: 2 });
  expect(ana.inbox.findLast(({ type }) => type === "Update")).toMatchObject({ object: { id: first.uri } });
  await expect(erasePersonalData(bilbao.sql, by, first.uri, now())).rejects.toMatchObject({ code: "not-allowed" });
});

test("a proposal that was its author's own voice becomes the process's; other servers get their Delete", async () => {
  const by = await build.aResident(bilbao, { name: "Linden", handle: "linden", now: now() });
  const own = await build.aProposal(bilbao, { process, by, title: "Linden trees for all", now: now() });
  await later();
  await erasePersonalData(bilbao.sql, by, own.uri, now());
  await later();
  const kept = await findProposal(net.nodes.porto.sql, own.uri);
  expect(kept).toMatchObject({ title: "Linden trees for all", authorUri: process.actorUri });
  const deletion = ana.inbox.findLast(({ type }) => type === "Delete");
  expect(deletion).toMatchObject({ actor: bilbao.uris.actor("linden"), object: { id: own.uri } });
});

test("a proposal that nobody has built on goes as a whole, out of digests too; one that others support does not", async () => {
  const by = await build.aResident(bilbao, { name: "Planted-Yew Name", now: now() });
  const made: Proposal[] = [];
  for (let count = 0; count < 8; count += 1) {
    const title = `Planted-Yew number ${count}`;
    made.push(await build.aProposal(bilbao, { process, by, title, body: "planted-yew text", now: now() }));
  }
  await later();
  await later(2 * 3_600_000);
  expect(await places(net.nodes.gent, "planted-yew")).toContain("gent.test proposal");
  expect(await places(bilbao, "planted-yew")).toContain("bilbao.test news");
  for (const { uri } of made) await eraseProposal(bilbao.sql, by, uri, now());
  await later();
  await later(dayMs);
  expect(await placesAnywhere("planted-yew")).toEqual(["bilbao.test account"]);
  for (const { uri } of made) expect(await erasureOf(uri)).toMatchObject({ kind: "proposal", confirmedCount: 2 });
  const gone = await bilbao.instance.fetch(
    new Request(made[0]!.uri, { headers: { accept: "application/activity+json" } }),
  );
  expect(gone.status).toBe(410);
  await comment("Somebody has built on it");
  const [{ accountId } = { accountId: "" }] = await bilbao.sql<{ accountId: string }[]>`
    select account_id from proposal where uri = ${proposal.uri}`;
  const author = { id: accountId } as Account;
  await expect(eraseProposal(bilbao.sql, author, proposal.uri, now())).rejects.toMatchObject({
    code: "not-in-this-state",
  });
});

test("a closed account is erased wherever its public voice was heard, followers or not", async () => {
  const by = await build.aResident(bilbao, { name: "Planted-Sorb", handle: "a-voice", now: now() });
  const said = await comment("Planted-Sorb speaks", by);
  await later();
  expect(await places(net.nodes.porto, "planted-sorb")).toEqual(
    expect.arrayContaining(["porto.test actor", "porto.test comment"]),
  );
  await closeAccount(bilbao.sql, by, [forgetProposer, forgetCommenter], now());
  await later();
  await later(dayMs);
  const left = await placesAnywhere("planted-sorb");
  // What a person wrote stays on their own node without their name; elsewhere it goes with the account.
  expect(left.filter((place) => !place.startsWith("bilbao.test"))).toEqual([]);
  expect(await places(net.nodes.porto, "actors/a-voice")).toEqual([]);
  expect(await erasureOf(bilbao.uris.actor("a-voice"))).toMatchObject({
    kind: "account",
    nodeCount: 2,
    confirmedCount: 2,
  });
  expect(ana.inbox.some(({ type, object }) => type === "Delete" && object === bilbao.uris.actor("a-voice"))).toBe(true);
  expect(said.uri).toContain("bilbao.test");
});

test("the ledger has one row for a thing, however many servers and deliveries there were", async () => {
  const rows = await bilbao.sql<{ count: number; widest: number }[]>`
    select count(*)::int as count, max(cardinality(server_ids))::int as widest from delivery_ledger where subject_uri = ${told}`;
  expect(rows).toEqual([{ count: 1, widest: 3 }]);
  expect(firstId("https://bilbao.test/activities/1#again-12")).toBe("https://bilbao.test/activities/1");
});

test("a node that never answers is asked for thirty days, then it is left at that", async () => {
  const { uri, by } = await comment("A word for the deaf");
  await later();
  net.down.add("gent.test");
  await deleteComment(bilbao.sql, by, uri, now());
  for (let day = 0; day < 34; day += 1) await later(dayMs);
  const { nodes } = await erasureOf(uri);
  const asked = nodes.find((node) => node.host === "gent.test")!;
  expect(asked.confirmedAt).toBeNull();
  expect(asked.timesAsked).toBeGreaterThan(28);
  expect(asked.timesAsked).toBeLessThan(32);
  net.down.delete("gent.test");
});
