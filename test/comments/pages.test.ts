// The thread on a page and the page of one comment, walked through by the text of labels, links and buttons.
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { commentPages, threadOn } from "../../src/comments/pages.ts";
import { getComment, loadDiscussion } from "../../src/comments/queries.ts";
import { commentThread } from "../../src/comments/views.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { minuteMs } from "../../src/platform/time.ts";
import type { House } from "../../src/ports.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { processPages } from "../../src/processes/pages.ts";
import { findSubject, findSubjectById } from "../../src/subjects/queries.ts";
import type { PageEnv } from "../../src/web/context.ts";
import { page } from "../../src/web/layout.ts";
import {
  aCity,
  aComment,
  aModerator,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";
import type { Visitor } from "../support/visit.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let room: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  const processes = (house: House) => processPages(house, threadOn(house));
  room = await openRooms(db, city, [commentPages, thingPages, processes], { now });
});
afterAll(async () => {
  await room[Symbol.asyncDispose]();
  await db.drop();
});
afterEach(() => {
  expect(room.faults).toEqual([]);
});

/** The page of a proposal with nothing on it but its thread. */
function thingPages({ sql, clock }: House): Hono<PageEnv> {
  return new Hono<PageEnv>().get("/proposals/:id", async (c) => {
    const [ctx, thing] = [c.get("page"), await findSubjectById(sql, c.req.param("id"))];
    const query = new URL(c.req.url).searchParams;
    const discussion = await loadDiscussion(sql, thing!.uri, { query, reader: ctx.account, now: clock.now() });
    return c.html(page({ ctx, title: thing!.title, main: commentThread(ctx, discussion) }));
  });
}

/** Sends a form without its page, with the cookies of someone who had it: what a browser does when it repeats one. */
async function post(visitor: Visitor, values: Record<string, string>): Promise<Response> {
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
  const headers = { cookie, origin: city.uris.origin, "sec-fetch-site": "same-origin" };
  const url = city.uris.at("/comments");
  return await room.app.fetch(new Request(url, { method: "POST", headers, body: new URLSearchParams(values) }));
}

const pathOf = (thing: { id: string }) => `/proposals/${thing.id}`;

test("a resident adds a voice, replies, changes it and takes it back", async () => {
  const proposal = await aProposal(city, { now });
  const visitor = await room.visitor(await aResident(city, { name: "Ane", now }));
  await visitor.open(pathOf(proposal));
  expect(visitor.text).toContain("Nobody has said anything yet");
  await visitor.fill("Your comment", "A **bench**, please.").check("For").press("Publish the comment");
  expect(visitor.url.pathname).toBe(pathOf(proposal));
  expect(visitor.text).toContain("Your comment is published.");
  expect(visitor.html).toContain("<strong>bench</strong>");
  expect(visitor.text).toContain("Resident of Bilbao");

  await visitor.fill("Your reply to Ane", "With a back.").press("Publish the reply");
  expect(visitor.text).toContain("With a back.");
  expect(visitor.text).toContain("2 comments");

  await visitor.open(visitor.linkTo("Edit")!);
  expect(visitor.value("Your comment")).toBe("A **bench**, please.");
  await visitor.fill("Your comment", " ").press("Save the comment");
  expect(visitor.status).toBe(422);
  await visitor.fill("Your comment", "Two benches.").press("Save the comment");
  expect(visitor.text).toContain("Your comment is changed.");
  expect(visitor.text).toContain("edited");
  expect(visitor.text).toContain("A bench, please.");

  await visitor.press("Delete for good", { near: "Two benches." });
  expect(visitor.text).toContain("Your comment is deleted.");
  expect(visitor.text).toContain("Comment deleted by its author.");
  expect(visitor.text).not.toContain("benches");
  expect(visitor.text).toContain("With a back.");
});

test("a form with a fault comes back with what was typed; a form sent twice is one comment", async () => {
  const proposal = await aProposal(city, { now });
  const visitor = await room.visitor(await aResident(city, { now }));
  await visitor.open(pathOf(proposal));
  await visitor.fill("Your comment", "a".repeat(5_001)).check("Against").fill("Language", "Català");
  await visitor.press("Publish the comment");
  expect(visitor.status).toBe(422);
  expect(visitor.value("Your comment")).toHaveLength(5_001);
  expect(visitor.isChecked("Against")).toBe(true);
  expect(visitor.value("Language")).toBe("ca");

  // The browser sends the same page's form a second time: back, and once more.
  const corrected = visitor.html;
  await visitor.fill("Your comment", "Short enough.").press("Publish the comment");
  expect(visitor.url.pathname).toBe(pathOf(proposal));
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(corrected)![1]!;
  const form = { csrf: hidden("csrf"), target: hidden("target"), parent: "", once: hidden("once") };
  const sent = await post(visitor, {
    ...form,
    stance: "against",
    body: "Short enough.",
    language: "ca",
  });
  expect(sent.status).toBe(303);
  expect((await findSubject(db.sql, proposal.uri))!.commentCount).toBe(1);
});

