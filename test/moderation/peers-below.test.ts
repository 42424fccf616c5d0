// A decision about a server holds for what is below its name, at every door, as Mastodon's domain blocks do; and what a city
// cannot have meant is refused: itself, what it is part of, a whole ending of the net.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { listFollowerInboxes, listInboxesOf, listKnockers, policyFor } from "../../src/actors/queries.ts";
import { listThread } from "../../src/comments/queries.ts";
import { covers, isPublicEnding } from "../../src/moderation/host.ts";
import { importHosts, undoImport } from "../../src/moderation/list-actions.ts";
import { listAllPeers, listImports } from "../../src/moderation/list-queries.ts";
import { decideFirstComments, decidePeerIn, decideServer } from "../../src/moderation/peer-actions.ts";
import { csvLine } from "../../src/platform/csv.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aProposal, aRemoteComment, aStranger, type City } from "../support/build.ts";
import type { TestDatabase } from "../support/database.ts";
import type { Rooms } from "../support/room.ts";
import { closeModeratedCity, openModeratedCity } from "./moderated-city.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: City;
let room: Rooms;
beforeAll(async () => {
  ({ db, city, room } = await openModeratedCity(now));
});
afterAll(() => closeModeratedCity({ db, room }));
afterEach(() => expect(room.faults).toEqual([]));

const decide = (host: string, policy: "allowed" | "limited" | "blocked") =>
  decideServer(db.sql, city.uris, city.administrator, { host, policy, reason: "" }, now);
const shownIn = async (uri: string) => {
  const page = await listThread(db.sql, uri, { after: null, before: null, sizeRows: 50, order: "oldest" });
  return page.rows.map(({ root }) => root.uri).sort();
};

test("a blocked name takes along what is below it, with counts, follows and inboxes, and nothing beside it", async () => {
  const proposal = await aProposal(city, { now });
  const hosts = ["spam.example", "a.spam.example", "deep.b.spam.example:8443", "notspam.example", "spam.example.net"];
  const people = await Promise.all(hosts.map((host) => aStranger(city, { host, now })));
  const said: string[] = [];
  for (const by of people) said.push((await aRemoteComment(city, { on: proposal, by, now })).uri);
  const { organisation } = city;
  for (const { id } of people) {
    await db.sql`insert into follow (id, uri, follower_id, followed_id, state, created_at)
      values (gen_random_uuid(), ${`https://f.example/${id}`}, ${id}, ${organisation.id}, 'accepted', ${now})`;
  }
  await decide("spam.example", "blocked");
  expect(await Promise.all(hosts.map((host) => policyFor(db.sql, host)))).toEqual([
    "blocked",
    "blocked",
    "blocked",
    "allowed",
    "allowed",
  ]);
  expect(await shownIn(proposal.uri)).toEqual(said.slice(3).sort());
  expect((await findSubject(db.sql, proposal.uri))?.commentCount).toBe(2);
  expect((await listKnockers(db.sql, [new URL(people[1]!.uri)]))[0]?.policy).toBe("blocked");
  expect(
    await listInboxesOf(
      db.sql,
      people.map(({ uri }) => uri),
    ),
  ).toHaveLength(2);
  const page = { followersOf: [organisation.uri], institutionsOf: [], after: "", limit: 50 };
  expect(await listFollowerInboxes(db.sql, page)).toHaveLength(2);
  const left = await db.sql`select from follow where followed_id = ${organisation.id} and state = 'accepted'`;
  expect(left).toHaveLength(2);
  await expect(aRemoteComment(city, { on: proposal, by: people[1]!, now })).rejects.toThrow("peer-blocked");
  await expect(follow(db.sql, city.uris, city.organisation, people[2]!, now)).rejects.toThrow("peer-blocked");

  // What is decided about a longer name counts there.
  await decide("a.spam.example", "limited");
  expect(await shownIn(proposal.uri)).toEqual([said[1], ...said.slice(3)].sort());
  await decide("a.spam.example", "blocked");
  expect((await findSubject(db.sql, proposal.uri))?.commentCount).toBe(2);
  await decide("spam.example", "allowed");
  expect(await shownIn(proposal.uri)).toEqual([said[0], ...said.slice(2)].sort());
  expect((await findSubject(db.sql, proposal.uri))?.commentCount).toBe(4);
});

