// Feeds of the lists that have none in their own room: processes, news, answers, results, meetings, discussions, what an
// organisation opens and says, what other cities do; and one calendar of the whole city, with its phases.
import { type Context, Hono } from "hono";
import { findOrganisation } from "../cities/queries.ts";
import { calendarOf, calendarType, phasesAsEvents } from "../meetings/calendar.ts";
import { listForCalendar } from "../meetings/queries.ts";
import type { MessageKey } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml } from "../platform/rich-text.ts";
import { pickText } from "../platform/text.ts";
import { dayMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import { categoryText } from "../processes/category.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { findCategoryAfter, listCategories, listProcesses } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { findSubjectById } from "../subjects/queries.ts";
import { isPublic, pagePathOf } from "../subjects/subject.ts";
import { inLanguage, listTranslationsOf } from "../translations/queries.ts";
import { listedIn, translatableKinds } from "../translations/translation.ts";
import { atomFeed, atomType } from "../web/atom.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { type FeedKind, type FeedThing, listNewest, listNewestComments, listNewestOfAll } from "./feed-queries.ts";

const feedEntriesMax = 30;
/** A calendar looks back this far. */
const calendarPastMs = 92 * dayMs;
const processesInCalendarMax = 200;

/** Feeds of the whole node, and of one process where `isOfProcess`. */
const feeds: readonly { kind: FeedKind; path: string; title: MessageKey; isOfProcess: boolean }[] = [
  { kind: "process", path: "/processes", title: "shell.processes", isOfProcess: false },
  { kind: "news", path: "/news", title: "processes.news", isOfProcess: false },
  { kind: "answer", path: "/answers", title: "feeds.answers", isOfProcess: true },
  { kind: "result", path: "/results", title: "shell.results", isOfProcess: true },
  { kind: "meeting", path: "/meetings", title: "shell.meetings", isOfProcess: true },
];

export function feedPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  for (const feed of feeds) feedRoutes(pages, house, feed);
  discussionRoute(pages, house);
  organisationRoute(pages, house);
  categoryRoute(pages, house);
  copiesRoute(pages, house);
  calendarRoutes(pages, house);
  return pages;
}

function feedRoutes(pages: Hono<PageEnv>, { sql, uris }: House, feed: (typeof feeds)[number]): void {
  const { kind, path, title } = feed;
  const answer = async (c: Context<PageEnv>, process: Process | null) => {
    const { t, city } = c.get("page");
    const things = await listNewest(sql, kind, process === null ? "node" : { processUri: process.uri }, feedEntriesMax);
    const place = process === null ? city.name : textOf(t, process, process.title).text;
    const at = `${process === null ? "" : processPath(process)}${path}`;
    return await answerFeed(c, sql, {
      url: uris.at(`${at}.atom`),
      // Answers and news have no list of the whole node; they are read where they belong.
      pageUrl: uris.at(process !== null && kind === "answer" ? `${processPath(process)}/proposals` : pageOf(at, kind)),
      title: `${t(title)} · ${place}`,
      things,
    });
  };
  pages.get(`${path}.atom`, (c) => answer(c, null));
  if (!feed.isOfProcess) return;
  pages.get(`/processes/:segment${path}.atom`, async (c) => {
    const process = await shownProcess(c, sql, c.req.param("segment") ?? "");
    refuseUnless(process.publishedAt !== null, "not-found");
    return await answer(c, process);
  });
}

const pageOf = (at: string, kind: FeedKind): string => (kind === "news" || kind === "answer" ? "/processes" : at);

/** What is said under one thing, by its id on this node. */
function discussionRoute(pages: Hono<PageEnv>, { sql, uris }: House): void {
  pages.get("/discussions/:file{.+\\.atom}", async (c) => {
    const id = c.req.param("file").replace(/\.atom$/, "");
    const subject = isId(id) ? await findSubjectById(sql, id) : null;
    refuseUnless(subject !== null && isPublic(subject) && subject.kind !== "comment", "not-found");
    const things = await listNewestComments(sql, subject.uri, feedEntriesMax);
    const title = c.get("page").t("feeds.discussion", { title: subject.title });
    const path = pagePathOf(subject);
    const pageUrl = path.startsWith("/") ? uris.at(path) : path;
    return await answerFeed(c, sql, { url: uris.at(`/discussions/${id}.atom`), pageUrl, title, things });
  });
}

/** What the city, a district or an association has opened here, and what is said there. */
function organisationRoute(pages: Hono<PageEnv>, { sql, uris }: House): void {
  pages.get("/organisations/:file{.+\\.atom}", async (c) => {
    const organisation = await findOrganisation(sql, c.req.param("file").replace(/\.atom$/, ""));
    refuseUnless(organisation !== null, "not-found");
    const { actorId, name, languages } = organisation;
    const page = `/organisations/${organisation.handle}`;
    return await answerFeed(c, sql, {
      url: uris.at(`${page}.atom`),
      pageUrl: uris.at(page),
      title: pickText(name, c.get("page").t.lang, ...languages).text,
      things: await listNewestOfAll(sql, { organisationId: actorId }, feedEntriesMax),
    });
  });
}

