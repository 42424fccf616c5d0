// Meetings in lists: their cards, under the months they are in, and the list with what is to come and what is past.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import { openTranslator, type Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import { textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { copyNote, followProcess, processCrumbs, processTabs } from "../processes/views.ts";
import { meetingCard, type Status } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, filterBar, pager, section, tabs, withQuery } from "../web/lists.ts";
import { isOver, type Meeting, type MeetingState, meetingPath } from "./meeting.ts";

const tones = { draft: "waiting", scheduled: "good", cancelled: "bad", closed: "neutral" } as const;

/** Where a meeting stands in a word; a public one to come needs none. */
export function stateOf({ t, now }: Pick<PageContext, "t" | "now">, meeting: Meeting): Status | null {
  const status = (state: MeetingState) => ({ label: t(`meetings.state.${state}`), tone: tones[state] });
  if (meeting.state !== "scheduled") return status(meeting.state);
  if (isOver(meeting, now)) return { label: t("meetings.state.over"), tone: "neutral" };
  return meeting.startsAt <= now ? { label: t("meetings.state.now"), tone: "accent" } : null;
}

/** Local texts are Markdown; those of other nodes are HTML, cleaned when they arrived and cleaned again. */
export const textShown = (meeting: Pick<Meeting, "origin">, text: string): Markup =>
  meeting.origin === null ? markdownToHtml(text) : cleanRemoteHtml(text);

/** The reader's words on the clock of the meeting's place. */
export const clockOf = (t: Translator, meeting: Pick<Meeting, "timeZone">): Translator =>
  meeting.timeZone === t.timeZone ? t : openTranslator(t.lang, meeting.timeZone);

const excerptCharsMax = 180;

/** A meeting in any list of this node: its process, the city's, a result. */
export function meetingCardOf(ctx: PageContext, meeting: Meeting): Markup {
  const host = meeting.origin === null ? null : new URL(meeting.origin).host;
  return meetingCard(
    { ...ctx, t: clockOf(ctx.t, meeting) },
    {
      href: meetingPath(meeting),
      title: { text: meeting.title || ctx.t("meetings.untitled"), lang: meeting.language },
      excerpt: {
        text: clip(
          plainText(textShown(meeting, meeting.body.slice(0, excerptCharsMax * 8)).toString()),
          excerptCharsMax,
        ),
        lang: meeting.language,
      },
      startsAt: meeting.startsAt,
      endsAt: meeting.endsAt,
      isDayOnly: meeting.isDayOnly,
      kind: meeting.kind === "in-person" ? null : ctx.t(`meetings.kind.${meeting.kind}`),
      place: meeting.address || null,
      isOnline: meeting.kind !== "in-person",
      status: stateOf(ctx, meeting),
      attendeeCount: meeting.attendeeCount,
      from: host === null ? null : { name: meeting.organisationName ?? host, host },
    },
  );
}

export interface MeetingListProps {
  /** Null: the meetings of the whole node. */
  readonly process: Process | null;
  readonly meetings: Page<Meeting>;
  /** Only for the desk, on the first page. */
  readonly drafts: readonly Meeting[];
  readonly processes: readonly Process[];
  readonly when: "upcoming" | "past";
  readonly search: string;
  /** The address part of the process that was chosen in the list of the whole node. */
  readonly chosen: string;
  readonly mayOpen: boolean;
}

const listPath = (process: Process | null): string => `${process === null ? "" : processPath(process)}/meetings`;

