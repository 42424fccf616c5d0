// Meetings and results between two cities: told, copied, changed and called off, over real signatures.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepMeeting } from "../../federation/meetings.ts";
import { readPost } from "../../federation/reading.ts";
import { keepResult } from "../../federation/results.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { cancelMeeting, changeMeeting, closeMeeting } from "../../src/meetings/actions.ts";
import { findMeeting, listMeetingLinks } from "../../src/meetings/queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess, listNews } from "../../src/processes/queries.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { findResult, listMilestones, listResultLinks } from "../../src/results/queries.ts";
import { aMeeting, aMeetingText, aProcess, aProposal, aResult, aResultText } from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  process = await aProcess(bilbao, { now: net.clock.now() });
  await net.settle();
  await followFrom(porto, `@${process.handle}@bilbao.test`);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function followFrom(node: Node, address: string): Promise<void> {
  const found = await node.instance.house.findRemote(address);
  const [us, them] = [await findActor(node.sql, node.organisation.uri), await findActor(node.sql, found.uri)];
  await follow(node.sql, node.uris, us!, them!, net.clock.now());
  await net.settle();
}

const fetchJson = async (uri: string): Promise<Record<string, unknown>> => {
  const headers = { accept: "application/activity+json" };
  const response = await net.nodes.bilbao.instance.fetch(new Request(uri, { headers }));
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};

const activitiesOf = (subjectUri: string) => net.nodes.bilbao.sql<
  { type: string; actor: string; cc: string[]; followersOf: string[]; institutionsOf: string[] }[]
>`
  select activity ->> 'type' as type, activity ->> 'actor' as actor, followers_of, institutions_of
  from outgoing_activity where subject_uri = ${subjectUri} order by id`;

