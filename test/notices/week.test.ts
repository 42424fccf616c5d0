// The week of a process, to who follows it with an account and without one: once, in their language, and never of nothing.
import { HtmlValidate } from "html-validate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { changeNoticeSettings, follow } from "../../src/notices/following-actions.ts";
import { noticeHandlers, scheduleNoticeJobs } from "../../src/notices/jobs.ts";
import { askToFollowByMail, confirmMailFollowing } from "../../src/notices/mail-following-actions.ts";
import type { Language } from "../../src/platform/i18n.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import type { Process } from "../../src/processes/process.ts";
import { aCity, aComment, aGuest, aPhase, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

/** A Tuesday. */
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
    ...{ ...city, clock, mailer: mailbox, secret: "s".repeat(40), whatIsTold, whatArrived },
    findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
  };
  for (let more = 1; more > 0; ) more = await drain(db.sql, noticeHandlers(house), { now: clock.now() });
};
const monday = async (day: string) => {
  await settleUntil(`${day}T05:30:00Z`);
  await settleUntil(`${day}T06:30:00Z`);
};
const mailsTo = (address: string) => mailbox.mails.filter(({ to }) => to === address);
async function byMail(email: string, process: Process, locale: Language) {
  await askToFollowByMail(db.sql, { email, subjectUri: process.uri, locale }, clock.now());
  const [row] = await db.sql<{ id: string }[]>`select id from mail_following where email = ${email}`;
  await confirmMailFollowing(db.sql, row!.id, clock.now());
}

test("the week comes on Monday, in text and as a page, in English and Arabic, with an account and without; an empty one does not", async () => {
  const process = await aProcess(city, {
    title: "Green squares",
    phases: [aPhase(clock.now(), { endsInDays: 60 })],
    now: clock.now(),
  });
  const reader = await aGuest(city, { locale: "ar", email: "amina@example.org", now: clock.now() });
  await changeNoticeSettings(db.sql, reader.id, { mail: "weekly", followsOwn: true }, clock.now());
  await follow(db.sql, reader, process.uri, clock.now());
  await byMail("passer-by@example.org", process, "en");
  await settleUntil("2026-05-05T10:05:00Z");
  const sent = () => [mailsTo("amina@example.org").length, mailsTo("passer-by@example.org").length];
  expect(sent()).toEqual([0, 0]);
  const proposal = await aProposal(city, { process, now: clock.now() });
  for (let said = 0; said < 3; said += 1) await aComment(city, { on: proposal, now: clock.now() });

  await monday("2026-05-11");
  expect(sent()).toEqual([1, 1]);
  const [english] = mailsTo("passer-by@example.org");
  expect(english?.subject).toBe("This week in Green squares: one new proposal and 3 comments");
  expect(english?.text).toBe(
    [
      "What is new in what you follow in Bilbao",
      `* This week in Green squares: one new proposal and 3 comments\n  ${process.url}`,
      "-- \nYou get this because you follow “Green squares” by e-mail.\nNo more of these mails: URL",
    ]
      .join("\n\n")
      .replace("URL", english?.list?.unsubscribeUrl ?? "")
      .concat("\n"),
  );
  const [arabic] = mailsTo("amina@example.org");
  expect(arabic?.subject).toBe("هذا الأسبوع في Green squares: مقترح جديد واحد و3 تعليقات");
  expect(arabic?.text.startsWith("الجديد فيما تتابعه في Bilbao\n\n* هذا الأسبوع")).toBe(true);
  expect(arabic?.html).toContain('<html lang="ar" dir="rtl">');
  expect(arabic?.list?.unsubscribeUrl).toContain("/unsubscribe/account.");
  expect(english?.list?.unsubscribeUrl).toContain("/unsubscribe/following.");
  const validator = new HtmlValidate({ extends: ["html-validate:standard", "html-validate:document"] });
  for (const mail of [english, arabic]) {
    const { results } = await validator.validateString(mail?.html ?? "");
    expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toEqual([]);
  }

  // Nothing happened since.
  await monday("2026-05-18");
  expect(sent()).toEqual([1, 1]);
  // A week that has begun is told when it is over.
  await aProposal(city, { process, now: clock.now() });
  await settleUntil("2026-05-20T06:30:00Z");
  expect(sent()).toEqual([1, 1]);
  await monday("2026-05-25");
  expect(sent()).toEqual([2, 2]);
});
