// The main pages of a whole node, each as strict HTML, and in a real browser in light, in dark and in Arabic on a narrow
// phone: nothing axe can see is wrong, and nothing sticks out.
import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSignInLink } from "../../src/accounts/sign-in-actions.ts";
import { receiveFollow } from "../../src/actors/actions.ts";
import { reportSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { keepImage } from "../../src/platform/uploads.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import {
  aComment,
  aMeeting,
  aProcess,
  aProposal,
  aRemoteComment,
  aResident,
  aResult,
  aStranger,
} from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCities, type ListeningCity, openListeningCities, secretOfTests } from "../support/listening.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  // Everything comes from this node under an address that names its content.
  rules: { "require-sri": "off" },
});

interface Paths {
  readonly main: readonly string[];
  readonly others: readonly string[];
}

/** A page of every kind with something on it, for someone who may see it all. */
async function fill(city: ListeningCity): Promise<Paths> {
  const { sql, uris, administrator } = city;
  const now = new Date();
  const process = await aProcess(city, {
    handle: "green-squares",
    languages: ["en", "ar"],
    title: "Twelve green squares",
    summary: { en: "Where should the next square be?", ar: "أين تكون الساحة القادمة؟" },
    description: {
      en: "Twelve crossings become **squares**.\n\n- trees\n- water",
      ar: "اثنا عشر تقاطعًا تصبح **ساحات**.",
    },
    indicator: { name: "Homes within 300 m", code: "SDG 11.7.1", unit: "%", baseline: "41", target: "70" },
    supportLimit: 3,
  });
  const ane = await aResident(city, { name: "Ane Etxeberria" });
  const create = { width: 600, height: 400, channels: 3, background: "#6a9a5b" } as const;
  const picture = await sharp({ create }).png().toBuffer();
  const { name, ...image } = await keepImage(
    city.instance.house.uploadsDir,
    new Blob([new Uint8Array(picture)]),
    "image",
  );
  const proposal = await aProposal(city, {
    process,
    by: ane,
    title: "Shade over the playground",
    body: `In July nobody can use the slide.\n\n${"Donaudampfschifffahrt".repeat(8)}`,
    place: { address: "Plaza Rekalde 4", point: { latitude: 43.252, longitude: -2.935 } },
    images: [{ ...image, url: uris.upload(name), alt: "The empty playground at noon" }],
  });
  const reasons = "We will plant **eight**.";
  await answerProposal(
    sql,
    uris,
    administrator,
    proposal.uri,
    { outcome: "accepted", reasons, costAmount: "48000", costCurrency: "EUR", term: "2027", language: "en" },
    now,
  );
  await aProposal(city, { process, title: "مقاعد تحت الأشجار في كل ساحة", body: "مكان **للجلوس**.", language: "ar" });
  const comment = await aComment(city, { on: proposal, by: ane, stance: "for" });
  const rude = await aRemoteComment(city, { on: comment, html: "<p>No, and no again.</p>" });
  await reportSubject(sql, ane, { category: "abuse", reason: "Shouts", isForwarded: false, subjectUri: rude.uri }, now);
  const meeting = await aMeeting(city, { process, title: "An evening about squares", agenda: "1. Shade\n2. Water" });
  const result = await aResult(city, { process, title: "Twenty benches", proposalUris: [proposal.uri] });
  const follower = await aStranger(city, {
    handle: "porto",
    host: "porto.example",
    type: "Organization",
    name: "Porto",
  });
  const follow = { uri: `${follower.uri}/follow`, follower, followed: city.organisation };
  await withTransaction(sql, (tx) => receiveFollow(tx, follow, now));
  return {
    main: [
      ...["/", "/processes", "/processes/green-squares", "/processes/green-squares/proposals"],
      ...[`/proposals/${proposal.id}`, "/processes/green-squares/proposals/new"],
      ...["/meetings", "/results", "/network", "/moderation", "/settings"],
    ],
    others: [
      ...[`/proposals/${proposal.id}/history`, `/meetings/${meeting.id}`, `/results/${result.id}`, "/search?q=shade"],
      ...["/desk", "/account", "/admin/people", "/about", "/nowhere", "/processes/new", `/comments/${comment.id}`],
      `/reports/new?about=${encodeURIComponent(comment.uri)}`,
      ...["/network/peers", "/moderation/log"],
    ],
  };
}

