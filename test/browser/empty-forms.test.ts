// Forms that ask for something, sent with everything empty, in Chromium, in English without scripts and in Arabic with them:
// the page says what is missing, each line leads to its field, and with scripts the summary has the focus.
// That no form of the application is forgotten is seen without a browser, in test/web/empty-forms.test.ts.
import type { Browser, Locator, Response } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dayMs } from "../../src/platform/time.ts";
import { aComment, aGuest, aMeeting, aProcess, aProposal, aResident, aResult } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { hasFocus } from "../support/keyboard.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";
import { openWalk, signedIn, textOf, type Walk } from "../support/walk.ts";

const looks = [
  { lang: "en", hasScripts: false },
  { lang: "ar", hasScripts: true },
] as const;
type Look = (typeof looks)[number];

/** Where the form stands, and where it posts to when that is another address. */
type Form = readonly [path: string, action?: string];

describeInBrowser("with everything empty", () => {
  let city: ListeningCity;
  let browser: Browser;
  let forms: Record<"visitor" | "ane" | "desk", readonly Form[]>;
  let ane: Awaited<ReturnType<typeof aResident>>;

  beforeAll(async () => {
    const opening = { port: await freePort(), peers: [], doesJobs: false };
    [city, browser] = await Promise.all([openListeningCity("Bilbao", opening), launchChromium()]);
    ane = await aResident(city, { name: "Ane" });
    const process = await aProcess(city, { handle: "squares", title: "Squares" });
    const draft = await aProcess(city, { handle: "a-draft", isDraft: true });
    const proposal = await aProposal(city, { process, by: ane });
    const comment = await aComment(city, { on: proposal, by: ane });
    const theirs = await aComment(city, { on: proposal });
    const meeting = await aMeeting(city, { process });
    const over = await aMeeting(city, { process, startsAt: new Date(Date.now() - 2 * dayMs) });
    const result = await aResult(city, { process });
    const guest = await aGuest(city, { name: "Begoña" });
    forms = {
      visitor: [["/sign-in"], ["/sign-in", "/sign-in/fediverse"]],
      ane: [
        ["/account", "/account/profile"],
        ["/account/email"],
        ["/account/closing"],
        ["/processes/squares/proposals/new"],
        [`/proposals/${proposal.id}`, "/comments"],
        [`/proposals/${proposal.id}/edit`],
        [`/proposals/${proposal.id}/coauthors`, `/proposals/${proposal.id}/coauthors/invitation`],
        [`/comments/${comment.id}/edit`],
        [`/reports/new?about=${encodeURIComponent(theirs.uri)}`, "/reports"],
      ],
      desk: [
        ["/processes/new/scratch"],
        ["/processes/new/one-page"],
        ["/processes/new/template"],
        ["/processes/new/copy"],
        [`/processes/${draft.handle}/steps/about`],
        ["/processes/squares/edit"],
        ["/processes/squares/documents"],
        ["/processes/squares/news/new"],
        ["/processes/squares/results/new"],
        ["/processes/squares/meetings/new"],
        ["/processes/squares/team", "/processes/squares/team/invitations"],
        [`/meetings/${meeting.id}/edit`],
        [`/meetings/${meeting.id}/cancellation`],
        [`/meetings/${over.id}/minutes`],
        [`/results/${result.id}/edit`],
        [`/results/${result.id}/milestones/new`],
        [`/proposals/${proposal.id}/answer`],
        [`/moderation/things/${theirs.id}`, `/moderation/things/${theirs.id}/hiding`],
        ["/moderation/lists", "/moderation/lists/words"],
        ["/moderation/lists", "/moderation/lists/words/preview"],
        ["/admin/categories"],
        ["/desk/assist", "/desk/assist/accounts"],
        [`/desk/assist/${guest.id}`],
        ["/desk/residence/census"],
        ["/desk/erasures", "/desk/erasures/copies"],
        ["/desk/settings/identity"],
        ["/desk/settings/contact"],
        ["/desk/settings/retention"],
        ["/settings/organisations/new"],
        ["/settings/organisations/bilbao"],
      ],
    };
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  /** Takes out whatever is in it. */
  async function empty(form: Locator): Promise<void> {
    const boxes = form.locator("input[type=checkbox]");
    await boxes.evaluateAll((all) => all.forEach((one) => void Object.assign(one, { checked: false })));
    const kinds = ["text", "email", "search", "number", "date", "datetime-local", "url"].map(
      (type) => `[type=${type}]`,
    );
    const fields = form.locator(`textarea, input:not([type]), input:is(${kinds})`);
    await fields.evaluateAll((all) => all.forEach((one) => void Object.assign(one, { value: "" })));
  }

  async function faultsOf(
    walk: Walk,
    { hasScripts }: Look,
    [path, action = path.split("?")[0]!]: Form,
  ): Promise<string[]> {
    const { page } = walk;
    await walk.open(path);
    const form = walk.main.locator(`form[method=post][action="${action}"]`).first();
    if ((await form.count()) === 0) return [`${path}: no form to ${action}`];
    await empty(form);
    const isAnswer = (response: Response) => response.request().method() === "POST";
    const [answer] = await Promise.all([page.waitForResponse(isAnswer), walk.send(action, walk.main)]);
    const status = answer.status();
    await page.waitForLoadState();
    if (status !== 422) return [`${path}: ${status} to ${action}`];
    await walk.see();
    const summary = page.locator(".error-summary");
    if ((await summary.count()) !== 1) return [`${path}: ${await summary.count()} summaries`];
    const faults: string[] = [];
    if (hasScripts && !(await hasFocus(summary))) faults.push(`${path}: the summary has not the focus`);
    const links = await summary.locator("a").all();
    if (links.length === 0) faults.push(`${path}: nothing in the summary leads to a field: ${await textOf(summary)}`);
    for (const link of links) {
      const field = page.locator((await link.getAttribute("href"))!);
      const name = `${path}: ${await textOf(link)}`;
      if ((await field.count()) !== 1) faults.push(`${name}: leads nowhere`);
      else {
        await link.click();
        // The focus moves with the next picture of the page.
        await (await field.elementHandle())!.waitForElementState("stable");
        if (!(await field.isVisible())) faults.push(`${name}: leads to what is not seen`);
        else if (!(await holdsFocus(field))) faults.push(`${name}: the field has not the focus`);
      }
    }
    return faults;
  }

  /** A field, or a group of boxes whose first is next. */
  async function holdsFocus(field: Locator): Promise<boolean> {
    if (await hasFocus(field)) return true;
    await field.page().keyboard.press("Tab");
    return await field.evaluate((node) => {
      const group = node as unknown as { ownerDocument: { activeElement: unknown }; contains(other: unknown): boolean };
      return group.contains(group.ownerDocument.activeElement);
    });
  }

  test.each(looks)("each says what is missing and where ($lang)", { timeout: 1_800_000 }, async (look) => {
    const faults: string[] = [];
    for (const who of ["visitor", "ane", "desk"] as const) {
      const account = who === "ane" ? ane : city.administrator;
      await using walk =
        who === "visitor" ? await openWalk(browser, city, look) : await signedIn(browser, city, account, look);
      for (const form of forms[who]) {
        const found = await faultsOf(walk, look, form).catch((error: Error) => [
          `${form[0]}: ${error.message.slice(0, 300)}`,
        ]);
        faults.push(...found);
      }
      faults.push(...walk.faults);
    }
    expect(faults).toEqual([]);
  });
});
