// Official texts in further languages from the action on one node to the pages of the others: one that follows and reads the
// objects, one that keeps a copy of the records; what is hidden or erased; and what strangers make up.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepSubject } from "../../federation/copies.ts";
import { readPost } from "../../federation/reading.ts";
import { readMeeting } from "../../federation/records/follow-ups.ts";
import { readNews } from "../../federation/records/things.ts";
import { translationsInCivic, translationsInCopiedPart } from "../../federation/translations.ts";
import type { Account } from "../../src/accounts/account.ts";
import { follow } from "../../src/actors/actions.ts";
import { findActor } from "../../src/actors/queries.ts";
import { eraseThing } from "../../src/erasures/actions.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { meetingTexts } from "../../src/meetings/meeting-text-actions.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { hideSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { hourMs } from "../../src/platform/time.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { answerTexts } from "../../src/proposals/answer-text-actions.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { findHead, findPart } from "../../src/records/queries.ts";
import { type Json, readPart, readRecord } from "../../src/records/record.ts";
import { changeResult, reachMilestone } from "../../src/results/actions.ts";
import { milestoneTexts, resultTexts } from "../../src/results/result-text-actions.ts";
import { deleteSubject } from "../../src/subjects/actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import type { TextDoor } from "../../src/translations/actions.ts";
import { listTranslations } from "../../src/translations/queries.ts";
import { languagesMax, type Texts } from "../../src/translations/translation.ts";
import {
  aMeeting,
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

/** Porto follows the process; Lisboa keeps a copy of its records, and hears nothing else. */
let net: Network<"bilbao" | "porto" | "lisboa">;
let bilbao: Node;
let process: Process;
let official: Account;
const uris: Record<"news" | "answer" | "meeting" | "result" | "milestone", string> = {
  ...{ news: "", answer: "", meeting: "", result: "", milestone: "" },
};

const now = () => net.clock.now();
const es = { "accept-language": "es" };

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const { porto, lisboa } = net.nodes;
  bilbao = net.nodes.bilbao;
  official = await anOfficial(bilbao, { now: now() });
  process = await aProcess(bilbao, {
    now: now(),
    handle: "squares",
    title: "Squares",
    phases: [aPhase(now(), { startsInDays: -1, endsInDays: 20 })],
  });
  await net.settle();
  const found = await porto.instance.house.findRemote("@squares@bilbao.test");
  const [us, them] = [await findActor(porto.sql, porto.organisation.uri), await findActor(porto.sql, found.uri)];
  await follow(porto.sql, porto.uris, us!, them!, now());
  const scope = { scopeUri: process.uri, kind: "process", ownOrigin: lisboa.uris.origin } as const;
  await keepCopy(lisboa.sql, await anOfficial(lisboa, { now: now() }), scope, now());
  await hours();

  const { sql, uris: at } = bilbao;
  const by = await aResident(bilbao, { now: now() });
  const proposal = await aProposal(bilbao, { process, by, title: "A bench under the trees", now: now() });
  const given = { outcome: "accepted", reasons: "We **build** it.", term: "Soon", language: "en" } as const;
  await answerProposal(sql, at, official, proposal.uri, { ...given, costAmount: null, costCurrency: null }, now());
  uris.answer = (await findAnswer(sql, proposal.uri))!.uri;
  const news = { processUri: process.uri, title: "Come and see", body: "Here.", language: "en" };
  uris.news = await publishNews(sql, at, official, news, now());
  uris.meeting = (await aMeeting(bilbao, { process, title: "The evening", agenda: "1. Where", now: now() })).uri;
  uris.result = (await aResult(bilbao, { process, title: "Twenty benches", now: now() })).uri;
  const step = { resultUri: uris.result, reachedOn: "2026-03-01", title: "Wood bought", body: "Oak.", language: "en" };
  uris.milestone = (
    await reachMilestone(sql, at, official, { ...step, status: "in-progress", progress: 50 }, now())
  ).uri;
  await hours();
  await say(newsTexts, uris.news, { title: "Vengan a ver", body: "Los planos están **aquí**." });
  await say(answerTexts, uris.answer, { reasons: "Lo **construimos**.", term: "Pronto" });
  await say(meetingTexts, uris.meeting, { title: "La tarde", body: "Vengan.", agenda: "1. Dónde" });
  await say(resultTexts, uris.result, { title: "Veinte bancos", body: "A la sombra." });
  await say(milestoneTexts, uris.milestone, { title: "Madera comprada", body: "Roble." });
  await hours();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function hours(): Promise<void> {
  for (let hour = 0; hour < 3; hour += 1) {
    net.clock.advance(hourMs);
    await net.settle();
  }
}

const say = (door: TextDoor, uri: string, typed: Texts) =>
  sayIn({ sql: bilbao.sql, by: official }, door, uri, { language: "es", now: now() }, typed);

const copies = () => [net.nodes.porto, net.nodes.lisboa];
const objectAt = async (uri: string) =>
  (await (await net.deliver(new Request(uri, { headers: { accept: "application/activity+json" } }))).json()) as Json;

async function copyOf(node: Node, uri: string): Promise<Visitor> {
  const reader = await openReader(node);
  const subject = (await findSubject(node.sql, uri))!;
  const rooms = { news: "news", meeting: "meetings", result: "results", answer: "answers", milestone: "milestones" };
  await reader.open(`/${rooms[subject.kind as keyof typeof rooms]}/${subject.id}`, es);
  // Where it led on to another page, in the same language.
  return reader.status === 200 ? await reader.open(reader.url.pathname, es) : reader;
}

test.each([
  ["news", "Vengan a ver", "Los planos están <strong>aquí</strong>."],
  ["meeting", "La tarde", "Dónde"],
  ["result", "Veinte bancos", "A la sombra."],
  ["milestone", "Madera comprada", "Roble."],
] as const)(
  "a reader of another city reads the %s in their language, and the original one step away",
  async (kind, title, text) => {
    for (const node of copies()) {
      const reader = await copyOf(node, uris[kind]);
      expect(reader.status).toBe(200);
      expect(reader.text).toContain(title);
      expect(reader.html).toContain(text);
      expect(reader.text).toContain("Traducido. Idioma original: inglés · Leer el original");
    }
  },
);

test("and the answer, on the page of the proposal", async () => {
  for (const node of copies()) {
    const [{ id } = { id: "" }] = await node.sql<{ id: string }[]>`
      select proposal.id from proposal join answer on proposal_uri = proposal.uri where answer.uri = ${uris.answer}`;
    const reader = await openReader(node);
    await reader.open(`/proposals/${id}`, es);
    expect(reader.html).toContain("Lo <strong>construimos</strong>.");
    expect(reader.text).toContain("Pronto");
    await reader.open("/search?q=construimos", es);
    expect(reader.text).toContain("Lo construimos");
  }
});

describe("on the wire", () => {
  test("the object stays in one language, with what other nodes read beside it", async () => {
    const object = await objectAt(uris.news);
    expect(Object.keys(object.contentMap as Json)).toEqual(["en"]);
    expect(object.civic).toMatchObject({
      title: "Come and see",
      translations: [
        { language: "es", title: "Vengan a ver", body: "<p>Los planos están <strong>aquí</strong>.</p>\n" },
      ],
    });
    expect(+new Date(String(object.updated))).toBeGreaterThan(+new Date(String(object.published)));
    expect((await objectAt(process.uri)).civic ?? {}).not.toHaveProperty("translations");
  });

  test("nobody but institutions that keep copies is told, by an Update of the object", async () => {
    for (const uri of Object.values(uris)) {
      const told = await bilbao.sql<{ type: string; followersOf: string[]; institutionsOf: string[] }[]>`
        select activity ->> 'type' as type, followers_of, institutions_of from outgoing_activity
          join event on event.id = event_id where event.type = 'SubjectTranslated' and event.subject_uri = ${uri}`;
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ type: "Update", followersOf: [] });
      expect(told[0]?.institutionsOf).toContain(process.actorUri);
    }
  });

  test("the record has them in its part, signed, and the copy's chain holds", async () => {
    for (const node of [bilbao, net.nodes.lisboa]) {
      const head = (await findHead(node.sql, uris.meeting))!;
      const record = readRecord(head.document, head.digest);
      const part = readPart((await findPart(node.sql, record.part!))!.document!, record);
      expect(record.version).toBe(2);
      expect(record.data).not.toHaveProperty("translations");
      expect(part.translations).toEqual([{ language: "es", title: "La tarde", text: "Vengan.", agenda: "1. Dónde" }]);
    }
    const rows = await net.nodes.lisboa.sql`
      select trust from record where subject_uri = any(${Object.values(uris)}) and is_head`;
    expect(new Set(rows.map(({ trust }) => trust))).toEqual(new Set(["verified"]));
    expect(await net.nodes.lisboa.sql`select from record_refusal`).toHaveLength(0);
  });
});

