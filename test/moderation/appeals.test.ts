// From a report to the end of an appeal, walked by everyone it concerns; and who may not decide, read or repeat what.
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { commentPages } from "../../src/comments/pages.ts";
import { getComment, readCommentTexts } from "../../src/comments/queries.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { hideSubject, reinstateSubject, reportSubject } from "../../src/moderation/actions.ts";
import { decideAppeal } from "../../src/moderation/appeal-actions.ts";
import { moderationPages } from "../../src/moderation/pages.ts";
import { changeModerationSettings } from "../../src/moderation/settings-actions.ts";
import { appealUntil } from "../../src/moderation/statement.ts";
import { forgetAppellant, makeAppeal } from "../../src/moderation/statement-actions.ts";
import { countAppealsWaiting, findOpenStatement, listWaitingAppeals } from "../../src/moderation/statement-queries.ts";
import { changeNoticeSettings } from "../../src/notices/following-actions.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { listNotices } from "../../src/notices/queries.ts";
import type { Language } from "../../src/platform/i18n.ts";
import { drain } from "../../src/platform/job-drain.ts";
import type { Mail } from "../../src/ports.ts";
import { aCity, aComment, aGuest, aModerator, anOfficial, aProcess, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-03-02T12:00:00Z");
let db: TestDatabase;
let city: City;
const rooms = new Map<Language, Rooms>();
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  const desk = (house: Rooms["house"]) => moderationPages(house, { comment: readCommentTexts });
  for (const lang of ["en", "ar"] as const)
    rooms.set(lang, await openRooms(db, city, [commentPages, desk], { now, lang }));
});
afterAll(async () => {
  for (const room of rooms.values()) {
    expect(room.faults).toEqual([]);
    await room[Symbol.asyncDispose]();
  }
  await db.drop();
});

const mails: Mail[] = [];
async function post(): Promise<Mail[]> {
  const mailer = { send: async (mail: Mail) => void mails.push(mail) };
  const handlers = noticeHandlers({
    ...{ ...city, clock: { now: () => later }, mailer, secret: "s".repeat(40), whatIsTold, whatArrived },
    findCity: () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" }),
  });
  const others = Object.fromEntries(
    (await db.sql<{ kind: string }[]>`select distinct kind from job`).map(({ kind }) => [kind, async () => {}]),
  );
  await drain(db.sql, { ...others, ...handlers }, { now: new Date() });
  return mails.splice(0);
}

/** Something hidden by a moderator, and its author. */
async function aHiddenComment(by?: Awaited<ReturnType<typeof aModerator>>) {
  const author = await aResident(city, { now });
  const comment = await aComment(city, { on: await aProcess(city, { now }), by: author, now });
  const moderator = by ?? (await aModerator(city, { now }));
  await hideSubject(db.sql, moderator, comment.uri, "Names a neighbour", now, "personal-data");
  return { author, comment, moderator, statement: (await findOpenStatement(db.sql, comment.uri))! };
}

