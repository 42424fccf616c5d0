// The pages of proposals that everyone reads, and what readers and officials give them, through labels and buttons.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commentPages } from "../../src/comments/pages.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { processPages } from "../../src/processes/pages.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { findAnswer, getProposal } from "../../src/proposals/queries.ts";
import { keepRemoteProposal } from "../../src/proposals/remote.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { deleteSubject } from "../../src/subjects/actions.ts";
import {
  aCity,
  aGuest,
  aModerator,
  anOfficial,
  aPhase,
  aProcess,
  aProposal,
  aResident,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date();
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages, proposalPages, commentPages]);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

describe("supports", () => {
  test("are given and taken back by residents, and likes stand apart", async () => {
    const process = await aProcess(city, { supportLimit: 1 });
    const [one, other] = [await aProposal(city, { process }), await aProposal(city, { process })];
    const visitor = await rooms.visitor(await aResident(city));
    await visitor.open(`/proposals/${one.id}`);
    await visitor.press("Support");
    expect(visitor.text).toContain("1 verified resident supports this");
    expect(visitor.text).toContain("1 of 1 supports given in this process");
    await visitor.press("Like");
    expect(await getProposal(db.sql, one.uri)).toMatchObject({ supportCount: 1, likeCount: 1 });
    await visitor.press("Liked");
    expect(await getProposal(db.sql, one.uri)).toMatchObject({ supportCount: 1, likeCount: 0 });
    await visitor.open(`/proposals/${other.id}`);
    expect(visitor.hasButton("Support")).toBe(false);
    expect(visitor.text).toContain("You have given the only support this process allows.");
    await visitor.open(`/proposals/${one.id}`);
    await visitor.press("Take my support back");
    expect(visitor.text).toContain("0 verified residents support this");
  });

  test("over the limit are refused, also when two pages were open", async () => {
    const process = await aProcess(city, { supportLimit: 1 });
    const [one, other] = [await aProposal(city, { process }), await aProposal(city, { process })];
    const resident = await aResident(city);
    const visitor = await rooms.visitor(resident);
    await visitor.open(`/proposals/${other.id}`);
    await supportProposal(db.sql, resident, one.uri, now);
    await visitor.press("Support");
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("You have given all the supports this process allows.");
    expect((await getProposal(db.sql, other.uri)).supportCount).toBe(0);
  });

  test("after the phase are refused, and the page says that it is over", async () => {
    const process = await aProcess(city, { phases: [aPhase(now, { endsInDays: 1 })], now });
    const proposal = await aProposal(city, { process, now });
    const visitor = await rooms.visitor(await aResident(city));
    await visitor.open(`/proposals/${proposal.id}`);
    rooms.setNow(new Date(now.getTime() + 11 * 60 * minuteMs));
    await db.sql`update phase set ends_at = ${new Date(now.getTime() + minuteMs)} where process_uri = ${process.uri}`;
    await visitor.press("Support");
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("This phase of the process does not allow it");
    await visitor.open(`/proposals/${proposal.id}`);
    expect(visitor.hasButton("Support")).toBe(false);
    expect(visitor.text).toContain("Supporting is closed in this process.");
    expect((await getProposal(db.sql, proposal.uri)).supportCount).toBe(0);
  });

  test("whoever cannot give one is told why", async () => {
    const process = await aProcess(city);
    const later = await aProcess(city, {
      phases: [aPhase(now, { permits: ["propose"] }), aPhase(now, { startsInDays: 10, endsInDays: 20 })],
      now,
    });
    const [proposal, early] = [await aProposal(city, { process }), await aProposal(city, { process: later, now })];
    const stranger = await rooms.visitor();
    await stranger.open(`/proposals/${proposal.id}`);
    expect(stranger.linkTo("Sign in to support")).toBe(`/sign-in?back=%2Fproposals%2F${proposal.id}`);
    const guest = await rooms.visitor(await aGuest(city));
    await guest.open(`/proposals/${proposal.id}`);
    expect(guest.text).toContain("they take residents whose residence has been verified");
    expect(guest.hasButton("Like")).toBe(true);
    const resident = await rooms.visitor(await aResident(city));
    await resident.open(`/proposals/${early.id}`);
    expect(resident.text).toContain("Supporting opens on");
  });
});