describe("a meeting", () => {
  test("is copied as an Event by the city that follows, while people hear of it by a Note", async () => {
    const { bilbao, porto } = net.nodes;
    const proposal = await aProposal(bilbao, { process, now: net.clock.now() });
    const meeting = await aMeeting(bilbao, {
      process,
      title: "The evening",
      agenda: "1. **Where**",
      latitude: 43.26,
      longitude: -2.93,
      linkedUris: [proposal.uri],
      now: net.clock.now(),
    });
    await net.settle();
    const copy = await findMeeting(porto.sql, meeting.uri);
    expect(copy).toMatchObject({
      origin: "https://bilbao.test",
      processUri: process.uri,
      title: "The evening",
      state: "scheduled",
      startsAt: meeting.startsAt,
      endsAt: meeting.endsAt,
      timeZone: "Europe/Madrid",
      address: "Carrer del Regomir 3",
      latitude: 43.26,
      organisationName: "Bilbao",
      agenda: expect.stringContaining("<strong>Where</strong>"),
    });
    expect(await listMeetingLinks(porto.sql, meeting.uri)).toEqual([proposal.uri]);
    expect((await findProcess(porto.sql, process.uri))?.meetingCount).toBe(1);
    const [news] = await listNews(porto.sql, { processUri: process.uri, before: null, limit: 1 });
    expect(news).toMatchObject({ title: "Meeting: The evening", body: expect.stringContaining(meeting.url) });
    expect((await activitiesOf(meeting.uri)).slice(0, 1)).toEqual([
      {
        type: "Create",
        actor: bilbao.organisation.uri,
        followersOf: [],
        institutionsOf: [bilbao.organisation.uri, process.actorUri],
      },
    ]);
  });

  test("is read by anyone as an Event whose facts stand in its summary too", async () => {
    const meeting = await aMeeting(net.nodes.bilbao, {
      process,
      agenda: "1. Where",
      kind: "hybrid",
      link: "https://meet.example/1",
      now: net.clock.now(),
    });
    const object = await fetchJson(meeting.uri);
    expect(object).toMatchObject({
      type: "Event",
      name: meeting.title,
      startTime: meeting.startsAt.toISOString(),
      endTime: meeting.endsAt?.toISOString(),
      timezone: "Europe/Madrid",
      "ical:status": "CONFIRMED",
      isOnline: true,
      location: { type: "Place", name: "Carrer del Regomir 3" },
    });
    for (const fact of ["Europe/Madrid", "Carrer del Regomir 3", "Where", "https://meet.example/1"]) {
      expect(object.summary).toContain(fact);
    }
    expect(readPost(object)).toMatchObject({ type: "Event", isPublic: true, name: meeting.title });
  });

  test("that is changed, called off or written up changes on both nodes, and a hidden one goes", async () => {
    const { bilbao, porto } = net.nodes;
    const meeting = await aMeeting(bilbao, { process, now: net.clock.now() });
    await net.settle();
    net.clock.advance(60_000);
    const change = aMeetingText(net.clock.now(), { title: "Elsewhere", address: "By the river" });
    await changeMeeting(bilbao.sql, bilbao.uris, bilbao.administrator, meeting.uri, change, net.clock.now());
    await net.settle();
    expect(await findMeeting(porto.sql, meeting.uri)).toMatchObject({ title: "Elsewhere", address: "By the river" });
    const other = await aMeeting(bilbao, {
      process,
      startsAt: new Date(+net.clock.now() - 3_600_000),
      endsAt: null,
      now: net.clock.now(),
    });
    net.clock.advance(60_000);
    await cancelMeeting(bilbao.sql, bilbao.uris, bilbao.administrator, meeting.uri, "A storm", net.clock.now());
    const minutes = { attendeeCount: 12, organisations: "Bizi Auzoa", minutes: "All **agreed**." };
    await closeMeeting(bilbao.sql, bilbao.uris, bilbao.administrator, other.uri, minutes, net.clock.now());
    await net.settle();
    expect(await findMeeting(porto.sql, meeting.uri)).toMatchObject({ state: "cancelled", cancelReason: "A storm" });
    expect(await findMeeting(porto.sql, other.uri)).toMatchObject({
      state: "closed",
      attendeeCount: 12,
      minutes: expect.stringContaining("<strong>agreed</strong>"),
    });
    expect(await fetchJson(meeting.uri)).toMatchObject({ "ical:status": "CANCELLED" });
    await hideSubject(bilbao.sql, bilbao.administrator, other.uri, "Wrong", net.clock.now());
    await net.settle();
    // Set aside with the moderator's words, since it may come back; nobody can read it meanwhile.
    expect(await findMeeting(porto.sql, other.uri)).toMatchObject({
      hiddenAt: expect.any(Date),
      hiddenReason: "Wrong",
    });
    const { id } = (await findMeeting(porto.sql, other.uri))!;
    const page = await porto.instance.fetch(new Request(porto.uris.at(`/meetings/${id}`)));
    expect(await page.text()).not.toContain("Bizi Auzoa");
  });

  test("in no process is told by the city itself", async () => {
    const { bilbao } = net.nodes;
    const meeting = await aMeeting(bilbao, { process: null, now: net.clock.now() });
    await net.settle();
    expect(await activitiesOf(meeting.uri)).toEqual([
      { type: "Create", actor: bilbao.organisation.uri, followersOf: [bilbao.organisation.uri], institutionsOf: [] },
    ]);
  });
});

