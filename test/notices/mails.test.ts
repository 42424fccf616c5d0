// When mail goes out and what is in it: at once, in the morning, on Mondays; never empty, never of what was hidden meanwhile.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { changeNoticeSettings, follow, setRhythmOf, unfollow } from "../../src/notices/following-actions.ts";
import { noticeHandlers, scheduleNoticeJobs } from "../../src/notices/jobs.ts";
import type { MailRhythm } from "../../src/notices/notice.ts";
import { mailLinkToken, readMailLink } from "../../src/notices/unsubscribe.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { dayMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { aCity, aComment, aGuest, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "s".repeat(40);
/** A Tuesday, 12:00 in Madrid. */
let now = Date.parse("2026-05-05T10:00:00Z");
const clock = { now: () => new Date(now) };
const mailbox = openMailbox(clock.now);
let [db, city]: [TestDatabase, City] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now: clock.now() });
  await scheduleNoticeJobs({ sql: db.sql, clock });
});
afterAll(() => db.drop());

const settleUntil = async (moment: string) => {
  now = Date.parse(moment);
  const house = {
    ...{ ...city, clock, mailer: mailbox, secret, whatIsTold, whatArrived },
    findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
  };
  for (let more = 1; more > 0; ) more = await drain(db.sql, noticeHandlers(house), { now: clock.now() });
};
const mailsTo = (account: Account) => mailbox.mails.filter(({ to }) => to === account.email);
const news = (process: Process, title: string) =>
  publishNews(
    db.sql,
    city.uris,
    city.administrator,
    { processUri: process.uri, title, body: "Text", language: "en" },
    clock.now(),
  );
const aReader = async (process: Process, mail: MailRhythm) => {
  const reader = await aGuest(city, { now: clock.now() });
  await changeNoticeSettings(db.sql, reader.id, { mail, followsOwn: true }, clock.now());
  await follow(db.sql, reader, process.uri, clock.now());
  return reader;
};

test("each gets mail at the rhythm they chose, once, and none without news", async () => {
  const process = await aProcess(city, { title: "Squares", now: clock.now() });
  const atOnce = await aReader(process, "at-once");
  const daily = await aReader(process, "daily");
  const weekly = await aReader(process, "weekly");
  const never = await aReader(process, "never");
  await news(process, "A map");
  await aProposal(city, { process, now: clock.now() });
  await settleUntil("2026-05-05T10:01:00Z");
  const counts = () => [atOnce, daily, weekly, never].map((one) => mailsTo(one).length);
  expect(counts()).toEqual([1, 0, 0, 0]);
  await settleUntil("2026-05-06T05:30:00Z");
  expect(counts()).toEqual([1, 0, 0, 0]);
  await settleUntil("2026-05-06T06:30:00Z");
  expect(counts()).toEqual([1, 1, 0, 0]);
  await settleUntil("2026-05-07T06:30:00Z");
  expect(counts()).toEqual([1, 1, 0, 0]);
  // Monday: at seven the week is summed up, at eight the mails go out.
  await settleUntil("2026-05-11T05:30:00Z");
  await settleUntil("2026-05-11T06:30:00Z");
  expect(counts()).toEqual([2, 2, 1, 0]);
  expect(mailsTo(weekly)[0]?.subject).toBe("2 things from Bilbao");
  expect(mailsTo(weekly)[0]?.text).toContain("News: A map");
  expect(mailsTo(weekly)[0]?.text).toContain("This week in Squares: one new proposal");
  await settleUntil("2026-05-18T06:30:00Z");
  expect(counts()).toEqual([2, 2, 1, 0]);
});

test("what is hidden, unfollowed or unwanted before the morning is in no mail", async () => {
  const process = await aProcess(city, { title: "Streets", now: clock.now() });
  const [hidden, ended, silenced] = [
    await aReader(process, "daily"),
    await aReader(process, "daily"),
    await aReader(process, "daily"),
  ];
  const uri = await news(process, "Withdrawn news");
  await settleUntil("2026-05-18T12:00:00Z");
  await unfollow(db.sql, ended.id, process.uri, clock.now());
  await setRhythmOf(db.sql, silenced, process.uri, "never");
  await hideSubject(db.sql, city.administrator, uri, "Wrong", clock.now());
  await settleUntil("2026-05-19T06:30:00Z");
  expect([hidden, ended, silenced].flatMap(mailsTo)).toEqual([]);
});

test("a title cannot put markup into a mail, and the mail loads nothing", async () => {
  const process = await aProcess(city, { title: "Squares", now: clock.now() });
  const reader = await aReader(process, "at-once");
  await news(process, '<img src="https://tracker.example/x.png">\r\nBcc: all@example.org');
  await settleUntil("2026-05-19T10:00:00Z");
  const [mail] = mailsTo(reader);
  expect(mail?.subject).not.toMatch(/[\r\n]/);
  expect(mail?.html).not.toContain("<img");
  expect(mail?.html).toContain("&lt;img");
  expect(mail?.list?.unsubscribeUrl).toMatch(/^https:\/\/bilbao\.test\/unsubscribe\/account\./);
});

test("a link of a mail is good for what it names, and for nothing that was changed in it", () => {
  const link = { scope: "account", id: "01900000-0000-7000-8000-000000000001" } as const;
  const token = mailLinkToken(secret, link);
  expect(readMailLink(secret, token)).toEqual(link);
  expect(readMailLink(secret, token.replace("0001.", "0002."))).toBeNull();
  expect(readMailLink(secret, token.replace("account", "following"))).toBeNull();
  expect(readMailLink("t".repeat(40), token)).toBeNull();
});

test("a comment is not told to followers one by one; the week counts it", async () => {
  const process = await aProcess(city, { title: "Parks", now: clock.now() });
  const reader = await aReader(process, "daily");
  const proposal = await aProposal(city, { process, now: clock.now() });
  for (let n = 0; n < 3; n++) await aComment(city, { on: proposal, now: clock.now() });
  await settleUntil("2026-05-20T06:30:00Z");
  expect(mailsTo(reader)).toEqual([]);
  now += dayMs;
  await settleUntil("2026-05-25T05:30:00Z");
  await settleUntil("2026-05-25T06:30:00Z");
  expect(mailsTo(reader)[0]?.subject).toBe("This week in Parks: one new proposal and 3 comments");
});