const words = {
  en: {
    ...{
      report: "Report",
      category: "Insults, threats or hate",
      about: "What should the moderator know?",
      send: "Send the report",
    },
    ...{
      thanks: "You are told the outcome under Notices",
      rule: "Which rule does it break?",
      reason: "Reason",
      hide: "Hide it",
    },
    ...{ why: "Why, and how to appeal", title: "Why this is hidden", rules: "No insults, threats or hate" },
    ...{
      appeal: "Why should it be shown?",
      sendAppeal: "Send the appeal",
      waits: "Someone who did not take the decision will look at it.",
    },
    ...{
      notYours: "someone else decides",
      show: "Show it again",
      your: "Your reason",
      decide: "Decide and tell the author",
    },
    ...{
      right: "You were right: everyone can read it again.",
      again: "Shown again",
      subject: "Your appeal was right",
    },
  },
  ar: {
    ...{
      report: "إبلاغ",
      category: "إهانات أو تهديدات أو كراهية",
      about: "ما الذي ينبغي أن يعرفه المشرف؟",
      send: "أرسل البلاغ",
    },
    ...{ thanks: "ستُبلَّغ بالنتيجة في الإشعارات", rule: "أي قاعدة يخالفها؟", reason: "السبب", hide: "أخفِه" },
    ...{ why: "السبب وطريقة الاعتراض", title: "لماذا أُخفي هذا", rules: "لا إهانات ولا تهديدات ولا كراهية" },
    ...{ appeal: "لماذا ينبغي إظهاره؟", sendAppeal: "أرسل الاعتراض", waits: "سيراجعه شخص لم يتخذ القرار." },
    ...{ notYours: "يقرر شخص آخر", show: "إظهاره من جديد", your: "السبب", decide: "قرّر وأبلغ الكاتب" },
    ...{ right: "كنت على حق: يمكن للجميع قراءته من جديد.", again: "ظاهر من جديد", subject: "كنت على حق في اعتراضك" },
  },
} as const;

test.each(["en", "ar"] as const)(
  "a report becomes a decision, the decision an appeal, and the appeal is won (%s)",
  async (lang) => {
    const [w, room] = [words[lang], rooms.get(lang)!];
    const process = await aProcess(city, { now });
    const author = await aResident(city, { name: "Jon", email: `jon-${lang}@mail.test`, locale: lang, now });
    const comment = await aComment(city, { on: process, by: author, body: "You are all thieves", now });
    const reporter = await aGuest(city, { name: "Olatz", email: `olatz-${lang}@mail.test`, locale: lang, now });
    // The reporter is told as they choose; what is decided about one's own words nobody can switch off.
    await changeNoticeSettings(db.sql, reporter.id, { mail: "at-once", followsOwn: true }, now);
    await changeNoticeSettings(db.sql, author.id, { mail: "never", followsOwn: true }, now);

    const reader = await room.visitor(reporter);
    await reader.open(`/reports/new?about=${encodeURIComponent(comment.uri)}`);
    await reader.check(w.category).press(w.send);
    expect(reader.status).toBe(422);
    expect(reader.isChecked(w.category)).toBe(true);
    await reader.fill(w.about, "It insults us all").press(w.send);
    expect(reader.text).toContain(w.thanks);

    const moderator = await aModerator(city, { process, locale: lang, now });
    const desk = await room.visitor(moderator);
    await desk.open(`/moderation/things/${comment.id}`);
    expect(desk.value(w.rule)).toBe("offensive");
    await desk.fill(w.reason, "Insults people").press(w.hide);
    const told = await post();
    expect(told.map((mail) => mail.to).sort()).toEqual([`jon-${lang}@mail.test`, `olatz-${lang}@mail.test`]);
    expect(told.map((mail) => mail.text).join()).not.toContain("Olatz");
    const statement = told.find(({ to }) => to.startsWith("jon"));
    expect(statement?.text).toContain("Insults people");
    expect(statement?.text).toContain(w.rules);
    expect(statement?.text).toMatch(/https:\/\/bilbao\.test\/moderation\/statements\/[0-9a-f-]{36}\n/);
    // No press ends these, so none is offered; others offer one.
    expect(told.map(({ to, list }) => [to.slice(0, 3), list !== undefined]).sort()).toEqual([
      ["jon", false],
      ["ola", true],
    ]);

    const writer = await room.visitor(author);
    await writer.open(`/comments/${comment.id}`);
    await writer.follow(w.why);
    for (const text of [w.title, w.rules, "Insults people", "You are all thieves"]) expect(writer.text).toContain(text);
    expect(writer.text).not.toMatch(/Olatz|It insults us all/);
    await writer.fill(w.appeal, "It was irony").press(w.sendAppeal);
    expect(writer.text).toContain(w.waits);

    await desk.open("/moderation/appeals");
    expect(desk.text).toContain("It was irony");
    expect(desk.text).toContain(w.notYours);
    expect(desk.hasButton(w.decide)).toBe(false);
    const second = await room.visitor(await anOfficial(city, { process, locale: lang, now }));
    await second.open("/moderation/appeals");
    await second.check(w.show).press(w.decide, { near: "It was irony" });
    expect(second.status).toBe(422);
    await second.fill(w.your, "Irony is allowed").press(w.decide, { near: "It was irony" });
    expect(second.status).toBe(200);

    expect((await getComment(db.sql, comment.uri)).hiddenAt).toBeNull();
    await writer.open("/moderation/statements");
    expect(writer.text).toContain(w.again);
    const [mail] = await post();
    expect(mail?.to).toBe(`jon-${lang}@mail.test`);
    expect(mail?.subject).toContain(w.subject);
    expect(mail?.text).toContain("Irony is allowed");
    const { rows } = await listNotices(db.sql, author.id, { sizeRows: 9, after: null, before: null });
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual(["appeal-reinstated", "statement"]);
  },
);

