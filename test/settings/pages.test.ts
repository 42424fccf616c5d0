// The settings of a node as an administrator meets them: each explained, saved apart, taken back; and what everyone reads of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { foundCity } from "../../src/cities/actions.ts";
import { notify, sweepNotices } from "../../src/notices/actions.ts";
import { openUris } from "../../src/platform/uris.ts";
import { changeSettings } from "../../src/settings/actions.ts";
import { settingPages } from "../../src/settings/pages.ts";
import { readGroup } from "../../src/settings/queries.ts";
import { retentionFrom } from "../../src/subjects/retention.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
const profile = {
  ...{ handle: "bilbao", kind: "city" as const, name: { es: "Bilbao", en: "Bilbao" }, tagline: {}, description: {} },
  ...{ languages: ["es", "en"], timeZone: "Europe/Madrid", accent: "#1f4e5f", logo: null, website: "" },
  ...{ territoryName: "", territoryIds: {}, territoryGeojson: null, reportChannelUrl: "" },
};
let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  await foundCity(db.sql, openUris("https://bilbao.test"), profile, now);
  city = await aCity(db, { now });
  rooms = await openRooms(db, city, [settingPages], { now });
});
afterAll(async () => {
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

const lastAct = async () => (await db.sql`select act, detail, before, after from audit order by id desc limit 1`)[0];

test("settings are the administrators': an official is sent away", async () => {
  const official = await rooms.visitor(await anOfficial(city, { now }));
  for (const path of ["/desk/settings", "/desk/settings/map"]) expect((await official.open(path)).status).toBe(403);
  expect((await (await rooms.visitor(await aGuest(city, { now }))).open("/desk/settings")).status).toBe(403);
});

test("one page says how everything stands, and leads to every group", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings");
  expect(visitor.status).toBe(200);
  expect(visitor.text).toContain("0 servers blocked");
  expect(visitor.text).toContain("Drawn here, no other server");
  for (const group of [
    "identity",
    "colours",
    "languages",
    "contact",
    "terms",
    "privacy",
    "accessibility",
    "imprint",
    "retention",
    "map",
  ]) {
    const page = await rooms.visitor(city.administrator);
    expect([group, (await page.open(`/desk/settings/${group}`)).status]).toEqual([group, 200]);
    expect(page.hasButton("Save")).toBe(true);
  }
  for (const to of ["/moderation/settings", "/desk/residence", "/network/peers", "/admin/people"])
    expect(visitor.html).toContain(`href="${to}"`);
});

test("a name is changed in two languages, logged with what it was, and taken back", async () => {
  const before = await readGroup(db.sql, "identity");
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/identity");
  await visitor.fill("Name (Spanish)", "Villa Nueva").fill("Name (Arabic)", "المدينة الجديدة").press("Save");
  expect(visitor.text).toContain("Saved");
  expect((await readGroup(db.sql, "identity")).name).toMatchObject({ es: "Villa Nueva", ar: "المدينة الجديدة" });
  expect(await lastAct()).toMatchObject({
    act: "settings-changed",
    detail: { group: "identity" },
    before: { name: before.name },
  });
  await visitor.press("Take this change back");
  expect((await readGroup(db.sql, "identity")).name).toEqual(before.name);
  await visitor.press("Take this change back");
  expect((await readGroup(db.sql, "identity")).name).toMatchObject({ es: "Villa Nueva" });
});

test("a colour too pale is refused, the nearest that works is offered, and taken with one button", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/colours");
  await visitor.fill("Main colour", "#ffee00").fill("Second colour", "#8a2be2").press("Save");
  expect(visitor.status).toBe(422);
  expect(visitor.text).toContain("too pale");
  expect(visitor.value("Main colour")).toBe("#ffee00");
  await visitor.press("instead");
  expect(visitor.status).toBe(200);
  expect(visitor.value("Main colour")).not.toBe("#ffee00");
  await visitor.press("Save");
  expect(visitor.text).toContain("Saved");
  expect(await readGroup(db.sql, "colours")).toMatchObject({ second: "#8a2be2" });
});

test("everything empty is said at each field, and nothing is saved", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/contact");
  await visitor.press("Save");
  expect(visitor.status).toBe(422);
  expect(visitor.html).toContain('id="f-responsible-error"');
  expect(visitor.html).toContain('id="f-email-error"');
  await visitor.fill("Body responsible", "City council").fill("E-mail address for questions", "nobody").press("Save");
  expect(visitor.text).toContain("This is not an e-mail address. It looks like name@example.org.");
  expect(visitor.value("Body responsible")).toBe("City council");
  await visitor.open("/desk/settings/identity");
  await visitor.fill("Name (Spanish)", " ").press("Save");
  expect(visitor.html).toContain('id="f-name-es-error"');
  await visitor.open("/desk/settings/languages");
  await visitor.fill("Time zone", "Middle Earth").press("Save");
  expect(visitor.status).toBe(422);
  expect(visitor.value("Time zone")).toBe("Middle Earth");
});

