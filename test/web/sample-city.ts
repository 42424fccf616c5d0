// A city that is only pages: every part of the shell with words in it that people would write, and no database.
import type { Account } from "../../src/accounts/account.ts";
import { html, type Markup } from "../../src/platform/html.ts";
import { markdownToHtml } from "../../src/platform/rich-text.ts";
import {
  actorCard,
  answerBox,
  articleBody,
  meetingCard,
  processCard,
  proposalCard,
  resultCard,
} from "../../src/web/cards.ts";
import type { CityIdentity, PageContext } from "../../src/web/context.ts";
import { followBox, shareBox } from "../../src/web/fediverse.ts";
import { buttonForm, buttonLink, confirmForm, form, openFields } from "../../src/web/fields.ts";
import { emptyForm, type FormState } from "../../src/web/forms.ts";
import { hero } from "../../src/web/hero.ts";
import { page } from "../../src/web/layout.ts";
import { cardGrid, cardList, emptyState, factList, filterBar, pager, section, tabs } from "../../src/web/lists.ts";
import { placeMap } from "../../src/web/map.ts";
import { badge, byline, stat, stats, statusPill, when } from "../../src/web/marks.ts";
import { phaseLine, timeline } from "../../src/web/phases.ts";
import { thread } from "../../src/web/thread.ts";
import {
  ar,
  ca,
  comments,
  en,
  inDays,
  meetings,
  person,
  phases,
  proposals,
  results,
  sampleNow,
  territory,
} from "./sample-things.ts";

export const sampleOrigin = "http://vilanova.test";

export const sampleCity: CityIdentity = {
  name: "Vilanova del Mar",
  tagline: "Decide with us how the city changes.",
  handle: "@vilanova@vilanova.example",
  origin: sampleOrigin,
  logoUrl: null,
  accent: "#b5462f",
  timeZone: "Europe/Madrid",
  lang: "en",
  reportChannelUrl: "https://report.vilanova.example",
  sourceUrl: "https://code.example/koinon",
  version: "0.1.0",
  isTrial: true,
};

export const sampleAccount: Account = {
  id: "01990000-0000-7000-8000-000000000001",
  email: "amina@vilanova.example",
  name: "Amina Benali",
  publicName: "Amina Benali",
  locale: "",
  actorId: null,
  handle: null,
  residenceVerifiedAt: sampleNow,
  residenceExpiresAt: null,
  grants: [{ role: "administrator", processUri: null }],
  memberOf: [],
};

function home(ctx: PageContext): Markup {
  const { t } = ctx;
  const cards = [
    processCard(ctx, {
      href: "/process",
      seed: "a",
      title: en("A city that walks"),
      excerpt: en("Where streets should slow down."),
      phase: { title: en("Support what matters"), endsAt: inDays(12) },
      proposalCount: 318,
      commentCount: 1204,
    }),
    processCard(ctx, {
      href: "/process",
      seed: "b",
      title: ca("Pressupost participatiu del Port"),
      phase: null,
      status: { label: "Starts on 3 December", tone: "waiting" },
      from: { name: "Porto", host: "porto.example" },
    }),
  ];
  return page({
    ctx,
    title: ctx.city.name,
    section: "home",
    width: "wide",
    hero: hero(t, {
      size: "city",
      seed: "vilanova",
      title: t.lang === "ar" ? ar("قرّر معنا كيف تتغيّر المدينة") : en("Decide with us how the city changes"),
      lead: en("Propose, support, discuss, and see what the city does with it."),
      actions: buttonLink("/process", "See what is open now"),
      foot: stats([stat(t, 8615, "proposals", "counted by the source"), stat(t, 1467, "measures")]),
    }),
    main: html`${section(t("shell.processes"), cardGrid(cards), { href: "/process", label: "All processes" })}
      ${section(t("shell.meetings"), cardList(meetings.map((one) => meetingCard(ctx, one))))}`,
  });
}

function processPage(ctx: PageContext): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: "A city that walks",
    section: "processes",
    crumbs: [{ href: "/", label: t("shell.processes") }],
    hero: hero(t, {
      seed: "a",
      kicker: statusPill("Open now", "accent"),
      title: en("A city that walks: the mobility plan"),
      lead: en("Where buses should run."),
    }),
    main: html`${section("Where we are", phaseLine(t, phases, ctx.now))}
      ${section("Proposals", cardList(proposals.map((one) => proposalCard(ctx, one))))}
      ${section(
        "Milestones",
        timeline(t, [
          { at: inDays(-60), title: en("Contract signed") },
          { at: inDays(90), title: ca("Fonts en servei"), isDone: false },
        ]),
      )}`,
    aside: html`${followBox(ctx, { handle: "@mobility-plan@vilanova.example", uri: `${sampleOrigin}/process`, title: "Follow this process", followerCount: 342 })}
      <section class="panel"><h2>Facts</h2>${factList([
        ["Promoted by", "Department of mobility"],
        ["Not said", null],
      ])}</section>`,
  });
}

function proposalList(ctx: PageContext): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: "Proposals",
    section: "processes",
    width: "wide",
    actions: buttonLink("/form", "Make a proposal"),
    main: html`${tabs(t, "Views", [
      { href: "/proposals", label: "List", isCurrent: true, count: 318 },
      { href: "/proposal", label: "Map", isCurrent: false },
    ])}
      ${filterBar(ctx, { action: "/proposals", search: { value: "" }, filters: [{ name: "order", label: "Order", value: "new", options: [{ value: "new", label: "Newest" }] }] })}
      ${cardList(
        proposals.map((one) => proposalCard(ctx, one)),
        "Proposals",
      )}
      ${pager(ctx, { rows: [], older: "WzFd", newer: "WzJd" })}`,
  });
}

