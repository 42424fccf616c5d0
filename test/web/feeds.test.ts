// Feeds and calendars: escaped, linked from their pages, cheap to ask again, and silent about what is hidden.
import { afterAll, beforeAll, expect, test } from "vitest";
import { assumeActors } from "../../src/actors/assumed-actions.ts";
import { findActorById } from "../../src/actors/queries.ts";
import { openOrganisation } from "../../src/cities/actions.ts";
import { networkPages } from "../../src/cities/network-pages.ts";
import { organisationPages } from "../../src/cities/organisation-pages.ts";
import { feedPages } from "../../src/front/feed-pages.ts";
import { changeMeeting } from "../../src/meetings/actions.ts";
import { meetingPages } from "../../src/meetings/pages.ts";
import { describeMirrored, keepCopy, noteOutcome } from "../../src/mirrors/actions.ts";
import { mirrorPages, showMirrored } from "../../src/mirrors/pages.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { peerPages } from "../../src/moderation/peer-pages.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { nothing } from "../../src/platform/html.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { processPages } from "../../src/processes/pages.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { resultPages } from "../../src/results/pages.ts";
import {
  aCity,
  aComment,
  aGuest,
  aMeeting,
  aMeetingText,
  aProcess,
  aProposal,
  aResult,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
let [db, city, rooms]: [TestDatabase, City, Rooms] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  const all = [
    feedPages,
    (house: Rooms["house"]) => processPages(house),
    (house: Rooms["house"]) => proposalPages(house),
    peerPages,
  ];
  const around = async () => ({ follow: nothing, processes: nothing });
  const abroad = [
    mirrorPages,
    (house: Rooms["house"]) => organisationPages(house, around),
    (house: Rooms["house"]) => networkPages(house, showMirrored(house)),
  ];
  const more = [
    ...abroad,
    (house: Rooms["house"]) => meetingPages(house),
    (house: Rooms["house"]) => resultPages(house),
  ];
  rooms = await openRooms(db, city, [...all, ...more], { now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

const at = (path: string, headers: Record<string, string> = {}) =>
  rooms.app.fetch(new Request(`https://bilbao.test${path}`, { headers }));

test("every list has a feed that its page names, with what is public and nothing that is hidden", async () => {
  const process = await aProcess(city, { title: "Squares & <trees>", now });
  const proposal = await aProposal(city, { process, now });
  const shown = await aResult(city, { title: "Ten <b>trees</b>", process, now });
  const hidden = await aResult(city, { title: "A secret result", process, now });
  await aMeeting(city, { title: "An evening", process, now });
  await aComment(city, { on: proposal, body: "I **agree**", now });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Wrong", now);
  const own = `/processes/${process.handle}`;
  const pages: [string, string, string][] = [
    ["/processes", "/processes.atom", "Squares &amp; &lt;trees&gt;"],
    ["/results", "/results.atom", "Ten &lt;b&gt;trees&lt;/b&gt;"],
    [`${own}/results`, `${own}/results.atom`, shown.uri],
    ["/meetings", "/meetings.atom", "An evening"],
    [new URL(proposal.url).pathname, `/discussions/${proposal.id}.atom`, "&lt;strong&gt;agree&lt;/strong&gt;"],
    [own, `${own}/feed.atom`, "Squares"],
    ["/processes", "/news.atom", "Squares"],
    ["/processes", "/answers.atom", "Official answers"],
    ["/moderation/log", "/moderation/log.atom", "Reason: Wrong"],
  ];
  for (const [page, feed, text] of pages) {
    const html = await (await at(page)).text();
    expect(html, page).toContain(`type="application/atom+xml" title=`);
    expect(html.split(`href="${feed}"`).length - 1, `${page} → ${feed}`).toBe(2); // In the head, and to be seen.
    const response = await at(feed);
    expect([feed, response.status, response.headers.get("content-type")]).toEqual([
      feed,
      200,
      "application/atom+xml; charset=utf-8",
    ]);
    const body = await response.text();
    expect(body, feed).toContain(text);
    expect(body).toContain(`<link rel="self" type="application/atom+xml" href="https://bilbao.test${feed}"/>`);
    expect(body).not.toContain("A secret result");
    const again = await at(feed, { "if-none-match": response.headers.get("etag") ?? "" });
    expect([feed, again.status, await again.text()]).toEqual([feed, 304, ""]);
  }
});

/** What nobody may read of what an organisation has: a draft, and something hidden. */
async function secretsOf(organisationId: string): Promise<void> {
  await aProcess(city, { title: "A secret draft", organisationId, isDraft: true, now });
  const hidden = await aProcess(city, { title: "A secret process", organisationId, now });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Wrong", now);
}

test("an organisation has a feed of what it opened and said, linked from its page, and of nothing else", async () => {
  const district = await openDistrict("deusto", "Deusto & river");
  const organisationId = district.actorId;
  await secretsOf(organisationId);
  const process = await aProcess(city, { title: "Shade in Deusto", organisationId, now });
  const meeting = await aMeeting(city, { title: "A walk in Deusto", process, now });
  const result = await aResult(city, { title: "Awnings in Deusto", process, now });
  const hidden = await aResult(city, { title: "A secret result of Deusto", process, now });
  await hideSubject(db.sql, city.administrator, hidden.uri, "Wrong", now);
  const member = await aGuest(city, { memberOf: (await findActorById(db.sql, organisationId))!, now });
  const spoken = await aProposal(city, { title: "Said by Deusto", by: member, organisationId, now });
  await aProposal(city, { title: "Said by a person", process, now });
  await aProcess(city, { title: "Of the whole city", now });

  const page = await (await at("/organisations/deusto")).text();
  expect(page.split('href="/organisations/deusto.atom"').length - 1).toBe(2);
  const response = await at("/organisations/deusto.atom");
  expect(response.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  const feed = await response.text();
  expect(feed).toContain("<title>Deusto &amp; river</title>");
  // What is told by itself when a process opens, or something of it is published, is news of that process.
  const news = await db.sql<{ uri: string }[]>`select uri from news where process_uri = ${process.uri}`;
  const told = [process, meeting, result, spoken, ...news].map(({ uri }) => uri);
  expect(news.length).toBeGreaterThan(0);
  expect(idsIn(feed).sort()).toEqual(told.sort());
  expect(feed).not.toMatch(/secret|Said by a person|Of the whole city/);
  expect((await at("/organisations/nobody.atom")).status).toBe(404);
});

test("the processes of other cities have a feed: each copy at its own address, no blocked server's and none hidden", async () => {
  const uris = await Promise.all(["porto.example", "blocked.example", "hidden.example"].map((host) => aCopyFrom(host)));
  const followed = await aCopyFrom("followed.example", false);
  await aCopyFrom("let-go.example", false);
  await db.sql`
    insert into follow (id, uri, follower_id, followed_id, state)
    select gen_random_uuid(), ${`${city.uris.origin}/follow`}, ${city.organisation.id}, organisation_id, 'accepted'
    from process where uri = ${followed}`;
  await db.sql`insert into peer (host, policy) values ('blocked.example', 'blocked')`;
  await hideSubject(db.sql, city.administrator, uris[2]!, "Wrong", now);
  await aProcess(city, { title: "Of our own", now });

  const page = await (await at("/network/processes")).text();
  expect(page.split('href="/network/processes.atom"').length - 1).toBe(2);
  const feed = await (await at("/network/processes.atom")).text();
  expect(idsIn(feed)).toEqual([uris[0]]);
  expect(feed).toContain('<link rel="alternate" type="text/html" href="https://porto.example/read/p"/>');
  expect(feed).toContain("<name>P</name>");

  // The page of the network names what is followed too, and says which of them is a copy.
  const network = await (await at("/network")).text();
  expect(network).toContain("Shade of porto.example");
  expect(network).toContain("Shade of followed.example");
  expect(network).not.toMatch(/Shade of (blocked|hidden|let-go)|No copies yet|No processes of other cities yet/);
  expect(network.split("Whole copy kept here").length - 1).toBe(1);
});

const idsIn = (feed: string): string[] =>
  [...feed.matchAll(/<entry[^>]*>\s*<id>([^<]+)<\/id>/g)].map(([, id]) => id ?? "");

const openDistrict = (handle: string, name: string) => {
  const texts = { tagline: {}, description: {}, territoryName: "", territoryIds: {}, territoryGeojson: null };
  const look = { timeZone: "Europe/Madrid", accent: "#2f5f8f", logo: null, website: "", reportChannelUrl: "" };
  const profile = { handle, kind: "district" as const, name: { en: name }, languages: ["en"], ...texts, ...look };
  return openOrganisation(db.sql, city.uris, city.administrator, profile, now);
};

/** A process of another node that stands here: kept whole as a copy, or only followed. */
async function aCopyFrom(host: string, isKept = true): Promise<string> {
  const uri = `https://${host}/processes/p`;
  const [actor, organisationUri] = [`https://${host}/actors/p`, `https://${host}/actors/city`];
  await withTransaction(db.sql, async (tx) => {
    const group = { uri: actor, type: "Group", handle: "p", name: "P", url: uri } as const;
    const whose = { uri: organisationUri, type: "Organization", handle: "city", name: host, url: uri } as const;
    const ids = await assumeActors(tx, [group, whose], now);
    const texts = { promoter: {}, audience: {}, decides: {}, goals: {}, description: {}, summary: {}, indicator: null };
    const pilot = { isPilot: false, pilotArea: "", pilotDecision: null, pilotReasons: "" };
    const own = { actorId: ids.get(actor)!, organisationUri, handle: "p", languages: ["en"], phases: [] };
    const said = { title: { en: `Shade of ${host}` }, url: `https://${host}/read/p`, publishedAt: now, updatedAt: now };
    await keepRemoteProcess(tx, { uri, ...texts, ...pilot, ...own, ...said }, now);
    if (isKept) await describeMirrored(tx, [uri]);
  });
  if (!isKept) return uri;
  await keepCopy(db.sql, city.administrator, { scopeUri: uri, kind: "process", ownOrigin: city.uris.origin }, now);
  await noteOutcome(db.sql, uri, { state: "kept", recordCount: 1, keptCount: 1, missingCount: 0 }, now, 0.5);
  return uri;
}

test("one calendar has the meetings and the phases; what moves keeps its name and says that it is newer", async () => {
  const process = await aProcess(city, { title: "Streets", now });
  const meeting = await aMeeting(city, { title: "The street party", process, now });
  const eventIn = (calendar: string, uid: string) =>
    calendar
      .replace(/\r\n /g, "")
      .split("BEGIN:VEVENT")
      .find((event) => event.includes(`UID:${uid}`)) ?? "";
  const sequence = (event: string) => Number(/SEQUENCE:(\d+)/.exec(event)?.[1]);
  const before = await (await at("/calendar.ics")).text();
  expect(eventIn(before, `${process.uri}#phase-1`)).toContain("SUMMARY:Streets: Open");
  expect(eventIn(before, meeting.uri)).toContain("SUMMARY:The street party");
  const later = new Date(+now + 5 * minuteMs);
  const changed = aMeetingText(later, { title: "The street party" });
  await changeMeeting(db.sql, city.uris, city.administrator, meeting.uri, changed, later);
  const after = await (await at("/calendar.ics")).text();
  expect(sequence(eventIn(after, meeting.uri))).toBeGreaterThan(sequence(eventIn(before, meeting.uri)));
  const phases = await at(`/processes/${process.handle}/phases.ics`);
  expect(phases.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  expect(await phases.text()).toContain("Streets: Open");
});
