// The page of notices and its settings, walked through by labels and buttons, as strict HTML in every language.
import { HtmlValidate } from "html-validate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notify } from "../../src/notices/actions.ts";
import { follow } from "../../src/notices/following-actions.ts";
import { noticePages } from "../../src/notices/pages.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { languages } from "../../src/platform/i18n.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { aCity, aGuest, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  rules: { "require-sri": "off" },
});
let [db, city, rooms]: [TestDatabase, City, Rooms] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [
    (house) => noticePages(house, { secret: "s".repeat(40), trustedProxyCount: 0 }),
    (house) => proposalPages(house),
  ]);
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

test("an empty page says what can be followed; a full one is read, sorted and silenced, in every language", async () => {
  const process = await aProcess(city);
  const proposal = await aProposal(city, { process, title: "Shade for the square" });
  const person = await aGuest(city);
  const reader = await rooms.visitor(person);
  await reader.open("/notices");
  expect(reader.text).toContain("Nothing new for you");
  await follow(db.sql, person, proposal.uri, new Date());
  for (const kind of ["answer", "comment-on-mine"] as const) {
    await withTransaction(db.sql, (tx) =>
      notify(tx, { accountId: person.id, kind, subjectUri: proposal.uri }, new Date()),
    );
  }
  for (const path of ["/notices", "/notices/settings"]) {
    for (const lang of languages) {
      await db.sql`update account set locale = ${lang} where id = ${person.id}`;
      await reader.open(path);
      const { results } = await validator.validateString(reader.html, path);
      expect([lang, results.flatMap(({ messages }) => messages.map(({ message }) => message))]).toEqual([lang, []]);
    }
  }
  await db.sql`update account set locale = 'en' where id = ${person.id}`;
  await reader.open("/notices");
  await reader.press("Mark as read", { near: "The official answer is here" });
  expect(reader.all("button").filter((text) => text.startsWith("Mark as read"))).toHaveLength(1);
  await reader.follow("Someone commented on what you wrote: Shade for the square");
  expect(reader.url.pathname).toBe(new URL(proposal.url).pathname);
  await reader.open("/notices");
  expect(reader.hasButton("Mark all as read")).toBe(false);
  await reader.open("/notices/settings");
  await reader.check("On Mondays, when there is something").press("Save", { near: "How often may we write to you?" });
  expect(reader.text).toContain("Saved.");
  expect(reader.isChecked("On Mondays, when there is something")).toBe(true);
  await reader.press("Stop following");
  expect(reader.text).toContain("You follow nothing yet");
});

test("nobody opens the notices of anyone else, nor theirs without signing in", async () => {
  const [person, other] = [await aGuest(city), await aGuest(city)];
  await withTransaction(db.sql, (tx) =>
    notify(tx, { accountId: person.id, kind: "news", subjectUri: null }, new Date()),
  );
  const [notice] = await db.sql<{ id: string }[]>`select id from notice where account_id = ${person.id}`;
  const stranger = await rooms.visitor(other);
  await stranger.open(`/notices/${notice!.id}`);
  expect(stranger.status).toBe(404);
  expect(await db.sql`select from notice where id = ${notice!.id} and read_at is null`).toHaveLength(1);
  const response = await rooms.app.fetch(new Request("https://bilbao.test/notices"));
  expect([response.status, response.headers.get("location")]).toEqual([303, "/sign-in?back=%2Fnotices"]);
});
