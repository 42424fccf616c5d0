// Official texts in further languages, walked through by labels and links: written beside the original, read in one's own
// language, marked where the original has changed since, and gone with what they say.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { changeMeeting, closeMeeting } from "../../src/meetings/actions.ts";
import { meetingTexts } from "../../src/meetings/meeting-text-actions.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { follow as followHere } from "../../src/notices/following-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { answerTexts } from "../../src/proposals/answer-text-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { milestoneTexts, resultTexts } from "../../src/results/result-text-actions.ts";
import { deleteSubject, touchSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { replaceTranslations, type TextDoor } from "../../src/translations/actions.ts";
import { listTranslations } from "../../src/translations/queries.ts";
import { allCharsMax, type Texts } from "../../src/translations/translation.ts";
import {
  aMeeting,
  aMeetingText,
  aModerator,
  anOfficial,
  aPhase,
  aProcess,
  aProposal,
  aResident,
  aResult,
  aResultText,
} from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { sayIn } from "../support/other-languages.ts";
import { openReader } from "../support/reader.ts";
import type { Visitor } from "../support/visit.ts";

let net: Network<"bilbao">;
let city: Node;
let process: Process;
let official: Account;
let desk: Visitor;
let reader: Visitor;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  city = net.nodes.bilbao;
  process = await aProcess(city, {
    now: now(),
    handle: "squares",
    title: "Green squares",
    languages: ["en", "es"],
    phases: [aPhase(now(), { startsInDays: -1, endsInDays: 40 })],
  });
  official = await anOfficial(city, { now: now(), process });
  desk = await openReader(city, official);
  reader = await openReader(city);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const now = () => net.clock.now();
const es = { "accept-language": "es" };
const idOf = (uri: string) => uri.split("/").at(-1)!;

const say = (
  door: TextDoor,
  uri: string,
  typed: Texts,
  { by = official, language = "es" }: { by?: Account; language?: string } = {},
) => sayIn({ sql: city.sql, by }, door, uri, { language, now: now() }, typed);

const someNews = (text: { title?: string; body?: string } = {}) =>
  publishNews(
    city.sql,
    city.uris,
    official,
    { processUri: process.uri, title: "Come and see", body: "The plans are **here**.", language: "en", ...text },
    now(),
  );

async function anAnswer(): Promise<{ proposal: Proposal; uri: string }> {
  const by = await aResident(city, { now: now() });
  const proposal = await aProposal(city, { process, by, title: "A bench under the trees", now: now() });
  const input = { outcome: "accepted", reasons: "We **build** it.", term: "In spring", language: "en" } as const;
  await answerProposal(
    city.sql,
    city.uris,
    official,
    proposal.uri,
    { ...input, costAmount: null, costCurrency: null },
    now(),
  );
  return { proposal, uri: (await findAnswer(city.sql, proposal.uri))!.uri };
}

describe("an official reads the original and writes one other language beside it", () => {
  test("news: found from their page, missing until it is written, then read by everyone in their language", async () => {
    const uri = await someNews();
    await desk.open(`/news/${idOf(uri)}`);
    await desk.follow("In other languages");
    expect(desk.text).toContain("Come and see");
    expect(desk.text).toContain("Spanish 2 missing");
    expect(desk.html).toContain('lang="es"');
    await desk.fill("Title (Spanish)", "Vengan a ver").press("Save and publish the changes");
    expect(desk.text).toContain("The texts in Spanish are saved. 1 is still missing.");
    await reader.open(`/news/${idOf(uri)}`, es);
    expect(reader.all("h1")).toEqual(["Vengan a ver"]);
    expect(reader.text).toContain("4 de mayo de 2026en inglés");
    // Its text is not translated yet, and says so.
    expect(reader.html).toContain('<div class="prose" lang="en" dir="ltr"><p>The plans are <strong>here</strong>.');

    await desk.fill("Text (Spanish)", "Los planos están **aquí**.").press("Save and publish the changes");
    expect(desk.text).toContain("saved, and complete");
    expect(desk.text).toContain("Spanish complete");
    await reader.open(`/news/${idOf(uri)}`, es);
    expect(reader.html).toContain('<div class="prose"><p>Los planos están <strong>aquí</strong>.');
    expect(reader.text).toContain("Traducido. Idioma original: inglés · Leer el original");
    await reader.open(reader.linkTo("Leer el original")!, es);
    expect(reader.all("h1")).toEqual(["Come and see"]);
    expect(reader.html).toContain('<h1 lang="en"');
    expect(reader.linkTo("español")).toBe(`/news/${idOf(uri)}?lang=es`);
    // Whoever reads a language it is not in reads the original.
    await reader.open(`/news/${idOf(uri)}`, { "accept-language": "fr" });
    expect(reader.all("h1")).toEqual(["Come and see"]);
    for (const path of ["/processes/squares/news", "/processes/squares", "/"]) {
      await reader.open(path, es);
      expect(reader.text).toContain("Vengan a ver");
      expect(reader.text).not.toContain("Come and see");
    }
  });

  test("all empty takes it away; the same again changes nothing", async () => {
    const uri = await someNews({ title: "For a while" });
    await say(newsTexts, uri, { title: "Por un rato", body: "Aquí." });
    const head = (await findHead(city.sql, uri))!.digest;
    net.clock.advance(minuteMs);
    await say(newsTexts, uri, { title: " Por un  rato", body: "Aquí.\r\n" });
    expect((await findHead(city.sql, uri))!.digest).toBe(head);
    expect(await eventsOf(uri)).toEqual(["NewsPublished", "SubjectTranslated"]);
    await desk.open(`/news/${idOf(uri)}/languages?to=es`);
    await desk.fill("Title (Spanish)", "").fill("Text (Spanish)", "").press("Save and publish the changes");
    expect(desk.text).toContain("The translation into Spanish is taken away.");
    expect(await listTranslations(city.sql, uri)).toEqual([]);
    await reader.open(`/news/${idOf(uri)}`, es);
    expect(reader.all("h1")).toEqual(["For a while"]);
  });

  test("what is typed stays where something is wrong: a text without a title, or a changed original", async () => {
    const result = await aResult(city, { process, title: "Ten benches", now: now() });
    const path = `/results/${result.id}/languages?to=ca`;
    await desk.open(path);
    await desk.fill("Text (Catalan)", "A l’ombra.").press("Save and publish the changes");
    expect(desk.status).toBe(422);
    expect(desk.value("Text (Catalan)")).toBe("A l’ombra.");
    desk.fill("Title (Catalan)", "Deu bancs");
    await changeResult(city.sql, official, result.uri, aResultText({ title: "Twelve benches" }), now());
    await desk.press("Save and publish the changes");
    expect(desk.status).toBe(409);
    expect(desk.text).toContain("Twelve benches");
    expect(desk.value("Title (Catalan)")).toBe("Deu bancs");
    await desk.fill("Title (Catalan)", "Dotze bancs").press("Save and publish the changes");
    expect((await listTranslations(city.sql, result.uri))[0]).toMatchObject({
      texts: { title: "Dotze bancs" },
      older: [],
    });
  });
});

const eventsOf = async (uri: string): Promise<string[]> =>
  (await city.sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
    ({ type }) => type,
  );

describe("every kind", () => {
  test("an answer, with its reasons and its term, on the page of the proposal", async () => {
    const { proposal, uri } = await anAnswer();
    await desk.open(`/proposals/${proposal.id}`);
    await desk.follow("In other languages");
    desk.fill("Reasons (Spanish)", "Lo **construimos**.").fill("When (Spanish)", "En primavera");
    await desk.press("Save and publish the changes");
    await reader.open(`/proposals/${proposal.id}`, es);
    expect(reader.html).toContain("Lo <strong>construimos</strong>.");
    expect(reader.text).toContain("En primavera");
    expect(reader.linkTo("Leer el original")).toBe(`/proposals/${proposal.id}?lang=en#answer`);
    await reader.open(`/proposals/${proposal.id}?lang=en`);
    expect(reader.html).toContain("We <strong>build</strong> it.");
    const [act] = await city.sql`
      select account_id, detail, before, after, process_uri from audit where act = 'text-translated' and subject_uri = ${uri}`;
    expect(act).toMatchObject({
      accountId: official.id,
      processUri: process.uri,
      detail: { language: "es" },
      after: { reasons: "Lo **construimos**.", term: "En primavera" },
    });
  });

  test("a meeting before anyone is invited, and its minutes later: each text in the language that it has", async () => {
    const draft = await aMeeting(city, {
      process,
      title: "The evening",
      agenda: "1. Where",
      isDraft: true,
      now: now(),
    });
    const text = { title: "La tarde", body: "Vengan.", agenda: "1. Dónde" };
    await say(meetingTexts, draft.uri, text);
    expect(await eventsOf(draft.uri)).toEqual([]);
    expect(await findHead(city.sql, draft.uri)).toBeNull();
    await desk.open(`/meetings/${draft.id}`);
    await desk.press("Invite now");
    await net.settle();
    await reader.open(`/meetings/${draft.id}`, es);
    expect(reader.all("h1")).toEqual(["La tarde"]);
    expect(reader.text).toContain("1. Dónde".replace("1. ", ""));
    await reader.open("/processes/squares/meetings", es);
    expect(reader.text).toContain("La tarde");
    await reader.open("/processes/squares/meetings.ics", es);
    expect(reader.html).toContain("SUMMARY:La tarde");

    net.clock.advance(2 * dayMs);
    await closeMeeting(
      city.sql,
      city.uris,
      official,
      draft.uri,
      { attendeeCount: 3, organisations: "", minutes: "We chose." },
      now(),
    );
    await reader.open(`/meetings/${draft.id}`, es);
    expect(reader.all("h1")).toEqual(["La tarde"]);
    expect(reader.html).toContain('<div class="prose" lang="en" dir="ltr"><p>We chose.');
    await desk.open(`/meetings/${draft.id}/languages?to=es`);
    expect(desk.text).toContain("Spanish 1 missing");
    await desk.fill("What was said (Spanish)", "Elegimos.").press("Save and publish the changes");
    await reader.open(`/meetings/${draft.id}`, es);
    expect(reader.html).toContain('<div class="prose"><p>Elegimos.');
  });

  test("a result and the steps towards it, each by itself", async () => {
    const result = await aResult(city, { process, title: "Twenty benches", body: "In the shade.", now: now() });
    const step = await reachMilestone(
      city.sql,
      city.uris,
      official,
      {
        resultUri: result.uri,
        reachedOn: "2026-03-01",
        title: "Wood bought",
        body: "Oak.",
        language: "en",
        status: "in-progress",
        progress: 50,
      },
      now(),
    );
    await say(resultTexts, result.uri, { title: "Veinte bancos", body: "A la sombra." });
    await desk.open(`/results/${result.id}`);
    await desk.follow("In other languages: Wood bought");
    await desk
      .fill("Title (Spanish)", "Madera comprada")
      .fill("Text (Spanish)", "Roble.")
      .press("Save and publish the changes");
    await reader.open(`/results/${result.id}`, es);
    expect(reader.all("h1")).toEqual(["Veinte bancos"]);
    expect(reader.text).toContain("Madera comprada Roble.");
    expect(reader.linkTo("Leer el original")).toBe(`/results/${result.id}?lang=en`);
    // The one note above holds for both; once they differ, each says its own.
    expect(reader.html).not.toContain("#milestone-");
    await say(milestoneTexts, step.uri, { title: "Fusta comprada" }, { language: "ca" });
    await reader.open(`/results/${result.id}`, { "accept-language": "ca" });
    expect(reader.text).toContain("Fusta comprada Oak.");
    expect(reader.html).toContain(`/results/${result.id}?lang=es#milestone-${step.id}`);
    await say(resultTexts, result.uri, { title: "Vint bancs", body: "A l’ombra." }, { language: "ca" });
    await reader.open(`/results/${result.id}`, { "accept-language": "ca" });
    expect(reader.text).toContain("Fusta comprada Oak. en anglès");
    await reader.open("/processes/squares/results", es);
    expect(reader.text).toContain("Veinte bancos");
    await reader.open("/processes/squares/results.atom", es);
    expect(reader.html).toContain("Veinte bancos");
    expect(reader.html).not.toContain("Twenty benches");
  });
});

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