describeInBrowser("the main pages", () => {
  let net: ListeningCities<"Bilbao">;
  let city: ListeningCity;
  let browser: Browser;
  let paths: Paths;
  let cookies: Awaited<ReturnType<BrowserContext["cookies"]>>;

  beforeAll(async () => {
    [net, browser] = await Promise.all([openListeningCities("Bilbao"), launchChromium()]);
    city = net.cities.Bilbao;
    paths = await fill(city);
    const context = await browser.newContext();
    const page = await context.newPage();
    const link = { email: city.administrator.email, locale: "en", returnTo: "/", lifetimeMs: 3_600_000 };
    await page.goto(await issueSignInLink(city.sql, city.uris, secretOfTests, link, new Date()));
    await page.locator("main").getByRole("button").click();
    cookies = await context.cookies();
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await net?.[Symbol.asyncDispose]();
  });

  interface Look {
    readonly scheme: "light" | "dark";
    readonly lang: "en" | "ar";
    readonly widthPixels: number;
    /** Another colour scheme changes colours, another width and language the rest: the two are not asked twice. */
    readonly judge: (axe: AxeBuilder) => AxeBuilder;
    /** Axe takes long, so it sees all pages in one look only. */
    readonly isForAll: boolean;
  }

  const looks: readonly Look[] = [
    { scheme: "light", lang: "en", widthPixels: 1280, isForAll: true, judge: (axe) => axe },
    { scheme: "dark", lang: "en", widthPixels: 390, isForAll: false, judge: (axe) => axe.withRules("color-contrast") },
    {
      scheme: "light",
      lang: "ar",
      widthPixels: 320,
      isForAll: false,
      judge: (axe) => axe.disableRules("color-contrast"),
    },
  ];

  async function faultsOf(page: Page, path: string, look: Look): Promise<string[]> {
    const response = await page.goto(`${city.origin}${path}`);
    const faults: string[] = [];
    if (path !== "/nowhere" && response?.status() !== 200) faults.push(`status ${response?.status()}`);
    const sticksOut = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
    if (sticksOut > 0) faults.push(`sticks out by ${sticksOut} pixels`);
    if (look.isForAll || !paths.others.includes(path)) {
      const { violations } = await look.judge(new AxeBuilder({ page }).setLegacyMode(true)).analyze();
      for (const { id, nodes } of violations) for (const { html } of nodes) faults.push(`${id}: ${html.slice(0, 200)}`);
    }
    if (look.scheme === "dark") return faults;
    const report = await validator.validateString((await response?.text()) ?? "", path);
    for (const { messages } of report.results) {
      for (const { ruleId, message, line } of messages) faults.push(`${line}: ${ruleId}: ${message}`);
    }
    return faults;
  }

  test.each(looks)("have no fault, $lang in $scheme at $widthPixels pixels", async (look) => {
    await city.sql`update account set locale = ${look.lang} where id = ${city.administrator.id}`;
    const viewport = { width: look.widthPixels, height: 800 };
    const found: string[] = [];
    for (const isSignedIn of [true, false]) {
      const context = await browser.newContext({ viewport, colorScheme: look.scheme, locale: look.lang });
      if (isSignedIn) await context.addCookies(cookies);
      const page = await context.newPage();
      for (const path of isSignedIn ? [...paths.main, ...paths.others] : ["/sign-in", "/"]) {
        found.push(...(await faultsOf(page, path, look)).map((fault) => `${path}: ${fault}`));
      }
      expect(await page.evaluate("document.documentElement.lang")).toBe(look.lang);
      await context.close();
    }
    expect(found).toEqual([]);
  });
});