export function meetingListPage(ctx: PageContext, props: MeetingListProps): Markup {
  const { t } = ctx;
  const { process, drafts } = props;
  const path = listPath(process);
  return page({
    ctx,
    title: t("meetings.title"),
    ...(props.when === "past" ? { tab: `${t("meetings.title")}: ${t("meetings.when.past")}` } : {}),
    section: process === null ? "meetings" : "processes",
    ...(process === null
      ? { lead: t("meetings.lead"), description: t("meetings.lead") }
      : {
          crumbs: processCrumbs(ctx, process),
          description: t("meetings.list-description", { process: textOf(t, process, process.title).text }),
        }),
    feeds: [
      { href: `${path}.ics`, title: t("meetings.feed"), type: "text/calendar" },
      atomLink(`${path}.atom`, t("feeds.feed")),
    ],
    actions: props.mayOpen ? buttonLink(`${path}/new`, t("meetings.new")) : nothing,
    main: html`
      ${process === null || process.origin === null ? nothing : copyNote(ctx, process)}
      ${process === null ? nothing : processTabs(ctx, process, "meetings")}
      ${drafts.length > 0 ? section(t("meetings.drafts"), cardList(drafts.map((draft) => meetingCardOf(ctx, draft)))) : nothing}
      ${filters(ctx, props)}
      ${tabs(
        t,
        t("meetings.when"),
        (["upcoming", "past"] as const).map((when) => ({
          href: withQuery(ctx.path, { when: when === "upcoming" ? null : when }),
          label: t(`meetings.when.${when}`),
          isCurrent: when === props.when,
        })),
      )}
      ${props.meetings.rows.length > 0 ? byMonth(ctx, props.meetings.rows) : nothingFound(ctx, props)}
      ${pager(ctx, props.meetings)}`,
    aside: html`${process === null ? nothing : followProcess(ctx, process)}${subscribe(ctx, path)}`,
  });
}

/** The list under the names of its months, as a calendar hangs on a wall. */
function byMonth(ctx: PageContext, meetings: readonly Meeting[]): Markup {
  const months = new Map<string, Meeting[]>();
  for (const meeting of meetings) {
    const month = clockOf(ctx.t, meeting).date(meeting.startsAt, "month");
    months.set(month, [...(months.get(month) ?? []), meeting]);
  }
  return html`${[...months].map(([month, rows]) => section(month, cardList(rows.map((meeting) => meetingCardOf(ctx, meeting)))))}`;
}

function filters(ctx: PageContext, { process, processes, search, chosen, when }: MeetingListProps): Markup {
  const { t } = ctx;
  return filterBar(ctx, {
    action: listPath(process),
    search: { value: search },
    kept: when === "past" ? { when } : {},
    filters:
      process !== null || processes.length === 0
        ? []
        : [
            {
              name: "process",
              label: t("meetings.process"),
              value: chosen,
              all: t("meetings.all-processes"),
              options: processes.map((one) => ({ value: segmentOf(one), label: textOf(t, one, one.title).text })),
            },
          ],
  });
}

/** How a process is named in addresses. */
export const segmentOf = (process: Process): string => processPath(process).split("/").at(-1) ?? "";

/** A calendar keeps up with what is planned, without an account. */
const subscribe = ({ t, city }: PageContext, path: string): Markup => html`<section class="panel">
  <h2>${t("meetings.subscribe")}</h2><p>${t("meetings.subscribe-text")}</p>
  <p><a href="${href(`${path}.ics`)}" type="text/calendar">${t("meetings.feed")}</a></p>
  <p class="hint" dir="ltr">${`${city.origin}${path}.ics`}</p>
  ${feedLinks([atomLink(`${path}.atom`, t("feeds.feed"))])}</section>`;

function nothingFound(ctx: PageContext, { search, chosen, when, process }: MeetingListProps): Markup {
  const { t } = ctx;
  if (search || chosen) {
    return emptyState(
      t("meetings.none-found"),
      t("meetings.none-found-hint"),
      buttonLink(listPath(process), t("meetings.show-all"), "secondary"),
    );
  }
  if (when === "past") return emptyState(t("meetings.none-past"));
  return emptyState(t("meetings.none"), t("meetings.none-hint"));
}

/** The meetings at which a thing was spoken about, for the page of that thing: nothing where there were none. */
export const spokenAt = (ctx: PageContext, meetings: readonly Meeting[]): Markup =>
  meetings.length === 0
    ? nothing
    : section(ctx.t("meetings.spoken-at"), cardList(meetings.map((meeting) => meetingCardOf(ctx, meeting))));