describe("the official answer", () => {
  test("has reasons, cost and term, and is revised in place", async () => {
    const process = await aProcess(city);
    const proposal = await aProposal(city, { process });
    const visitor = await rooms.visitor(await anOfficial(city, { process }));
    await visitor.open(`/proposals/${proposal.id}`);
    await visitor.follow("Give the official answer");
    visitor.check("Accepted").fill("Reasons", "We will plant **twelve** trees.").fill("When", "spring 2027");
    visitor.fill("Cost", "12500,50");
    await visitor.press("Publish the answer");
    expect(visitor.text).toContain("We will plant twelve trees.");
    expect(visitor.text).toContain("€12,500.50");
    expect(visitor.all("strong")).toContain("twelve");
    await visitor.follow("Revise the official answer");
    expect(visitor.value("Cost")).toBe("12500.50");
    visitor.check("Not accepted").fill("Cost", "");
    await visitor.press("Publish the answer");
    const answer = await findAnswer(db.sql, proposal.uri);
    expect(answer).toMatchObject({ outcome: "rejected", costAmount: null, costCurrency: null, term: "spring 2027" });
    await visitor.open(`/answers/${answer!.id}`);
    expect(visitor.url.pathname).toBe(`/proposals/${proposal.id}`);
  });

  test("mistakes are said at their field, and what was typed stays", async () => {
    const process = await aProcess(city);
    const proposal = await aProposal(city, { process });
    const visitor = await rooms.visitor(await anOfficial(city, { process }));
    await visitor.open(`/proposals/${proposal.id}/answer`);
    visitor.fill("Cost", "about ten").fill("Currency", "eurs").fill("When", "soon");
    await visitor.press("Publish the answer");
    expect(visitor.status).toBe(422);
    for (const field of ["outcome", "reasons", "costAmount", "costCurrency"]) {
      expect(visitor.html).toContain(`href="#f-${field}"`);
    }
    expect(visitor.value("When")).toBe("soon");
    expect(await findAnswer(db.sql, proposal.uri)).toBeNull();
  });

  test("is for officials, in a phase for it, about what still waits for one", async () => {
    const process = await aProcess(city);
    const closed = await aProcess(city, { permits: ["propose"] });
    const [proposal, early] = [await aProposal(city, { process }), await aProposal(city, { process: closed })];
    const guest = await rooms.visitor(await aGuest(city));
    await guest.open(`/proposals/${proposal.id}`);
    expect(guest.linkTo("Give the official answer")).toBeNull();
    expect((await guest.open(`/proposals/${proposal.id}/answer`)).status).toBe(403);
    const official = await rooms.visitor(await anOfficial(city));
    expect((await official.open(`/proposals/${early.id}/answer`)).status).toBe(409);
    const resident = await aResident(city);
    const withdrawn = await aProposal(city, { process, by: resident });
    await withdrawProposal(db.sql, resident, withdrawn.uri, now);
    expect((await official.open(`/proposals/${withdrawn.id}/answer`)).status).toBe(409);
    expect((await official.open("/proposals/none/answer")).status).toBe(404);
  });
});

