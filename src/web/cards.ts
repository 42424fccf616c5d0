// How the things of a city look in a list, and the blocks their own pages are made of. Plain data in, markup out.
import { attrs, classes, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { TextIn } from "../platform/text.ts";
import type { PageContext } from "./context.ts";
import { type IconName, icon } from "./icons.ts";
import {
  ago,
  avatar,
  badge,
  langAttrs,
  languageNote,
  type Person,
  pattern,
  statusPill,
  type Tone,
  when,
  whoLine,
} from "./marks.ts";
import { progressBar, timeLeft } from "./phases.ts";

export interface Status {
  readonly label: string;
  readonly tone: Tone;
}

/** Shown where a thing belongs to another node. */
export interface From {
  readonly name: string;
  readonly host: string;
}

const titleLink = (t: Translator, to: string, title: TextIn): Markup =>
  html`<h3 class="card-title"><a href="${href(to)}"${langAttrs(t, title.lang)}>${title.text}</a></h3>`;

const excerptOf = (t: Translator, excerpt: TextIn | undefined): Markup =>
  excerpt?.text ? html`<p class="card-text"${langAttrs(t, excerpt.lang)}>${excerpt.text}</p>` : nothing;

const fromNote = (t: Translator, from: From | null | undefined): Markup =>
  from ? html`<span class="origin">${icon("network")}${t("card.from", { name: from.name })}</span>` : nothing;

/** A figure in a card's foot: an icon, a number, and for readers the word. */
export const count = (t: Translator, name: IconName, value: number, label: string): Markup =>
  html`<span class="card-count">${icon(name)}${t.number(value)}<span class="visually-hidden"> ${label}</span></span>`;

export interface ProcessCard {
  readonly href: string;
  /** Decides the pattern where there is no picture. */
  readonly seed: string;
  readonly title: TextIn;
  readonly excerpt?: TextIn;
  readonly imageUrl?: string | null;
  readonly from?: From | null;
  /** The phase of today; null before the first and after the last. */
  readonly phase: { readonly title: TextIn; readonly endsAt: Date | null } | null;
  /** Said when no phase is active. */
  readonly status?: Status;
  readonly proposalCount?: number;
  readonly commentCount?: number;
  /** On a line of their own, at the end. */
  readonly marks?: Renderable;
}

export const processCard = (
  { t, now }: PageContext,
  card: ProcessCard,
): Markup => html`<article class="card card-process">
  <div class="card-picture">${
    card.imageUrl
      ? html`<img src="${href(card.imageUrl)}" alt="" loading="lazy" decoding="async">`
      : pattern(card.seed, 8, 1)
  }</div>
  <div class="card-body">
    <p class="card-kicker">${
      card.phase
        ? html`<strong${langAttrs(t, card.phase.title.lang)}>${card.phase.title.text}</strong> <span>${timeLeft(t, card.phase.endsAt, now)}</span>`
        : card.status
          ? statusPill(card.status.label, card.status.tone)
          : nothing
    }</p>
    ${titleLink(t, card.href, card.title)}
    ${excerptOf(t, card.excerpt)}
    <p class="card-foot">${fromNote(t, card.from)}
      ${card.proposalCount === undefined ? nothing : html`<span>${t("card.proposals", { count: card.proposalCount })}</span>`}
      ${card.commentCount === undefined ? nothing : html`<span>${t("card.comments", { count: card.commentCount })}</span>`}
      ${languageNote(t, card.title.lang)}${card.marks === undefined ? nothing : html`<span class="card-marks">${card.marks}</span>`}</p>
  </div>
</article>`;

export interface ProposalCard {
  readonly href: string;
  readonly title: TextIn;
  readonly excerpt?: TextIn;
  readonly author: Person;
  readonly publishedAt: Date;
  readonly status?: Status | null;
  readonly category?: string | null;
  readonly place?: string | null;
  readonly imageUrl?: string | null;
  readonly imageAlt?: string;
  readonly from?: From | null;
  /** Verified residents; null where supports are not counted. */
  readonly supportCount: number | null;
  readonly likeCount: number;
  readonly commentCount: number;
}

export const proposalCard = (
  { t, now }: PageContext,
  card: ProposalCard,
): Markup => html`<article class="${classes("card card-proposal", card.imageUrl && "card-with-picture")}">
  ${card.imageUrl ? html`<div class="card-picture"><img src="${href(card.imageUrl)}" alt="${card.imageAlt ?? ""}" loading="lazy" decoding="async"></div>` : nothing}
  <div class="card-body">
    <p class="card-marks">${card.status ? statusPill(card.status.label, card.status.tone) : nothing}${card.category ? badge(card.category) : nothing}${fromNote(t, card.from)}${languageNote(t, card.title.lang)}</p>
    ${titleLink(t, card.href, card.title)}
    ${excerptOf(t, card.excerpt)}
    <div class="card-foot">
      <span class="card-author">${avatar(card.author)}<span>${whoLine(t, { ...card.author, url: null })} · ${ago(t, card.publishedAt, now)}${card.place ? html` · <bdi>${card.place}</bdi>` : nothing}</span></span>
      <span class="card-counts">
        ${count(t, "heart", card.likeCount, t("card.likes-word"))}
        ${count(t, "comment", card.commentCount, t("card.comments-word"))}
      </span>
    </div>
  </div>
  ${card.supportCount === null ? nothing : html`<p class="card-supports"><strong>${t.number(card.supportCount)}</strong> <span>${t("card.supports-word")}</span></p>`}
</article>`;

export interface MeetingCard {
  readonly href: string;
  readonly title: TextIn;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  /** Only the day is known. */
  readonly isDayOnly?: boolean;
  readonly kind?: string | null;
  readonly place?: string | null;
  readonly isOnline?: boolean;
  readonly status?: Status | null;
  readonly excerpt?: TextIn;
  readonly attendeeCount?: number | null;
  readonly from?: From | null;
}

export const meetingCard = ({ t }: PageContext, card: MeetingCard): Markup => html`<article class="card card-meeting">
  ${dateBlock(t, card.startsAt)}
  <div class="card-body">
    <p class="card-marks">${card.status ? statusPill(card.status.label, card.status.tone) : nothing}${card.kind ? badge(card.kind) : nothing}${fromNote(t, card.from)}${languageNote(t, card.title.lang)}</p>
    ${titleLink(t, card.href, card.title)}
    ${excerptOf(t, card.excerpt)}
    <p class="card-facts">
      ${card.isDayOnly ? nothing : html`<span>${icon("clock")}${when(t, card.startsAt, "time")}${card.endsAt ? html`–${when(t, card.endsAt, "time")}` : nothing}</span>`}
      ${card.place ? html`<span>${icon("place")}<bdi>${card.place}</bdi></span>` : nothing}
      ${card.isOnline ? html`<span>${icon("link")}${t("card.online")}</span>` : nothing}
      ${card.attendeeCount ? html`<span>${icon("people")}${t("card.attendees", { count: card.attendeeCount })}</span>` : nothing}
    </p>
  </div>
</article>`;

/** A leaf of the calendar. The full date is read out. */
export const dateBlock = (t: Translator, moment: Date): Markup => {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(t.lang, { ...options, timeZone: t.timeZone }).format(moment);
  return html`<p class="date-block"><span class="visually-hidden">${when(t, moment, "weekday")}</span><span class="date-month" aria-hidden="true">${part({ month: "short" })}</span><span class="date-day" aria-hidden="true">${part({ day: "numeric" })}</span><span class="date-weekday" aria-hidden="true">${part({ year: "numeric" })}</span></p>`;
};

export interface ResultCard {
  readonly href: string;
  readonly title: TextIn;
  readonly excerpt?: TextIn;
  readonly status?: Status | null;
  /** 0 to 1; null where it is not known. */
  readonly progress: number | null;
  /** It goes no further: given up. */
  readonly hasEnded?: boolean;
  readonly category?: string | null;
  readonly cost?: string | null;
  readonly updatedAt?: Date | null;
  readonly proposalCount?: number | null;
  readonly from?: From | null;
}

export const resultCard = ({ t }: PageContext, card: ResultCard): Markup => html`<article class="card card-result">
  <div class="card-body">
    <p class="card-marks">${card.status ? statusPill(card.status.label, card.status.tone) : nothing}${card.category ? badge(card.category) : nothing}${fromNote(t, card.from)}${languageNote(t, card.title.lang)}</p>
    ${titleLink(t, card.href, card.title)}
    ${excerptOf(t, card.excerpt)}
    ${card.progress === null ? nothing : progressBar(t, card.progress, t("card.progress-of", { title: card.title.text }), card.hasEnded)}
    <p class="card-facts">
      ${card.cost ? html`<span>${icon("money")}${card.cost}</span>` : nothing}
      ${card.proposalCount ? html`<span>${icon("support")}${t("card.from-proposals", { count: card.proposalCount })}</span>` : nothing}
      ${card.updatedAt ? html`<span>${icon("clock")}${t.rich("card.updated", { date: when(t, card.updatedAt, "short") })}</span>` : nothing}
    </p>
  </div>
</article>`;

export interface ActorCard {
  readonly href: string;
  readonly name: string;
  readonly handle: string;
  readonly iconUrl?: string | null;
  readonly kind?: string | null;
  readonly excerpt?: TextIn;
  readonly followerCount?: number | null;
  readonly status?: Status | null;
  readonly actions?: Renderable;
}

/** A city, a process or a person of the network, with what one can do about them. */
export const actorCard = ({ t }: PageContext, card: ActorCard): Markup => html`<article class="card card-actor">
  ${avatar({ name: card.name, handle: card.handle, iconUrl: card.iconUrl ?? null })}
  <div class="card-body">
    <p class="card-marks">${card.kind ? badge(card.kind) : nothing}${card.status ? statusPill(card.status.label, card.status.tone) : nothing}</p>
    <h3 class="card-title"><a href="${href(card.href)}"><bdi>${card.name}</bdi></a></h3>
    <p class="handle" dir="ltr">${card.handle}</p>
    ${excerptOf(t, card.excerpt)}
    ${card.followerCount == null ? nothing : html`<p class="card-foot"><span>${t("card.followers", { count: card.followerCount })}</span></p>`}
  </div>
  ${card.actions ? html`<div class="card-actions">${card.actions}</div>` : nothing}
</article>`;

/** The text of a person or an institution, already cleaned, in its own language. */
export const articleBody = (t: Translator, body: Markup, lang: string | null): Markup =>
  html`<div class="prose"${langAttrs(t, lang)}>${body}</div>`;

export interface Answer {
  readonly id?: string;
  readonly status: Status;
  readonly by: string;
  readonly at: Date;
  readonly body: Markup;
  readonly lang: string | null;
  /** In which languages it stands. */
  readonly note?: Renderable;
  readonly cost?: string | null;
  readonly term?: Renderable;
  /** What the desk does with it. */
  readonly more?: Renderable;
}

/** What the city said, set apart from what people say. */
export const answerBox = (
  t: Translator,
  answer: Answer,
): Markup => html`<section class="answer"${attrs({ id: answer.id })}>
  <div class="answer-title"><h2>${t("card.official-answer")}</h2>${statusPill(answer.status.label, answer.status.tone)}</div>
  <p class="answer-by">${icon("answer")}<span><bdi>${answer.by}</bdi> · ${when(t, answer.at)}</span></p>
  ${answer.note}
  ${articleBody(t, answer.body, answer.lang)}
  ${
    answer.cost || answer.term
      ? html`<dl class="facts facts-row">${answer.cost ? html`<div><dt>${t("card.cost")}</dt><dd>${answer.cost}</dd></div>` : nothing}${answer.term ? html`<div><dt>${t("card.term")}</dt><dd>${answer.term}</dd></div>` : nothing}</dl>`
      : nothing
  }
  ${answer.more ? html`<p>${answer.more}</p>` : nothing}
</section>`;
