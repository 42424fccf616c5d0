// A desk officer's morning, in English and in Arabic, without a script: what waits, whose task it is, a note, a draft, an
// answer for the afternoon, one answer for two alike, and in the log what was done.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { workDeskPages } from "../../src/desk/pages.ts";
import { type Language, openTranslator } from "../../src/platform/i18n.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { hourMs } from "../../src/platform/time.ts";
import { proposalHandlers } from "../../src/proposals/jobs.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { aCity, aGuest, anOfficial, aProcess, aProposal, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms } from "../support/room.ts";

const now = new Date("2026-03-02T08:00:00Z");
let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
});
afterAll(() => db.drop());

describe.each(["en", "ar"] as const)("in %s", (lang: Language) => {
  const t = openTranslator(lang, "Europe/Madrid");

  test("a desk officer's morning", async () => {
    const process = await aProcess(city, { title: `Squares ${lang}`, now: new Date(+now - 40 * hourMs) });
    const at = new Date(+now - 30 * hourMs);
    const [bench, tree, lamp, fountain] = [
      await aProposal(city, { process, title: `A bench by the school ${lang}`, now: at }),
      await aProposal(city, { process, title: `Trees along the river ${lang}`, now: at }),
      await aProposal(city, { process, title: `Lamps on the bridge ${lang}`, now: at }),
      await aProposal(city, { process, title: `A fountain to drink ${lang}`, now: at }),
    ];
    const officer = await anOfficial(city, { process, name: "Olatz Officer", locale: lang, now: at });
    const guest = await aGuest(city, { name: "Eneko Evaluator", locale: lang, now: at });
    await grantRole(db.sql, city.administrator, guest.id, { role: "evaluator", processUri: process.uri }, at);
    const evaluator = await getAccount(db.sql, guest.id);
    const pages = [workDeskPages, (house: Parameters<typeof workDeskPages>[0]) => proposalPages(house, async () => [])];
    await using rooms = await openRooms(db, city, pages, { now, lang });

    // One glance: what waits, and how long.
    const desk = await rooms.visitor(officer);
    await desk.open("/desk");
    expect(desk.all("tr").find((row) => row.includes(t("desk.queue.answers")))).toContain(t.number(4));
    expect(desk.text).toContain(t.relative(at, now));
    // Filtered by keyboard or mouse, and opened.
    await desk.follow(t("desk.queue.answers"));
    desk.fill(t("desk.assigned-to"), t("desk.unassigned"));
    await desk.press(t("list.apply"));
    await desk.follow(bench.title);
    // A colleague's task.
    desk.fill(t("desk.colleague"), "Eneko Evaluator");
    await desk.press(t("desk.assign"));
    expect(desk.text).toContain(t("desk.assigned"));

    // The colleague finds it, and it alone; notes and drafts, and cannot publish.
    const colleague = await rooms.visitor(evaluator);
    await colleague.open("/desk");
    expect(colleague.all("tr").find((row) => row.includes(t("desk.queue.answers")))).toContain(t.number(1));
    await colleague.follow(t("desk.queue.answers"));
    expect(colleague.text).not.toContain(tree.title);
    await colleague.follow(bench.title);
    expect(colleague.hasButton(t("proposals.answer-publish"))).toBe(false);
    colleague.fill(t("desk.note"), "The school agrees.");
    await colleague.press(t("desk.note-add"));
    colleague.check(t("proposals.state.accepted"));
    colleague.fill(t("proposals.reasons"), "Two benches will stand there.");
    await colleague.press(t("desk.draft-save"));
    expect(colleague.text).toContain(t("desk.draft-saved"));
    await colleague.open(`/desk/proposals/${tree.id}`);
    expect(colleague.status).toBe(403);

    // The officer reads both, and plans it for the afternoon.
    await desk.open("/desk/answers?queue=drafts");
    await desk.follow(bench.title);
    expect(desk.text).toContain("The school agrees.");
    expect(desk.value(t("proposals.reasons"))).toBe("Two benches will stand there.");
    await desk.press(t("desk.plan"));
    expect(desk.status).toBe(422);
    expect(desk.value(t("proposals.reasons"))).toBe("Two benches will stand there.");
    desk.fill(t("desk.publish-at"), "2026-03-02T15:00");
    await desk.press(t("desk.plan"));
    expect(desk.status).toBe(200);
    expect(desk.hasButton(t("desk.plan-cancel"))).toBe(true);
    expect(await findAnswer(db.sql, bench.uri)).toBeNull();

    // Three alike get one answer, after a look at what will happen.
    await desk.open("/desk/answers");
    for (const one of [tree, lamp, fountain]) desk.check(t("desk.choose-one", { title: one.title }));
    await desk.press(t("desk.answer-alike"));
    desk.check(t("proposals.state.rejected"));
    await desk.press(t("desk.alike-preview"));
    expect(desk.status).toBe(422);
    for (const one of [tree, lamp, fountain]) desk.check(one.title, false);
    desk.fill(t("proposals.reasons"), "It is not ours to build.");
    await desk.press(t("desk.alike-preview"));
    expect(desk.status).toBe(422);
    expect(desk.text).toContain(t("desk.alike-none"));
    expect(desk.value(t("proposals.reasons"))).toBe("It is not ours to build.");
    expect([tree, lamp, fountain].map(({ title }) => desk.isChecked(title))).toEqual([false, false, false]);
    for (const one of [tree, lamp]) desk.check(one.title);
    await desk.press(t("desk.alike-preview"));
    expect(desk.text).toContain(t("desk.alike-will", { count: 2 }));
    expect(await findAnswer(db.sql, tree.uri)).toBeNull();
    await desk.press(t("desk.alike-publish", { count: 2 }));
    expect(desk.text).toContain(t("desk.answered-alike", { count: 2 }));
    expect(await findAnswer(db.sql, tree.uri)).toMatchObject({
      outcome: "rejected",
      reasons: "It is not ours to build.",
    });
    expect(await findAnswer(db.sql, fountain.uri)).toBeNull();

    // In the afternoon.
    const afternoon = new Date("2026-03-02T14:00:00Z");
    rooms.setNow(afternoon);
    await drain(db.sql, proposalHandlers({ ...rooms.house, sql: db.sql }), { now: afternoon });
    expect(await findAnswer(db.sql, bench.uri)).toMatchObject({ reasons: "Two benches will stand there." });

    // Who administers reads in the log what was done, by title.
    const head = await aGuest(city, { name: "Amaia Head", locale: lang, now: at });
    const grant = { role: "administrator", processUri: process.uri } as const;
    await grantRole(db.sql, city.administrator, head.id, grant, at);
    const administrator = await rooms.visitor(await getAccount(db.sql, head.id));
    await administrator.open("/desk");
    await administrator.follow(t("audit.title"));
    administrator.fill(t("desk.process"), process.uri);
    await administrator.press(t("list.apply"));
    expect(administrator.text).toContain(`Olatz Officer ${t("acts.answer-planned")}`);
    expect(administrator.text).toContain(bench.title);
    expect(administrator.text).toContain("Two benches will stand there.");
    expect(administrator.text).not.toContain("The school agrees.");
    await desk.open("/desk/audit");
    expect(desk.status).toBe(403);
    expect(rooms.faults).toEqual([]);
  });
});
