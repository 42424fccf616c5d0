// Writing together, seen from another city: the names travel with the proposal, and leave with whoever leaves.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { hourMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { publishProposal } from "../../src/proposals/actions.ts";
import { acceptInvitation, inviteCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { anOfficial, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

/** Porto follows the process; Lisboa keeps a copy of its records, and hears nothing else. */
let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let ana: Account;
let iker: Account;
let draft: Proposal;
let jon: Account;
let leire: Account;
let author: Visitor;
let other: Visitor;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
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

const secret = "s".repeat(40);
const aLink = () => inviteCoauthor(net.nodes.bilbao.sql, secret, ana, draft.uri, { email: null }, net.clock.now());

/** What another server reads at the proposal's own address. */
async function objectOf(uri: string): Promise<Record<string, unknown> & { content: string; civic: unknown }> {
  const request = new Request(uri, { headers: { accept: "application/activity+json" } });
  return (await (await net.deliver(request)).json()) as never;
}

test("who was invited by e-mail accepts with the link of the mail, which carries nothing else", async () => {
  const { bilbao } = net.nodes;
  await author.open(`/proposals/${draft.id}/coauthors`);
  await author.fill("E-mail address", "iker@work.example").press("Send the invitation");
  expect(author.text).toContain("The invitation is on its way.");
  await bilbao.instance.drain();
  const mail = bilbao.mails.at(-1)!;
  expect(mail).toMatchObject({ to: "iker@work.example" });
  expect(mail.text).toContain("Shade over the square");
  expect(mail.text).not.toContain("@");
  await other.open(mail.text.match(/https:\/\/\S+/)![0]);
  expect(other.url.pathname).toBe("/account/coauthorship");
  expect(other.text).toContain("Ana Aldaz asks you to write a proposal together");
  await other.press("Accept");
  expect(other.url.pathname).toBe(`/proposals/${draft.id}`);
  expect(other.text).toContain("Ana Aldaz and Iker Planted-Oak");
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
  expect(reader.text).toContain("Ana Aldaz and Iker Planted-Oak");
  expect(await partsNaming("Planted-Oak")).toBe(1);
});

/** What stands on the pages of another city: of the proposal, in the list, in the feed. */
async function pagesOf(name: "porto" | "lisboa"): Promise<readonly string[]> {
  const node = net.nodes[name];
  const [copy, around] = [(await findProposal(node.sql, draft.uri))!, (await findProcess(node.sql, process.uri))!];
  const reader = await openReader(node);
  const read: string[] = [];
  for (const path of [
    `/proposals/${copy.id}`,
    `/processes/${around.id}/proposals`,
    `/processes/${around.id}/proposals/feed.atom`,
  ]) {
    await reader.open(path);
    expect(reader.status).toBe(200);
    read.push(reader.html.replace(/<[^>]*>/g, ""));
  }
  return read;
}

async function hours(): Promise<void> {
  for (let hour = 0; hour < 3; hour += 1) {
    net.clock.advance(hourMs);
    await net.settle();
  }
}

test("all who agreed are named on the pages of who follows and of who keeps a copy, and nobody who was only asked", async () => {
  const { bilbao, lisboa } = net.nodes;
  const now = () => net.clock.now();
  jon = await aResident(bilbao, { now: now(), name: "Jon Planted-Elm" });
  leire = await aResident(bilbao, { now: now(), name: "Leire Planted-Ash" });
  for (const invited of [jon, leire]) await acceptInvitation(bilbao.sql, invited, await aLink(), now());
  const asked = await aResident(bilbao, { now: now(), name: "Peru Planted-Asked" });
  await inviteCoauthor(bilbao.sql, secret, ana, draft.uri, { email: asked.email! }, now());
  const scope = { scopeUri: process.uri, kind: "process", ownOrigin: lisboa.uris.origin } as const;
  await keepCopy(lisboa.sql, await anOfficial(lisboa, { now: now() }), scope, now());
  await hours();
  for (const page of [...(await pagesOf("porto")), ...(await pagesOf("lisboa"))]) {
    expect(page).toContain("Ana Aldaz, Iker Planted-Oak, Jon Planted-Elm, and Leire Planted-Ash");
    expect(page).not.toContain("Planted-Asked");
  }
  expect(await partsNaming("Planted-Elm")).toBeGreaterThan(1);
  expect(await partsNaming("Planted-Asked")).toBe(0);
});

test("who leaves, and who is asked to, is named nowhere: from the button to the other cities' pages and records", async () => {
  const leaving = await openReader(net.nodes.bilbao, jon);
  await leaving.open(`/proposals/${draft.id}/coauthors`);
  await leaving.press("Yes, leave");
  expect(leaving.text).toContain("You have left.");
  await author.open(`/proposals/${draft.id}/coauthors`);
  await author.press("Yes, remove", { near: "Leire Planted-Ash" });
  expect(author.text).toContain("The name is taken off.");
  await hours();
  const own = await openReader(net.nodes.bilbao);
  await own.open(`/proposals/${draft.id}`);
  for (const page of [own.text, ...(await pagesOf("porto")), ...(await pagesOf("lisboa"))]) {
    expect(page).toContain("Ana Aldaz and Iker Planted-Oak");
    expect(page).not.toMatch(/Planted-(Elm|Ash)/);
  }
  expect(await partsNaming("Planted-Elm")).toBe(0);
  expect(await partsNaming("Planted-Ash")).toBe(0);
  expect(JSON.stringify(await objectOf(draft.uri))).not.toMatch(/Planted-(Elm|Ash)/);
  for (const { sql } of Object.values(net.nodes)) {
    const rows = await sql`
      select from proposal where array_to_string(coauthors, ' ') ~ 'Planted-(Elm|Ash)'
      union all select from record where document ~ 'Planted-'
      union all select from outgoing_activity where activity::text ~ 'Planted-(Elm|Ash)'`;
    expect(rows).toHaveLength(0);
  }
});

test("the name is gone everywhere once the account is closed, and the author's stays", async () => {
  const { bilbao, porto } = net.nodes;
  net.clock.advance(60_000);
  await closeAccount(bilbao.sql, iker, [forgetProposer], net.clock.now());
  await hours();
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
  await hours();
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
