// The shell of every page: head, city header, menus, breadcrumbs, what was just done, footer.
import { type Account, holds, holdsSomewhere, mayWorkAtDesk } from "../accounts/account.ts";
import { attrs, classes, href, html, type Markup, nothing, type Renderable, raw } from "../platform/html.ts";
import { type MessageKey, ownNames } from "../platform/i18n.ts";
import { clip } from "../platform/text.ts";
import { accentUrl } from "./accent.ts";
import { type AssetName, assetUrl } from "./assets.ts";
import { assistBanner } from "./assisting.ts";
import type { Flash, PageContext, Theme } from "./context.ts";
import { csrfField } from "./fields.ts";
import { fontsFor } from "./fonts.ts";
import { footer, offeredTo } from "./footer.ts";
import { icon } from "./icons.ts";
import { cityMark, langAttrs } from "./marks.ts";
import { titleOf } from "./title.ts";

export type Section = "home" | "processes" | "meetings" | "results" | "network" | "search" | "account" | "desk";

export interface Crumb {
  readonly href: string;
  readonly label: string;
  /** Of the label, where it is not the page's. */
  readonly lang?: string | null;
}

export interface PageProps {
  readonly ctx: PageContext;
  /** Plain text: the heading unless `hero` says otherwise, and what the tab's title begins with. */
  readonly title: string;
  /** In the tab, instead of `title`, where several pages have that heading. */
  readonly tab?: string;
  readonly main: Renderable;
  /** What stands before everything else, `call` too: the text of a person. Only beside an `aside` or a `call`. */
  readonly opening?: Renderable;
  /** It is lower than the call: what follows stands beside that too. */
  readonly isOpeningBrief?: boolean;
  /** One or two sentences for search results and link previews; plain text. */
  readonly description?: string;
  readonly section?: Section;
  /** From the home page down to the parent of this page. */
  readonly crumbs?: readonly Crumb[];
  /** The language of the title where it is not the page's. */
  readonly titleLang?: string;
  /** A short line above the title: what kind of thing this is. */
  readonly kicker?: Renderable;
  /** A sentence or badges below the title. */
  readonly lead?: Renderable;
  /** Buttons beside the title. */
  readonly actions?: Renderable;
  /** A whole header of its own, with its own h1, in the place of the title. */
  readonly hero?: Markup;
  /** The column beside the text on a wide screen, below it on a phone. */
  readonly aside?: Renderable;
  /** The one thing to do here: on top of that column, and on a phone before the text. */
  readonly call?: Renderable;
  /** Narrow for text and forms (the default), wide for lists and cards. */
  readonly width?: "text" | "wide";
  /** The one address of this page, path or absolute. */
  readonly canonical?: string;
  /** The address of the same thing as ActivityPub JSON. */
  readonly activityUrl?: string;
  readonly feeds?: readonly { readonly href: string; readonly title: string; readonly type: string }[];
  /** A picture for link previews, path or absolute. */
  readonly image?: string;
  readonly isUnlisted?: boolean;
  /** Modules that this page alone needs. */
  readonly scripts?: readonly AssetName[];
}

const navigation: readonly { readonly section: Section; readonly href: string; readonly label: MessageKey }[] = [
  { section: "home", href: "/", label: "shell.home" },
  { section: "processes", href: "/processes", label: "shell.processes" },
  { section: "meetings", href: "/meetings", label: "shell.meetings" },
  { section: "results", href: "/results", label: "shell.results" },
  { section: "network", href: "/network", label: "shell.network" },
];

/** A whole page. Views make `main`; the route answers `c.html(page({ … }))`. */
export function page(props: PageProps): Markup {
  const { ctx } = props;
  const { t } = ctx;
  return html`${raw("<!doctype html>")}
<html lang="${t.lang}" dir="${t.dir}"${attrs({ "data-theme": ctx.theme === "auto" ? null : ctx.theme })}>
${head(props)}
<body>
<a class="skip-link" href="#main">${t("shell.skip")}</a>
${assistBanner(ctx)}
${header(ctx, props.section, addressOf(props))}
<main id="main" tabindex="-1" class="${classes("main", props.width === "wide" && "main-wide")}">
${props.crumbs && props.crumbs.length > 0 ? breadcrumbs(ctx, props.crumbs) : nothing}
${ctx.flash ? flashNote(ctx.flash) : nothing}
${props.hero ?? pageTitle(props)}
${props.aside || props.call ? columns(props) : props.main}
</main>
${footer(ctx)}
</body>
</html>`;
}

