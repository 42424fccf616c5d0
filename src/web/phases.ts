// Time and progress as pictures that also read as text: phase line, progress bar, balance of voices, timeline.
import { attrs, classes, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { TextIn } from "../platform/text.ts";
import { daysUntil, lastMomentBefore } from "../platform/time.ts";
import { icon } from "./icons.ts";
import { inItsLanguage, langAttrs, when } from "./marks.ts";

export interface PhaseShown {
  readonly title: TextIn;
  readonly startsAt: Date;
  /** Null: open end. */
  readonly endsAt: Date | null;
  readonly description?: Renderable;
}

export type PhaseTime = "past" | "current" | "next";

export const phaseTime = (phase: Pick<PhaseShown, "startsAt" | "endsAt">, now: Date): PhaseTime => {
  if (phase.startsAt > now) return "next";
  return phase.endsAt !== null && phase.endsAt <= now ? "past" : "current";
};

/** The phases of a process in their order: a line across on a wide screen, downwards on a phone. */
export const phaseLine = (t: Translator, phases: readonly PhaseShown[], now: Date): Markup =>
  html`<ol class="phase-line">${phases.map((phase) => {
    const time = phaseTime(phase, now);
    return html`<li class="${`phase phase-${time}`}"${attrs({ "aria-current": time === "current" ? "step" : null })}>
      <span class="phase-dot">${time === "past" ? icon("check") : nothing}</span>
      <p class="phase-title"${langAttrs(t, phase.title.lang)}>${phase.title.text}</p>
      <p class="phase-dates">${phaseDates(t, phase)}</p>
      <p class="phase-state">${t(`phase.${time}`)}${time === "current" ? html` · ${timeLeft(t, phase.endsAt, now)}` : nothing}</p>
      ${phase.description ? phaseText(t, phase.description, time) : nothing}
    </li>`;
  })}</ol>`;

/** In full for the phase of today; the others open at a touch, so that the line stays one. */
const phaseText = (t: Translator, description: Renderable, time: PhaseTime): Markup =>
  time === "current"
    ? html`<div class="phase-text">${description}</div>`
    : html`<details class="phase-text"><summary>${t("phase.about")}</summary>${description}</details>`;

const phaseDates = (t: Translator, { startsAt, endsAt }: PhaseShown): string =>
  endsAt === null
    ? t("phase.since", { date: t.date(startsAt, "short") })
    : t.dateRange(startsAt, lastMomentBefore(endsAt), "short");

/** "ends in 12 days", as the city's calendar counts them. */
export function timeLeft(t: Translator, endsAt: Date | null, now: Date): string {
  if (endsAt === null) return t("phase.open-end");
  const days = daysUntil(lastMomentBefore(endsAt), now, t.timeZone);
  return days === 0 ? t("phase.ends-today") : t("phase.days-left", { count: days });
}

/** How much of something is done. The label says what; the percentage is written beside the bar. */
export const progressBar = (t: Translator, fraction: number, label: string, hasEnded = false): Markup => {
  const bounded = Math.min(1, Math.max(0, fraction));
  const said = hasEnded ? t("card.progress-stopped", { share: t.percent(bounded) }) : t.percent(bounded);
  return html`<div class="${classes("progress", hasEnded && "progress-ended")}"><progress value="${Math.round(bounded * 100)}" max="100" aria-label="${label}"></progress><span class="progress-text">${said}</span></div>`;
};

export interface Share {
  readonly label: string;
  readonly count: number;
  readonly tone: "for" | "against" | "neutral" | "accent";
}

/** Parts of a whole as one bar with its legend: voices for and against, states of proposals. */
export function shareBar(t: Translator, label: string, shares: readonly Share[]): Markup {
  const total = shares.reduce((sum, share) => sum + share.count, 0);
  if (total === 0) return nothing;
  let at = 0;
  const rects = shares.map((share) => {
    const x = at;
    at += (share.count / total) * 100;
    return html`<rect class="${`share-${share.tone}`}" x="${x}%" y="0" width="${(share.count / total) * 100}%" height="12"/>`;
  });
  return html`<div class="share-bar"><svg width="100%" height="12" aria-hidden="true" focusable="false">${rects}</svg>
    <ul class="legend" aria-label="${label}">${shares.map(
      (share) =>
        html`<li><span class="${`key share-${share.tone}`}"></span>${share.label} <strong>${t.number(share.count)}</strong></li>`,
    )}</ul></div>`;
}

export interface Moment {
  readonly at: Date;
  readonly title: TextIn;
  readonly body?: Renderable;
  readonly isDone?: boolean;
  readonly id?: string;
}

/**
 * What happened, or is planned, in the order given.
 * @param heading said to screen readers; needed where no section stands around it.
 */
export const timeline = (t: Translator, moments: readonly Moment[], heading?: string): Markup =>
  html`${heading ? html`<h2 class="visually-hidden">${heading}</h2>` : nothing}<ol class="timeline">${moments.map(
    (
      moment,
    ) => html`<li class="${moment.isDone === false ? "moment moment-planned" : "moment"}"${attrs({ id: moment.id })}>
      <p class="moment-date">${when(t, moment.at)}</p>
      <h3>${inItsLanguage(t, moment.title)}</h3>
      ${moment.body ? html`<div class="prose">${moment.body}</div>` : nothing}
    </li>`,
  )}</ol>`;
