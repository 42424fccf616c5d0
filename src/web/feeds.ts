// Feeds and calendars of a page, for who wants to be told by a program of their own: in the head, and as links to be seen.
import { attrs, href, html, type Markup } from "../platform/html.ts";
import { icon } from "./icons.ts";

export interface FeedLink {
  readonly href: string;
  readonly title: string;
  readonly type: string;
}

export const atomLink = (to: string, title: string): FeedLink => ({ href: to, title, type: "application/atom+xml" });

export const feedLinks = (feeds: readonly FeedLink[]): Markup =>
  html`<ul class="hint feed-link">${feeds.map((feed) => html`<li><a href="${href(feed.href)}"${attrs({ type: feed.type })}>${icon("link")} ${feed.title}</a></li>`)}</ul>`;
