// Opening a process in guided steps, as a participation team does it, without a script: in English, and in Arabic.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { processPages } from "../../src/processes/pages.ts";
import { findProcessByPath, listNews, listProcesses } from "../../src/processes/queries.ts";
import { missingIn } from "../../src/processes/readiness.ts";
import { keepRemoteProcess } from "../../src/processes/remote.ts";
import { aCity, aGuest, anOfficial, aPhase, aProcess, aStranger, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-10T10:00:00Z");
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let official: Account;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [processPages]);
  official = await anOfficial(city);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(() => rooms.setNow(now));

test("from scratch in five steps, left and taken up again on another device, looked at as others will see it, published", async () => {
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/new");
  expect(visitor.all("h2")).toEqual(
    expect.arrayContaining([
      "From scratch",
      "From a template file",
      "From a process that worked elsewhere",
      "A copy of one of our own",
    ]),
  );
  await visitor.follow("From scratch");
  await visitor.press("Save and continue");
  expect(visitor.status).toBe(422);
  expect(visitor.html).toContain('href="#f-title-en"');
  visitor.fill("Title (English)", "Trees for our street");
  await visitor.press("Save and continue");
  expect(visitor.url.pathname).toBe("/processes/trees-for-our-street/steps/texts");
  visitor.fill("Description (English)", "Where **shade** is missing.");
  visitor.fill("Words on the button (English)", "Say where a tree is missing");
  await visitor.press("Save and go on later");
  expect(visitor.text).toContain("This is a draft");

  const elsewhere = await rooms.visitor(official);
  await elsewhere.open("/processes/trees-for-our-street");
  await elsewhere.follow("Go on with the draft");
  expect(elsewhere.url.pathname).toBe("/processes/trees-for-our-street/steps/about");
  expect(elsewhere.text).toContain("1 thing needed");
  expect(elsewhere.linkTo("A summary")).toBe("/processes/trees-for-our-street/steps/about#f-summary-en");
  await elsewhere.open("/processes/trees-for-our-street/publication");
  expect(elsewhere.text).toContain("Needed before it can be published A summary At least one phase");
  expect(elsewhere.hasButton("Publish now")).toBe(false);

  await elsewhere.open("/processes/trees-for-our-street/steps/about");
  expect(elsewhere.value("Title (English)")).toBe("Trees for our street");
  elsewhere.fill("Summary (English)", "Say where.");
  await elsewhere.press("Save and continue");
  await elsewhere.open("/processes/trees-for-our-street/steps/phases");
  elsewhere.fill("Name of phase 1 (English)", "Ideas").check("propose");
  elsewhere.fill("Phase 1 starts", "2026-03-01T00:00").fill("Phase 1 ends", "2026-04-01T00:00");
  await elsewhere.press("Add a phase");
  elsewhere.fill("Name of phase 2 (English)", "Answers");
  elsewhere.fill("Phase 2 starts", "2026-04-01T00:00").fill("Phase 2 ends", "2026-05-01T00:00");
  await elsewhere.press("Save and continue");
  expect(elsewhere.url.pathname).toBe("/processes/trees-for-our-street/steps/rules");
  elsewhere.fill("Who is meant (English)", "Everyone who lives here").fill("Supports per resident", "3");
  await elsewhere.press("Save and continue");
  expect(elsewhere.url.pathname).toBe("/processes/trees-for-our-street/publication");
  const draft = await findProcessByPath(db.sql, "trees-for-our-street");
  expect(draft).toMatchObject({
    ...{ title: { en: "Trees for our street" }, summary: { en: "Say where." }, supportLimit: 3 },
    ...{ description: { en: "Where **shade** is missing." }, audience: { en: "Everyone who lives here" } },
    editWindowMinutes: 1440,
  });

  await elsewhere.follow("As a resident");
  expect(elsewhere.text).toContain("This is a preview.");
  expect(elsewhere.all("h1")).toEqual(["Trees for our street"]);
  expect(elsewhere.linkTo("Say where a tree is missing")).toBe("/processes/trees-for-our-street/proposals/new");
  expect(elsewhere.text).not.toContain("This is a draft");
  await elsewhere.follow("Without an account");
  expect(elsewhere.text).toContain("Sign in");
  const guest = await rooms.visitor(await aGuest(city));
  for (const path of ["preview", "steps", "steps/about", "texts", "deletion", "template.json"]) {
    await guest.open(`/processes/trees-for-our-street/${path}`);
    expect([403, 404]).toContain(guest.status);
  }

  await elsewhere.open("/processes/trees-for-our-street/publication");
  await elsewhere.press("Publish now");
  expect(elsewhere.text).toContain("The process is public");
});

