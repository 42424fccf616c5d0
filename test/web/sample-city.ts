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
import { badge, byline, type Person, stat, stats, statusPill, when } from "../../src/web/marks.ts";
import { phaseLine, timeline } from "../../src/web/phases.ts";
import { type CommentShown, thread } from "../../src/web/thread.ts";

export const sampleNow = new Date("2026-11-22T18:00:00Z");
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
  grants: [{ role: "administrator", processUri: null }],
  memberOf: [],
};

const inDays = (days: number) => new Date(sampleNow.getTime() + days * 86_400_000);
const en = (text: string) => ({ text, lang: "en" });
const ca = (text: string) => ({ text, lang: "ca" });
const ar = (text: string) => ({ text, lang: "ar" });
const person = (name: string, host: string | null = null): Person => ({
  name,
  handle: host === null ? null : `@${name}@${host}`,
  url: "/people/1",
  iconUrl: null,
  host,
});

const proposals = [
  {
    href: "/proposal",
    title: en("Shade and water along the school route"),
    excerpt: en("Forty plane trees and three drinking fountains would make the walk bearable from May to October."),
    author: person("Núria Soler"),
    publishedAt: inDays(-9),
    status: { label: "Accepted", tone: "good" as const },
    category: "Public space",
    place: "Carrer de la Pau",
    supportCount: 1284,
    likeCount: 96,
    commentCount: 41,
  },
  {
    href: "/proposal",
    title: ca("Un carril bici segur fins a la platja"),
    excerpt: ca("El tram final s’acaba de cop en una rotonda."),
    author: person("Pau Ferrer"),
    publishedAt: inDays(-3),
    status: { label: "Being evaluated", tone: "waiting" as const },
    imageUrl: "/assets/roundabout.svg",
    imageAlt: "A roundabout with a bicycle",
    supportCount: 412,
    likeCount: 230,
    commentCount: 18,
  },
  {
    href: "/proposal",
    title: ar("مكتبة حيّ مفتوحة مساءً"),
    excerpt: ar("يحتاج الطلاب إلى مكان هادئ للدراسة بعد السابعة مساءً."),
    author: person("سلمى", "tunis.example"),
    publishedAt: inDays(-1),
    from: { name: "Tunis", host: "tunis.example" },
    supportCount: null,
    likeCount: 12,
    commentCount: 5,
  },
];

const meetings = [
  {
    href: "/meetings",
    title: en("Walk through the school route"),
    startsAt: inDays(4),
    endsAt: inDays(4.1),
    kind: "Walk",
    place: "Plaça de l’Estació",
  },
  {
    href: "/meetings",
    title: ca("Trobada amb les escoles"),
    startsAt: inDays(-14),
    endsAt: null,
    isOnline: true,
    attendeeCount: 64,
    status: { label: "Minutes", tone: "good" as const },
  },
];

const results = [
  {
    href: "/results",
    title: en("Trees and fountains"),
    excerpt: en("Twenty-six of forty trees are planted."),
    status: { label: "Under way", tone: "waiting" as const },
    progress: 0.65,
    cost: "€184,000",
    updatedAt: inDays(-6),
    proposalCount: 3,
  },
  {
    href: "/results",
    title: ca("Ampliació de la xarxa de biblioteques"),
    status: { label: "Not started", tone: "neutral" as const },
    progress: 0,
    category: "Culture",
  },
];

const comments: readonly CommentShown[] = [
  {
    id: "1",
    author: person("Joan Vidal"),
    publishedAt: inDays(-5),
    isEdited: true,
    body: markdownToHtml("At three in the afternoon there is *no shade at all*."),
    lang: "en",
    stance: "for",
    likeCount: 14,
    actions: html`<a class="button button-quiet" href="#reply">Reply</a>`,
    replies: [
      {
        id: "2",
        author: person("Clara", "mastodon.social"),
        publishedAt: inDays(-4),
        isEdited: false,
        body: markdownToHtml("In Porto they used pergolas first."),
        lang: "en",
        stance: null,
        likeCount: 3,
        replies: [],
      },
      {
        id: "3",
        author: person("Vilanova del Mar"),
        publishedAt: inDays(-3),
        isEdited: false,
        isOfficial: true,
        body: markdownToHtml("We visited them in September."),
        lang: "en",
        stance: null,
        likeCount: 21,
        replies: [],
      },
    ],
  },
  {
    id: "4",
    author: person("a neighbour"),
    publishedAt: inDays(-2),
    isEdited: false,
    body: null,
    goneReason: "Hidden: insults a person.",
    lang: null,
    stance: null,
    likeCount: 0,
    replies: [],
  },
  {
    id: "5",
    author: person("Hassan", "tunis.example"),
    publishedAt: inDays(-1),
    isEdited: false,
    body: markdownToHtml("من أين ستأتي المياه في الصيف؟"),
    lang: "ar",
    stance: "against",
    likeCount: 2,
    replies: [],
  },
];

const phases = [
  { title: en("Gather proposals"), startsAt: inDays(-60), endsAt: inDays(-20) },
  { title: en("Support what matters"), startsAt: inDays(-20), endsAt: inDays(12) },
  { title: en("What becomes of it"), startsAt: inDays(12), endsAt: null },
];

const territory = {
  type: "Polygon",
  coordinates: [
    [
      [1.7, 41.21],
      [1.715, 41.235],
      [1.745, 41.215],
      [1.7, 41.21],
    ],
  ],
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
      ${section("Where it is", placeMap(t, { label: "Map of the place", territory, points: [{ longitude: 1.72, latitude: 41.22, label: "Carrer de la Pau", href: "/proposal" }] }))}
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
