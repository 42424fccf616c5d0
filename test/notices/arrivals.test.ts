// What comes from other servers at the same time is told together: each thing once to each person, by the closest reason.
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseRemoteComment } from "../../src/comments/remote.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { promiseArrivals } from "../../src/notices/actions.ts";
import { changeNoticeSettings } from "../../src/notices/following-actions.ts";
import { type NoticeHouse, noticeHandlers } from "../../src/notices/jobs.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { type DrainOptions, drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { hourMs } from "../../src/platform/time.ts";
import { aCity, aComment, aProposal, aRemoteComment, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const settle = (house: Partial<NoticeHouse> = {}, options: DrainOptions = {}) =>
  drain(
    db.sql,
    noticeHandlers({
      ...city,
      clock: { now: () => new Date() },
      mailer: openMailbox(() => new Date()),
      secret: "s".repeat(40),
      findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
      whatIsTold,
      whatArrived,
      ...house,
    }),
    options,
  );
const arrive = (uris: readonly string[]) => withTransaction(db.sql, (tx) => promiseArrivals(tx, uris, new Date()));
const toldTo = async ({ id }: { id: string }, uris: readonly string[]) => {
  const rows = await db.sql<{ kind: string; subjectUri: string; mail: string }[]>`
    select kind, subject_uri, mail from notice where account_id = ${id} and subject_uri = any(${uris as string[]})`;
  return new Map(rows.map(({ kind, subjectUri, mail }) => [subjectUri, `${kind}, ${mail}`]));
};

test("the replies of one moment are told in one job, each once, by the closest reason", async () => {
  const [author, other] = [await aResident(city), await aResident(city)];
  const proposal = await aProposal(city, { by: author });
  const ours = await aComment(city, { on: proposal, by: author });
  const theirs = await aComment(city, { on: proposal, by: other });
  await changeNoticeSettings(db.sql, other.id, { mail: "at-once", followsOwn: true }, new Date());
  await settle();
  const toThing = await aRemoteComment(city, { on: proposal });
  const toOurs = await aRemoteComment(city, { on: ours });
  const toTheirs = await aRemoteComment(city, { on: theirs });
  const gone = await aRemoteComment(city, { on: proposal });
  await withTransaction(db.sql, (tx) => eraseRemoteComment(tx, gone.uri, null, new Date()));
  const arrived = [toThing, toOurs, toTheirs, gone].map(({ uri }) => uri);
  await arrive(arrived);
  expect(await db.sql`select from job where kind = 'tell'`).toHaveLength(1);
  await settle();
  // Asked again, nobody is told again.
  await arrive(arrived);
  await settle();
  expect(await toldTo(author, arrived)).toEqual(
    new Map([
      [toThing.uri, "comment-on-mine, daily"],
      [toOurs.uri, "reply-to-mine, daily"],
      [toTheirs.uri, "comment-on-mine, daily"],
    ]),
  );
  expect(await toldTo(other, arrived)).toEqual(new Map([[toTheirs.uri, "reply-to-mine, at-once"]]));
  const counts = await db.sql`
    select count(*)::int as n from notice where subject_uri = any(${arrived}) group by account_id, subject_uri`;
  expect(counts.every(({ n }) => n === 1)).toBe(true);
});

test("one that cannot be told keeps back no notice of the others, and is tried again alone", async () => {
  const author = await aResident(city);
  const proposal = await aProposal(city, { by: author });
  await settle();
  const replies = [];
  for (let n = 0; n < 4; n++) replies.push(await aRemoteComment(city, { on: proposal }));
  const arrived = replies.map(({ uri }) => uri);
  const broken = arrived[1]!;
  await arrive(arrived);
  const failing: NoticeHouse["whatArrived"] = async (sql, uris) => {
    if (uris.includes(broken)) throw new Error("cannot be told");
    return await whatArrived(sql, uris);
  };
  await settle({ whatArrived: failing }, { toleratesFailures: true });
  const others = arrived.filter((uri) => uri !== broken);
  expect([...(await toldTo(author, arrived)).keys()].sort()).toEqual(others.sort());
  expect(await db.sql`select payload from job where kind = 'tell'`).toEqual([{ payload: { arrivedUri: broken } }]);
  await settle({}, { now: new Date(Date.now() + hourMs) });
  expect((await toldTo(author, arrived)).size).toBe(4);
});