test("the server publishes nothing that lacks what is needed, however it is asked", async () => {
  const draft = await aProcess(city, { handle: "not-ready", isDraft: true, summary: {}, now });
  const visitor = await rooms.visitor(official);
  await visitor.open(`/processes/${draft.handle}/publication`);
  expect(visitor.text).toContain("It can be published once nothing that is needed is missing.");
  const ready = await aProcess(city, { handle: "ready-once", isDraft: true, now });
  await visitor.open(`/processes/${ready.handle}/publication`);
  await db.sql`update process set summary = '{}' where uri = ${ready.uri}`;
  await visitor.press("Publish now");
  expect(visitor.status).toBe(409);
  expect(visitor.text).toContain("Something that is needed is still missing");
  expect((await findProcessByPath(db.sql, ready.handle))!.publishedAt).toBeNull();
});

test("a phase that permits nothing, and proposals that nobody may answer, are said before publishing, not refused", async () => {
  const phases = [
    aPhase(now, { startsInDays: 1, endsInDays: 10, title: "Ideas", permits: ["propose"] }),
    aPhase(now, { startsInDays: 10, endsInDays: 20, title: "Quiet", permits: [] }),
  ];
  const draft = await aProcess(city, { handle: "never-answered", isDraft: true, phases, now });
  expect(missingIn(draft, now).map(({ what }) => what)).toEqual(
    expect.arrayContaining(["each-phase-open-for", "answers"]),
  );
  const visitor = await rooms.visitor(official);
  await visitor.open(`/processes/${draft.handle}/publication`);
  expect(visitor.text).toContain("in one of them, nothing is open");
  expect(visitor.text).toContain("no phase lets you answer them");
  expect(visitor.hasButton("Publish now")).toBe(true);
  const answered = {
    ...draft,
    phases: draft.phases.map((phase) => ({ ...phase, permits: ["propose", "answer"] as const })),
  };
  expect(missingIn(answered, now).map(({ what }) => what)).not.toContain("answers");
});

test("what everybody fills in comes first; what a pilot needs is folded until it is one", async () => {
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/new/scratch");
  const at = (text: string) => visitor.text.indexOf(text);
  expect(at("Title (English)")).toBeGreaterThan(0);
  expect(at("Title (English)")).toBeLessThan(at("GeoJSON"));
  expect(at("Title (English)")).toBeLessThan(at("Handle"));
  expect(visitor.html).not.toMatch(/<details class="disclosure section" open/);
  const pilot = await aProcess(city, {
    handle: "a-pilot",
    isDraft: true,
    isPilot: true,
    pilotArea: "The old town",
    now,
  });
  await visitor.open(`/processes/${pilot.handle}/steps/about`);
  expect(visitor.html).toMatch(/<details class="disclosure section" open[^>]*><summary>Pilot/);
});

test("an empty plan begins with official answers ticked", async () => {
  const draft = await aProcess(city, { handle: "empty-plan", isDraft: true, phases: [], now });
  const visitor = await rooms.visitor(official);
  await visitor.open(`/processes/${draft.handle}/steps/phases`);
  expect(visitor.html).toMatch(/<input[^>]*value="answer"[^>]*checked|<input[^>]*checked[^>]*value="answer"/);
  expect(visitor.html).not.toMatch(/<input[^>]*value="propose"[^>]*checked|<input[^>]*checked[^>]*value="propose"/);
});

