// The page of a meeting: when, where and what about; afterwards who came and what was said.
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { plainText } from "../platform/rich-text.ts";
import { type Process, processPath } from "../processes/process.ts";
import { followProcess, processCrumbs } from "../processes/views.ts";
import type { KeptRecord } from "../records/queries.ts";
import { recordPanel } from "../records/views.ts";
import type { Linked } from "../subjects/linked-queries.ts";
import { pagePathOf } from "../subjects/subject.ts";
import { languageOfText, type Read } from "../translations/translation.ts";
import { languageNotes, readingNote } from "../translations/views.ts";
import { articleBody, dateBlock } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { shareBox } from "../web/fediverse.ts";
import { buttonLink, confirmForm } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { placeMap } from "../web/map.ts";
import { ago, badge, langAttrs, languageNote, stat, statusPill } from "../web/marks.ts";
import { whenOf } from "./announcement.ts";
import { clockOf, stateOf, textShown } from "./list-views.ts";
import { isOver, type Meeting, mayBecome, meetingPath } from "./meeting.ts";

export interface MeetingPageProps {
  readonly meeting: Read<Meeting>;
  readonly process: Process | null;
  readonly categoryName: string | null;
  readonly linked: readonly Linked[];
  /** GeoJSON of where the city or the pilot is; null where it is not known, and then there is no map to put a point on. */
  readonly territory: unknown;
  readonly mayEdit: boolean;
  /** How a reader follows it here. */
  readonly follow?: Renderable;
  readonly thread: Renderable;
  /** Its newest record. */
  readonly record: KeptRecord | null;
}

export function meetingPage(ctx: PageContext, props: MeetingPageProps): Markup {
  const { t } = ctx;
  const { meeting, process } = props;
  const isPublic = meeting.publishedAt !== null && meeting.hiddenAt === null;
  const status = stateOf(ctx, meeting);
  return page({
    ctx,
    title: meeting.title || t("meetings.untitled"),
    titleLang: meeting.reading.language ?? meeting.language,
    description: `${whenOf(clockOf(t, meeting), meeting)}. ${plainText(textShown(meeting, meeting.body).toString())}`,
    section: process === null ? "meetings" : "processes",
    crumbs: crumbsOf(ctx, process),
    canonical: meeting.origin === null ? meetingPath(meeting) : meeting.url,
    activityUrl: meeting.uri,
    feeds: isPublic
      ? [{ href: `${meetingPath(meeting)}/calendar.ics`, title: t("meetings.add"), type: "text/calendar" }]
      : [],
    isUnlisted: !isPublic,
    kicker: html`<span>${t("meetings.one")}</span>${status === null ? nothing : statusPill(status.label, status.tone)}${badge(t(`meetings.kind.${meeting.kind}`))}${props.categoryName ? badge(props.categoryName) : nothing}${languageNotes(t, "meeting", meeting)}`,
    main: html`
      ${notes(ctx, props)}
      ${readingNote(ctx, meeting.reading, meetingPath(meeting))}
      ${facts(ctx, meeting, props.territory)}
      ${meeting.body ? html`<div class="section-small">${articleBody(t, textShown(meeting, meeting.body), languageOfText(meeting, "body"))}</div>` : nothing}
      ${meeting.agenda ? section(t("meetings.agenda"), articleBody(t, textShown(meeting, meeting.agenda), languageOfText(meeting, "agenda")), undefined, "agenda") : nothing}
      ${afterwards(ctx, meeting)}
      ${linkedList(t, t("meetings.about-proposals"), props.linked)}
      ${props.thread}`,
    aside: html`
      ${props.mayEdit ? desk(ctx, meeting) : nothing}
      ${isPublic && meeting.state === "scheduled" && !isOver(meeting, ctx.now) ? addToCalendar(t, meeting) : nothing}
      ${props.follow}
      ${process === null || process.publishedAt === null ? nothing : followProcess(ctx, process)}
      ${isPublic ? shareBox(ctx, { url: meeting.url, title: meeting.title }) : nothing}
      ${recordPanel(ctx, props.record, meeting.id)}
      ${sourceOf(t, meeting)}`,
  });
}