test("where the original has changed since, the copies say so too; taken away here, it goes there", async () => {
  await changeResult(
    bilbao.sql,
    official,
    uris.result,
    aResultText({ title: "Thirty benches", body: "In the shade." }),
    now(),
  );
  await hours();
  for (const node of copies()) {
    expect((await listTranslations(node.sql, uris.result))[0]?.older).toEqual(["title", "body"]);
    expect((await copyOf(node, uris.result)).text).toContain("El original ha cambiado desde entonces.");
  }
  await say(resultTexts, uris.result, {});
  await hours();
  for (const node of copies()) {
    expect(await listTranslations(node.sql, uris.result)).toEqual([]);
    expect((await copyOf(node, uris.result)).all("h1")).toEqual(["Thirty benches"]);
  }
});

test("hidden or erased where it comes from, its translations are nowhere to be read", async () => {
  const moderator = await aModerator(bilbao, { now: now() });
  await hideSubject(bilbao.sql, moderator, uris.news, "a name in it", now());
  await hours();
  for (const node of copies()) expect((await copyOf(node, uris.news)).status).toBe(404);
  await withTransaction(bilbao.sql, (tx) => deleteSubject(tx, uris.meeting, now()));
  await hours();
  const { lisboa, porto } = net.nodes;
  expect(await listTranslations(lisboa.sql, uris.meeting)).toEqual([]);
  expect(JSON.stringify(await lisboa.sql`select * from record_part where subject_uri = ${uris.meeting}`)).not.toContain(
    "La tarde",
  );
  expect(JSON.stringify(await lisboa.sql`select * from search_entry`)).not.toContain("La tarde");
  // An operator erases a copy: whatever language it is in.
  await withTransaction(porto.sql, (tx) => eraseThing(tx, copyErasers, uris.milestone, now()));
  expect(await listTranslations(porto.sql, uris.milestone)).toEqual([]);
  const again = readPost(await objectAt(uris.milestone));
  const author = (await findActor(porto.sql, again.authorUri))!;
  await expect(withTransaction(porto.sql, (tx) => keepSubject(tx, again, author, now()))).rejects.toMatchObject({
    code: "gone",
  });
  expect(await listTranslations(porto.sql, uris.milestone)).toEqual([]);
});