test("a phase of a public process moves with a warning, a reason, and the phases after it", async () => {
  const process = await aProcess(city, {
    handle: "moving",
    phases: [
      aPhase(now, { startsInDays: -5, endsInDays: 10, title: "Ideas" }),
      aPhase(now, { startsInDays: 10, endsInDays: 20, title: "Answers" }),
    ],
    now,
  });
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/moving/steps/phases");
  expect(visitor.text).toContain("Moving a phase changes the plans of 0 followers and the authors of 0 proposals.");
  visitor.fill("Phase 1 ends", "2026-03-27T11:00").check("Move all later phases along");
  await visitor.press("Save and publish the changes");
  expect(visitor.status).toBe(422);
  expect(visitor.html).toContain('href="#f-reason"');
  expect(visitor.value("Phase 1 ends")).toBe("2026-03-27T11:00");
  expect(visitor.isChecked("Move all later phases along")).toBe(true);
  visitor.fill("Why the dates change", "The school asked for more time.");
  await visitor.press("Save and publish the changes");
  expect(visitor.text).toContain("The new dates and the reason are being told to followers.");
  expect(visitor.text).toContain("The school asked for more time.");
  const moved = await findProcessByPath(db.sql, "moving");
  expect(
    moved!.phases.map(({ startsAt, endsAt }) => [startsAt, endsAt].map((at) => at.toISOString().slice(0, 10))),
  ).toEqual([
    ["2026-03-05", "2026-03-27"],
    ["2026-03-27", "2026-04-06"],
  ]);
  const news = await listNews(db.sql, { processUri: process.uri, before: null, limit: 5 });
  expect(news[0]!.body).toContain("**Answers**");
  // Words alone need no reason and tell nothing.
  await visitor.open("/processes/moving/steps/phases");
  visitor.fill("Name of phase 2 (English)", "Our answers");
  await visitor.press("Save and publish the changes");
  expect(visitor.status).toBe(200);
  expect(await listNews(db.sql, { processUri: process.uri, before: null, limit: 5 })).toHaveLength(news.length);
});

test("texts side by side: one language is written, the others stay, and the page offers what there is", async () => {
  const process = await aProcess(city, {
    handle: "many-tongues",
    title: "Squares",
    description: { en: "Long words" },
    now,
  });
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/many-tongues/texts?from=en&to=ar");
  expect(visitor.text).toContain("Arabic 4 missing");
  visitor.fill("Title (Arabic)", "ساحات").fill("Description (Arabic)", "x".repeat(20_001));
  await visitor.press("Save and publish the changes");
  expect(visitor.status).toBe(413);
  expect(visitor.value("Title (Arabic)")).toBe("ساحات");
  visitor.fill("Description (Arabic)", "كلمات");
  await visitor.press("Save and publish the changes");
  expect(visitor.text).toContain("The texts in Arabic are saved. 2 are still missing.");
  const saved = await findProcessByPath(db.sql, "many-tongues");
  expect(saved).toMatchObject({
    ...{ languages: ["en", "ar"], title: { en: "Squares", ar: "ساحات" }, summary: process.summary },
    description: { en: "Long words", ar: "كلمات" },
  });
  const reader = await rooms.visitor();
  await reader.open("/processes/many-tongues");
  expect(reader.all("h1")).toEqual(["Squares"]);
  expect(reader.text).toContain("You can also read this in: Arabic (in part)");
  await reader.follow("Arabic");
  expect(reader.all("h1")).toEqual(["ساحات"]);
  expect(reader.html).toMatch(/<h1[^>]*lang="ar"/);
  await visitor.open("/processes/many-tongues/texts?from=ar&to=en");
  visitor.fill("Title (English)", "");
  await visitor.press("Save and publish the changes");
  expect((await findProcessByPath(db.sql, "many-tongues"))!.languages).toEqual(["ar"]);
  await visitor.open("/processes/many-tongues/texts?from=en&to=ar");
  visitor.fill("Title (Arabic)", " ");
  await visitor.press("Save and publish the changes");
  expect(visitor.status).toBe(422);
});

