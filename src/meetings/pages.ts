// The pages of meetings that everyone reads, and their calendars. What the desk does with them is in desk-pages.ts.
import { type Context, Hono } from "hono";
import { holds } from "../accounts/account.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { loadDiscussion } from "../comments/queries.ts";
import { commentThread } from "../comments/views.ts";
import { hasReasonInPlace, hiddenPage } from "../moderation/hidden-views.ts";
import { type Markup, nothing, type Renderable } from "../platform/html.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest, toPage } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { pickText, tidyLine } from "../platform/text.ts";
import { dayMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import { textOf } from "../processes/list-views.ts";
import type { Process } from "../processes/process.ts";
import { findProcess, listCategories, listProcesses } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { findHead } from "../records/queries.ts";
import { listLinked } from "../subjects/linked-queries.ts";
import { inLanguage, listTranslations } from "../translations/queries.ts";
import { readIn } from "../translations/translation.ts";
import { answerCached } from "../web/cached.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { calendarOf, calendarType } from "./calendar.ts";
import { meetingDeskPages } from "./desk-pages.ts";
import { meetingListPage } from "./list-views.ts";
import type { Meeting } from "./meeting.ts";
import {
  findMeetingById,
  listDraftMeetings,
  listForCalendar,
  listMeetingLinks,
  listMeetings,
  pageKeyOf,
} from "./queries.ts";
import { meetingPage } from "./views.ts";

const meetingsPerPage = 24;
/** In the choice above the list of the whole node. */
const processesOfferedMax = 50;
/** Calendars keep what is past for a while. */
const calendarPastMs = 180 * dayMs;

/** How a reader follows a meeting here: of a room that this one cannot name. */
export type ShowFollow = (ctx: PageContext, meetingUri: string) => Promise<Renderable>;

export function meetingPages(house: House, showFollow: ShowFollow = async () => null): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  // Before the pages of one meeting: `new` is no meeting.
  pages.route("/", meetingDeskPages(house));
  listRoutes(pages, house);
  calendarRoutes(pages, house);
  pageRoutes(pages, house, showFollow);
  return pages;
}

function listRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const show = async (c: Context<PageEnv>, process: Process | null) => {
    const ctx = c.get("page");
    const { q: words = "", when = "", process: segment = "" } = c.req.query();
    const q = tidyLine(words);
    const request = readPageRequest(new URL(c.req.url).searchParams, meetingsPerPage);
    const chosen = process === null && segment !== "" ? await shownProcess(c, sql, segment) : process;
    const which = when === "past" ? "past" : "upcoming";
    const now = clock.now();
    const rows = await listMeetings(sql, {
      processUri: chosen?.uri ?? null,
      when: which,
      ...(q ? { search: q.slice(0, 200) } : {}),
      after: request.after,
      before: request.before,
      limit: request.sizeRows + 1,
      now,
    });
    const mayOpen = process?.origin == null && holds(ctx.account, "official", process?.uri ?? null);
    const isFirst = request.after === null && request.before === null && !q && !segment && which === "upcoming";
    return c.html(
      meetingListPage(ctx, {
        process,
        meetings: toPage(await inLanguage(sql, "meeting", ctx.t.lang, rows), request, pageKeyOf),
        drafts: mayOpen && isFirst ? await listDraftMeetings(sql, process?.uri ?? null) : [],
        processes: process === null ? await listProcesses(sql, { limit: processesOfferedMax, now }) : [],
        when: which,
        search: q,
        chosen: segment,
        mayOpen,
      }),
    );
  };
  pages.get("/meetings", (c) => show(c, null));
  pages.get("/processes/:segment/meetings", async (c) => show(c, await shownProcess(c, sql, c.req.param("segment"))));
}

function calendarRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const answer = async (c: Context<PageEnv>, name: string, meetings: readonly Meeting[]) => {
    const { t, city } = c.get("page");
    const read = await inLanguage(sql, "meeting", t.lang, meetings);
    return answerCached(c, calendarOf({ name, timeZone: city.timeZone, meetings: read }), calendarType);
  };
  const since = () => new Date(+clock.now() - calendarPastMs);

  pages.get("/meetings.ics", async (c) => {
    const { t, city } = c.get("page");
    const meetings = await listForCalendar(sql, { processUri: null, since: since() });
    return answer(c, `${t("meetings.title")} · ${city.name}`, meetings);
  });

  pages.get("/processes/:segment/meetings.ics", async (c) => {
    const process = await shownProcess(c, sql, c.req.param("segment"));
    refuseUnless(process.publishedAt !== null, "not-found");
    const meetings = await listForCalendar(sql, { processUri: process.uri, since: since() });
    return answer(c, textOf(c.get("page").t, process, process.title).text, meetings);
  });

  pages.get("/meetings/:id/calendar.ics", async (c) => {
    const meeting = await shownMeeting(c, sql);
    refuseUnless(meeting.publishedAt !== null && meeting.hiddenAt === null, "not-found");
    return answer(c, meeting.title, [meeting]);
  });
}

/** The reason in its place, for all but the desk; null where nothing is hidden. */
async function inItsPlace(c: Context<PageEnv>, sql: House["sql"]): Promise<Markup | null> {
  const id = c.req.param("id") ?? "";
  const ctx = c.get("page");
  const meeting = isId(id) ? await findMeetingById(sql, id) : null;
  if (meeting === null || !hasReasonInPlace(meeting) || holds(ctx.account, "official", meeting.processUri)) return null;
  const process = meeting.processUri === null ? null : await findProcess(sql, meeting.processUri);
  if (process !== null && process.hiddenAt !== null) return null;
  const crumbs = [{ href: "/meetings", label: ctx.t("meetings.title") }];
  return hiddenPage(ctx, { ...meeting, kind: "meeting", crumbs });
}

/** A meeting this reader may see: drafts and hidden ones are the desk's alone. @throws Refused `not-found`. */
async function shownMeeting(c: Context<PageEnv>, sql: House["sql"]): Promise<Meeting> {
  const id = c.req.param("id") ?? "";
  const meeting = isId(id) ? await findMeetingById(sql, id) : null;
  refuseUnless(meeting !== null, "not-found");
  const isPublic = meeting.publishedAt !== null && meeting.hiddenAt === null;
  refuseUnless(isPublic || holds(c.get("page").account, "official", meeting.processUri), "not-found");
  return meeting;
}

function pageRoutes(pages: Hono<PageEnv>, { sql, clock }: House, showFollow: ShowFollow): void {
  pages.get("/meetings/:id", async (c) => {
    const ctx = c.get("page");
    const reason = await inItsPlace(c, sql);
    if (reason !== null) return c.html(reason);
    const meeting = await shownMeeting(c, sql);
    const translations = await listTranslations(sql, meeting.uri);
    const process = meeting.processUri === null ? null : await findProcess(sql, meeting.processUri);
    refuseUnless(process === null || process.hiddenAt === null, "not-found");
    const isPublic = meeting.publishedAt !== null && meeting.hiddenAt === null;
    const [city, categories, links, discussion] = await Promise.all([
      findMainOrganisation(sql),
      listCategories(sql, null, [meeting.categoryId]),
      listMeetingLinks(sql, meeting.uri),
      isPublic
        ? loadDiscussion(sql, meeting.uri, {
            query: new URL(c.req.url).searchParams,
            reader: ctx.account,
            now: clock.now(),
          })
        : null,
    ]);
    const category = categories.find(({ id }) => id === meeting.categoryId);
    return c.html(
      meetingPage(ctx, {
        meeting: readIn("meeting", meeting, translations, c.req.query("lang"), ctx.t.lang),
        process,
        categoryName: category ? pickText(category.name, ctx.t.lang).text : meeting.categoryName || null,
        linked: await listLinked(sql, links),
        territory: meeting.origin === null ? (process?.pilotGeojson ?? city?.territoryGeojson ?? null) : null,
        mayEdit: meeting.origin === null && holds(ctx.account, "official", meeting.processUri),
        follow: isPublic ? await showFollow(ctx, meeting.uri) : null,
        record: await findHead(sql, meeting.uri),
        thread: discussion === null ? nothing : commentThread(ctx, discussion),
      }),
    );
  });
}