test("a host below one that was decided about is not unknown", async () => {
  const proposal = await aProposal(city, { now });
  await decideFirstComments(db.sql, city.administrator, true, now);
  await decide("friends.example", "allowed");
  const held = async (host: string) => {
    const { uri } = await aRemoteComment(city, { on: proposal, by: await aStranger(city, { host, now }), now });
    return (await findSubject(db.sql, uri))?.hiddenAt !== null;
  };
  expect([await held("one.friends.example"), await held("nobody.example")]).toEqual([false, true]);
  await decideFirstComments(db.sql, city.administrator, false, now);
});

test("an imported list does the same, and undone it leaves what a shorter name still says", async () => {
  const proposal = await aProposal(city, { now });
  const { uri } = await aRemoteComment(city, {
    on: proposal,
    by: await aStranger(city, { host: "x.bulk.example" }),
    now,
  });
  const listOf = (...lines: [string, string][]) =>
    csvLine(["#domain", "#severity"]) + lines.map((line) => csvLine(line)).join("");
  const take = (csv: string) => importHosts(db.sql, city.uris, city.administrator, csv, now);
  await take(listOf(["bulk.example", "suspend"]));
  expect(await shownIn(proposal.uri)).toEqual([]);
  await take(listOf(["x.bulk.example", "silence"]));
  expect(await shownIn(proposal.uri)).toEqual([uri]);
  await undoImport(db.sql, city.uris, city.administrator, (await listImports(db.sql))[0]!.id, now);
  expect(await shownIn(proposal.uri)).toEqual([]);
  expect((await listAllPeers(db.sql)).map(({ host }) => host)).not.toContain("x.bulk.example");

  for (const host of ["test", "co.uk", "bilbao.test"]) {
    const before = (await listAllPeers(db.sql)).length;
    await expect(take(listOf(["fine.example", "suspend"], [host, "suspend"]))).rejects.toMatchObject({
      code: host === "bilbao.test" ? "list-line" : "host-too-wide",
    });
    expect(await listAllPeers(db.sql)).toHaveLength(before);
  }
});

test("undoing an import from when less was refused puts nothing too wide back", async () => {
  const [{ sql }, { organisation, uris, administrator }] = [db, city];
  const hosts = ["co.uk", "com", uris.host, "fine-before.example"];
  const changes = hosts.map((host) => ({
    host,
    before: { policy: "limited", reason: "Before" },
    after: { host, policy: "blocked", reason: "After" },
  }));
  await sql`insert into peer ${sql(changes.map(({ after }) => ({ ...after, decidedAt: now })))}`;
  const id = newId(now);
  const row = { id, kind: "hosts", byId: administrator.id, at: now, changes: sql.json(changes) };
  await sql`insert into moderation_import ${sql(row)}`;
  await undoImport(sql, uris, administrator, id, now);
  const left = (await listAllPeers(sql)).filter(({ host }) => hosts.includes(host));
  expect(left).toEqual([{ host: "fine-before.example", policy: "limited", reason: "Before" }]);
  expect(await policyFor(sql, new URL(organisation.uri).host)).toBe("allowed");
  for (const host of hosts.slice(0, 3)) {
    const decision = { host, policy: "limited", reason: "" } as const;
    const decided = withTransaction(sql, (tx) => decidePeerIn(tx, uris, administrator, decision, now));
    await expect(decided).rejects.toMatchObject({ code: "host-too-wide" });
  }
});

test("nobody decides about this node, what it is part of, or an ending of the net: the page says why", async () => {
  const visitor = await room.visitor(city.administrator);
  await visitor.open("/network/peers");
  for (const host of ["test", "org", "co.uk", "gob.es"]) {
    await visitor.fill("Server", host).check("Blocked").press("Decide");
    expect(visitor.status).toBe(422);
    expect(visitor.text).toContain(`“${host}” covers too much`);
  }
  const own = { ...city.uris, host: "node.city.example:8443" };
  for (const host of ["city.example", "node.city.example", "node.city.example:8443", "example"]) {
    const decision = { host, policy: "blocked", reason: "" } as const;
    await expect(decideServer(db.sql, own, city.administrator, decision, now)).rejects.toMatchObject({
      params: { field: "host" },
    });
  }
});

test("names are compared label by label", () => {
  expect(covers("spam.example", "a.spam.example")).toBe(true);
  expect(covers("spam.example", "spam.example:8080")).toBe(true);
  expect(covers("spam.example", "notspam.example")).toBe(false);
  expect(covers("a.spam.example", "spam.example")).toBe(false);
  expect(covers("spam.example:8080", "spam.example:9090")).toBe(false);
  expect(["org", "co.uk", "gouv.fr"].map(isPublicEnding)).toEqual([true, true, true]);
  expect(["x.co.uk", "mastodon.social", "localhost:8002", "k.gal"].map(isPublicEnding)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
