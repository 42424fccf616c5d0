// What people who follow are told, and what they are not: their own doing, the same thing twice, what is hidden or erased.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { deleteComment } from "../../src/comments/actions.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { followersPerPage, markAllRead, markRead } from "../../src/notices/actions.ts";
import { changeNoticeSettings, follow, followOwn, unfollow } from "../../src/notices/following-actions.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { countUnread, listNotices } from "../../src/notices/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { editProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import {
  aCity,
  aComment,
  aGuest,
  aMeeting,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  aResult,
  type City,
} from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
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
  return (await listNotices(db.sql, account.id, firstPage)).rows.map(({ kind }) => kind);
};
const answer = {
  outcome: "accepted" as const,
  reasons: "We will do it.",
  costAmount: null,
  costCurrency: null,
  term: "",
  language: "en",
};

test("who supports a proposal is told of its answer, and so is its author, once each", async () => {
  const process = await aProcess(city);
  const [author, supporter, stranger] = [await aResident(city), await aResident(city), await aResident(city)];
  const proposal = await aProposal(city, { by: author, process });
  await supportProposal(db.sql, supporter, proposal.uri, new Date());
  await answerProposal(db.sql, city.uris, city.administrator, proposal.uri, answer, new Date());
  expect(await toldTo(author)).toEqual(["answer-to-mine"]);
  expect(await toldTo(supporter)).toEqual(["answer"]);
  expect(await toldTo(stranger)).toEqual([]);
});

test("nobody is told of what they did themselves", async () => {
  const process = await aProcess(city);
  const [author, official] = [await aResident(city), await anOfficial(city)];
  const proposal = await aProposal(city, { by: author, process });
  await follow(db.sql, official, proposal.uri, new Date());
  await follow(db.sql, official, process.uri, new Date());
  await answerProposal(db.sql, city.uris, official, proposal.uri, answer, new Date());
  await publishNews(
    db.sql,
    city.uris,
    official,
    { processUri: process.uri, title: "News", body: "Text", language: "en" },
    new Date(),
  );
  expect(await toldTo(official)).toEqual([]);
  expect(await toldTo(author)).toEqual(["answer-to-mine"]);
});

test("an author does not hear of their own change, but who follows does; a withdrawal too", async () => {
  const process = await aProcess(city);
  const [author, reader] = [await aResident(city), await aGuest(city)];
  const proposal = await aProposal(city, { by: author, process });
  await follow(db.sql, reader, proposal.uri, new Date());
  const changed = { ...aProposalText(), version: proposal.version };
  await editProposal(db.sql, author, proposal.uri, changed, new Date());
  await withdrawProposal(db.sql, author, proposal.uri, new Date());
  expect(await toldTo(reader)).toEqual(["proposal-withdrawn", "proposal-changed"]);
  expect(await toldTo(author)).toEqual([]);
});

test("a comment is told to whom it answers and to whom the thing is of, and to nobody twice", async () => {
  const process = await aProcess(city);
  const [author, speaker, replier] = [await aResident(city), await aResident(city), await aResident(city)];
  const proposal = await aProposal(city, { by: author, process });
  const comment = await aComment(city, { by: speaker, on: proposal });
  expect(await toldTo(author)).toEqual(["comment-on-mine"]);
  await aComment(city, { by: replier, on: comment });
  await aComment(city, { by: author, on: comment });
  expect(await toldTo(speaker)).toEqual(["reply-to-mine", "reply-to-mine"]);
  expect(await toldTo(author)).toEqual(["comment-on-mine", "comment-on-mine"]);
  expect(await toldTo(replier)).toEqual([]);
});

test("a result is told once to who follows both its process and the proposal it comes from", async () => {
  const process = await aProcess(city);
  const [author, reader] = [await aResident(city), await aGuest(city)];
  const proposal = await aProposal(city, { by: author, process });
  for (const uri of [process.uri, proposal.uri]) await follow(db.sql, reader, uri, new Date());
  await aResult(city, { process, proposalUris: [proposal.uri] });
  expect(await toldTo(reader)).toEqual(["result"]);
  expect(await toldTo(author)).toEqual(["result"]);
});

test("a meeting is announced to who follows its process", async () => {
  const process = await aProcess(city);
  const reader = await aGuest(city);
  await follow(db.sql, reader, process.uri, new Date());
  await aMeeting(city, { process });
  expect(await toldTo(reader)).toEqual(["meeting-announced"]);
});

describe("what has been hidden or erased meanwhile", () => {
  test("is on no page and counts as nothing, and comes back when it is shown again; its author is told of both", async () => {
    const process = await aProcess(city);
    const [author, speaker] = [await aResident(city), await aResident(city)];
    const proposal = await aProposal(city, { by: author, process });
    const comment = await aComment(city, { by: speaker, on: proposal });
    expect(await toldTo(author)).toEqual(["comment-on-mine"]);
    expect(await countUnread(db.sql, author.id)).toBe(1);
    await hideSubject(db.sql, city.administrator, comment.uri, "Not on the subject", new Date());
    expect(await toldTo(author)).toEqual([]);
    expect(await countUnread(db.sql, author.id)).toBe(0);
    await reinstateSubject(db.sql, city.administrator, comment.uri, new Date());
    expect(await toldTo(author)).toEqual(["comment-on-mine"]);
  });

  test("leaves nothing once its author has deleted it", async () => {
    const process = await aProcess(city);
    const [author, speaker] = [await aResident(city), await aResident(city)];
    const proposal = await aProposal(city, { by: author, process });
    const comment = await aComment(city, { by: speaker, on: proposal });
    await settle();
    await deleteComment(db.sql, speaker, comment.uri, new Date());
    expect(await toldTo(author)).toEqual([]);
    expect(await db.sql`select from notice where subject_uri = ${comment.uri}`).toHaveLength(0);
    expect(await db.sql`select from following where subject_uri = ${comment.uri}`).toHaveLength(0);
  });
});