const columns = ({
  ctx,
  opening,
  isOpeningBrief,
  main,
  aside,
  call,
}: PageProps): Markup => html`<div class="${classes("columns", isOpeningBrief && "columns-brief")}">
${opening ? html`<div class="column-opening">${opening}</div>` : nothing}
${call ? html`<div class="column-call">${call}</div>` : nothing}
<div class="column-main">${main}</div>
${aside ? html`<aside class="column-aside" aria-label="${ctx.t("shell.aside")}">${aside}</aside>` : nothing}
</div>`;

const absolute = ({ city }: PageContext, address: string): string =>
  address.startsWith("/") ? `${city.origin}${address}` : address;
const addressOf = ({ ctx, canonical }: PageProps): string => absolute(ctx, canonical ?? ctx.path);

function head(props: PageProps): Markup {
  const { ctx, title } = props;
  const { t, city } = ctx;
  const description = clip(props.description ?? city.tagline, 200);
  const canonical = addressOf(props);
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(t, city.name, { ...props, path: ctx.path, isWrong: ctx.isWrong === true })}</title>
<meta name="description" content="${description}">
<meta name="color-scheme" content="${ctx.theme === "auto" ? "light dark" : ctx.theme}">
${fontsFor(t.lang).map((name) => html`<link rel="preload" as="font" type="font/woff2" crossorigin href="${href(assetUrl(name))}">`)}
<link rel="stylesheet" href="${href(assetUrl("koinon.css"))}">
<link rel="stylesheet" href="${href(accentUrl(city.accent, city.second))}">
<script type="module" src="${href(assetUrl("enhance.js"))}"></script>
${props.scripts?.map((name) => html`<script type="module" src="${href(assetUrl(name))}"></script>`)}
<link rel="icon" href="${href(city.logoUrl ?? assetUrl("icon.svg"))}">
<link rel="canonical" href="${href(canonical)}">
${props.activityUrl ? html`<link rel="alternate" type="application/activity+json" href="${href(props.activityUrl)}">` : nothing}
${props.feeds?.map((feed) => html`<link rel="alternate" type="${feed.type}" title="${feed.title}" href="${href(feed.href)}">`)}
<meta property="og:type" content="website">
<meta property="og:site_name" content="${city.name}">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${canonical}">
${props.image ? html`<meta property="og:image" content="${href(absolute(ctx, props.image))}">` : nothing}
<meta name="fediverse:creator" content="${city.handle}">
${props.isUnlisted ? html`<meta name="robots" content="noindex">` : nothing}
</head>`;
}

/** @param address of this page: it stands on paper only, where no browser says it. */
function header(ctx: PageContext, current: Section | undefined, address: string): Markup {
  const { t, city } = ctx;
  return html`<header class="site-header">
<div class="site-bar">
  <a class="site-name" href="/">${cityMark(city)}<span>${city.name}</span></a>
  <details class="site-nav" data-menu>
    <summary class="tool">${icon("menu")}<span class="visually-hidden">${t("shell.menu")}</span></summary>
    <nav aria-label="${t("shell.main-navigation")}"><ul>
      ${navigation.map(
        (item) =>
          html`<li><a href="${href(item.href)}"${attrs({ "aria-current": item.section === current ? "page" : null })}>${t(item.label)}</a></li>`,
      )}
      <li class="nav-search"><a href="/search"${attrs({ "aria-current": current === "search" ? "page" : null })}>${t("shell.search")}</a></li>
    </ul></nav>
  </details>
  <div class="site-tools">
    <a class="tool" href="/search"${attrs({ "aria-current": current === "search" ? "page" : null })}>${icon("search")}<span class="visually-hidden">${t("shell.search")}</span></a>
    ${languageMenu(ctx)}
    ${accountMenu(ctx)}
  </div>
  <p class="print-address" dir="ltr">${address}</p>
</div>
</header>`;
}

function languageMenu(ctx: PageContext): Markup {
  const { t } = ctx;
  const offered = offeredTo(ctx);
  return html`<details class="menu" data-menu>
  <summary class="tool">${icon("language")}<span class="tool-text" lang="${t.lang}">${ownNames[t.lang]}</span><span class="visually-hidden">${t("shell.language")}</span></summary>
  <form class="menu-sheet" method="post" action="/preferences">
    ${ctx.account === null ? nothing : csrfField(ctx)}
    <input type="hidden" name="back" value="${ctx.path}">
    <fieldset><legend>${t("shell.language")}</legend>
    ${offered.map(
      (lang) =>
        html`<button class="menu-item" type="submit" name="language" value="${lang}" lang="${lang}"${attrs({ "aria-pressed": lang === t.lang ? "true" : null })}>${ownNames[lang]}</button>`,
    )}
    </fieldset>
    <fieldset><legend>${t("shell.theme")}</legend>
    ${themes.map(
      ([theme, label]) =>
        html`<button class="menu-item" type="submit" name="theme" value="${theme}"${attrs({ "aria-pressed": theme === ctx.theme ? "true" : null })}>${t(label)}</button>`,
    )}
    </fieldset>
  </form>
