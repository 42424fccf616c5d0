// A proposal and a result of one city become proposals of another: from the page to the origin's list, by people who are signed in.
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { decideAdoption } from "../../src/adoptions/actions.ts";
import { findAdoptionOf } from "../../src/adoptions/queries.ts";
import { keepImage } from "../../src/platform/uploads.ts";
import { addCategory } from "../../src/processes/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal, publishProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { acceptInvitation, inviteCoauthor } from "../../src/proposals/coauthor-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { findResult } from "../../src/results/queries.ts";
import type { Result } from "../../src/results/result.ts";
import { findDerivation } from "../../src/subjects/derivation-queries.ts";
import { anOfficial, aProcess, aProposal, aProposalText, aResident, aResult } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto">;
let theirs: Process;
let ours: Process;
let proposal: Proposal;
let result: Result;
let resident: Account;
let reader: Visitor;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  const official = await anOfficial(bilbao, { now });
  const categoryId = await addCategory(bilbao.sql, official, { name: { en: "Streets" }, parentId: null }, now);
  await addCategory(porto.sql, await anOfficial(porto, { now }), { name: { en: "Mobility" }, parentId: null }, now);
  theirs = await aProcess(bilbao, { now, handle: "squares", title: "Green squares" });
  ours = await aProcess(porto, { now, title: "Porto in shade" });
  const { uploadsDir } = bilbao.instance.house;
  const meadow = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#386" } })
    .png()
    .toBuffer();
  const kept = await keepImage(uploadsDir, new Blob([new Uint8Array(meadow)]), "image");
  const image = {
    url: bilbao.uris.upload(kept.name),
    alt: "A bench",
    mediaType: kept.mediaType,
    width: 40,
    height: 30,
  };
  const lost = { ...image, url: bilbao.uris.at("/uploads/lost.jpg"), alt: "A lost one" };
  proposal = await aProposal(bilbao, {
    ...{ process: theirs, by: await aResident(bilbao, { now, name: "Miren" }), now, categoryId, images: [image, lost] },
    ...{ title: "Benches under plane trees", body: "Somewhere to **sit** in the shade.", language: "en" },
  });
  const [miren] = await bilbao.sql<{ id: string }[]>`select id from account where name = 'Miren'`;
  const author = (await getAccount(bilbao.sql, miren!.id))!;
  const link = await inviteCoauthor(bilbao.sql, "a secret", author, proposal.uri, { email: null }, now);
  await acceptInvitation(bilbao.sql, await aResident(bilbao, { now, name: "Jon" }), link, now);
  net.clock.advance(60_000);
  await answerProposal(
    bilbao.sql,
    bilbao.uris,
    official,
    proposal.uri,
    { outcome: "accepted", reasons: "Yes.", costAmount: "1200.00", costCurrency: "EUR", term: "2027", language: "en" },
    net.clock.now(),
  );
  result = await aResult(bilbao, {
    process: theirs,
    title: "Twelve benches",
    proposalUris: [proposal.uri],
    now: net.clock.now(),
  });
  await net.settle();
  const found = await porto.instance.house.findRemote("@squares@bilbao.test");
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
  await follow(porto.sql, porto.uris, us!, them!, net.clock.now());
  await net.settle();
  resident = await aResident(porto, { now, name: "Joana" });
  reader = await openReader(porto, resident);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

test("who writes something alike is told where it was tried, and what became of it", async () => {
  await reader.open(`/processes/${ours.handle}/proposals/new?title=${encodeURIComponent("Benches in the park")}`);
  expect(reader.text).toContain("Tried in 1 other place");
  expect(reader.text).toContain("Benches under plane trees");
  expect(reader.text).toMatch(/bilbao\.test Accepted · €1,200(\.00)? · 2027/);
  await reader.open(`/processes/${ours.handle}/proposals/new?title=${encodeURIComponent("Swimming pool")}`);
  expect(reader.text).not.toContain("Tried in");
});

test("who answers one is told the same", async () => {
  const { porto } = net.nodes;
  const local = await aProposal(porto, { process: ours, now: net.clock.now(), title: "Benches for old people" });
  const official = await anOfficial(porto, { now: net.clock.now() });
  const desk = await openReader(porto, official);
  await desk.open(`/proposals/${local.id}/answer`);
  expect(desk.text).toContain("Tried in 1 other place");
});

