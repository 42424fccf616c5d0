// A city's lists of words and servers: what waits, what is refused, what an import changes, all or nothing, and its undoing.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { policyFor } from "../../src/actors/queries.ts";
import { editComment, publishComment } from "../../src/comments/actions.ts";
import { getComment } from "../../src/comments/queries.ts";
import { reinstateSubject } from "../../src/moderation/actions.ts";
import { writeHostList } from "../../src/moderation/host-list.ts";
import { addWord, importHosts, importWords, removeWord, undoImport } from "../../src/moderation/list-actions.ts";
import { judgeWords, listAllPeers, listImports, listWords } from "../../src/moderation/list-queries.ts";
import { countByMonth, countHidings } from "../../src/moderation/log-queries.ts";
import { listReports } from "../../src/moderation/queries.ts";
import { changeModerationSettings } from "../../src/moderation/settings-actions.ts";
import {
  openMatcher,
  phraseLengthMax,
  readWordList,
  type Word,
  wordsMax,
  writeWordList,
} from "../../src/moderation/word.ts";
import { csvLine, parseCsv } from "../../src/platform/csv.ts";
import { getProcess } from "../../src/processes/queries.ts";
import { aModerator, aProcess, aProposal, aRemoteComment, aResident, aStranger, type City } from "../support/build.ts";
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

const word = (phrase: string, more: Partial<Word> = {}): Word => ({
  phrase,
  language: null,
  isWhole: true,
  action: "hold",
  ...more,
});
const clear = async () => {
  for (const { id } of await listWords(db.sql)) await removeWord(db.sql, city.administrator, id, now);
};
const toldTo = async ({ id }: Account) =>
  (
    await db.sql<{ kind: string; mail: string }[]>`select kind, mail from notice where account_id = ${id} order by id`
  ).map(({ kind, mail }) => [kind, mail]);
const say = async (body: string, by?: Account) => {
  const author = by ?? (await aResident(city, { now }));
  const process = await aProcess(city, { now });
  const input = { targetUri: process.uri, parentUri: null, stance: null, body, language: "en" };
  return { author, comment: await publishComment(db.sql, city.uris, author, input, now) };
};

test.each([
  ["Casino", {}, "Try our CASINO now", true],
  ["casino", {}, "An occasion in Casinova", false],
  ["casino", { isWhole: false }, "Casinova", true],
  ["canción", {}, "Una CANCION", true],
  ["free money", {}, "It is free   money!", true],
  ["free money", {}, "fr\u200Bee money", true],
  ["спам", {}, "Это СПАМ.", true],
  ["مجاني", {}, "عرض مجانيّ اليوم", true],
  ["esel", { language: "de" }, "esel", false],
  ["a.*b", {}, "aXXb", false],
] as const)("the phrase %j (%o) in %j: %s", (phrase, more, text, isFound) => {
  expect(openMatcher([word(phrase, more)])(text, "en") !== null).toBe(isFound);
});

test("of several phrases that overlap each is found, and the gravest counts", () => {
  const matcher = openMatcher([
    word("he", { isWhole: false }),
    word("she", { isWhole: false }),
    word("hers", { isWhole: false, action: "refuse" }),
  ]);
  expect(matcher("ushers", null)).toEqual({ action: "refuse", phrase: "hers" });
  expect(matcher("ushe", null)).toMatchObject({ action: "hold" });
  expect(openMatcher([])("anything", null)).toBeNull();
});

test("nothing in a list can make looking slow", () => {
  const hostile = Array.from({ length: wordsMax }, (_, index) =>
    word(`${"a".repeat(phraseLengthMax - 8)}${index}`, { isWhole: false }),
  );
  const matcher = openMatcher(hostile);
  const text = "a".repeat(20_000);
  // Work, not time: a busy machine makes nothing worse, and to try each phrase at each place would take minutes.
  const before = process.cpuUsage();
  for (let times = 0; times < 10; times++) matcher(text, null);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(2_500);
  expect(() => readWordList(`phrase,language,match,action\n${"x".repeat(500_000)}`)).toThrow("too-large");
});

