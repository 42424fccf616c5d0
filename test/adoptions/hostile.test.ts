// Offers that are not what they say: forged relationships, other people's things, wrong origins, repetitions, ten thousand.
import { afterAll, beforeAll, expect, test } from "vitest";
import { receive } from "../../federation/inbox.ts";
import { findActor } from "../../src/actors/queries.ts";
import { decideAdoption } from "../../src/adoptions/actions.ts";
import { offersWaitingPerHostMax } from "../../src/adoptions/adoption.ts";
import { findAdoptionOf, listWaitingAdoptions } from "../../src/adoptions/queries.ts";
import { eraseThing } from "../../src/erasures/actions.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { Refused } from "../../src/platform/refusal.ts";
import { dayMs } from "../../src/platform/time.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import { type Json, openStranger, type Stranger } from "../support/stranger.ts";

const AS2 = "https://www.w3.org/ns/activitystreams";
const DERIVED_FROM = "https://w3id.org/koinon#derivedFrom";

let net: Network<"bilbao">;
let proposal: Proposal;
let town: Stranger;
let person: Stranger;

beforeAll(async () => {
  net = await openNetwork("bilbao");
  const now = net.clock.now();
  const { bilbao } = net.nodes;
  const process = await aProcess(bilbao, { now });
  proposal = await aProposal(bilbao, { process, by: await aResident(bilbao, { now }), now });
  await net.settle();
  town = openStranger(net, { host: "town.test", handle: "town", type: "Organization" });
  person = openStranger(net, { host: "people.test", handle: "someone" });
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

let made = 0;
const documents = new Map<string, Json>();
/** A proposal of the town, served at its address, that says what it was made from. */
function served({ from = proposal.uri as string | null, organisation = town.uri } = {}): string {
  const uri = `https://town.test/proposals/${++made}`;
  const civic = {
    kind: "proposal",
    title: "A bench for the town",
    body: "<p>Under the trees.</p>",
    state: "published",
    organisation,
    ...(from === null ? {} : { derivedFrom: { uri: from, digest: null } }),
  };
  const note = { id: uri, type: "Note", attributedTo: town.uri, to: [`${AS2}#Public`], content: "<p>A bench</p>" };
  const document: Json = { "@context": AS2, ...note, published: net.clock.now().toISOString(), civic };
  documents.set(uri, document);
  town.serve(uri, document);
  return uri;
}

const relation = (subject: string, more: Json = {}): Json => ({
  type: "Relationship",
  subject,
  relationship: DERIVED_FROM,
  object: proposal.uri,
  ...more,
});

/** Offers it, and says what of it waits at the desk afterwards. */
async function offer(by: Stranger, object: Json): Promise<readonly string[]> {
  const { bilbao } = net.nodes;
  const response = await by.post(bilbao.uris.sharedInbox, by.activity("Offer", object));
  expect(response.status).toBe(202);
  await net.settle();
  return (await listWaitingAdoptions(bilbao.sql, 1_000)).map(({ subjectUri }) => subjectUri);
}

test("what is so is shown at the desk, once, however often it is said", async () => {
  const { bilbao } = net.nodes;
  const subject = served();
  const activity = town.activity("Offer", relation(subject));
  for (const again of [activity, activity, town.activity("Offer", relation(subject))]) {
    expect((await town.post(bilbao.uris.sharedInbox, again)).status).toBe(202);
    await net.settle();
  }
  expect(await listWaitingAdoptions(bilbao.sql, 10)).toMatchObject([
    { subjectUri: subject, objectUri: proposal.uri, counterpartUri: town.uri, offerUri: activity.id },
  ]);
  // And nothing of it stands on a page before an official has accepted it.
  const page = await openReader(bilbao);
  await page.open(new URL(proposal.uri).pathname);
  expect(page.text).not.toContain("A bench for the town");
  await page.open(`${new URL(proposal.uri).pathname}/lineage`);
  expect(page.text).not.toContain("A bench for the town");
  await bilbao.sql`delete from adoption`;
});

test("a relationship that means something else, or nothing, is no offer", async () => {
  expect(await offer(town, relation(served(), { relationship: `${AS2}#contentOf` }))).toEqual([]);
  expect(await offer(town, relation(served(), { relationship: null }))).toEqual([]);
  expect(await offer(town, relation(served(), { subject: null }))).toEqual([]);
  expect(await offer(town, { ...relation(served()), type: "Note" })).toEqual([]);
});

test("nobody offers someone else's thing, nor a person a city's", async () => {
  const { wire } = net;
  const before = wire.length;
  expect(await offer(town, relation("https://lyon.test/processes/rues"))).toEqual([]);
  expect(await offer(town, relation(proposal.uri))).toEqual([]);
  expect(await offer(person, relation("https://people.test/proposals/1"))).toEqual([]);
  // And nothing was asked of anyone for it but who they are.
  const asked = wire.slice(before).filter((line) => line.startsWith("GET") && !line.includes("/users/"));
  expect(asked).toEqual([]);
  // Another organisation of the same server says that it is its own.
  expect(await offer(town, relation(served({ organisation: "https://town.test/users/another" })))).toEqual([]);
});

test("what its own page does not say is dropped, and leaves nothing behind", async () => {
  const { bilbao } = net.nodes;
  const dropped = [served({ from: null }), served({ from: "https://bilbao.test/proposals/another" })];
  for (const uri of dropped) expect(await offer(town, relation(uri))).toEqual([]);
  expect(await offer(town, relation("https://town.test/proposals/that-is-not-there"))).toEqual([]);
  expect(await bilbao.sql`select from adoption where state <> 'unread'`).toHaveLength(0);
  expect(await bilbao.sql`select from derivation where subject_uri = any(${dropped})`).toHaveLength(0);
  expect(await bilbao.sql`select from lineage_node where uri = any(${dropped})`).toHaveLength(0);
});

test("a thing that is not here cannot be adopted from here", async () => {
  expect(await offer(town, relation(served(), { object: "https://bilbao.test/proposals/none" }))).toEqual([]);
  expect(await offer(town, relation(served(), { object: "https://porto.test/processes/ruas" }))).toEqual([]);
});

test("an answer to what was never offered has no effect", async () => {
  const { bilbao } = net.nodes;
  const subject = served();
  const activity = town.activity("Offer", relation(subject));
  await town.post(bilbao.uris.sharedInbox, activity);
  await net.settle();
  // The one who asks cannot answer for the one who is asked.
  await town.post(bilbao.uris.sharedInbox, town.activity("Accept", activity));
  await town.post(bilbao.uris.sharedInbox, town.activity("Accept", activity.id));
  expect(await findAdoptionOf(bilbao.sql, subject)).toMatchObject({ state: "offered" });
  await bilbao.sql`delete from adoption`;
});

test("what was listed and is taken off by its own server keeps its place, and none of its words", async () => {
  const { bilbao } = net.nodes;
  const subject = served();
  await offer(town, relation(subject));
  const [adoption] = await listWaitingAdoptions(bilbao.sql, 10);
  await decideAdoption(bilbao.sql, bilbao.administrator, adoption!.id, "accepted", net.clock.now());
  await net.settle();
  const page = await openReader(bilbao);
  const lineage = `${new URL(proposal.uri).pathname}/lineage`;
  expect((await page.open(lineage)).text).toContain("A bench for the town");
  expect(town.inbox.at(-1)).toMatchObject({ type: "Accept", object: { type: "Offer", object: { subject } } });
  const kept = documents.get(subject)!;
  town.serve(subject, null);
  net.clock.advance(2 * dayMs);
  await net.settle();
  expect((await page.open(lineage)).text).toContain("taken off by its own server");
  expect(page.html).not.toContain("A bench for the town");
  expect((await page.open(new URL(proposal.uri).pathname)).text).not.toContain("A bench for the town");
  // It was only a day's trouble of that server.
  town.serve(subject, kept);
  net.clock.advance(2 * dayMs);
  await net.settle();
  expect((await page.open(lineage)).text).toContain("A bench for the town");
  await withTransaction(bilbao.sql, (tx) => eraseThing(tx, copyErasers, subject, net.clock.now()));
  expect((await page.open(new URL(proposal.uri).pathname)).text).not.toContain("Adopted by");
  expect(await findAdoptionOf(bilbao.sql, subject)).toBeNull();
});

test("ten thousand offers are as many rows and jobs as one server may have waiting", async () => {
  const { bilbao } = net.nodes;
  const from = (await findActor(bilbao.sql, town.uri))!;
  const verdicts = new Map<string, number>();
  const total = 10_000;
  for (let at = 0; at < total; at += 4) {
    const some = Array.from({ length: 4 }, (_, index) => {
      const activity = town.activity("Offer", relation(`https://town.test/proposals/flood-${at + index}`));
      return receive(bilbao.sql, activity, from, { isLimited: false, now: net.clock.now() } as never).then(
        ({ verdict }) => verdict,
        // What is too much is not acknowledged: the server is told to come again later.
        (error: unknown) => (error instanceof Refused ? error.code : Promise.reject(error)),
      );
    });
    for (const verdict of await Promise.all(some)) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  expect(Object.fromEntries(verdicts)).toEqual({
    done: offersWaitingPerHostMax,
    "too-many-requests": total - offersWaitingPerHostMax,
  });
  expect(await bilbao.sql`select from adoption`).toHaveLength(offersWaitingPerHostMax);
  expect(await bilbao.sql`select from lineage_node where uri like '%flood%'`).toHaveLength(offersWaitingPerHostMax);
  expect(await bilbao.sql`select from job where kind = 'lineage'`).toHaveLength(offersWaitingPerHostMax);
  await net.settle();
  // None of them is there, so none is shown.
  expect(await listWaitingAdoptions(bilbao.sql, 1_000)).toEqual([]);
});