describe("a result", () => {
  test("is a Note by the city, boosted by the process, and copied with where it comes from", async () => {
    const { bilbao, porto } = net.nodes;
    const proposal = await aProposal(bilbao, { process, now: net.clock.now() });
    const result = await aResult(bilbao, {
      process,
      title: "Twelve benches",
      costAmount: "12500.50",
      costCurrency: "EUR",
      startsOn: "2026-05-01",
      endsOn: "2026-09-01",
      proposalUris: [proposal.uri],
      now: net.clock.now(),
    });
    await net.settle();
    expect(await findResult(porto.sql, result.uri)).toMatchObject({
      origin: "https://bilbao.test",
      title: "Twelve benches",
      status: "in-progress",
      progress: 40,
      costAmount: "12500.50",
      costCurrency: "EUR",
      startsOn: "2026-05-01",
      endsOn: "2026-09-01",
      organisationName: "Bilbao",
    });
    expect(await listResultLinks(porto.sql, result.uri)).toEqual({ proposals: [proposal.uri], meetings: [] });
    const object = await fetchJson(result.uri);
    expect(object).toMatchObject({ type: "Note", attributedTo: bilbao.organisation.uri });
    for (const fact of ["Twelve benches", "Under way", "40% done", "€12,500.50"])
      expect(object.content).toContain(fact);
    expect(object).not.toHaveProperty("summary");
    expect((await activitiesOf(result.uri)).map(({ type, actor }) => [type, actor])).toEqual([
      ["Create", bilbao.organisation.uri],
      ["Announce", process.actorUri],
    ]);
  });

  test("moves on by steps that reply to it, and its copy with it", async () => {
    const { bilbao, porto } = net.nodes;
    const result = await aResult(bilbao, { process, now: net.clock.now() });
    await net.settle();
    net.clock.advance(60_000);
    const step = {
      resultUri: result.uri,
      reachedOn: "2026-05-04",
      title: "The last one stands",
      body: "All **twelve**.",
      language: "en",
      status: "done",
      progress: null,
    } as const;
    const milestone = await reachMilestone(bilbao.sql, bilbao.uris, bilbao.administrator, step, net.clock.now());
    await net.settle();
    expect(await listMilestones(porto.sql, result.uri)).toMatchObject([
      {
        uri: milestone.uri,
        reachedOn: "2026-05-04",
        title: "The last one stands",
        body: expect.stringContaining("<strong>twelve</strong>"),
      },
    ]);
    expect(await findResult(porto.sql, result.uri)).toMatchObject({ status: "done", progress: 100 });
    expect(await fetchJson(milestone.uri)).toMatchObject({
      type: "Note",
      inReplyTo: result.uri,
      attributedTo: bilbao.organisation.uri,
    });
    net.clock.advance(60_000);
    await changeResult(
      bilbao.sql,
      bilbao.administrator,
      result.uri,
      aResultText({ title: "Changed", status: "dropped", progress: 10 }),
      net.clock.now(),
    );
    await net.settle();
    expect(await findResult(porto.sql, result.uri)).toMatchObject({
      title: "Changed",
      status: "dropped",
      progress: 10,
    });
    expect((await findProcess(porto.sql, process.uri))?.resultCount).toBe(2);
  });
});

describe("what another node says of its meetings and results", () => {
  test("is kept only where it fits, and two that name one source do not meet", async () => {
    const { bilbao, porto } = net.nodes;
    const meeting = await aMeeting(bilbao, { process, now: net.clock.now() });
    const result = await aResult(bilbao, { process, now: net.clock.now() });
    await net.settle();
    const read = async (uri: string) => readPost(await fetchJson(uri));
    const [event, note] = [await read(meeting.uri), await read(result.uri)];
    const keep = (post: typeof event) =>
      withTransaction(porto.sql, (tx) =>
        (post.civic?.kind === "meeting" ? keepMeeting : keepResult)(tx, post, net.clock.now()),
      );
    const later = new Date(+net.clock.now() + 60_000);
    const said = (post: typeof event, civic: object) => ({
      ...post,
      updatedAt: later,
      civic: { ...post.civic, ...civic },
    });
    for (const wrong of [
      { timeZone: "Europe/Atlantis" },
      { startsAt: "tomorrow" },
      { endsAt: "2020-01-01T00:00:00Z" },
      { endsAt: "2099-01-01T00:00:00Z" },
      { state: "draft" },
      { form: "by pigeon" },
    ]) {
      await expect(keep(said(event, wrong))).rejects.toMatchObject({ code: "unsupported-object" });
    }
    await expect(keep(said(event, { process: "https://porto.test/processes/x" }))).rejects.toMatchObject({
      code: "not-found",
    });
    await expect(keep(said(note, { progress: 40, status: "finished" }))).rejects.toMatchObject({
      code: "unsupported-object",
    });
    await keep(
      said(event, {
        body: "<script>alert(1)</script><p onclick='x'>safe</p>",
        link: "javascript:alert(1)",
        attendees: -1,
      }),
    );
    expect(await findMeeting(porto.sql, meeting.uri)).toMatchObject({
      body: "<p>safe</p>",
      link: "",
      attendeeCount: null,
    });
    await keep(said(note, { progress: 400, cost: { amount: "1e9", currency: "EUR" }, startsOn: "2026-99-99" }));
    expect(await findResult(porto.sql, result.uri)).toMatchObject({ progress: null, costAmount: null, startsOn: null });
    const source = { name: "decidim.example", id: "1", url: "https://decidim.example/1", counts: { supports: 12 } };
    const twin = await aResult(bilbao, { process, now: net.clock.now() });
    await net.settle();
    await keep(said(note, { source }));
    await keep(said(await read(twin.uri), { source }));
    expect((await findResult(porto.sql, twin.uri))?.source).toEqual(source);
  });
});