</details>`;
}

const themes: readonly (readonly [Theme, MessageKey])[] = [
  ["auto", "shell.theme.auto"],
  ["light", "shell.theme.light"],
  ["dark", "shell.theme.dark"],
];

function accountMenu(ctx: PageContext): Markup {
  const { t, account } = ctx;
  if (account === null) {
    // The address of a link from a mail is a key, which no other address may carry.
    const isKey = ctx.path.startsWith("/sign-in") || ctx.path.startsWith("/account/email/");
    const to = isKey ? "/sign-in" : `/sign-in?back=${encodeURIComponent(ctx.path)}`;
    return html`<a class="button button-secondary button-small" href="${href(to)}">${t("shell.sign-in")}</a>`;
  }
  const desk = deskLinks.filter(({ isFor }) => isFor(account));
  return html`${bell(ctx)}<details class="menu" data-menu>
  <summary class="tool">${icon("person")}<span class="tool-text" dir="auto">${account.name}</span><span class="visually-hidden">${t("shell.account-menu")}</span></summary>
  <div class="menu-sheet">
    <ul>
      <li><a class="menu-item" href="/account">${t("shell.account")}</a></li>
      ${desk.map((link) => html`<li><a class="menu-item" href="${href(link.href)}">${t(link.label)}</a></li>`)}
    </ul>
    <form method="post" action="/sign-out">${csrfField(ctx)}<button class="menu-item" type="submit">${t("shell.sign-out")}</button></form>
  </div>
</details>`;
}

/** More than this is more than anyone reads one by one. */
const unreadShownMax = 99;

function bell({ t, unreadCount }: PageContext): Markup {
  const shown = unreadCount > unreadShownMax ? `${t.number(unreadShownMax)}+` : t.number(unreadCount);
  return html`<a class="tool bell" href="/notices">${icon("bell")}<span class="visually-hidden">${t("notices.title")}</span>${
    unreadCount > 0
      ? html`<span class="count">${shown}<span class="visually-hidden"> ${t("shell.unread")}</span></span>`
      : nothing
  }</a>`;
}

/** What someone may do beyond speaking for themself. */
const deskLinks: readonly {
  readonly href: string;
  readonly label: MessageKey;
  readonly isFor: (by: Account) => boolean;
}[] = [
  { href: "/moderation", label: "shell.moderation", isFor: (by) => holdsSomewhere(by, "moderator") },
  {
    href: "/desk",
    label: "shell.desk",
    isFor: (by) => holdsSomewhere(by, "evaluator") || holdsSomewhere(by, "moderator"),
  },
  { href: "/admin/people", label: "accounts.people-title", isFor: mayWorkAtDesk },
  { href: "/desk/residence", label: "residences.desk-title", isFor: mayWorkAtDesk },
  { href: "/desk/settings", label: "shell.settings", isFor: (by) => holds(by, "administrator") },
];

const breadcrumbs = (
  ctx: PageContext,
  crumbs: readonly Crumb[],
): Markup => html`<nav class="crumbs" aria-label="${ctx.t("shell.breadcrumbs")}">
<ol>${crumbs.map((crumb) => html`<li><a href="${href(crumb.href)}"${langAttrs(ctx.t, crumb.lang)}>${crumb.label}</a></li>`)}</ol>
</nav>`;

const flashNote = (flash: Flash): Markup =>
  html`<div class="${`note note-${flash.tone}`}" role="status"><p>${icon(flash.tone === "bad" ? "warning" : "check")}<span>${flash.text}${flash.link === undefined ? nothing : html` <a href="${href(flash.link.href)}">${flash.link.label}</a>`}</span></p></div>`;

const pageTitle = (props: PageProps): Markup => html`<div class="page-title">
<div>
${props.kicker ? html`<p class="kicker">${props.kicker}</p>` : nothing}
<h1${props.titleLang ? langAttrs(props.ctx.t, props.titleLang) : nothing}>${props.title}</h1>
${props.lead ? html`<div class="lead">${props.lead}</div>` : nothing}
</div>
${props.actions ? html`<div class="page-actions">${props.actions}</div>` : nothing}
</div>`;
