// Replies that come at the same time are kept together: with the same rows, counts, tasks and refusals as one by one.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { receive } from "../../federation/inbox.ts";
import { readActivity } from "../../federation/reading-activities.ts";
import { openReplies, plainReplyOf } from "../../federation/replies.ts";
import { decidePeer } from "../../src/actors/actions.ts";
import type { Actor, PeerPolicy } from "../../src/actors/actor.ts";
import { receiveCommentDelete } from "../../src/comments/remote.ts";
import { listPlainReplies, receiveTogether } from "../../src/comments/together-actions.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { wordListSetting } from "../../src/moderation/list-queries.ts";
import { firstCommentsSetting } from "../../src/moderation/peer-queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { permissions } from "../../src/processes/process.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aCity, aModerator, aProcess, aProposal, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-01T12:00:00Z");
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
let db: TestDatabase;
let city: City;
let from: Actor;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  from = await aStranger(city, { handle: "eva", now });
});
afterAll(() => db.drop());

let last = 0;
const reply = (
  inReplyTo: string,
  { by = from, text = "Yes.", number = ++last, ...more }: Partial<ReplyOptions> = {},
) => ({
  "@context": "https://www.w3.org/ns/activitystreams",
  id: `${by.origin}/notes/${number}/activity`,
  type: "Create",
  actor: by.uri,
  to: [PUBLIC],
  object: {
    id: `${by.origin}/notes/${number}`,
    type: "Note",
    attributedTo: by.uri,
    inReplyTo,
    to: [PUBLIC],
    content: `<p>${text}</p>`,
    contentMap: { en: `<p>${text}</p>` },
    published: now.toISOString(),
    ...more,
  },
});
interface ReplyOptions {
  readonly by: Actor;
  readonly text: string;
  readonly number: number;
  readonly updated: string;
}

let takenTogether = 0;

/** All of them knock before any is answered. */
async function together(activities: readonly object[], by: Actor = from): Promise<string[]> {
  const take = openReplies(db.sql, () => now);
  const takeReply: typeof take = async (said) => {
    const isTaken = await take(said);
    if (isTaken) takenTogether++;
    return isTaken;
  };
  const outcomes = await Promise.all(
    activities.map((activity) => receive(db.sql, activity as never, by, { isLimited: false, now, takeReply })),
  );
  return outcomes.map(({ verdict, reason }) => reason ?? verdict);
}

const alone = async (activity: object) =>
  (await receive(db.sql, activity as never, from, { isLimited: false, now })).verdict;

/** Everything that a reply leaves, without what differs by its number. */
const leftBy = async (threadUri: string) => ({
  subjects: await db.sql`
    select kind, origin, author_id, author_name, process_uri, parent_uri is null as is_root, title, language, published_at,
      updated_at, hidden_at, comment_count from subject where thread_uri = ${threadUri} order by uri`,
  comments: await db.sql`
    select body, depth, branch_uri is null as is_root, version, edited_at from comment join subject using (uri)
    where thread_uri = ${threadUri} order by uri`,
  words: await db.sql`
    select search_entry.language, body, words::text from search_entry join subject using (uri) where thread_uri = ${threadUri}
    order by uri`,
  counted: (await findSubject(db.sql, threadUri))!.commentCount,
  noted: Number((await db.sql`select count(*) as n from thread_change where thread_uri = ${threadUri}`)[0]!.n),
  isTallied: (await db.sql`select from tally_change where subject_uri = ${threadUri}`).length > 0,
});

test("they leave what they leave one by one", async () => {
  const [one, other] = [await aProposal(city, { now }), await aProposal(city, { now })];
  const texts = ["First", "Second", "Third", "Fourth"];
  for (const text of texts) expect(await alone(reply(one.uri, { text }))).toBe("done");
  const before = takenTogether;
  expect(await together(texts.map((text) => reply(other.uri, { text })))).toEqual(texts.map(() => "done"));
  expect(takenTogether - before).toBe(4);
  const left = await leftBy(other.uri);
  const expected = await leftBy(one.uri);
  const processUris = new Set([...left.subjects, ...expected.subjects].map(({ processUri }) => processUri));
  expect(processUris.size).toBe(2);
  const same = (rows: typeof left) => ({ ...rows, subjects: rows.subjects.map((row) => ({ ...row, processUri: "" })) });
  expect(same(left)).toEqual(same(expected));
  expect(left).toMatchObject({ counted: 4, noted: 4, isTallied: true });
});