test("only its author reads a statement", async () => {
  const { author, moderator, statement } = await aHiddenComment();
  const room = rooms.get("en")!;
  for (const by of [moderator, await aResident(city, { now }), city.administrator]) {
    const visitor = await room.visitor(by);
    await visitor.open(`/moderation/statements/${statement.id}`);
    expect(visitor.status).toBe(404);
  }
  const own = await room.visitor(author);
  expect((await own.open(`/moderation/statements/${statement.id}`)).status).toBe(200);
  const nobody = await room.visitor();
  await nobody.open(`/moderation/statements/${statement.id}`);
  expect(nobody.url.pathname).toBe("/sign-in");
});

test("one appeal per decision, within six months, and never decided by who hid it", async () => {
  const { author, comment, moderator, statement } = await aHiddenComment();
  await expect(makeAppeal(db.sql, await aGuest(city, { now }), statement.id, "Please", now)).rejects.toThrow(
    "not-found",
  );
  await expect(makeAppeal(db.sql, author, statement.id, "Late", appealUntil(now))).rejects.toThrow("link-expired");
  await makeAppeal(db.sql, author, statement.id, "It is my own name", later);
  await expect(makeAppeal(db.sql, author, statement.id, "Again", later)).rejects.toThrow("already-exists");
  await expect(hideSubject(db.sql, city.administrator, comment.uri, "Another reason", later)).rejects.toThrow(
    "not-in-this-state",
  );

  const appeal = (await findOpenStatement(db.sql, comment.uri))!.appeal!;
  const decision = { outcome: "upheld", reason: "It is not" } as const;
  for (const by of [moderator, author, await aResident(city, { now })])
    await expect(decideAppeal(db.sql, by, appeal.id, decision, later)).rejects.toThrow("not-allowed");
  await decideAppeal(db.sql, city.administrator, appeal.id, decision, later);
  await expect(decideAppeal(db.sql, city.administrator, appeal.id, decision, later)).rejects.toThrow(
    "not-in-this-state",
  );
  expect((await getComment(db.sql, comment.uri)).hiddenAt).not.toBeNull();
  expect((await findOpenStatement(db.sql, comment.uri))!.appeal).toMatchObject({
    outcome: "upheld",
    reason: "It is not",
  });

  // Shown and hidden again it is another decision, with another appeal.
  await reinstateSubject(db.sql, moderator, comment.uri, later);
  await hideSubject(db.sql, moderator, comment.uri, "Once more", new Date(+later + 1000));
  const anew = (await findOpenStatement(db.sql, comment.uri))!;
  expect(anew.id).not.toBe(statement.id);
  await makeAppeal(db.sql, author, anew.id, "Once more", new Date(+later + 2000));
});