test("a listed word makes a comment wait and tells its author; another is refused with the word", async () => {
  await addWord(db.sql, city.administrator, word("casino"), now);
  await addWord(db.sql, city.administrator, word("viagra", { action: "refuse" }), now);
  const { author, comment } = await say("Visit my casino");
  expect(await getComment(db.sql, comment.uri)).toMatchObject({ hiddenReason: "", hiddenAt: expect.any(Date) });
  expect(await toldTo(author)).toEqual([["held", "always"]]);
  await expect(say("Buy Viagra")).rejects.toMatchObject({
    code: "words-refused",
    params: { words: "viagra", field: "body" },
  });
  const moderator = await aModerator(city, { now });
  const held = await listReports(db.sql, moderator, { state: "open" }, { after: null, before: null, sizeRows: 50 });
  expect(held.rows.some(({ source, things }) => source === "words" && things[0]?.uri === comment.uri)).toBe(true);
  await reinstateSubject(db.sql, moderator, comment.uri, now);
  expect((await getComment(db.sql, comment.uri)).hiddenAt).toBeNull();
  expect(await toldTo(author)).toEqual([
    ["held", "always"],
    ["held-shown", "daily"],
  ]);
  const edited = await say("All is well", author);
  await editComment(db.sql, author, edited.comment.uri, { body: "A casino after all", version: 1 }, now);
  expect((await getComment(db.sql, edited.comment.uri)).hiddenAt).not.toBeNull();
});

test("a held proposal is counted only once it is shown; what comes from elsewhere meets the same list", async () => {
  const process = await aProcess(city, { now });
  const draft = await aProposal(city, { process, title: "A casino in the park", now });
  const countOf = async () => (await getProcess(db.sql, process.uri)).proposalCount;
  expect(await countOf()).toBe(0);
  await reinstateSubject(db.sql, await aModerator(city, { now }), draft.uri, now);
  expect(await countOf()).toBe(1);
  const by = await aStranger(city, { now });
  const remote = await aRemoteComment(city, { on: process, by, html: "<p>Cheap <b>casino</b></p>", now });
  expect((await getComment(db.sql, remote.uri)).hiddenAt).not.toBeNull();
  await expect(aRemoteComment(city, { on: process, by, html: "<p>viagra</p>", now })).rejects.toThrow("words-refused");
  await clear();
});

test("the first contribution of a new account waits where the city wants it, and the next does not once one is shown", async () => {
  await changeModerationSettings(db.sql, city.administrator, { areFirstOfAccountsHeld: true }, now);
  const { author, comment } = await say("Good morning");
  expect(comment.hiddenAt ?? (await getComment(db.sql, comment.uri)).hiddenAt).not.toBeNull();
  await reinstateSubject(db.sql, await aModerator(city, { now }), comment.uri, now);
  const next = await say("Good evening", author);
  expect((await getComment(db.sql, next.comment.uri)).hiddenAt).toBeNull();
  await changeModerationSettings(db.sql, city.administrator, { areFirstOfAccountsHeld: false }, now);
});

test("a list of words goes in whole or not at all, comes out as it went in, and an import is undone", async () => {
  await clear();
  await addWord(db.sql, city.administrator, word("old"), now);
  const bad = 'phrase,language,match,action\nfine,,whole,hold\n"two\nlines",,whole,hold\nbad,,whole,burn\n';
  await expect(importWords(db.sql, city.administrator, bad, now)).rejects.toMatchObject({
    code: "list-line",
    params: { line: 5, what: "action" },
  });
  expect((await listWords(db.sql)).map(({ phrase }) => phrase)).toEqual(["old"]);
  const before = writeWordList(await listWords(db.sql));
  const csv = 'phrase,language,match,action\nold,,whole,refuse\n"comma, quoted",es,part,hold\n';
  expect(await importWords(db.sql, city.administrator, csv, now)).toBe(2);
  expect(await judgeWords(db.sql, "so old", "en")).toMatchObject({ action: "refuse" });
  expect(readWordList(writeWordList(await listWords(db.sql)))).toHaveLength(2);
  const [done] = await listImports(db.sql);
  for (let times = 0; times < 2; times++) await undoImport(db.sql, city.uris, city.administrator, done!.id, now);
  expect(writeWordList(await listWords(db.sql))).toBe(before);
  await expect(importWords(db.sql, await aModerator(city, { now }), csv, now)).rejects.toThrow("not-allowed");
});