test("an activity that comes several times at once has one effect", async () => {
  const proposal = await aProposal(city, { now });
  const twice = reply(proposal.uri);
  const sameNote = { ...twice, id: `${twice.id}/again` };
  expect(await together([reply(proposal.uri), twice, twice, twice, reply(proposal.uri)])).toEqual([
    "done",
    "done",
    "repeated",
    "repeated",
    "done",
  ]);
  await together([sameNote, twice]);
  expect((await findSubject(db.sql, proposal.uri))!.commentCount).toBe(3);
});

test("half a character in one spoils nothing of the others, and is kept as one that nobody knows", async () => {
  const proposal = await aProposal(city, { now });
  const half = reply(proposal.uri, { text: "Half a \ud83d" });
  const inAddress = reply(`${proposal.uri}\ud83d`);
  const before = takenTogether;
  const outcomes = await together([reply(proposal.uri), half, inAddress, reply(proposal.uri)]);
  expect(outcomes).toEqual(["done", "done", "not-found", "done"]);
  expect(takenTogether - before).toBe(2);
  const [kept] = await db.sql`select body from comment where uri = ${half.object.id}`;
  expect(kept?.body).toBe("<p>Half a \ufffd</p>");
});

test("a reply to a comment stands under it, and is counted there too", async () => {
  const proposal = await aProposal(city, { now });
  const first = reply(proposal.uri);
  await together([first]);
  const second = reply(first.object.id);
  await together([second, reply(first.object.id), reply(proposal.uri)]);
  await together([reply(second.object.id)]);
  const rows = await db.sql`
    select depth, branch_uri from comment join subject using (uri) where thread_uri = ${proposal.uri} order by subject.uri`;
  expect(rows.map(({ depth }) => depth).sort()).toEqual([0, 0, 1, 1, 2]);
  expect(rows.filter(({ branchUri }) => branchUri === first.object.id)).toHaveLength(3);
  expect((await findSubject(db.sql, first.object.id))!.commentCount).toBe(2);
  expect((await findSubject(db.sql, second.object.id))!.commentCount).toBe(1);
  expect((await findSubject(db.sql, proposal.uri))!.commentCount).toBe(5);
});

test("who may not speak is refused among those who may, and leaves nothing", async () => {
  const proposal = await aProposal(city, { now });
  const hidden = await aProposal(city, { now });
  await hideSubject(db.sql, await aModerator(city), hidden.uri, "Rude", now);
  const process = await aProcess(city, { now, permits: permissions.filter((one) => one !== "comment") });
  const closed = await aProposal(city, { now, process });
  const takenBack = reply(proposal.uri);
  await withTransaction(db.sql, (tx) => receiveCommentDelete(tx, takenBack.object.id, from.uri, now));
  const asked = [
    reply(proposal.uri),
    reply(hidden.uri),
    reply(closed.uri),
    takenBack,
    reply("https://bilbao.test/proposals/none"),
    reply(proposal.uri),
  ];
  expect(await together(asked)).toEqual(["done", "not-found", "phase-closed", "gone", "not-found", "done"]);
  const refused = asked.slice(1, 5).map(({ id }) => id);
  expect(await db.sql`select from received_activity where uri = any(${refused})`).toHaveLength(0);
  expect(
    await db.sql`select from subject where uri = any(${asked.slice(1, 5).map(({ object }) => object.id)})`,
  ).toEqual([]);
});