describe("the list of a process", () => {
  test("is searched, filtered, ordered and paged by key both ways", async () => {
    const process = await aProcess(city);
    const categoryId = await addCategory(db.sql, city.administrator, { name: { en: "Mobility" }, parentId: null }, now);
    const proposals = [];
    for (let index = 0; index < 23; index += 1) {
      proposals.push(await aProposal(city, { process, title: `A bench number ${index}` }));
    }
    const tram = await aProposal(city, { process, title: "Tram to the beach", categoryId });
    const resident = await aResident(city);
    for (const supported of [proposals[3]!, tram]) await supportProposal(db.sql, resident, supported.uri, now);
    await supportProposal(db.sql, await aResident(city), tram.uri, now);
    const visitor = await rooms.visitor();
    await visitor.open(`/processes/${process.handle}/proposals`);
    expect(visitor.all("h3")).toHaveLength(20);
    expect(visitor.all("h3")[0]).toBe("Tram to the beach");
    await visitor.follow("Next page");
    expect(visitor.all("h3")).toEqual([3, 2, 1, 0].map((index) => `A bench number ${index}`));
    await visitor.follow("Previous page");
    expect(visitor.all("h3")).toHaveLength(20);
    visitor.fill("Order", "Most supported");
    await visitor.press("Show");
    expect(visitor.all("h3").slice(0, 3)).toEqual(["Tram to the beach", "A bench number 3", "A bench number 22"]);
    await visitor.follow("Next page");
    expect(visitor.all("h3")).toEqual([4, 2, 1, 0].map((index) => `A bench number ${index}`));
    await visitor.follow("Previous page");
    expect(visitor.all("h3")[19]).toBe("A bench number 5");
    visitor.fill("Search", "beach").fill("Category", "Mobility");
    await visitor.press("Show");
    expect(visitor.all("h3")).toEqual(["Tram to the beach"]);
    visitor.fill("State", "Accepted");
    await visitor.press("Show");
    expect(visitor.text).toContain("No proposal matches");
    for (const wrong of ["?after=x", "?order=most-supported&after=WyJhIl0", "?after=WyIxIiwiMiIsIjMiXQ"]) {
      expect((await visitor.open(`/processes/${process.handle}/proposals${wrong}`)).status).toBe(404);
    }
  });

  test("is also a map with its places as a list, and a feed", async () => {
    const process = await aProcess(city);
    const point = { latitude: 43.26, longitude: -2.93 };
    await aProposal(city, { process, title: "A fountain there", place: { point, address: "Plaza Berria" } });
    await aProposal(city, { process, title: "A rule for everywhere" });
    const visitor = await rooms.visitor();
    await visitor.open(`/processes/${process.handle}/proposals`);
    await visitor.follow("Places");
    expect(visitor.linkTo("A fountain there · Plaza Berria")).toMatch(/^\/proposals\//);
    expect(visitor.text).not.toContain("A rule for everywhere");
    await visitor.open(`/processes/${process.handle}/proposals/feed.atom`);
    expect(visitor.html).toContain("<title>A rule for everywhere</title>");
    expect(visitor.html).toContain("&lt;strong&gt;sit&lt;/strong&gt;");
  });
});

test("hidden, a proposal is read by its author and by moderators; for all others the reason stands in its place", async () => {
  const process = await aProcess(city);
  const author = await aResident(city);
  const proposal = await aProposal(city, { process, by: author });
  const moderator = await aModerator(city, { process });
  await hideSubject(db.sql, moderator, proposal.uri, "Names a neighbour", now);
  const path = `/proposals/${proposal.id}`;
  const own = await (await rooms.visitor(author)).open(path);
  expect(own.text).toContain("A moderator has hidden your proposal");
  expect(own.text).toContain("Names a neighbour");
  expect((await (await rooms.visitor(moderator)).open(path)).text).toContain("Names a neighbour");
  for (const other of [await rooms.visitor(), await rooms.visitor(await aResident(city))]) {
    const read = await other.open(path);
    expect(read.status).toBe(200);
    expect(read.text).toContain("The reason given: Names a neighbour");
    expect(read.html).toContain('<meta name="robots" content="noindex">');

    for (const gone of [proposal.title, proposal.body, author.name]) expect(read.html).not.toContain(gone);
    expect((await other.open(`${path}/history`)).status).toBe(404);
    expect((await other.open(`/processes/${process.handle}/proposals`)).text).toContain("No proposal yet");
  }
  await reinstateSubject(db.sql, moderator, proposal.uri, now);
  expect((await (await rooms.visitor()).open(path)).status).toBe(200);
});

test("a support of what was hidden is found among one's own, and taken back", async () => {
  const process = await aProcess(city, { supportLimit: 2 });
  const [hidden, shown] = [
    await aProposal(city, { process, title: "Hidden benches" }),
    await aProposal(city, { process, title: "Shown benches" }),
  ];
  const person = await aResident(city);
  for (const { uri } of [hidden, shown]) await supportProposal(db.sql, person, uri, new Date());
  await hideSubject(db.sql, await aModerator(city), hidden.uri, "Names a neighbour", new Date());
  const visitor = await rooms.visitor(person);
  await visitor.open(`/proposals/${hidden.id}`);
  await visitor.follow("What I support");
  expect(visitor.text).toContain("2 of 2");
  expect(visitor.text).toContain("Shown benches");
  expect(visitor.text).not.toContain("Hidden benches");
  await visitor.press("Take my support back A proposal that moderators have hidden");
  expect(visitor.url.pathname).toBe("/account/supports");
  expect(visitor.text).toContain("1 of 2");
  expect(visitor.text).not.toContain("A proposal that moderators have hidden");
  expect((await getProposal(db.sql, hidden.uri)).supportCount).toBe(0);
  const other = await rooms.visitor(await aResident(city));
  await other.open("/account/supports");
  expect(other.text).not.toContain("Shown benches");
  await hideSubject(db.sql, await aModerator(city), process.uri, "Names a neighbour too", new Date());
  await visitor.open("/account/supports");
  expect(visitor.text).toContain("A process that moderators have hidden");
  expect(visitor.text).not.toContain("Shown benches");
  expect(visitor.text).not.toContain(process.title.en);
  await visitor.press("Take my support back A proposal that moderators have hidden");
  expect(visitor.url.pathname).toBe("/account/supports");
  expect((await getProposal(db.sql, shown.uri)).supportCount).toBe(0);
});

test("what was deleted is gone for good, and says so", async () => {
  const proposal = await aProposal(city);
  const visitor = await rooms.visitor(await aResident(city));
  await visitor.open(`/proposals/${proposal.id}`);
  await withTransaction(db.sql, (tx) => deleteSubject(tx, proposal.uri, now));
  await visitor.press("Support");
  expect(visitor.status).toBe(410);
  expect((await visitor.open(`/proposals/${proposal.id}`)).status).toBe(410);
  expect((await visitor.open("/proposals/00000000-0000-7000-8000-000000000000")).status).toBe(404);
  expect((await visitor.open("/proposals/' or 1=1")).status).toBe(404);
});

test("a copy of another city's proposal is read and liked here, supported only there", async () => {
  const actor = await aStranger({ sql: db.sql }, { host: "vila.example", handle: "platja", type: "Group" });
  const uri = "https://vila.example/processes/platja";
  const texts = { summary: {}, description: {}, promoter: {}, audience: {}, decides: {}, goals: {} };
  const pilot = { indicator: null, isPilot: false, pilotArea: "", pilotDecision: null, pilotReasons: "" };
  const what = { uri, url: uri, handle: "platja", languages: ["ca"], title: { ca: "La platja" }, ...texts, ...pilot };
  const when = { publishedAt: now, updatedAt: now };
  const phases = [{ ...aPhase(now), title: { ca: "Propostes" } }];
  await withTransaction(db.sql, async (tx) => {
    await keepRemoteProcess(tx, { ...what, ...when, phases, actorId: actor.id, organisationUri: null }, now);
    await keepRemoteProposal(
      tx,
      {
        ...{ uri: "https://vila.example/p/1", url: "https://vila.example/p/1", processUri: uri, authorId: actor.id },
        ...{ authorName: "Núria", title: "Ombra", body: "<p>Una <b>vela</b></p><script>x</script>", language: "ca" },
        coauthors: [],
        ...{ categoryName: "Verd", place: { point: null, address: "" }, state: "published", supportCount: 12 },
        images: [{ url: "https://vila.example/i.jpg", alt: "La vela", mediaType: "image/jpeg", width: 1, height: 1 }],
        ...when,
      },
      now,
    );
  });
  const visitor = await rooms.visitor(await aResident(city));
  await visitor.open("/processes?from=elsewhere");
  await visitor.follow("La platja");
  await visitor.follow("Proposals 1");
  expect(visitor.text).toContain("Proposals in this process are made on vila.example.");
  await visitor.follow("Ombra");
  expect(visitor.text).toContain("12 verified residents support this As counted by vila.example.");
  expect(visitor.text).toContain("Núria");
  expect(visitor.text).toContain("from vila.example");
  expect(visitor.hasButton("Support")).toBe(false);
  expect(visitor.text).not.toContain("<script>x");
  expect(visitor.text).not.toContain('<img src="https://vila.example');
  expect(visitor.linkTo("Picture on vila.example: La vela")).toBe("https://vila.example/i.jpg");
  await visitor.press("Like");
  expect((await getProposal(db.sql, "https://vila.example/p/1")).likeCount).toBe(1);
});

test("the discussion stands under the proposal, and a report is one link away", async () => {
  const proposal = await aProposal(city);
  const visitor = await rooms.visitor(await aGuest(city));
  await visitor.open(`/proposals/${proposal.id}`);
  visitor.fill("Your comment", "My daughter would use it.").check("For");
  await visitor.press("Publish the comment");
  expect(visitor.url.pathname).toBe(`/proposals/${proposal.id}`);
  expect(visitor.text).toContain("My daughter would use it.");
  expect(visitor.linkTo("Report this proposal")).toBe(`/reports/new?about=${encodeURIComponent(proposal.uri)}`);
  rooms.setNow(new Date(now.getTime() + 40 * dayMs));
  await visitor.open(`/proposals/${proposal.id}`);
  expect(visitor.hasButton("Publish the comment")).toBe(false);
});
