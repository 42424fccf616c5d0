// Official texts in further languages, walked through by labels and links: written beside the original, and read in one's own
// language, of every kind.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMeeting } from "../../src/meetings/actions.ts";
import { meetingTexts } from "../../src/meetings/meeting-text-actions.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import { findHead } from "../../src/records/queries.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { milestoneTexts, resultTexts } from "../../src/results/result-text-actions.ts";
import { listTranslations } from "../../src/translations/queries.ts";
import { aMeeting, aResult, aResultText } from "../support/build.ts";
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
let eventsOf: Squares["eventsOf"];
beforeAll(async () => {
  ({ net, city, process, official, desk, reader, now, say, someNews, anAnswer, eventsOf } = await openSquares());
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

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