describe("templates and copies", () => {
  const upload = async (text: string, startsOn = "2026-09-01") => {
    const visitor = await rooms.visitor(official);
    await visitor.open("/processes/new/template");
    visitor
      .attach("Template file", new File([text], "one.json", { type: "application/json" }))
      .fill("First day", startsOn);
    return await visitor.press("Make the draft");
  };

  test("a process is saved as a file, and the file becomes a draft with the same plan from another day", async () => {
    await aProcess(city, {
      handle: "to-carry",
      title: "To carry",
      phases: [aPhase(now, { startsInDays: 0, endsInDays: 10 }), aPhase(now, { startsInDays: 10, endsInDays: 30 })],
      supportLimit: 7,
      now,
    });
    const reader = await rooms.visitor(official);
    await reader.open("/processes/to-carry");
    await reader.follow("Save as a template file");
    expect(reader.headers.get("content-disposition")).toContain("to-carry.template.json");
    const visitor = await upload(reader.html);
    expect(visitor.url.pathname).toBe("/processes/to-carry-2/steps/about");
    const draft = await findProcessByPath(db.sql, "to-carry-2");
    expect(draft).toMatchObject({ publishedAt: null, supportLimit: 7, title: { en: "To carry" } });
    expect(draft!.phases.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      "2026-08-31T22:00:00.000Z",
      "2026-09-10T22:00:00.000Z",
    ]);
  });

  test.each([
    ["no JSON", "{", "the file as a whole: it is not JSON"],
    ["a wrong step", '{"title":{"en":"A"},"steps":[{"title":7}]}', "steps[0].title: a text per language"],
    ["6 MB", `"${"x".repeat(6_000_000)}"`, "too large"],
    ["a ZIP archive", "PK\u0003\u0004\u0014", "the file as a whole: it is a ZIP archive"],
  ])("a file with %s leaves nothing behind and says where", async (_what, text, said) => {
    const before = await listProcesses(db.sql, { drafts: true, limit: 500, now });
    const visitor = await upload(text);
    expect(visitor.status).toBeGreaterThanOrEqual(413);
    expect(visitor.text).toContain(said);
    expect(visitor.value("First day")).toBe("2026-09-01");
    expect(await listProcesses(db.sql, { drafts: true, limit: 500, now })).toHaveLength(before.length);
  });

  test("an exported process of Decidim becomes a draft, and what stays behind is said", async () => {
    const file = {
      ...{ title: { es: "Parque" }, slug: "parque-decidim", short_description: { es: "<p>¿Cuál?</p>" } },
      target: { es: "largo ".repeat(1_000) },
      remote_hero_image_url: "https://decidim.example/hero.jpg",
      attachments: { files: [{ title: { es: "Plano" }, remote_file_url: "https://decidim.example/plano.pdf" }] },
      categories: [{ id: 1, name: { es: "Fuentes" }, subcategories: null }],
      participatory_process_phases: [
        { id: 1, title: { es: "Propuestas" }, start_date: null, end_date: null, position: 0 },
      ],
      components: null,
    };
    const visitor = await upload(JSON.stringify([file]));
    expect(visitor.url.pathname).toBe("/processes/parque-decidim/steps/about");
    expect(visitor.text).toContain("Your city does not have these categories: Fuentes.");
    expect(visitor.text).toContain("2 documents and pictures are in the file only as addresses; nothing was fetched");
    expect(visitor.text).toContain("Too long, so cut at a word: target.es.");
    expect(await findProcessByPath(db.sql, "parque-decidim")).toMatchObject({ title: { es: "Parque" }, image: null });
  });

  test("a copy of one of ours, under a new title", async () => {
    await aProcess(city, { handle: "last-year", title: "Budget 2025", audience: { en: "All" }, now });
    const visitor = await rooms.visitor(official);
    await visitor.open("/processes/new/copy");
    visitor.fill("Process to copy", "Budget 2025").fill("New title", "Budget 2026").fill("First day", "2026-10-01");
    await visitor.press("Make the draft");
    expect(visitor.url.pathname).toBe("/processes/budget-2026/steps/about");
    expect(await findProcessByPath(db.sql, "budget-2026")).toMatchObject({ audience: { en: "All" }, proposalCount: 0 });
    await visitor.open("/processes/new/copy");
    visitor.fill("Process to copy", "Budget 2025");
    await visitor.press("Make the draft");
    expect(visitor.status).toBe(422);
    expect(visitor.html).toContain('href="#f-startsOn"');
  });
});