test("Mastodon's domain blocks are taken in, previewed first, and undone", async () => {
  const csv =
    "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n" +
    'spam.example,suspend,true,true,"Spam, all of it",false\nloud.example,silence,false,false,,true\nfine.example,noop,false,false,,false\n';
  const boss = await room.visitor(city.administrator);
  await boss.open("/moderation/lists");
  await boss.attach("File with servers", new File([csv.replace("silence", "shout")], "blocks.csv"));
  await boss.press("See what would change in the servers");
  expect(boss.status).toBe(422);
  expect(boss.text).toContain("Line 3: #severity is wrong. Nothing has been imported.");
  await boss.attach("File with servers", new File([csv], "blocks.csv")).press("See what would change in the servers");
  expect(boss.text).toContain("2 entries change.");
  const wrong = importHosts(db.sql, city.uris, city.administrator, csv.replace("silence", "shout"), now);
  await expect(wrong).rejects.toMatchObject({ code: "list-line", params: { line: 3, what: "#severity" } });
  expect(await policyFor(db.sql, "spam.example")).toBe("allowed");
  await boss.press("Import all of it");
  expect(boss.text).toContain("Imported: 2 entries changed.");
  expect([await policyFor(db.sql, "spam.example"), await policyFor(db.sql, "loud.example")]).toEqual([
    "blocked",
    "limited",
  ]);
  const out = writeHostList(await listAllPeers(db.sql));
  expect(parseCsv(out).map(({ cells }) => cells.slice(0, 2))).toEqual([
    ["#domain", "#severity"],
    ["loud.example", "silence"],
    ["spam.example", "suspend"],
  ]);
  expect(out).toContain('"Spam, all of it"');
  await boss.press("Undo this import", { near: "Servers" });
  expect(await listAllPeers(db.sql)).toEqual([]);
});

test("an administrator pastes a list, reads what would change, imports and undoes it; nobody else does", async () => {
  const boss = await room.visitor(city.administrator);
  await boss.open("/moderation/lists");
  await boss.fill("Word or phrase", "lottery").press("Add to the list");
  expect(boss.text).toContain("It is on the list.");
  const csv = csvLine(["phrase", "language", "match", "action"]) + csvLine(["raffle", "", "whole", "hold"]);
  await boss.fill("Or paste the words here", csv).press("See what would change in the words");
  await boss.press("Import all of it");
  expect((await listWords(db.sql)).map(({ phrase }) => phrase)).toEqual(["lottery", "old", "raffle"]);
  for (const by of [await aModerator(city, { now }), await aResident(city, { now })]) {
    const visitor = await room.visitor(by);
    for (const path of ["/moderation/lists", "/moderation/settings", "/moderation/lists/words.csv"])
      expect((await visitor.open(path)).status).toBe(403);
  }
  await clear();
});

test("the rules are everyone's to read, in the city's words where it has some", async () => {
  const reader = await room.visitor();
  await reader.open("/moderation/rules");
  expect(reader.text).toContain("No insults, threats or hate");
  expect(reader.text).toContain("disagreement is welcome");
  await changeModerationSettings(db.sql, city.administrator, { rules: { en: "Be **kind**. <script>x</script>" } }, now);
  await reader.open("/moderation/rules");
  expect(reader.html).toContain("<strong>kind</strong>");
  expect(reader.html).not.toContain("<script>x");
  expect(reader.linkTo("Moderation log")).toBe("/moderation/log");
});

test("the public log counts by month, by rule and by who asked", async () => {
  const [month] = await countByMonth(db.sql);
  expect(month).toMatchObject({ month: new Date("2026-03-01T00:00:00Z"), appeals: 0 });
  expect(month!.held).toBeGreaterThan(2);
  expect((await countHidings(db.sql, now)).byRule).toHaveLength(6);
  const reader = await room.visitor();
  await reader.open("/moderation/log");
  for (const words of ["Held first", "Median time", "How these numbers are made"]) expect(reader.text).toContain(words);
});

test.each(["=HYPERLINK(1)", "+1", "-1", "@sum", "\tx", "'=1", "''@x", "'tis", "plain, and “quoted”"])(
  "%j in a list is no formula for a table program, and the same when it is read again",
  (cell) => {
    const line = csvLine(["host.example", cell]);
    expect(line).not.toMatch(/,"?[=+\-@\t]/);
    expect(parseCsv(line)[0]?.cells).toEqual(["host.example", cell]);
  },
);