test("a reader sees where each voice comes from, and reads it before signing in", async () => {
  const proposal = await aProposal(city, { now });
  await aComment(city, { on: proposal, by: await aResident(city, { name: "Jon", now }), stance: "for", now });
  await aRemoteComment(city, {
    on: proposal,
    by: await aStranger(city, { handle: "eva", now }),
    html: "<p>Olé</p>",
    now,
  });
  const porto = await aStranger(city, { host: "porto.test", type: "Group", now });
  await aRemoteComment(city, { on: proposal, by: porto, authorName: "Rui", stance: "against", language: "pt", now });
  const visitor = await room.visitor();
  await visitor.open(pathOf(proposal));
  for (const words of [
    "Resident of Bilbao",
    "From mastodon.example",
    "Rui",
    "From another city, porto.test",
    "in Portuguese",
  ]) {
    expect(visitor.text).toContain(words);
  }
  expect(visitor.text).toContain("counted apart: 0 for, 1 against, 0 neutral");
  expect(visitor.linkTo("Sign in to comment")).toContain(encodeURIComponent(`${pathOf(proposal)}#comments`));
  expect(visitor.hasButton("Publish the comment")).toBe(false);
  await visitor.open(`${pathOf(proposal)}?stance=for`);
  expect(visitor.text).not.toContain("Olé");
});

test("what is hidden says why; what waits says nothing to anyone", async () => {
  const proposal = await aProposal(city, { now });
  const hidden = await aComment(city, { on: proposal, body: "Something nasty", now });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Names a neighbour", now);
  await aRemoteComment(city, { on: proposal, html: "<p>Suspicious</p>", isHeld: true, now });
  for (const account of [null, await aResident(city, { now })]) {
    const visitor = await room.visitor(account);
    await visitor.open(pathOf(proposal));
    expect(visitor.text).toContain("Hidden by moderation: Names a neighbour");
    expect(visitor.text).not.toMatch(/nasty|Suspicious/);
    await visitor.open(`/comments/${hidden.id}`);
    expect(visitor.text).toContain("Names a neighbour");
    expect(visitor.text).not.toContain("nasty");
  }
});

test("the page of a comment shows what it answers and what answered it", async () => {
  const proposal = await aProposal(city, { title: "A bench by the river", now });
  const root = await aComment(city, { on: proposal, body: "The root", now });
  const reply = await aComment(city, { on: root, body: "The reply", now });
  await aComment(city, { on: reply, body: "The answer to it", now });
  const visitor = await room.visitor();
  await visitor.open(`/comments/${reply.id}`);
  for (const words of ["The root", "The reply", "The answer to it", "A bench by the river"]) {
    expect(visitor.text).toContain(words);
  }
  await visitor.follow("The whole discussion");
  expect(visitor.url.pathname).toBe(pathOf(proposal));
  await visitor.open("/comments/00000000-0000-7000-8000-000000000000");
  expect(visitor.status).toBe(404);
  await visitor.open("/comments/none");
  expect(visitor.status).toBe(404);
});

test("a like is given and taken back from the page; another's comment is neither edited nor deleted", async () => {
  const proposal = await aProposal(city, { now });
  const comment = await aComment(city, { on: proposal, now });
  const visitor = await room.visitor(await aResident(city, { now }));
  await visitor.open(pathOf(proposal));
  await visitor.press("Like");
  expect((await getComment(db.sql, comment.uri)).likeCount).toBe(1);
  await visitor.press("You like this");
  expect((await getComment(db.sql, comment.uri)).likeCount).toBe(0);
  expect(visitor.linkTo("Edit")).toBeNull();
  expect(visitor.hasButton("Delete for good")).toBe(false);
  await visitor.open(`/comments/${comment.id}/edit`);
  expect(visitor.status).toBe(403);
});

test("a moderator finds the way to the desk on each comment", async () => {
  const process = await aProcess(city, { now });
  const proposal = await aProposal(city, { process, now });
  const comment = await aComment(city, { on: proposal, now });
  const visitor = await room.visitor(await aModerator(city, { process, now }));
  await visitor.open(pathOf(proposal));
  expect(visitor.linkTo("Moderate")).toBe(`/moderation/things/${comment.id}`);
  const other = await room.visitor(await aResident(city, { now }));
  await other.open(pathOf(proposal));
  expect(other.linkTo("Moderate")).toBeNull();
  expect(other.linkTo("Report")).toBe(`/reports/new?about=${encodeURIComponent(comment.uri)}`);
});

test("a process and its news have threads of their own", async () => {
  const process = await aProcess(city, { now });
  const news = { processUri: process.uri, title: "We begin", body: "Come.", language: "en" };
  const newsUri = await publishNews(db.sql, city.uris, city.administrator, news, now);
  const visitor = await room.visitor(await aResident(city, { now }));
  for (const uri of [process.uri, newsUri]) {
    const words = `About ${new URL(uri).pathname}`;
    await visitor.open(new URL(uri).pathname);
    await visitor.fill("Your comment", words).press("Publish the comment");
    expect(visitor.url.pathname).toBe(new URL(uri).pathname);
    expect(visitor.text).toContain(words);
    expect(visitor.text).toContain("1 comment");
  }
});

test("after the window one's own comment is no longer changed; in a closed phase nobody comments", async () => {
  const by = await aResident(city, { now });
  const proposal = await aProposal(city, { process: await aProcess(city, { editWindowMinutes: 10, now }), now });
  const comment = await aComment(city, { on: proposal, by, now });
  const afterwards = new Date(+now + 11 * minuteMs);
  room.setNow(afterwards);
  const visitor = await room.visitor(by);
  await visitor.open(pathOf(proposal));
  expect(visitor.linkTo("Edit")).toBeNull();
  await visitor.open(`/comments/${comment.id}/edit`);
  expect(visitor.status).toBe(409);
  const closed = await aProposal(city, { process: await aProcess(city, { permits: ["propose"], now }), now });
  await visitor.open(pathOf(closed));
  expect(visitor.text).toContain("This phase takes no comments.");
  expect(visitor.hasButton("Publish the comment")).toBe(false);
});
