// What becomes of translations: older once their original changes, refused to whom and where nothing may be said, gone with
// what they say; and who is told.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeMeeting } from "../../src/meetings/actions.ts";
import { meetingTexts } from "../../src/meetings/meeting-text-actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { follow as followHere } from "../../src/notices/following-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { answerTexts } from "../../src/proposals/answer-text-actions.ts";
import { changeResult } from "../../src/results/actions.ts";
import { resultTexts } from "../../src/results/result-text-actions.ts";
import { deleteSubject, touchSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { replaceTranslations } from "../../src/translations/actions.ts";
import { listTranslations } from "../../src/translations/queries.ts";
import { allCharsMax } from "../../src/translations/translation.ts";
import {
  aMeeting,
  aMeetingText,
  aModerator,
  anOfficial,
  aProcess,
  aResident,
  aResult,
  aResultText,
} from "../support/build.ts";
import { openReader } from "../support/reader.ts";
import { es, idOf, openSquares, type Squares } from "./story.ts";

let net: Squares["net"];
let city: Squares["city"];
let process: Squares["process"];
let official: Squares["official"];
let desk: Squares["desk"];
let reader: Squares["reader"];
let now: Squares["now"];
let say: Squares["say"];
let someNews: Squares["someNews"];
let anAnswer: Squares["anAnswer"];
beforeAll(async () => {
  ({ net, city, process, official, desk, reader, now, say, someNews, anAnswer } = await openSquares());
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

describe("a translation is older than its original", () => {
  test("field by field, once the original changes, to the official and to readers; saving it anew makes it as new", async () => {
    const text = aMeetingText(now(), { title: "A walk", body: "Bring shoes.", agenda: "1. The old wall" });
    const meeting = await aMeeting(city, { ...text, process, now: now() });
    await say(meetingTexts, meeting.uri, { title: "Un paseo", body: "Traigan zapatos.", agenda: "1. La muralla" });
    const change = (more: object) =>
      changeMeeting(city.sql, city.uris, official, meeting.uri, { ...text, ...more }, now());
    // Another place is no other text.
    await change({ address: "Plaza Nueva" });
    expect((await listTranslations(city.sql, meeting.uri))[0]?.older).toEqual([]);
    await change({ body: "Bring shoes and water." });
    expect((await listTranslations(city.sql, meeting.uri))[0]).toMatchObject({ older: ["body"] });
    await reader.open(`/meetings/${meeting.id}`, es);
    expect(reader.text).toContain("El original ha cambiado desde entonces.");
    await desk.open(`/meetings/${meeting.id}/languages?to=es`);
    expect(desk.text).toContain("Spanish original changed");
    await desk.fill("Text (Spanish)", "Traigan zapatos y agua.").press("Save and publish the changes");
    await reader.open(`/meetings/${meeting.id}`, es);
    expect(reader.text).toContain("zapatos y agua");
    expect(reader.text).not.toContain("ha cambiado");
    // What the original does not say any more, no language says.
    await change({ body: "Bring shoes and water.", agenda: "" });
    expect(Object.keys((await listTranslations(city.sql, meeting.uri))[0]!.texts).sort()).toEqual(["body", "title"]);
  });

  test("an answer that is revised, and one whose original is now in the language of a translation", async () => {
    const { proposal, uri } = await anAnswer();

    await say(answerTexts, uri, { reasons: "Lo construimos." });
    await say(answerTexts, uri, { reasons: "Ho construïm." }, { language: "ca" });
    const input = { outcome: "accepted", term: "", costAmount: null, costCurrency: null } as const;
    const revise = (reasons: string, language: string) =>
      answerProposal(city.sql, city.uris, official, proposal.uri, { ...input, reasons, language }, now());
    await revise("Lo construimos pronto.", "es");
    expect(await listTranslations(city.sql, uri)).toMatchObject([{ language: "ca", older: ["reasons"] }]);
    await reader.open(`/search?q=${encodeURIComponent("construimos pronto")}`, es);
    expect(reader.text).toContain("Lo construimos pronto");
  });
});

describe("who may, and of what", () => {
  test("an official of this process alone", async () => {
    const uri = await someNews();
    const other = await anOfficial(city, { now: now(), process: await aProcess(city, { now: now() }) });
    const text = { title: "No", body: "No" };
    await expect(say(newsTexts, uri, text, { by: other })).rejects.toMatchObject({ code: "not-allowed" });
    await net.settle();
    const stranger = await openReader(city, other);
    expect((await stranger.open(`/news/${idOf(uri)}/languages`)).status).toBe(403);
    expect((await stranger.open("/processes/squares/languages")).status).toBe(403);
    await reader.open(`/news/${idOf(uri)}`);
    expect(reader.linkTo("In other languages")).toBeNull();
  });

  test("nothing that is hidden, erased or of another kind", async () => {
    const { proposal, uri } = await anAnswer();

    const moderator = await aModerator(city, { now: now() });
    const hidden = { code: "not-in-this-state" };
    await hideSubject(city.sql, moderator, uri, "a name in it", now());
    await expect(say(answerTexts, uri, { reasons: "Sí" })).rejects.toMatchObject(hidden);
    expect((await desk.open(`/answers/${idOf(uri)}/languages`)).status).toBe(404);
    await reinstateSubject(city.sql, moderator, uri, now());
    await hideSubject(city.sql, moderator, proposal.uri, "a name in it", now());
    await expect(say(answerTexts, uri, { reasons: "Sí" })).rejects.toMatchObject(hidden);
    await expect(say(answerTexts, proposal.uri, { reasons: "Sí" })).rejects.toMatchObject({ code: "not-found" });
    expect((await desk.open(`/news/${idOf(uri)}/languages`)).status).toBe(404);
    const news = await someNews();
    await withTransaction(city.sql, (tx) => deleteSubject(tx, news, now()));
    await expect(say(newsTexts, news, { title: "Sí" })).rejects.toMatchObject({ code: "not-found" });
  });

  test("no language of nobody's, nor the original's; and no more than other nodes read", async () => {
    const uri = await someNews();
    const wrong = { code: "invalid-input", params: { field: "language" } };
    await expect(say(newsTexts, uri, { title: "A" }, { language: "en" })).rejects.toMatchObject(wrong);
    await expect(say(newsTexts, uri, { title: "A" }, { language: "xx" })).rejects.toMatchObject(wrong);
    const long = "a".repeat(20_001);
    await expect(say(newsTexts, uri, { title: "A", body: long })).rejects.toMatchObject({ code: "too-large" });
    const meeting = await aMeeting(city, { process, agenda: "1.", now: now() });
    const minutes = "a".repeat(49_000);
    const text = { title: "A", body: long.slice(1), agenda: long.slice(1), minutes };
    for (const language of ["es", "ca"]) await say(meetingTexts, meeting.uri, text, { language });
    await expect(say(meetingTexts, meeting.uri, text, { language: "fr" })).rejects.toMatchObject({
      code: "too-large",
      params: { max: allCharsMax },
    });
  });

  test("erased with what it says, here and in the search", async () => {
    const uri = await someNews({ title: "Soon gone" });
    await say(newsTexts, uri, { title: "Desaparecerá pronto", body: "Murciélagos." });
    await reader.open("/search?q=murcielagos", es);
    expect(reader.text).toContain("Desaparecerá pronto");
    await withTransaction(city.sql, (tx) => deleteSubject(tx, uri, now()));
    expect(await city.sql`select from translation where subject_uri = ${uri}`).toHaveLength(0);
    expect(await city.sql`select from search_entry where uri = ${uri} and language = 'es'`).toHaveLength(0);
    const parts = await city.sql<{ document: string | null }[]>`
      select document from record_part where subject_uri = ${uri}`;
    expect(parts.every(({ document }) => document === null)).toBe(true);
  });
});

test("what is missing in the languages of the process is listed, page by page", async () => {
  const other = await aProcess(city, { now: now(), handle: "lanes", title: "Lanes", languages: ["en", "es"] });
  const by = await anOfficial(city, { now: now(), process: other });
  const uris: string[] = [];
  for (let count = 0; count < 32; count += 1) {
    const text = { processUri: other.uri, title: `News ${count}.`, body: "B", language: "en" };
    uris.push(await publishNews(city.sql, city.uris, by, text, now()));
    net.clock.advance(1);
  }
  const person = await openReader(city, by);
  await person.open("/processes/lanes/texts");
  await person.follow("News, answers, meetings and results in several languages");
  expect(person.text).toContain("News 31.");
  expect(person.text).toContain("Spanish: missing");
  expect(person.text).not.toContain("News 1.");
  await person.follow("Next page");
  expect(person.text).toContain("News 1.");
  await say(newsTexts, uris[31]!, { title: "Noticia", body: "C" }, { by });
  await person.open("/processes/lanes/languages");
  expect(person.text).not.toContain("News 31.");
  await say(newsTexts, uris[30]!, { title: "Noticia" }, { by });
  await person.open("/processes/lanes/languages");
  expect(person.linkTo("News 30.")).toBe(`/news/${idOf(uris[30]!)}/languages`);
  await city.sql`update news set body = 'changed' where uri = ${uris[31]!}`;
  await person.open("/processes/lanes/languages");
  expect(person.text).toContain("News 31.");
  expect(person.text).toContain("Spanish: original changed");
});

test("who follows a result is told of it under its title in their language", async () => {
  const result = await aResult(city, { process, title: "Shaded lanes", now: now() });
  await say(resultTexts, result.uri, { title: "Calles con sombra" });
  const person = await aResident(city, { now: now(), locale: "es" } as never);
  await city.sql`update account set locale = 'es' where id = ${person.id}`;
  await followHere(city.sql, person, result.uri, now());
  await changeResult(city.sql, official, result.uri, aResultText({ title: "Shaded lanes", progress: 80 }), now());
  await net.settle();
  const mine = await openReader(city, person);
  await mine.open("/notices");
  expect(mine.text).toContain("Calles con sombra");
});

test("a translation alone is told to nobody", async () => {
  const result = await aResult(city, { process, title: "Quiet paving", now: now() });
  const person = await aResident(city, { now: now() });
  await net.settle();
  await followHere(city.sql, person, result.uri, now());
  const before = (await findSubject(city.sql, result.uri))!.updatedAt!;
  net.clock.advance(minuteMs);
  await say(resultTexts, result.uri, { title: "Pavimento silencioso" });
  await net.settle();
  expect(
    await city.sql`select from notice where account_id = ${person.id} and subject_uri = ${result.uri}`,
  ).toHaveLength(0);
  expect(+(await findSubject(city.sql, result.uri))!.updatedAt!).toBeGreaterThan(+before);
});

test("however a text is written anew, its translations are kept in step", async () => {
  const uri = await someNews();
  await say(newsTexts, uri, { title: "Uno", body: "Dos" });
  await withTransaction(city.sql, (tx) => touchSubject(tx, uri, { language: "es" }, now()));
  expect(await listTranslations(city.sql, uri)).toEqual([]);
  const said = { language: "ca", texts: { title: "U" }, older: ["body"] } as const;
  await withTransaction(city.sql, (tx) =>
    replaceTranslations(tx, [{ uri, language: "es", translations: [said] }], now()),
  );
  expect(await listTranslations(city.sql, uri)).toMatchObject([said]);
  await withTransaction(city.sql, (tx) => replaceTranslations(tx, [{ uri, language: "es" }], now()));
  expect(await listTranslations(city.sql, uri)).toEqual([]);
});
