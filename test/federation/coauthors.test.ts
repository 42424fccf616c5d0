// Writing together, seen from another city: the names travel with the proposal, and leave with whoever leaves.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import type { Process } from "../../src/processes/process.ts";
import { publishProposal } from "../../src/proposals/actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
let ana: Account;
let iker: Account;
let draft: Proposal;
let author: Visitor;
let other: Visitor;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now, title: "Green squares" });
  ana = await aResident(bilbao, { now, name: "Ana Aldaz" });
  iker = await aResident(bilbao, { now, name: "Iker Planted-Oak" });
  draft = await aProposal(bilbao, { process, by: ana, now, isDraft: true, title: "Shade over the square" });
  await net.settle();
  const found = await porto.instance.house.findRemote(`@${process.handle}@bilbao.test`);
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
  await follow(porto.sql, porto.uris, us!, them!, now);
  await net.settle();
  author = await openReader(bilbao, ana);
  other = await openReader(bilbao, iker);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

/** What another server reads at the proposal's own address. */
async function objectOf(uri: string): Promise<Record<string, unknown> & { content: string; civic: unknown }> {
  const request = new Request(uri, { headers: { accept: "application/activity+json" } });
  return (await (await net.deliver(request)).json()) as never;
}

test("who was invited by e-mail accepts with the link of the mail, which carries nothing else", async () => {
  const { bilbao } = net.nodes;
  await author.open(`/proposals/${draft.id}/coauthors`);
  await author.fill("E-mail address", iker.email!).press("Send the invitation");
  expect(author.text).toContain("The invitation is on its way.");
  await bilbao.instance.drain();
  const mail = bilbao.mails.at(-1)!;
  expect(mail).toMatchObject({ to: iker.email });
  expect(mail.text).toContain("Shade over the square");
  expect(mail.text).not.toContain("@");
  await other.open(mail.text.match(/https:\/\/\S+/)![0]);
  expect(other.url.pathname).toBe("/account/coauthorship");
  expect(other.text).toContain("Ana Aldaz asks you to write a proposal together");
  await other.press("Accept");
  expect(other.url.pathname).toBe(`/proposals/${draft.id}`);
  expect(other.text).toContain("with Iker Planted-Oak");
});

test("the name stands on the other city's page, in the text that any server shows, and in the part of the record", async () => {
  const { bilbao, porto } = net.nodes;
  net.clock.advance(60_000);
  await publishProposal(bilbao.sql, ana, draft.uri, net.clock.now());
  await net.settle();
  const object = await objectOf(draft.uri);
  expect(object.content).toContain("Proposed by Ana Aldaz and Iker Planted-Oak in");
  expect(object.civic).toMatchObject({ author: "Ana Aldaz", coauthors: ["Iker Planted-Oak"] });
  expect(object.attributedTo).toBe(process.actorUri);
  const copy = (await findProposal(porto.sql, draft.uri))!;
  expect(copy).toMatchObject({ authorName: "Ana Aldaz", coauthors: ["Iker Planted-Oak"] });
  const reader = await openReader(porto);
  await reader.open(`/proposals/${copy.id}`);
  expect(reader.text).toContain("with Iker Planted-Oak");
  expect(await partsNaming("Planted-Oak")).toBe(1);
});

test("the name is gone everywhere once the account is closed, and the author's stays", async () => {
  const { bilbao, porto } = net.nodes;
  net.clock.advance(60_000);
  await closeAccount(bilbao.sql, iker, [forgetProposer], net.clock.now());
  await net.settle();
  const object = await objectOf(draft.uri);
  expect(object.content).toContain("Proposed by Ana Aldaz in");
  expect(JSON.stringify(object)).not.toContain("Planted-Oak");
  const copy = (await findProposal(porto.sql, draft.uri))!;
  expect(copy).toMatchObject({ authorName: "Ana Aldaz", coauthors: [], title: "Shade over the square" });
  const reader = await openReader(porto);
  await reader.open(`/proposals/${copy.id}`);
  expect(reader.text).not.toContain("Planted-Oak");
  expect(await partsNaming("Planted-Oak")).toBe(0);
});

test("when the author goes too, nobody is named, and the text stays", async () => {
  const { bilbao, porto } = net.nodes;
  net.clock.advance(60_000);
  await closeAccount(bilbao.sql, ana, [forgetProposer], net.clock.now());
  await net.settle();
  expect((await objectOf(draft.uri)).content).toContain("Proposal in");
  expect(await findProposal(porto.sql, draft.uri)).toMatchObject({ authorName: "", coauthors: [] });
});

/** Parts of records on either node that hold a text. */
async function partsNaming(text: string): Promise<number> {
  let found = 0;
  for (const { sql } of Object.values(net.nodes)) {
    const rows = await sql`select from record_part where document like ${`%${text}%`}`;
    found += rows.length;
  }
  return found;
}