test("a proposal becomes a draft of one's own, beside the text it was made from; what is missing is asked for again", async () => {
  const { porto } = net.nodes;
  const copy = (await findProposal(porto.sql, proposal.uri))!;
  await reader.open(`/proposals/${copy.id}`);
  await reader.follow("Adopt here");
  expect(reader.text).toContain("Somewhere to **sit** in the shade.");
  expect(reader.text).toContain("No signed record of it is kept here");
  reader.fill("Title (English)", "").fill("Your proposal (English)", "Benches, **here** too.");
  reader.fill("Category, theirs: Streets", "Mobility").check("A bench (picture on bilbao.test)");
  await reader.press("Save as a draft");
  expect(reader.status).toBe(422);
  expect(reader.value("Your proposal (English)")).toBe("Benches, **here** too.");
  expect(reader.isChecked("A bench (picture on bilbao.test)")).toBe(true);
  reader.fill("Title (English)", "Benches under lime trees").check("A lost one (picture on bilbao.test)");
  await reader.press("Save as a draft");
  expect(reader.status).toBe(422);
  expect(reader.all("h2")).toContain("There is a problem");
  expect(reader.value("Title (English)")).toBe("Benches under lime trees");
  await reader.check("A lost one (picture on bilbao.test)", false).press("Save as a draft");
  expect(reader.url.pathname).toMatch(/\/proposals\/[0-9a-f-]+\/edit$/);
  const [draft] = await porto.sql<{ uri: string }[]>`select uri from proposal where title = 'Benches under lime trees'`;
  expect(await findProposal(porto.sql, draft!.uri)).toMatchObject({
    state: "draft",
    categoryName: "Mobility",
    // Its bytes are here now: nobody who reads it is seen by the other city.
    images: [
      { url: expect.stringMatching(/^https:\/\/porto\.test\/uploads\//), alt: "A bench (© bilbao.test)", width: 40 },
    ],
  });
  expect(await findDerivation(porto.sql, draft!.uri)).toEqual({ uri: proposal.uri, digest: null });
  // Bilbao names its record where the proposal lives.
  await net.settle();
  const head = await findHead(net.nodes.bilbao.sql, proposal.uri);
  expect(await findDerivation(porto.sql, draft!.uri)).toEqual({ uri: proposal.uri, digest: head!.digest });
});

test("published, it quotes the other, is offered to its city, and is listed once accepted", async () => {
  const { bilbao, porto } = net.nodes;
  await reader.press("Publish");
  await net.settle();
  const [made] = await porto.sql<{ uri: string; id: string }[]>`
    select uri, id from proposal where title = 'Benches under lime trees'`;
  const note = await (
    await net.deliver(new Request(made!.uri, { headers: { accept: "application/activity+json" } }))
  ).json();
  expect(note).toMatchObject({
    attachment: [{ type: "Image", name: "A bench (© bilbao.test)" }],
    quote: proposal.uri,
    quoteUrl: proposal.uri,
    civic: { derivedFrom: { uri: proposal.uri } },
  });
  const desk = await openReader(bilbao, await anOfficial(bilbao, { now: net.clock.now() }));
  await desk.open("/desk");
  expect(desk.text).toContain("Benches under lime trees");
  await desk.press("Accept and list it");
  await net.settle();
  await desk.open(new URL(proposal.uri).pathname);
  expect(desk.text).toContain("Adopted by 1 other");
  await reader.open(`/proposals/${made!.id}`);
  expect(reader.text).toContain("Accepted by bilbao.test");
  expect(reader.text).toContain("Written by Miren and Jon.");
  const copy = (await findProposal(porto.sql, proposal.uri))!;
  await reader.open(`/proposals/${copy.id}/lineage?compare=${encodeURIComponent(made!.uri)}`);
  expect(reader.html).toMatch(/<del>.*plane.*<\/del>/);
  expect(reader.text).toContain("€1,200");
});

test("a result becomes a proposal, and names the result", async () => {
  const { porto } = net.nodes;
  const copy = (await findResult(porto.sql, result.uri))!;
  await reader.open(`/results/${copy.id}`);
  await reader.follow("Adopt here");
  await reader.fill("Title (English)", "Twelve benches for Porto").press("Save as a draft");
  const [draft] = await porto.sql<{ uri: string }[]>`select uri from proposal where title = 'Twelve benches for Porto'`;
  expect(await findDerivation(porto.sql, draft!.uri)).toMatchObject({ uri: result.uri });
});

test("declined, it is told so and is not listed; and an official may think again", async () => {
  const { bilbao, porto } = net.nodes;
  const [draft] = await porto.sql<{ uri: string }[]>`select uri from proposal where title = 'Twelve benches for Porto'`;
  await editProposal(
    porto.sql,
    resident,
    draft!.uri,
    { ...aProposalText({ title: "Twelve benches for Porto" }), version: 1 },
    net.clock.now(),
  );
  await publishProposal(porto.sql, resident, draft!.uri, net.clock.now());
  await net.settle();
  const desk = await openReader(bilbao, await anOfficial(bilbao, { now: net.clock.now() }));
  await desk.open("/desk");
  await desk.press("Decline");
  await net.settle();
  expect(await findAdoptionOf(porto.sql, draft!.uri)).toMatchObject({ state: "declined" });
  await desk.open(new URL(result.uri).pathname);
  expect(desk.text).not.toContain("Adopted by");
  await desk.open(`${new URL(result.uri).pathname}/lineage`);
  expect(desk.text).not.toContain("for Porto");
  const adoption = (await findAdoptionOf(bilbao.sql, draft!.uri))!;
  await decideAdoption(bilbao.sql, bilbao.administrator, adoption.id, "accepted", net.clock.now());
  await net.settle();
  expect(await findAdoptionOf(porto.sql, draft!.uri)).toMatchObject({ state: "accepted" });
  expect((await desk.open(new URL(result.uri).pathname)).text).toContain("Adopted by 1 other");
  await desk.press("Take off the list");
  expect((await desk.open(new URL(result.uri).pathname)).text).not.toContain("Adopted by");
});

test("what is one's own, or is not there, cannot be adopted; nor by someone who is not signed in", async () => {
  const { porto } = net.nodes;
  const own = await aProposal(porto, { process: ours, now: net.clock.now() });
  expect((await reader.open(`/proposals/${own.id}/adoption`)).status).toBe(404);
  expect((await reader.open(`/processes/${ours.handle}/adoption`)).status).toBe(403);
  const copy = (await findProposal(porto.sql, proposal.uri))!;
  const stranger = await openReader(porto);
  await stranger.open(`/proposals/${copy.id}/adoption`);
  expect(stranger.url.pathname).toBe("/sign-in");
  expect((await stranger.open(`/proposals/${copy.id}`)).linkTo("Adopt here")).toBeNull();
});
