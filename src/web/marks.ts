// Small marks a page is dotted with: city sign, avatars, badges, dates, languages, figures.
import { createHash } from "node:crypto";
import { attrs, href, html, type Markup, nothing, type Renderable, raw } from "../platform/html.ts";
import { type DateStyle, directionOf, type Translator } from "../platform/i18n.ts";
import { initials, type NameIn, pickName, type TextIn } from "../platform/text.ts";
import type { CityIdentity } from "./context.ts";

/** The city's logo, or its initial on its colour. */
export const cityMark = (city: CityIdentity): Markup =>
  city.logoUrl
    ? html`<img class="city-mark" src="${href(city.logoUrl)}" alt="" width="36" height="36">`
    : html`<span class="city-mark city-mark-letter" aria-hidden="true">${initials(city.name).slice(0, 1)}</span>`;

/** Whether content is known to be in another language than the page's. */
export const isForeign = (t: Translator, lang: string | null | undefined): lang is string =>
  lang != null && lang !== "" && lang !== t.lang && lang !== "und";

/** `lang` and `dir` for content in another language than the page's; nothing for the page's own. */
export const langAttrs = (t: Translator, lang: string | null | undefined): Markup =>
  isForeign(t, lang) ? attrs({ lang, dir: directionOf(lang) }) : nothing;

/** Text in its own language, marked where it is not the page's. */
export const inItsLanguage = (t: Translator, content: TextIn): Markup =>
  content.lang === t.lang ? html`${content.text}` : html`<span${langAttrs(t, content.lang)}>${content.text}</span>`;

/** A name in the reader's language, or in the one it was given in, which it then says of itself. */
export function nameIn(t: Translator, name: NameIn | null): Markup {
  const picked = pickName(name, t.lang);
  return picked === null ? nothing : html`<bdi${langAttrs(t, picked.lang)}>${picked.text}</bdi>`;
}

/** "in Catalan", where the reader would not expect it. */
export const languageNote = (t: Translator, lang: string | null | undefined): Markup =>
  isForeign(t, lang)
    ? html`<span class="language-note">${t("mark.in-language", { language: t.languageName(lang) })}</span>`
    : nothing;

/** A moment as text a person reads and a machine too. */
export const when = (t: Translator, moment: Date, style: DateStyle = "date"): Markup =>
  html`<time datetime="${moment.toISOString()}">${t.date(moment, style)}</time>`;

/** "3 days ago", with the exact moment on hover. */
export const ago = (t: Translator, moment: Date, now: Date): Markup =>
  html`<time datetime="${moment.toISOString()}" title="${t.date(moment, "dateTime")}">${t.relative(moment, now)}</time>`;

export type Tone = "neutral" | "good" | "bad" | "waiting" | "accent";

/** A state in one or two words. The tone never says anything the words do not. */
export const statusPill = (label: string, tone: Tone = "neutral"): Markup =>
  html`<span class="${`pill pill-${tone}`}">${label}</span>`;

/** A category or kind. */
export const badge = (label: Renderable, to?: string): Markup =>
  to === undefined ? html`<span class="badge">${label}</span>` : html`<a class="badge" href="${href(to)}">${label}</a>`;

/** A figure with what it counts and, where it matters, how it was counted. */
export const stat = (t: Translator, value: number | string, label: string, method?: string): Markup =>
  html`<div class="stat"><p class="stat-value">${typeof value === "number" ? t.number(value) : value}</p><p class="stat-label">${label}</p>${
    method ? html`<p class="stat-method">${method}</p>` : nothing
  }</div>`;

export const stats = (items: readonly Markup[]): Markup => html`<div class="stats">${items}</div>`;

export interface Person {
  readonly name: string;
  /** `@name@host`; null for someone who speaks through an institution. */
  readonly handle: string | null;
  /** Where people read about them. */
  readonly url: string | null;
  readonly iconUrl: string | null;
  /** The host they come from, when it is not this node. */
  readonly host: string | null;
  /** The names of those who wrote it with them. */
  readonly others?: readonly string[];
}

/** "A, B and C": a person and those beside them, each name in its own direction. */
export const whoLine = (t: Translator, { name, url, others = [] }: Pick<Person, "name" | "url" | "others">): Markup =>
  t.listOf([name, ...others], (one, index) =>
    index === 0 && url ? html`<a href="${href(url)}"><bdi>${one}</bdi></a>` : html`<bdi>${one}</bdi>`,
  );

/**
 * A picture of this node (a path), or initials on a colour that stays with the name. Pictures on other servers are not
 * loaded: that would tell those servers who reads here.
 */
export const avatar = (person: Pick<Person, "name" | "handle" | "iconUrl">): Markup =>
  person.iconUrl?.startsWith("/")
    ? html`<img class="avatar" src="${href(person.iconUrl)}" alt="" width="40" height="40" loading="lazy" decoding="async">`
    : html`<span class="${`avatar avatar-${hueOf(person.handle ?? person.name)}`}" aria-hidden="true">${initials(person.name)}</span>`;

/** Name, and where the voice comes from when it is not from here. */
export const byline = (t: Translator, person: Person, when: Renderable = nothing): Markup =>
  html`<div class="byline">${avatar(person)}<div><p class="byline-name">${whoLine(t, person)}</p><p class="byline-more">${
    person.host ? html`<span class="origin">${t("mark.from-host", { host: person.host })}</span>` : nothing
  }${when}</p></div></div>`;

/** One of eight hues, the same for the same text everywhere. */
const hueOf = (text: string): number => createHash("sha256").update(text).digest()[0]! % 8;

/**
 * A tile pattern that belongs to one thing, for cards without a picture: quarter circles after Truchet (1704),
 * turned by the digest of the name. Colours come from the stylesheet.
 */
export function pattern(seed: string, columns: number, rows: number): Markup {
  const digest = createHash("sha256").update(seed).digest();
  const size = 40;
  const tiles: string[] = [];
  for (let index = 0; index < columns * rows; index += 1) {
    const byte = digest[index % digest.length]!;
    const [x, y] = [(index % columns) * size, Math.floor(index / columns) * size];
    tiles.push(
      `<g class="tile-${byte % 5}" transform="translate(${x} ${y}) rotate(${((byte >> 3) % 4) * 90} ${size / 2} ${size / 2})">`,
      // A little larger than its place, or hairlines show between the tiles.
      `<rect width="${size + 0.4}" height="${size + 0.4}"/>${tileShape(byte >> 5, size)}</g>`,
    );
  }
  return html`<svg class="pattern" viewBox="${`0 0 ${columns * size} ${rows * size}`}" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">${raw(tiles.join(""))}</svg>`;
}

function tileShape(kind: number, size: number): string {
  const half = size / 2;
  if (kind < 3) return `<path d="M0 0h${size}a${size} ${size} 0 0 1-${size} ${size}Z"/>`;
  if (kind < 5)
    return `<path d="M0 0h${half}a${half} ${half} 0 0 1-${half} ${half}ZM${size} ${size}h-${half}a${half} ${half} 0 0 1 ${half}-${half}Z"/>`;
  if (kind < 6) return `<circle cx="${half}" cy="${half}" r="${half / 2}"/>`;
  return kind < 7 ? `<path d="M0 0h${size}L0 ${size}Z"/>` : `<path d="M0 ${half}a${half} ${half} 0 0 1 ${size} 0Z"/>`;
}