test("where only one person works the author is told so, and the appeal waits for a second", async () => {
  await using alone = await openTestDatabase().then((database) => ({
    ...database,
    [Symbol.asyncDispose]: () => database.drop(),
  }));
  const small = await aCity(alone, { now });
  const room = await openRooms(alone, small, [moderationPages], { now });
  const author = await aResident(small, { now });
  const comment = await aComment(small, { on: await aProcess(small, { now }), by: author, now });
  await hideSubject(alone.sql, small.administrator, comment.uri, "Off topic", now, "not-fitting");
  const statement = (await findOpenStatement(alone.sql, comment.uri))!;
  const visitor = await room.visitor(author);
  await visitor.open(`/moderation/statements/${statement.id}`);
  expect(visitor.text).toContain("only the person who decided works here");
  await visitor.fill("Why should it be shown?", "It is the topic").press("Send the appeal");
  const boss = await room.visitor(small.administrator);
  await boss.open("/moderation/appeals");
  expect(boss.text).toContain("1 appeal waits");
  expect(boss.text).toContain("has to name a second moderator");
  const second = await anOfficial(small, { now });
  const [appeal] = (await listWaitingAppeals(alone.sql, second, { after: null, before: null, sizeRows: 5 })).rows;
  await decideAppeal(alone.sql, second, appeal!.id, { outcome: "reinstated", reason: "It is" }, later);
  expect(await countAppealsWaiting(alone.sql)).toEqual({ count: 0, oldest: null });
  await room[Symbol.asyncDispose]();
});

test("without an account one reports where the city allows it, a few times an hour, and nothing of them is kept", async () => {
  const comment = await aComment(city, { on: await aProcess(city, { now }), now });
  const room = rooms.get("en")!;
  const path = `/reports/new?about=${encodeURIComponent(comment.uri)}`;
  const visitor = await room.visitor();
  await visitor.open(path);
  expect(visitor.url.pathname).toBe("/sign-in");
  await expect(
    reportSubject(db.sql, null, { subjectUri: comment.uri, category: "spam", reason: "x", isForwarded: false }, now),
  ).rejects.toThrow("sign-in-first");
  await changeModerationSettings(db.sql, city.administrator, { areVisitorsHeard: true }, now);
  for (let times = 0; times < 6; times++) {
    await visitor.open(path);
    await visitor
      .check("Spam or advertising")
      .fill("What should the moderator know?", "An advert")
      .press("Send the report");
    expect(visitor.status).toBe(times < 5 ? 200 : 429);
    if (times < 5) expect(visitor.text).toContain("Without an account we cannot write to you");
    else expect(visitor.value("What should the moderator know?")).toBe("An advert");
  }
  const kept = await db.sql`select * from report where source = 'visitor'`;
  expect(kept).toHaveLength(5);
  expect(kept.every((row) => row.accountId === null && row.actorId === null)).toBe(true);
  await changeModerationSettings(db.sql, city.administrator, { areVisitorsHeard: false }, now);
});

test("an evaluator and a moderator of another process read no appeal, and decide none", async () => {
  const { author, statement } = await aHiddenComment();
  await makeAppeal(db.sql, author, statement.id, "planted in the queue", later);
  const elsewhere = await aModerator(city, { process: await aProcess(city, { now }), now });
  const request = { after: null, before: null, sizeRows: 50 };
  expect((await listWaitingAppeals(db.sql, elsewhere, request)).rows).toEqual([]);
  const resident = await aResident(city, { now });
  const evaluator = { ...resident, grants: [{ role: "evaluator", processUri: statement.processUri }] } as const;
  await expect(listWaitingAppeals(db.sql, evaluator, request)).rejects.toThrow("not-allowed");
  expect((await countAppealsWaiting(db.sql, evaluator)).count).toBe(0);
});

test("who closes their account takes the words of their appeal along", async () => {
  const { author, statement, comment } = await aHiddenComment();
  await makeAppeal(db.sql, author, statement.id, "planted appeal words", later);
  await closeAccount(db.sql, author, [forgetAppellant], later);
  const left = await findOpenStatement(db.sql, comment.uri);
  expect(left).toMatchObject({ accountId: null, appeal: { words: "" } });
});