describe("what strangers make up", () => {
  const hostile: unknown[] = [
    { language: "es", title: "<script>alert(1)</script>Hola", body: '<p onclick="x()">A<script>alert(1)</script></p>' },
    { language: "es", title: "A second time" },
    { language: "../../etc", title: "A path" },
    { language: `e${"s-abcdefgh".repeat(6)}`, title: "A long tag" },
    { language: 7, title: "A number" },
    { language: "ca", body: "No title" },
    { language: "fr", title: "a\u0000b\ud800".padEnd(5_000, "x"), older: ["title", "__proto__", 4], constructor: "x" },
    null,
    "es",
    ["es"],
  ];

  test("is cleaned, bounded or left out, in an object and in a part", () => {
    const [spanish, french, ...others] = translationsInCivic("news", { translations: hostile });
    expect(others).toEqual([]);
    expect(spanish).toMatchObject({ language: "es", older: [] });
    // A title is plain text, in which a tag is as good as any other word; a body is HTML.
    expect(spanish!.texts.title).toBe("<script>alert(1)</script>Hola");
    expect(spanish!.texts.body).not.toMatch(/script|onclick|second/);
    expect(french).toMatchObject({ language: "fr", older: ["title"] });
    expect(french!.texts.title!.length).toBeLessThanOrEqual(300);
    expect(french!.texts.title).not.toContain("\u0000");
    expect(french!.texts.title!.isWellFormed()).toBe(true);
    const many = Array.from({ length: 500 }, (_, index) => ({
      language: `${String.fromCharCode(97 + (index % 26))}${String.fromCharCode(97 + Math.floor(index / 26))}`,
      title: "T",
    }));
    expect(translationsInCivic("news", { translations: many })).toHaveLength(languagesMax);
    for (const nonsense of [undefined, null, "es", 4, { es: { title: "T" } }]) {
      expect(translationsInCivic("news", { translations: nonsense })).toEqual([]);
    }
    const said = [{ language: "es", title: "T", text: "**x** <img src=x onerror=y>", body: "not a word of parts" }];
    expect(translationsInCopiedPart("news", { translations: said })).toEqual([
      { language: "es", texts: { title: "T", body: expect.stringContaining("<strong>x</strong>") }, older: [] },
    ]);
    expect(JSON.stringify(translationsInCopiedPart("news", { translations: said }))).not.toContain("<img");
  });

  test("fits into the database, and the thing itself is kept whatever is said beside it", async () => {
    const { porto } = net.nodes;
    const object = await objectAt(uris.result);
    const forged = { ...object, civic: { ...(object.civic as Json), translations: hostile } };
    const post = readPost(JSON.parse(JSON.stringify(forged)));
    const author = (await findActor(porto.sql, post.authorUri))!;
    await withTransaction(porto.sql, (tx) => keepSubject(tx, post, author, now()));
    expect((await listTranslations(porto.sql, uris.result)).map(({ language }) => language)).toEqual(["es", "fr"]);
    const reader = await copyOf(porto, uris.result);
    expect(reader.status).toBe(200);
    expect(reader.html).not.toContain("alert(1)</script>");
  });

  test("an older node's part without any, and one of another shape, are read as before", () => {
    const document = {
      subject: "https://a.test/news/1",
      process: "https://a.test/p",
      publisher: "https://a.test/a",
      data: { language: "en", published: "2026-01-01T00:00:00Z" },
    };
    const part = { title: "T", text: "B", author: { name: "" } };
    expect(readNews(document as never, part).translations).toEqual([]);
    expect(readNews(document as never, { ...part, translations: { es: "x" } }).translations).toEqual([]);
    const meeting = {
      ...document,
      data: { ...document.data, state: "scheduled", startsAt: "2026-01-01T00:00:00Z", timeZone: "UTC", form: "online" },
    };
    const said = [{ language: "es", title: "T", cancelReason: "R", term: "not of meetings" }];
    expect(readMeeting(meeting as never, { ...part, translations: said }).translations).toEqual([
      { language: "es", texts: { title: "T", cancelReason: "R" }, older: [] },
    ]);
  });
});