test("times are held to safe limits, and the privacy notice says what was chosen", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/retention");
  await visitor.fill("Notices, in days", "5").press("Save");
  expect(visitor.status).toBe(422);
  await visitor.fill("Notices, in days", "120").press("Save");
  expect(visitor.text).toContain("Saved");
  const reader = await rooms.visitor();
  await reader.open("/privacy");
  expect(reader.text).toContain("What people were told: 120 days");
  expect(reader.text).toContain("Maps are drawn by this site itself");
  expect(retentionFrom({ noticeDays: 1, receivedDays: "x" })).toEqual({ noticeDays: 400, receivedDays: 90 });
});

test("what was told is forgotten after the time that was chosen, and no sooner", async () => {
  const told = (days: number) => new Date(+now - days * 86_400_000);
  for (const days of [119, 121])
    await notify(db.sql as never, { accountId: city.administrator.id, kind: "news", subjectUri: null }, told(days));
  const left = async () =>
    (await db.sql`select created_at from notice order by created_at`).map((row) => row.createdAt);
  expect(await left()).toEqual([told(121), told(119)]);
  await changeSettings(db.sql, city.administrator, "retention", { noticeDays: 120, receivedDays: 90 }, now);
  await sweepNotices(db.sql, now);
  expect(await left()).toEqual([told(119)]);
});

test("the four texts are there from the first day, in Arabic too, and a city's own words take their place", async () => {
  const reader = await rooms.visitor();
  for (const path of ["/terms", "/privacy", "/accessibility", "/imprint"]) {
    expect((await reader.open(path)).status).toBe(200);
    expect(reader.html).not.toMatch(/\{\w+\}/);
  }
  expect((await reader.open("/terms", { "accept-language": "ar" })).html).toContain("من يدير هذا الموقع");
  expect((await reader.open("/terms")).html).toMatch(/<a href="https?:\/\/[^"]+\/moderation\/rules"/);
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/terms?begin=usual");
  expect(visitor.value("The text (Arabic)")).toContain("من يدير هذا الموقع");
  await visitor.open("/desk/settings/terms");
  await visitor.fill("The text (English)", "Be **kind**.").press("Save");
  await reader.open("/terms");
  expect(reader.html).toContain("<strong>kind</strong>");
  expect(reader.text).toContain("March 1, 2026");
});

test("tiles need https and their three places, and whom to name", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/map");
  const templates = [
    "http://tiles.test/{z}/{x}/{y}.png",
    "https://tiles.test/{z}/{x}.png",
    "https://{s}.tiles.test/{z}/{x}/{y}.png",
  ];
  for (const template of templates) {
    await visitor.fill("Address of the pictures", template).fill("Whom to name", "© them").press("Save");
    expect([template, visitor.status, visitor.value("Address of the pictures")]).toEqual([template, 422, template]);
  }
  await visitor
    .fill("Address of the pictures", "https://tiles.test/{z}/{x}/{y}.png")
    .fill("Whom to name", "")
    .press("Save");
  expect(visitor.html).toContain('id="f-attribution-error"');
  await visitor.fill("Whom to name", "© them").press("Save");
  expect(await readGroup(db.sql, "map")).toMatchObject({ template: "https://tiles.test/{z}/{x}/{y}.png" });
  expect((await visitor.open("/privacy")).text).toContain("tiles.test");
});

test("a logo of 200 MB is refused before it is taken in, and what was typed is sent without it", async () => {
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings/identity");
  const huge = new File([new Uint8Array(13_000_000)], "logo.png", { type: "image/png" });
  const before = (await readGroup(db.sql, "identity")).logo;
  await visitor.fill("Name (Spanish)", "Una ciudad con un nombre largo").attach("New picture", huge);
  const declared = rooms.app.fetch.bind(rooms.app);
  rooms.app.fetch = (request, ...rest) => {
    // As browsers do, which know how much they send.
    if (request.method === "POST") request.headers.set("content-length", "200000000");
    return declared(request, ...rest);
  };
  await visitor.press("Save");
  rooms.app.fetch = declared;
  expect(visitor.status).toBe(413);
  expect(visitor.text).toContain("larger than 12 MB");
  expect(visitor.text).toContain("Una ciudad con un nombre largo");
  await visitor.press("Send without the files");
  expect(visitor.text).toContain("Saved");
  expect(await readGroup(db.sql, "identity")).toMatchObject({
    name: { es: "Una ciudad con un nombre largo" },
    logo: before,
  });
});

test("the whole way in Arabic", async () => {
  await db.sql`update account set locale = 'ar' where id = ${city.administrator.id}`;
  const visitor = await rooms.visitor(city.administrator);
  await visitor.open("/desk/settings");
  expect(visitor.html).toContain('dir="rtl"');
  await visitor.follow("الجهة المسؤولة");
  expect(visitor.all("h1")).toEqual(["الجهة المسؤولة"]);
  await visitor.press("حفظ");
  expect(visitor.status).toBe(422);
  await visitor.fill("الجهة المسؤولة", "البلدية").fill("البريد الإلكتروني للأسئلة", "hello@bilbao.test").press("حفظ");
  expect(visitor.text).toContain("تم الحفظ");
  await visitor.open("/imprint");
  expect(visitor.text).toContain("البلدية");
  await visitor.open("/desk/settings/contact");
  await visitor.press("التراجع عن هذا التغيير");
  expect(visitor.value("الجهة المسؤولة")).toBe("");
});
