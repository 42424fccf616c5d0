// A category of a process, a person, all that a node opens: who follows one is told of what is new in it, once, and learns
// nothing from following that is not public.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount, closePublicVoice } from "../../src/accounts/actions.ts";
import { findActorById, getActorOfKind } from "../../src/actors/queries.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { holdForModeration, reinstateSubject } from "../../src/moderation/actions.ts";
import { decideServer } from "../../src/moderation/peer-actions.ts";
import { promiseArrivals } from "../../src/notices/actions.ts";
import { follow, forgetFollower } from "../../src/notices/following-actions.ts";
import { findFollowable, listFollowings } from "../../src/notices/following-queries.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { askToFollowByMail, confirmMailFollowing } from "../../src/notices/mail-following-actions.ts";
import { listNotices } from "../../src/notices/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { addCategory } from "../../src/processes/actions.ts";
import { categoryUri } from "../../src/processes/category.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import {
  aCity,
  aGuest,
  aMeeting,
  anAssociation,
  aProcess,
  aProposal,
  aResident,
  aResult,
  aStranger,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
let schools: string;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  schools = await addCategory(db.sql, city.administrator, { name: { en: "Schools" }, parentId: null }, new Date());
});
afterAll(() => db.drop());

const firstPage = { sizeRows: 50, after: null, before: null };
const mailbox = openMailbox(() => new Date());
const settle = () =>
  drain(
    db.sql,
    noticeHandlers({
      ...city,
      clock: { now: () => new Date() },
      mailer: mailbox,
      secret: "s".repeat(40),
      findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
      whatIsTold,
      whatArrived,
    }),
  );
const toldTo = async (account: Account): Promise<string[]> => {
  await settle();
  return (await listNotices(db.sql, account.id, firstPage)).rows
    .map(({ kind, title }) => `${kind}: ${title}`)
    .toReversed();
};
const followers = async (...uris: string[]) => {
  const reader = await aGuest(city);
  for (const uri of uris) await follow(db.sql, reader, uri, new Date());
  return reader;
};
const voiceOf = async (account: Account) => (await findActorById(db.sql, account.actorId!))!;
const notFound = { code: "not-found" };

test("who follows a category is told of proposals, meetings and results in it, and of no others", async () => {
  const [process, other] = [await aProcess(city), await aProcess(city)];
  const reader = await followers(categoryUri(process.uri, schools));
  await aProposal(city, { process, categoryId: schools, title: "A crossing" });
  await aProposal(city, { process, title: "Without a category" });
  await aProposal(city, { process: other, categoryId: schools, title: "In another process" });
  await aProposal(city, { process, categoryId: schools, title: "Not yet published", isDraft: true });
  await aMeeting(city, { process, categoryId: schools, title: "An evening" });
  await aResult(city, { process, categoryId: schools, title: "Ten crossings" });
  expect(await toldTo(reader)).toEqual([
    "proposal-published: A crossing",
    "meeting-announced: An evening",
    "result: Ten crossings",
  ]);
});

test("a process and its category, followed together, tell once; and so do two by the same address", async () => {
  const process = await aProcess(city);
  const author = await aResident(city, { handle: "nerea" });
  const both = [process.uri, categoryUri(process.uri, schools), (await voiceOf(author)).uri];
  const reader = await followers(...both);
  for (const subjectUri of both) {
    await askToFollowByMail(db.sql, { email: "mail@example.org", subjectUri, locale: "en" }, new Date());
  }
  const asked = await db.sql<{ id: string }[]>`select id from mail_following where email = 'mail@example.org'`;
  for (const { id } of asked) await confirmMailFollowing(db.sql, id, new Date());
  await aMeeting(city, { process, categoryId: schools, title: "Once" });
  await aProposal(city, { process, by: author, categoryId: schools, title: "A crossing by her" });
  expect(await toldTo(reader)).toEqual(["meeting-announced: Once", "proposal-published: A crossing by her"]);
  const mailed = await db.sql`
    select kind from mail_following_notice join mail_following on mail_following.id = mail_following_id
    where email = 'mail@example.org' order by kind`;
  expect(mailed.map(({ kind }) => kind)).toEqual(["meeting-announced", "proposal-published"]);
});

test("a person is told of by what they propose under their public name alone", async () => {
  const process = await aProcess(city);
  const association = await anAssociation(city);
  const author = await aResident(city, { handle: "itziar", memberOf: association });
  const reader = await followers((await voiceOf(author)).uri);
  const supported = await aProposal(city, { process, title: "Of somebody else" });
  await supportProposal(db.sql, author, supported.uri, new Date());
  await aProposal(city, { process, by: author, organisationId: association.id, title: "For the association" });
  await aProposal(city, { process, by: author, title: "A draft of hers", isDraft: true });
  await aProposal(city, { process, by: author, title: "Her own proposal" });
  expect(await toldTo(reader)).toEqual(["proposal-published: Her own proposal"]);
  expect(await toldTo(author)).toEqual([]);
});

