// Following a category, a person here and elsewhere, and all that a node opens, as people press it; and with a feed reader.
import { afterAll, beforeAll, expect, test } from "vitest";
import { follow as followActor } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { listNotices } from "../../src/notices/queries.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { mergeCategories, retireCategory } from "../../src/processes/category-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { processPath } from "../../src/processes/process.ts";
import { aGuest, aMeeting, aProcess, aProposal, aResident, aStranger } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
let schools: string;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  schools = await addCategory(bilbao.sql, bilbao.administrator, { name: { en: "Schools" }, parentId: null }, now);
  process = await aProcess(bilbao, { title: "Safer streets", now });
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const later = async () => {
  for (let minutes = 0; minutes < 3; minutes++) {
    net.clock.advance(60_000);
    await net.settle();
  }
};
const pathOf = (url: string) => new URL(url).pathname;

test("a category is followed where it is chosen, and stands in the list with an end", async () => {
  const { bilbao } = net.nodes;
  const person = await aGuest(bilbao, { now: net.clock.now() });
  const reader = await openReader(bilbao, person);
  await reader.open(`${processPath(process)}/proposals`);
  expect(reader.text).toContain("Choose a category to follow it alone.");
  await reader.open(`${processPath(process)}/categories/${schools}`);
  expect(reader.all("h2")).toContain("Follow “Schools” here");
  await reader.press("Follow", { near: "How often" });
  expect(reader.text).toContain("You follow this");
  await reader.open("/notices/settings");
  expect(reader.linkTo("Schools, in “Safer streets”")).toBe(`${processPath(process)}/categories/${schools}`);
  await later();
  await aProposal(bilbao, { process, categoryId: schools, title: "A wider pavement", now: net.clock.now() });
  await later();
  await reader.open("/notices");
  expect(reader.text).toContain("A new proposal: A wider pavement");
  await reader.open("/notices/settings");
  await reader.press("Stop following Schools, in “Safer streets”");
  expect(reader.all("a")).not.toContain("Schools, in “Safer streets”");
});

test("what is new in a category, and what a list shows, are feeds", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  await aProposal(bilbao, { process, title: "In no category", now });
  await aMeeting(bilbao, { process, categoryId: schools, title: "A walk to school", now });
  const read = async (path: string) => {
    const response = await bilbao.instance.fetch(new Request(`https://bilbao.test${path}`));
    return { status: response.status, text: await response.text() };
  };
  const list = `${processPath(process)}/proposals`;
  const reader = await openReader(bilbao);
  await reader.open(`${list}?category=${schools}`);
  const category = await read(reader.linkTo("New in “Schools” as a feed (Atom)") ?? "");
  expect(category.text).toContain("A walk to school");
  expect(category.text).toContain("A wider pavement");
  expect(category.text).not.toContain("In no category");
  const filtered = await read(reader.linkTo("These proposals as a feed (Atom)") ?? "");
  expect(filtered.text).toContain("A wider pavement");
  expect(filtered.text).not.toMatch(/In no category|A walk to school/);
  expect((await read(`${list}/feed.atom`)).text).toContain("In no category");
  expect((await read(`${processPath(process)}/categories/${process.id}.atom`)).status).toBe(404);
});

test("a category of a draft cannot be found out", async () => {
  const { bilbao } = net.nodes;
  const draft = await aProcess(bilbao, { isDraft: true, now: net.clock.now() });
  const person = await aGuest(bilbao, { now: net.clock.now() });
  const reader = await openReader(bilbao, person);
  for (const path of [`/categories/${schools}`, `/categories/${schools}.atom`]) {
    await reader.open(`${processPath(draft)}${path}`);
    expect(reader.status).toBe(404);
  }
});

test("a retired category is offered no more, and still stands on what has it", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const cars = await addCategory(bilbao.sql, bilbao.administrator, { name: { en: "Cars" }, parentId: null }, now);
  const proposal = await aProposal(bilbao, { process, categoryId: cars, title: "A parking place", now });
  await retireCategory(bilbao.sql, bilbao.administrator, cars, now);
  const reader = await openReader(bilbao);
  await reader.open(`${processPath(process)}/proposals`);
  expect(reader.all("option")).not.toContain("Cars");
  await reader.open(pathOf(proposal.url));
  expect(reader.text).toContain("Cars");
  await reader.open(`${processPath(process)}/categories/${cars}`);
  expect(reader.text).toContain("A parking place");
  expect(reader.text).not.toContain("Follow “Cars” here");
});