test("a blocked server is not heard, a limited one waits for a moderator", async () => {
  const proposal = await aProposal(city, { now });
  const blocked = await aStranger(city, { handle: "a", host: "blocked.example", now });
  const limited = await aStranger(city, { handle: "b", host: "limited.example", now });
  const decide = (host: string, policy: PeerPolicy) =>
    withTransaction(db.sql, (tx) => decidePeer(tx, { host, policy, reason: "" }, now));
  await decide("blocked.example", "blocked");
  await decide("limited.example", "limited");
  expect(await together([reply(proposal.uri, { by: blocked })], blocked)).toEqual(["peer-blocked"]);
  const held = reply(proposal.uri, { by: limited });
  expect(await together([held], limited)).toEqual(["done"]);
  expect((await findSubject(db.sql, held.object.id))!.hiddenAt).not.toBeNull();
  expect((await findSubject(db.sql, proposal.uri))!.commentCount).toBe(0);
});

test("a thing that somebody holds is waited for by its own replies alone", async () => {
  const [held, free] = [await aProposal(city, { now }), await aProposal(city, { now })];
  let letGo = () => {};
  const isHeld = Promise.withResolvers<void>();
  const holding = withTransaction(db.sql, async (tx) => {
    await tx`select from subject where uri = ${held.uri} for no key update`;
    isHeld.resolve();
    await new Promise<void>((done) => {
      letGo = done;
    });
  });
  await isHeld.promise;
  const takeReply = openReplies(db.sql, () => now);
  const take = (activity: object) => receive(db.sql, activity as never, from, { isLimited: false, now, takeReply });
  const waiting = take(reply(held.uri));
  expect((await take(reply(free.uri))).verdict).toBe("done");
  expect((await findSubject(db.sql, held.uri))!.commentCount).toBe(0);
  letGo();
  await holding;
  expect((await waiting).verdict).toBe("done");
  expect((await findSubject(db.sql, held.uri))!.commentCount).toBe(1);
});

const takeBack = (uri: string) => withTransaction(db.sql, (tx) => receiveCommentDelete(tx, uri, from.uri, now));

test("what is taken back or decided after a batch was looked at leaves out whom it is about, and nobody else", async () => {
  const proposal = await aProposal(city, { now });
  const late = await aStranger(city, { handle: "late", host: "late.example", now });
  const replies = [reply(proposal.uri), reply(proposal.uri), reply(proposal.uri, { by: late })];
  const [stays, goes, blocked] = replies.map(({ object }) => object.id) as [string, string, string];
  const comments = replies.map((said, place) =>
    plainReplyOf({
      ...{ activity: readActivity(said as never), from: place === 2 ? late : from },
      ...{ isLimited: false, now },
    }),
  );
  const plain = await listPlainReplies(db.sql, comments as never);
  expect(plain).toHaveLength(3);
  const published = () => withTransaction(db.sql, async (tx) => [...(await receiveTogether(tx, plain, now))]);
  for (const [key, value] of [
    [firstCommentsSetting, true],
    [wordListSetting, "a-new-version"],
  ] as const) {
    await db.sql`insert into node_setting (key, value) values (${key}, ${db.sql.json(value)})`;
    expect(await published()).toEqual([]);
    await db.sql`delete from node_setting where key = ${key}`;
  }
  await takeBack(goes);
  await withTransaction(db.sql, (tx) => decidePeer(tx, { host: "late.example", policy: "blocked", reason: "" }, now));
  expect(await published()).toEqual([stays]);
  expect((await findSubject(db.sql, proposal.uri))!.commentCount).toBe(1);
  expect(await db.sql`select from subject where uri in (${goes}, ${blocked})`).toHaveLength(0);
});

test("one that is taken back while it waits for its place is not published", async () => {
  const proposal = await aProposal(city, { now });
  const said = reply(proposal.uri);
  const [isHeld, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = withTransaction(db.sql, async (tx) => {
    await tx`select from subject where uri = ${proposal.uri} for update`;
    isHeld.resolve();
    await letGo.promise;
  });
  await isHeld.promise;
  const outcome = receive(db.sql, said as never, from, { isLimited: false, now });
  await vi.waitUntil(async () => {
    const waiting = await db.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return waiting.length > 0;
  });
  await takeBack(said.object.id);
  letGo.resolve();
  await holding;
  expect(await outcome).toEqual({ verdict: "refused", reason: "gone" });
  expect(await findSubject(db.sql, said.object.id)).toBeNull();
});
