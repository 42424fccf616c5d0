// The large opening of a page: a city's home, a process. Words first, a picture or the thing's own pattern beside them.
import { classes, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { TextIn } from "../platform/text.ts";
import { langAttrs, pattern } from "./marks.ts";

export interface Hero {
  readonly title: TextIn;
  readonly kicker?: Renderable;
  readonly lead?: TextIn;
  /** A mark below the lead, such as its language. */
  readonly note?: Renderable;
  readonly actions?: Renderable;
  readonly imageUrl?: string | null;
  readonly imageAlt?: string;
  /** Decides the pattern where there is no picture. */
  readonly seed: string;
  /** Figures or facts below the words. */
  readonly foot?: Renderable;
  readonly size?: "city" | "thing";
}

/** Holds the page's h1: give it to `page({ hero })`. */
export const hero = (
  t: Translator,
  props: Hero,
): Markup => html`<div class="${classes("hero", props.size === "city" && "hero-city")}">
  <div class="hero-words"><div>
    ${props.kicker ? html`<p class="kicker">${props.kicker}</p>` : nothing}
    <h1${langAttrs(t, props.title.lang)}>${props.title.text}</h1>
    ${props.lead?.text ? html`<p class="hero-lead"${langAttrs(t, props.lead.lang)}>${props.lead.text}</p>` : nothing}
    ${props.note ? html`<p class="hero-note">${props.note}</p>` : nothing}
    </div>
    ${props.actions ? html`<div class="page-actions">${props.actions}</div>` : nothing}
    ${props.foot}
  </div>
  <div class="hero-picture">${
    props.imageUrl
      ? html`<img src="${href(props.imageUrl)}" alt="${props.imageAlt ?? ""}" decoding="async">`
      : props.size === "city"
        ? pattern(props.seed, 16, 1)
        : pattern(props.seed, 4, 3)
  }</div>
</div>`;