test("the address of a category that went into another leads there: the list, its filters and the feed", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const roads = await addCategory(bilbao.sql, bilbao.administrator, { name: { en: "Roads" }, parentId: null }, now);
  await mergeCategories(bilbao.sql, bilbao.administrator, { id: roads, intoId: schools, moves: {} }, now);
  const reader = await openReader(bilbao);
  for (const path of [`/categories/${roads}`, `/proposals?category=${roads}`]) {
    await reader.open(`${processPath(process)}${path}`);
    expect(reader.all("h2")).toContain("Follow “Schools” here");
  }
  const feed = `https://bilbao.test${processPath(process)}/categories/${roads}.atom`;
  const response = await bilbao.instance.fetch(new Request(feed));
  expect(response.headers.get("location")).toBe(`${processPath(process)}/categories/${schools}.atom`);
});

test("a person is followed on their page; who wrote something leads there", async () => {
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const ane = await aResident(bilbao, { name: "Ane", handle: "ane", now });
  const proposal = await aProposal(bilbao, { process, by: ane, title: "Shade over the square", now });
  const person = await aGuest(bilbao, { now });
  const reader = await openReader(bilbao, person);
  await reader.open(pathOf(proposal.url));
  await reader.follow("All that Ane has proposed");
  expect(reader.all("h2")).toContain("Follow Ane here");
  await reader.press("Follow", { near: "How often" });
  await later();
  const [{ count } = { count: 0 }] = await bilbao.sql<{ count: number }[]>`
    select count(*)::int as count from notice where account_id = ${ane.id}`;
  expect(count).toBe(0);
  await aProposal(bilbao, { process, by: ane, title: "Water for the trees", now: net.clock.now() });
  await later();
  await reader.open("/notices");
  expect(reader.text).toContain("A new proposal: Water for the trees");
  expect(reader.text).not.toContain("Shade over the square");
});

test("a person of another city is followed here, by what is kept of theirs", async () => {
  const { bilbao, porto } = net.nodes;
  const now = net.clock.now;
  const itziar = await aResident(bilbao, { name: "Itziar", handle: "itziar", now: now() });
  await porto.instance.house.findRemote(process.actorUri!);
  const us = await findActor(porto.sql, porto.organisation.uri);
  await followActor(porto.sql, porto.uris, us!, (await findActor(porto.sql, process.actorUri!))!, now());
  await later();
  await aProposal(bilbao, { process, by: itziar, title: "Lights at night", now: now() });
  await later();
  const person = await aGuest(porto, { now: now() });
  const reader = await openReader(porto, person);
  const [kept] = await porto.sql<{ id: string }[]>`select id from proposal where title = 'Lights at night'`;
  await reader.open(`/proposals/${kept!.id}`);
  await reader.follow("All that Itziar has proposed");
  expect(reader.all("h1")).toEqual(["Itziar"]);
  expect(reader.linkTo("Their own page, on bilbao.test")).toBe("https://bilbao.test/actors/itziar");
  await reader.press("Follow", { near: "How often" });
  await later();
  await aProposal(bilbao, { process, by: itziar, title: "Quiet at night", now: now() });
  await later();
  await later();
  const told = await listNotices(porto.sql, person.id, { sizeRows: 9, after: null, before: null });
  expect(told.rows.map(({ kind, title }) => `${kind}: ${title}`)).toEqual(["proposal-published: Quiet at night"]);
  await reader.open("/notices/settings");
  expect(reader.linkTo("Itziar")).toMatch(/^\/actors\/[0-9a-f-]{36}$/);
});

test("a person elsewhere of whom nothing public is kept has no page here", async () => {
  const { bilbao } = net.nodes;
  const stranger = await aStranger(bilbao, { now: net.clock.now() });
  const reader = await openReader(bilbao);
  await reader.open(`/actors/${stranger.id}`);
  expect(reader.status).toBe(404);
});

test("all that a node opens is followed on its list, also by e-mail", async () => {
  const { bilbao } = net.nodes;
  const reader = await openReader(bilbao);
  await reader.open("/processes");
  await reader.fill("Your e-mail address", "everything@example.org").press("Send me the link");
  await net.settle();
  const asked = bilbao.mails.at(-1)!;
  expect(asked).toMatchObject({ to: "everything@example.org" });
  expect(asked.text).toContain("All that ");
  await reader.open(asked.text.match(/https:\/\/\S+/)![0]);
  await reader.press("Yes, follow");
  net.clock.advance(60_000);
  await aProcess(bilbao, { title: "A new school", now: net.clock.now() });
  await later();
  const told = await bilbao.sql`
    select kind from mail_following_notice join mail_following on mail_following.id = mail_following_id
    where email = 'everything@example.org'`;
  expect(told).toEqual([{ kind: "process-published" }]);
});