test("what waits for a moderator is told when it is shown, once", async () => {
  const process = await aProcess(city);
  const author = await aResident(city, { handle: "held" });
  const reader = await followers((await voiceOf(author)).uri);
  const proposal = await aProposal(city, { process, by: author, title: "A held proposal" });
  await withTransaction(db.sql, (tx) => holdForModeration(tx, proposal.uri, new Date()));
  expect(await toldTo(reader)).toEqual([]);
  for (let times = 0; times < 2; times++) {
    await reinstateSubject(db.sql, city.administrator, proposal.uri, new Date());
    expect(await toldTo(reader)).toEqual(["proposal-published: A held proposal"]);
  }
});

test("whoever closes their voice is followed by nobody", async () => {
  const author = await aResident(city, { handle: "leaving" });
  const { uri } = await voiceOf(author);
  const reader = await followers(uri);
  await closePublicVoice(db.sql, author, new Date());
  await settle();
  expect((await listFollowings(db.sql, reader.id, firstPage)).rows).toEqual([]);
  expect(await db.sql`select from following where subject_uri = ${uri}`).toHaveLength(0);
  await expect(follow(db.sql, reader, uri, new Date())).rejects.toMatchObject(notFound);
});

test("what a person follows goes with their account", async () => {
  const process = await aProcess(city);
  const author = await aResident(city, { handle: "stays" });
  const uris = [
    categoryUri(process.uri, schools),
    (await voiceOf(author)).uri,
    (await getActorOfKind(db.sql, "node")).uri,
  ];
  const reader = await followers(...uris);
  expect((await listFollowings(db.sql, reader.id, firstPage)).rows.map(({ kind }) => kind).toSorted()).toEqual([
    "category",
    "node",
    "person",
  ]);
  await closeAccount(db.sql, reader, [(tx, id) => forgetFollower(tx, id)], new Date());
  expect(await db.sql`select from following where account_id = ${reader.id}`).toHaveLength(0);
});

test("who follows the node is told of what anyone here opens, and of meetings outside of processes", async () => {
  const reader = await followers((await getActorOfKind(db.sql, "node")).uri, city.organisation.uri);
  const organisationId = (await anAssociation(city)).id;
  const process = await aProcess(city, { title: "Of the association", organisationId });
  await aMeeting(city, { process, title: "Inside" });
  await aMeeting(city, { process: null, title: "Outside" });
  expect(await toldTo(reader)).toEqual(["process-published: Of the association", "meeting-announced: Outside"]);
});

test("following finds out nothing that is not public", async () => {
  const reader = await aGuest(city);
  const draft = await aProcess(city, { isDraft: true });
  const process = await aProcess(city);
  const known = await aStranger(city, { handle: "lurker" });
  const anonymous = await aResident(city);
  await aProposal(city, { process, by: anonymous, categoryId: schools });
  const proposalDraft = await aProposal(city, { process, isDraft: true });
  for (const uri of [
    categoryUri(draft.uri, schools),
    categoryUri(process.uri, reader.id),
    categoryUri(process.uri, "' or true --"),
    categoryUri(proposalDraft.uri, schools),
    // Known here, as whoever likes or follows something is; that is nobody's business.
    known.uri,
    (await getActorOfKind(db.sql, "residents")).uri,
    process.actorUri!,
    proposalDraft.uri,
    `${city.uris.origin}/accounts/${anonymous.id}`,
  ]) {
    expect([uri, await findFollowable(db.sql, uri)]).toEqual([uri, null]);
    await expect(follow(db.sql, reader, uri, new Date())).rejects.toMatchObject(notFound);
  }
});

test("a person of another server is told of as long as it is not blocked", async () => {
  const stranger = await aStranger(city, { handle: "maria", host: "porto.example" });
  const process = await aProcess(city);
  /** As a copy of another city's proposal is kept. */
  const arrives = async (title: string) => {
    const { uri } = await aProposal(city, { process, title });
    await db.sql`update subject set author_id = ${stranger.id}, origin = 'https://porto.example' where uri = ${uri}`;
    await db.sql`delete from job where kind = 'tell'`;
    await withTransaction(db.sql, (tx) => promiseArrivals(tx, [uri], new Date()));
  };
  await arrives("Before anyone follows");
  const reader = await followers(stranger.uri);
  await arrives("From another city");
  expect(await toldTo(reader)).toEqual(["proposal-published: From another city"]);
  const decision = { host: "porto.example", policy: "blocked", reason: "Spam" } as const;
  await decideServer(db.sql, city.uris, city.administrator, decision, new Date());
  expect(await findFollowable(db.sql, stranger.uri)).toBeNull();
  expect((await listFollowings(db.sql, reader.id, firstPage)).rows).toEqual([]);
  await arrives("From a blocked city");
  // What was told of it is hidden with it.
  expect(await toldTo(reader)).toEqual([]);
});