/** What is new in one category of a process: what is told to who follows it here. */
function categoryRoute(pages: Hono<PageEnv>, { sql, uris }: House): void {
  pages.get("/processes/:segment/categories/:file{.+\\.atom}", async (c) => {
    const { t } = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const id = c.req.param("file").replace(/\.atom$/, "");
    const category = (await listCategories(sql, null, [id])).find((one) => one.id === id);
    refuseUnless(process.publishedAt !== null && process.origin === null && category !== undefined, "not-found");
    const after = await findCategoryAfter(sql, id);
    if (after !== id) return c.redirect(`${processPath(process)}/categories/${after}.atom`, 303);
    const path = `${processPath(process)}/categories/${id}`;
    return await answerFeed(c, sql, {
      url: uris.at(`${path}.atom`),
      pageUrl: uris.at(`${processPath(process)}/proposals?category=${id}`),
      title: `${categoryText(t, category)} · ${textOf(t, process, process.title).text}`,
      things: await listNewestOfAll(sql, { processUri: process.uri, categoryId: id }, feedEntriesMax),
    });
  });
}

/** The processes of other cities of which copies are kept; each leads to its own city. */
function copiesRoute(pages: Hono<PageEnv>, { sql, uris }: House): void {
  pages.get("/network/processes.atom", async (c) => {
    const { t, city } = c.get("page");
    return await answerFeed(c, sql, {
      url: uris.at("/network/processes.atom"),
      pageUrl: uris.at("/network/processes"),
      title: `${t("mirrors.processes")} · ${city.name}`,
      things: await listNewest(sql, "process", "copies", feedEntriesMax),
    });
  });
}

/** Before anything was ever published. */
const never = new Date(0);

async function answerFeed(
  c: Context<PageEnv>,
  sql: House["sql"],
  { things, ...feed }: { url: string; pageUrl: string; title: string; things: readonly FeedThing[] },
): Promise<Response> {
  const ctx = c.get("page");
  const read = await inReaderLanguage(sql, ctx.t.lang, things);
  const body = atomFeed({
    ...feed,
    lang: ctx.t.lang,
    updatedAt: new Date(Math.max(...things.map((one) => +(one.updatedAt ?? one.publishedAt ?? never)), 0)),
    entries: read.map((one) => entryOf(ctx, one)),
  });
  return answerCached(c, body, atomType);
}

/** What is official, in the language of whoever asks for the feed, where it stands in it. */
async function inReaderLanguage(sql: House["sql"], lang: string, things: readonly FeedThing[]): Promise<FeedThing[]> {
  const said = await listTranslationsOf(
    sql,
    things.map(({ uri }) => uri),
  );
  return things.map((thing) => {
    const kind = translatableKinds.find((one) => one === thing.kind);
    const translation = said.get(thing.uri)?.find(({ language }) => language === lang);
    if (kind === undefined || translation === undefined) return thing;
    if (kind !== "answer") return listedIn(kind, thing, translation);
    const { reasons, language } = listedIn(kind, { reasons: thing.body, language: thing.language }, translation);
    return { ...thing, body: reasons, language };
  });
}

/** In whose name no institution is put where they are named no more. */
const byPeople: ReadonlySet<string> = new Set(["proposal", "comment"]);

const entryOf = ({ t, city }: PageContext, one: FeedThing) => ({
  uri: one.uri,
  url: one.url,
  title: one.title || t("notices.untitled"),
  lang: one.language,
  body: (one.origin === null ? markdownToHtml(one.body) : cleanRemoteHtml(one.body)).toString(),
  author:
    one.authorName ||
    (byPeople.has(one.kind) ? t("comments.someone") : one.origin === null ? city.name : new URL(one.origin).host),
  publishedAt: one.publishedAt ?? never,
  updatedAt: one.updatedAt ?? one.publishedAt ?? never,
});

function calendarRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const eventsOf = ({ t }: PageContext, processes: readonly Process[]) =>
    processes.flatMap((process) => phasesAsEvents(t.lang, process));

  pages.get("/calendar.ics", async (c) => {
    const ctx = c.get("page");
    const since = new Date(+clock.now() - calendarPastMs);
    const [meetings, processes] = await Promise.all([
      listForCalendar(sql, { processUri: null, since }),
      listProcesses(sql, { from: "here", limit: processesInCalendarMax, now: clock.now() }),
    ]);
    const phases = eventsOf(ctx, processes).filter(({ endsAt }) => endsAt >= since);
    return answerCached(
      c,
      calendarOf({
        name: ctx.city.name,
        timeZone: ctx.city.timeZone,
        meetings: await inLanguage(sql, "meeting", ctx.t.lang, meetings),
        phases,
      }),
      calendarType,
    );
  });

  pages.get("/processes/:segment/phases.ics", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    refuseUnless(process.publishedAt !== null, "not-found");
    const name = textOf(ctx.t, process, process.title).text;
    return answerCached(
      c,
      calendarOf({ name, timeZone: ctx.city.timeZone, phases: eventsOf(ctx, [process]) }),
      calendarType,
    );
  });
}