test("a draft is deleted after it was asked, and its name is free again; what is public is not offered", async () => {
  await aProcess(city, { handle: "mistake", isDraft: true, now });
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/mistake");
  await visitor.follow("Delete the draft");
  expect(visitor.text).toContain("This cannot be undone.");
  await visitor.press("Yes, delete it for good");
  expect(visitor.text).toContain("The draft is deleted.");
  expect(await findProcessByPath(db.sql, "mistake")).toBeNull();
  await aProcess(city, { handle: "mistake", now });
  await visitor.open("/processes/mistake/deletion");
  expect(visitor.status).toBe(409);
  await visitor.open("/processes/mistake");
  expect(visitor.linkTo("Delete the draft")).toBeNull();
});

test("what other cities did is listed to be adopted", async () => {
  const actor = await aStranger(city, { host: "porto.test" });
  const uri = "https://porto.test/processes/streets";
  await withTransaction(db.sql, (tx) =>
    keepRemoteProcess(
      tx,
      {
        ...{
          uri,
          url: uri,
          handle: "streets",
          languages: ["fr"],
          title: { fr: "Rues calmes" },
          summary: { fr: "Moins de bruit" },
        },
        ...{ description: {}, promoter: {}, audience: {}, decides: {}, goals: {}, indicator: null, isPilot: false },
        ...{
          pilotArea: "",
          pilotDecision: null,
          pilotReasons: "",
          actorId: actor.id,
          organisationUri: null,
          phases: [],
        },
        ...{ publishedAt: now, updatedAt: now },
      },
      now,
    ),
  );
  const kept = (await listProcesses(db.sql, { from: "elsewhere", limit: 5, now }))[0]!;
  const visitor = await rooms.visitor(official);
  await visitor.open("/processes/new/adopt");
  expect(visitor.text).toContain("Rues calmes");
  expect(visitor.linkTo("Make a draft of it: Rues calmes")).toBe(`/processes/${kept.id}/adoption`);
  await visitor.open("/processes/new/adopt?q=nothing+like+it");
  expect(visitor.text).toContain("There is nothing here to adopt yet");
});

test("in Arabic, from the right: the steps, a title without a Latin letter, the preview", async () => {
  const reader = await anOfficial(city);
  await db.sql`update account set locale = 'ar' where id = ${reader.id}`;
  const visitor = await rooms.visitor(reader);
  await visitor.open("/processes/new");
  expect(visitor.html).toContain('dir="rtl"');
  await visitor.follow("من البداية");
  visitor.fill("العنوان (الإنجليزية)", "شوارعنا");
  await visitor.press("حفظ ومتابعة");
  expect(visitor.url.pathname).toBe("/processes/process/steps/texts");
  await visitor.open("/processes/process/preview?as=resident");
  expect(visitor.text).toContain("هذه معاينة لا يراها أحد غيركم.");
  await visitor.open("/processes/process/publication");
  expect(visitor.text).toContain("لازم قبل النشر");
});
