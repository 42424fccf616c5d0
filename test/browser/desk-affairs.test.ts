// What the desk undoes and takes back, in Chromium, in English without scripts and in Arabic with them: roles, documents, drafts of
// meetings, lists, acting for a person, deliveries that failed, a copy in doubt, a setting.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getAccount } from "../../src/accounts/queries.ts";
import { awayKey } from "../../src/desk/first-steps-queries.ts";
import { noteDoubt } from "../../src/erasures/doubt-actions.ts";
import { listWords } from "../../src/moderation/list-queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { addDocument } from "../../src/processes/document-actions.ts";
import {
  aGuest,
  aMeeting,
  aModerator,
  anAssociation,
  anOfficial,
  aProcess,
  aProposal,
  aRemoteComment,
} from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { expectPresses } from "../support/pressed.ts";
import { signedIn, textOf, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
type Look = (typeof looks)[number];

describeInBrowser("what the desk takes back", () => {
  let city: ListeningCity;
  let browser: Browser;

  beforeAll(async () => {
    // What is tried again waits.
    const opening = { port: await freePort(), peers: [], doesJobs: false };
    [city, browser] = await Promise.all([openListeningCity("Bilbao", opening), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  const desk = (look: Look, at: string): Promise<Walk> =>
    signedIn(browser, city, city.administrator, { ...look, at, widthPixels: 1280 });

  test.each(looks)("roles, a membership and a document of a process ($lang)", async (look) => {
    const process = await aProcess(city, { title: `Squares ${look.lang}` });
    const moderator = await aModerator(city, { process, name: `Miren ${look.lang}` });
    const official = await anOfficial(city, { memberOf: await anAssociation(city), name: `Olatz ${look.lang}` });
    const url = "https://files.example/plan.pdf";
    const document = { title: "The plan", language: "en", url, mediaType: "application/pdf", sizeBytes: 9 };
    await addDocument(city.sql, city.administrator, { processUri: process.uri, ...document }, new Date());
    const path = `/processes/${process.handle}`;
    await using walk = await desk(look, `${path}/team`);
    await walk.says(moderator.name);
    await walk.send(`${path}/team/roles/revocation`);
    await walk.see();
    expect(await walk.text()).not.toContain(moderator.name);
    expect((await getAccount(city.sql, moderator.id)).grants).toEqual([]);

    await walk.open(`/admin/people/${official.id}`);
    await walk.send(`/admin/people/${official.id}/roles/revocation`);
    await walk.says(walk.t("accounts.roles-none"));
    await walk.see();
    await walk.send(`/admin/people/${official.id}/memberships/revocation`);
    await walk.says(walk.t("accounts.memberships-none"));
    await walk.see();
    const { grants, memberOf } = await getAccount(city.sql, official.id);
    expect([grants, memberOf]).toEqual([[], []]);

    await walk.open(`${path}/documents`);
    await walk.says("The plan");
    await walk.send(/^\/processes\/[^/]+\/documents\/[^/]+\/removal$/);
    await walk.says(walk.t("processes.documents-none"));
    await walk.see();
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("drafts of meetings, one published and one thrown away ($lang)", async (look) => {
    const [kept, dropped] = [await aMeeting(city, { isDraft: true }), await aMeeting(city, { isDraft: true })];
    await using walk = await desk(look, `/meetings/${kept.id}`);
    await walk.send(`/meetings/${kept.id}/publication`);
    await walk.main.getByRole("link", { name: walk.t("meetings.cancel") }).waitFor();
    await walk.see();
    await walk.open(`/meetings/${dropped.id}`);
    await walk.send(`/meetings/${dropped.id}/removal`);
    await walk.page.waitForURL((url) => url.pathname !== `/meetings/${dropped.id}`);
    await walk.see();
    const left = await city.sql<{ id: string }[]>`
      select id from subject where id in ${city.sql([kept.id, dropped.id])} and published_at is not null`;
    expect(left.map(({ id }) => id)).toEqual([kept.id]);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("lists: read in, undone, and one word taken off ($lang)", async (look) => {
    await using walk = await desk(look, "/moderation/lists");
    const { page, t } = walk;
    const read = async (kind: "words" | "hosts", csv: string) => {
      await walk.open("/moderation/lists");
      await walk.unfold(t(`lists.import-${kind}`));
      await page.getByLabel(t(`lists.csv-${kind}`), { exact: false }).fill(csv);
      await walk.press(t(`lists.preview-${kind}`));
      await walk.main.getByRole("button", { name: t("lists.import-now") }).waitFor();
      await walk.see();
      await walk.send(`/moderation/lists/${kind}/import`);
      await page.waitForURL("**/moderation/lists");
      await walk.see();
    };
    const phrases = async () => (await listWords(city.sql)).map(({ phrase }) => phrase).sort();
    await read("words", "phrase,language,match,action\nscoundrel,,whole,hold\nrascal,,whole,refuse\n");
    expect(await phrases()).toEqual(["rascal", "scoundrel"]);
    await walk.send("/moderation/lists/words/removal", walk.main.locator("li", { hasText: "rascal" }));
    await walk.see();
    expect(await phrases()).toEqual(["scoundrel"]);
    const host = `rude-${look.lang}.example`;
    const policyOf = async () => (await city.sql`select policy from peer where host = ${host}`)[0]?.policy ?? "open";
    await read("hosts", `#domain,#severity\n${host},suspend\n`);
    expect(await policyOf()).toBe("blocked");
    const undone = walk.main.getByText(t("lists.undone"), { exact: true });
    const before = await undone.count();
    for (let n = 1; n <= 2; n++) {
      await walk.send(/^\/moderation\/lists\/imports\/[^/]+\/undoing$/);
      await expect.poll(() => undone.count()).toBe(before + n);
    }
    await walk.see();
    expect([await phrases(), await policyOf()]).toEqual([[], "open"]);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("acting for a person ends when the official says so ($lang)", async (look) => {
    // Pages stay in the official's language, whatever the person reads.
    const person = await aGuest(city, { name: `Begoña ${look.lang}`, locale: "es" });
    const official = await anOfficial(city);
    await using walk = await signedIn(browser, city, official, { ...look, at: `/desk/assist/${person.id}` });
    const { page, t } = walk;
    await page.getByLabel(t("assist.reason"), { exact: true }).fill("No telephone");
    await page.getByLabel(t("assist.is-there")).check();
    await walk.see();
    await walk.press(t("assist.begin"));
    await page.locator('form[action="/desk/assist/end"]').first().waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe(look.lang);
    expect(await textOf(page.locator("body"))).toContain(person.name);
    await walk.open("/account");
    await walk.send("/desk/assist/end");
    await page
      .getByText(t("assist.ended", { name: person.name }))
      .first()
      .waitFor();
    await walk.see();
    await walk.open("/desk");
    await page.getByRole("heading", { level: 1, name: t("desk.title") }).waitFor();
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("what is to be decided first is read, and put away ($lang)", async (look) => {
    await city.sql`delete from node_setting where key = ${awayKey}`;
    await using walk = await desk(look, "/desk");
    await walk.page.getByRole("heading", { name: walk.t("first-steps.title") }).waitFor();
    await walk.see();
    await walk.send("/desk/first-steps");
    await walk.page.getByRole("heading", { level: 1, name: walk.t("desk.title") }).waitFor();
    expect(await walk.page.getByRole("heading", { name: walk.t("first-steps.title") }).count()).toBe(0);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("deliveries that failed are tried again, or given up ($lang)", async (look) => {
    const hosts = ["porto", "lyon"].map((name) => `${name}-${look.lang}.invalid`);
    for (const [at, host] of hosts.entries()) {
      const activity = { type: "Create", id: `https://${host}/a/1` };
      const payload = { type: "outbox", inbox: `https://${host}/inbox`, activity };
      const id = look.hasScripts ? 900 + at : 800 + at;
      await city.sql`
        insert into dead_letter (id, kind, payload, key, created_at, attempts, last_error)
        values (${id}, 'fedify-outbox', ${city.sql.json(payload)}, null, now(), 28, 'answered 500')`;
    }
    await using walk = await desk(look, "/desk/deliveries");
    const { t } = walk;
    await walk.see();
    const one = (host: string) => walk.main.locator("article", { hasText: host });
    await walk.send("/desk/deliveries/retries", one(hosts[0]!));
    await expect.poll(() => one(hosts[0]!).count()).toBe(0);
    await walk.see();
    await walk.send("/desk/deliveries/abandonments", one(hosts[1]!));
    await walk.says(t("desk.failures-none"));
    await walk.see();
    expect(await city.sql`select from dead_letter`).toEqual([]);
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("a copy in doubt is kept ($lang)", async (look) => {
    const comment = await aRemoteComment(city, { on: await aProposal(city) });
    await withTransaction(city.sql, (tx) => noteDoubt(tx, comment.uri, "gone", new Date()));
    await using walk = await desk(look, "/desk/erasures");
    await walk.says(comment.uri);
    await walk.see();
    await walk.send(/^\/desk\/erasures\/[^/]+\/keeping$/, walk.main.locator(".card", { hasText: comment.uri }));
    await walk.says(walk.t("erasures.doubts-none"));
    await walk.see();
    expect(walk.faults).toEqual([]);
  });

  test.each(looks)("a setting is as it was before ($lang)", async (look) => {
    await using walk = await desk(look, "/desk/settings/identity");
    const { page, t } = walk;
    const name = page.locator("input[name='name.en']");
    expect(await name.inputValue()).toBe("Bilbao");
    await name.fill(`Bilbo ${look.lang}`);
    await walk.main.locator("form:has(input[name='name.en']) button[type=submit]").first().click();
    await walk.main.getByRole("button", { name: t("settings.undo") }).waitFor();
    expect(await name.inputValue()).toBe(`Bilbo ${look.lang}`);
    await walk.see();
    await walk.send("/desk/settings/identity/undo");
    await page.getByText(t("settings.undone")).first().waitFor();
    expect(await name.inputValue()).toBe("Bilbao");
    await walk.see();
    expect(walk.faults).toEqual([]);
  });

  test("each of these was pressed", () => expectPresses(import.meta.url));
});