const crumbsOf = (ctx: PageContext, process: Process | null) =>
  process === null
    ? [{ href: "/meetings", label: ctx.t("meetings.title") }]
    : [...processCrumbs(ctx, process), { href: `${processPath(process)}/meetings`, label: ctx.t("meetings.title") }];

/** What stands between the reader and the meeting: a draft, called off, hidden, or a copy of another node's. */
function notes(ctx: PageContext, { meeting }: MeetingPageProps): Renderable {
  const { t } = ctx;
  const note = (tone: string, text: Renderable) =>
    html`<div class="${`note note-${tone}`}" role="note"><p>${icon("warning")}<span>${text}</span></p></div>`;
  if (meeting.hiddenAt !== null) return note("bad", html`${t("meetings.hidden")} <q>${meeting.hiddenReason}</q>`);
  if (meeting.state === "draft") return note("info", t("meetings.draft-note"));
  if (meeting.state === "cancelled") {
    return note(
      "bad",
      html`${t("meetings.cancelled-note")} <span${langAttrs(t, languageOfText(meeting, "cancelReason"))}>${meeting.cancelReason}</span>`,
    );
  }
  if (meeting.origin === null) return nothing;
  return note(
    "info",
    t.rich("meetings.copy-note", {
      host: html`<bdi>${new URL(meeting.origin).host}</bdi>`,
      updated: meeting.updatedAt ? ago(t, meeting.updatedAt, ctx.now) : "–",
      original: html`<a href="${href(meeting.url)}">${t("processes.open-original")}</a>`,
    }),
  );
}

/** When and where, large enough to be found on a phone in the street. */
function facts(ctx: PageContext, meeting: Read<Meeting>, territory: unknown): Markup {
  const { t } = ctx;
  const clock = clockOf(t, meeting);
  const { latitude, longitude, address, link } = meeting;
  const point = latitude === null || longitude === null ? null : { latitude, longitude };
  const rows = factList([
    [t("meetings.when"), html`<time datetime="${meeting.startsAt.toISOString()}">${whenOf(clock, meeting)}</time>`],
    [
      t("meetings.place"),
      address
        ? html`<bdi>${address}</bdi>${meeting.district ? html` · <bdi>${meeting.district}</bdi>` : nothing}${point === null ? nothing : html` <a class="hint" rel="noopener" href="${href(`https://www.openstreetmap.org/?mlat=${point.latitude}&mlon=${point.longitude}#map=17/${point.latitude}/${point.longitude}`)}">${t("meetings.open-map")}</a>`}`
        : meeting.district || null,
    ],
    [
      t("meetings.link"),
      link && meeting.state !== "cancelled" ? html`<a href="${href(link)}" rel="noopener" dir="ltr">${link}</a>` : null,
    ],
    [
      t("meetings.audience"),
      meeting.audience
        ? html`<span${langAttrs(t, languageOfText(meeting, "audience"))}>${meeting.audience}</span>`
        : null,
    ],
    [t("meetings.organisation"), meeting.organisationName ? html`<bdi>${meeting.organisationName}</bdi>` : null],
  ]);
  return html`<div class="meeting-facts">${dateBlock(clock, meeting.startsAt)}<div>${rows}</div></div>
    ${
      point === null || territory === null
        ? nothing
        : html`<div class="section-small">${placeMap(ctx, { label: t("meetings.map"), territory, points: [{ ...point, label: address || meeting.title, href: null }], hasList: false })}</div>`
    }`;
}