function proposalPage(ctx: PageContext): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, emptyForm);
  const compose = form(ctx, {
    action: "/form",
    submit: "Publish comment",
    draftKey: "comment-1",
    body: html`${fields.area("comment", { label: "Your comment", rows: 3, charsMax: 1000 })}
      ${fields.radios("stance", {
        label: "Where do you stand?",
        value: "neutral",
        options: [
          { value: "for", label: "For" },
          { value: "neutral", label: "Neutral" },
        ],
      })}`,
  });
  return page({
    ctx,
    title: "Shade and water along the school route",
    section: "processes",
    crumbs: [
      { href: "/process", label: "A city that walks" },
      { href: "/proposals", label: "Proposals" },
    ],
    kicker: html`${statusPill("Accepted", "good")}${badge("Public space")}`,
    lead: byline(t, person("Núria Soler"), when(t, inDays(-9))),
    activityUrl: `${sampleOrigin}/proposal`,
    feeds: [{ href: "/feed.atom", title: "Answers", type: "application/atom+xml" }],
    main: html`${articleBody(t, markdownToHtml("Forty plane trees.\n\n1. Take one parking lane\n2. Plant before February"), "en")}
      ${answerBox(t, { status: { label: "Accepted", tone: "good" }, by: "City of Vilanova del Mar", at: inDays(-2), body: markdownToHtml("We will plant twenty-six trees."), lang: "en", cost: "€184,000", term: "Winter 2026" })}
      ${section("Where it is", placeMap(ctx, { label: "Map of the place", territory, points: [{ longitude: 1.72, latitude: 41.22, label: "Carrer de la Pau", href: "/proposal" }] }))}
      ${thread(ctx, { comments, balance: { for: 22, neutral: 6, against: 5 }, count: 41, compose })}`,
    call: html`<section class="panel support-panel"><h2 class="visually-hidden">Supports</h2>${stat(t, 1284, "supports of verified residents")}${buttonForm(ctx, { action: "/form", label: "Support", about: "Shade and water", isPressed: false })}</section>`,
    aside: html`${followBox(ctx, { handle: "@discussion-4f2a@vilanova.example", uri: `${sampleOrigin}/proposal`, title: "Follow this discussion" })}
      ${shareBox(ctx, { url: `${sampleOrigin}/proposal`, title: "Shade" })}`,
  });
}

export function formPage(ctx: PageContext, state: FormState): Markup {
  const fields = openFields(ctx, state);
  return page({
    ctx,
    title: "Make a proposal",
    crumbs: [{ href: "/proposals", label: "Proposals" }],
    main: form(ctx, {
      action: "/form",
      submit: "Publish",
      hasFiles: true,
      body: html`${fields.summary()}
        ${fields.text("title", { label: "Title", hint: "What should happen, in one line.", charsMax: 120 })}
        ${fields.area("body", { label: "Your proposal", charsMax: 8000 })}
        ${fields.select("category", {
          label: "Category",
          none: "Choose…",
          options: [
            { value: "m", label: "Mobility" },
            { value: "c", label: "Culture" },
          ],
        })}
        ${fields.perLanguage("summary", { label: "In one sentence", optional: true })}
        ${fields.file("photo", { label: "Picture", optional: true, accept: "image/jpeg,image/png" })}
        ${fields.dateTime("at", { label: "Starts at", optional: true })}
        ${fields.checks("topics", {
          label: "Topics",
          optional: true,
          options: [
            { value: "heat", label: "Heat" },
            { value: "water", label: "Water", hint: "Rivers, sea" },
          ],
        })}
        ${fields.radios("who", {
          label: "Who speaks?",
          value: "me",
          options: [
            { value: "me", label: "I do" },
            { value: "club", label: "The club" },
          ],
        })}
        ${fields.check("notify", { label: "Tell me what the city answers", isChecked: true })}
        ${fields.hidden("process", "p1")}`,
    }),
  });
}

function desk(ctx: PageContext): Markup {
  const { t } = ctx;
  const hide = confirmForm(ctx, {
    label: "Hide",
    ask: "Hide it everywhere?",
    action: "/form",
    submit: "Hide it",
    tone: "danger",
    body: openFields(ctx, emptyForm).text("reason", { label: "Reason" }),
  });
  return page({
    ctx,
    title: "Desk",
    width: "wide",
    main: html`${cardGrid(
      results.map((one) => resultCard(ctx, { ...one, status: one.status })),
      "Results",
    )}
      ${section("Network", cardList([actorCard(ctx, { href: "/process", name: "Porto", handle: "@porto@porto.example", kind: "City", excerpt: en("Schoolyards."), followerCount: 120, status: { label: "Follows us", tone: "good" }, actions: buttonForm(ctx, { action: "/form", label: "Unfollow", kind: "secondary", about: "Porto" }) })]))}
      ${section("Reports", html`<div class="table-wrap"><table class="table"><thead><tr><th scope="col">What</th><th scope="col">Decide</th></tr></thead><tbody><tr><td>${t("thread.gone")}</td><td>${hide}</td></tr></tbody></table></div>`)}
      ${section("Nothing", emptyState("No meetings yet", "The first one is announced here.", buttonLink("/form", "Announce one")))}`,
  });
}

export const samplePages: Readonly<Record<string, (ctx: PageContext) => Markup>> = {
  "/": home,
  "/process": processPage,
  "/proposals": proposalList,
  "/proposal": proposalPage,
  "/form": (ctx) => formPage(ctx, emptyForm),
  "/desk": desk,
};