test("who ended it is told nothing more, also when they take part again; who switched it off follows nothing by itself", async () => {
  const process = await aProcess(city);
  const [ended, off] = [await aResident(city), await aResident(city)];
  const proposal = await aProposal(city, { by: await aResident(city), process });
  await follow(db.sql, ended, proposal.uri, new Date());
  await unfollow(db.sql, ended.id, proposal.uri, new Date());
  await supportProposal(db.sql, ended, proposal.uri, new Date());
  await changeNoticeSettings(db.sql, off.id, { mail: "never", followsOwn: false }, new Date());
  await supportProposal(db.sql, off, proposal.uri, new Date());
  await answerProposal(db.sql, city.uris, city.administrator, proposal.uri, answer, new Date());
  expect(await toldTo(ended)).toEqual([]);
  expect(await toldTo(off)).toEqual([]);
});

test("nobody is told of what happened before they followed, nor twice when a job runs again", async () => {
  const process = await aProcess(city);
  const [early, late] = [await aGuest(city), await aGuest(city)];
  await follow(db.sql, early, process.uri, new Date());
  const at = new Date();
  await publishNews(
    db.sql,
    city.uris,
    city.administrator,
    { processUri: process.uri, title: "News", body: "Text", language: "en" },
    at,
  );
  await follow(db.sql, late, process.uri, new Date(+at + minuteMs));
  const [event] = await db.sql<
    { id: string }[]
  >`select id from event where type = 'NewsPublished' order by id desc limit 1`;
  await settle();
  await db.sql`insert into job (kind, payload) values ('tell', ${db.sql.json({ eventId: event!.id })})`;
  expect(await toldTo(early)).toEqual(["news"]);
  expect(await toldTo(late)).toEqual([]);
});

test("more followers than one page holds are all told once, page by page", async () => {
  const process = await aProcess(city);
  const count = followersPerPage * 2 + 3;
  await db.sql`
    insert into account (id, email, name, name_folded, locale)
    select gen_random_uuid(), 'many' || n || '@example.org', 'Many', 'many', 'en' from generate_series(1, ${count}) n`;
  await db.sql`
    insert into following (account_id, subject_uri, created_at)
    select id, ${process.uri}, now() - interval '1 hour' from account where email like 'many%'`;
  await publishNews(
    db.sql,
    city.uris,
    city.administrator,
    { processUri: process.uri, title: "News", body: "Text", language: "en" },
    new Date(),
  );
  await settle();
  const [row] = await db.sql<{ told: number; people: number }[]>`
    select count(*)::int as told, count(distinct account_id)::int as people from notice
    where account_id in (select id from account where email like 'many%')`;
  expect(row).toEqual({ told: count, people: count });
});

test("one is marked as read, then all; those of others stay", async () => {
  const process = await aProcess(city);
  const [reader, other] = [await aGuest(city), await aGuest(city)];
  for (const one of [reader, other]) await follow(db.sql, one, process.uri, new Date());
  for (const title of ["One", "Two", "Three"]) {
    await publishNews(
      db.sql,
      city.uris,
      city.administrator,
      { processUri: process.uri, title, body: "Text", language: "en" },
      new Date(),
    );
  }
  await settle();
  const { rows } = await listNotices(db.sql, reader.id, firstPage);
  expect(rows.map(({ title }) => title)).toEqual(["Three", "Two", "One"]);
  await markRead(db.sql, other.id, rows[0]!.id, new Date());
  expect(await countUnread(db.sql, reader.id)).toBe(3);
  await markRead(db.sql, reader.id, rows[0]!.id, new Date());
  expect(await countUnread(db.sql, reader.id)).toBe(2);
  await markAllRead(db.sql, reader.id, rows[0]!.id, new Date());
  expect(await countUnread(db.sql, reader.id)).toBe(0);
  expect(await countUnread(db.sql, other.id)).toBe(3);
});

test("what someone wrote is theirs to hear of even where nothing else is; who wrote it along hears too", async () => {
  const process = await aProcess(city);
  const [author, other] = [await aResident(city), await aResident(city)];
  await changeNoticeSettings(db.sql, author.id, { mail: "never", followsOwn: false }, new Date());
  const proposal = await aProposal(city, { by: author, process });
  for (const { id } of [author, other])
    await withTransaction(db.sql, (tx) => followOwn(tx, id, proposal.uri, true, new Date()));
  await aComment(city, { by: await aResident(city), on: proposal });
  expect(await toldTo(author)).toEqual([]);
  await hideSubject(db.sql, city.administrator, proposal.uri, "Spam", new Date());
  expect(await toldTo(author)).toEqual(["statement"]);
  expect(await toldTo(other)).toEqual(["hidden"]);
  // The reasons come by mail whatever they chose.
  expect(
    await db.sql`select mail, mailed_at is not null as is_mailed from notice where account_id = ${author.id}`,
  ).toEqual([{ mail: "always", isMailed: true }]);
  await reinstateSubject(db.sql, city.administrator, proposal.uri, new Date());
  expect(await toldTo(author)).toEqual(["reinstated", "statement"]);
  expect(await toldTo(other)).toEqual(["reinstated", "hidden", "comment-on-mine"]);
});