/** Who came and what was said. */
function afterwards({ t }: PageContext, meeting: Read<Meeting>): Markup {
  const { attendeeCount, organisations, minutes } = meeting;
  if (attendeeCount === null && !organisations && !minutes) return nothing;
  return section(
    t("meetings.minutes"),
    html`${attendeeCount === null ? nothing : html`<div class="stats">${stat(t, attendeeCount, t("meetings.attendees"), t(meeting.source ? "meetings.counted-by-source" : "meetings.counted-by-city"))}</div>`}
      ${organisations ? factList([[t("meetings.organisations"), html`<span${langAttrs(t, meeting.language)}>${organisations}</span>`]]) : nothing}
      ${minutes ? articleBody(t, textShown(meeting, minutes), languageOfText(meeting, "minutes")) : nothing}`,
    undefined,
    "minutes",
  );
}

/** Things this one names, with the word for what each is. */
export const linkedList = (t: Translator, title: string, linked: readonly Linked[]): Markup =>
  linked.length === 0
    ? nothing
    : section(
        title,
        html`<ul class="link-list">${linked.map(
          (one) =>
            html`<li><a href="${href(pagePathOf(one))}"${langAttrs(t, one.language)}>${one.title || one.url}</a>${one.origin === null ? nothing : html` <span class="hint"><bdi>${new URL(one.origin).host}</bdi></span>`} ${languageNote(t, one.language)}</li>`,
        )}</ul>`,
      );

const addToCalendar = (t: Translator, meeting: Meeting): Markup => html`<section class="panel">
  <h2>${t("meetings.do-not-miss")}</h2>
  <p><a class="button" href="${href(`${meetingPath(meeting)}/calendar.ics`)}"${attrs({ type: "text/calendar", download: true })}>${icon("calendar")}${t("meetings.add")}</a></p>
</section>`;

/** What an official can do with it now. */
function desk(ctx: PageContext, meeting: Meeting): Markup {
  const { t, now } = ctx;
  const path = meetingPath(meeting);
  const may = (state: Meeting["state"]) => mayBecome(meeting.state, state);
  return html`<section class="panel" aria-labelledby="meeting-desk"><h2 id="meeting-desk">${t("meetings.desk")}</h2>
    ${meeting.state === "draft" ? confirmForm(ctx, { label: t("meetings.publish"), kind: "secondary", ask: t("meetings.publish-ask"), action: `${path}/publication`, submit: t("meetings.publish-now"), body: nothing }) : nothing}
    <p class="row">${meeting.state === "draft" || meeting.state === "scheduled" ? buttonLink(`${path}/edit`, t("meetings.edit"), "secondary") : nothing}
    ${may("closed") && meeting.startsAt <= now ? buttonLink(`${path}/minutes`, t(meeting.state === "closed" ? "meetings.edit-minutes" : "meetings.write-minutes"), "secondary") : nothing}
    ${may("cancelled") ? buttonLink(`${path}/cancellation`, t("meetings.cancel"), "quiet") : nothing}${meeting.hiddenAt === null ? buttonLink(`${path}/languages`, t("translations.title"), "quiet") : nothing}</p>
    ${meeting.state === "draft" ? confirmForm(ctx, { label: t("meetings.discard"), ask: t("meetings.discard-ask"), action: `${path}/removal`, submit: t("meetings.discard-now"), tone: "danger", body: nothing }) : nothing}
  </section>`;
}

/** Where an imported meeting comes from, and what its source counted. */
function sourceOf(t: Translator, { source }: Meeting): Markup {
  if (source === null) return nothing;
  const counted = Object.entries(source.counts).filter(([name]) => name in countLabels);
  return html`<section class="panel"><h2>${t("meetings.source")}</h2>
    <p><a href="${href(source.url)}" rel="noopener">${source.name}</a> <span class="hint">${t("meetings.source-id", { id: source.id })}</span></p>
    ${counted.length === 0 ? nothing : html`<p class="hint">${t("meetings.source-counts")}</p>${factList(counted.map(([name, count]) => [t(countLabels[name as keyof typeof countLabels]), t.number(count)]))}`}
  </section>`;
}

const countLabels = { proposals: "meetings.count.proposals", interventions: "meetings.count.interventions" } as const;
