// Atom feeds (RFC 4287): what is new on a page, for readers that ask for it.
import { escapeHtml } from "../platform/html.ts";

export interface FeedEntry {
  readonly uri: string;
  readonly url: string;
  readonly title: string;
  readonly lang: string | null;
  /** HTML, already cleaned. */
  readonly body: string;
  readonly author: string;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
}

export interface Feed {
  /** The address of the feed itself, which is its id too. */
  readonly url: string;
  readonly pageUrl: string;
  readonly title: string;
  readonly lang: string;
  /** Of the newest entry, else of what the feed is about. */
  readonly updatedAt: Date;
  readonly entries: readonly FeedEntry[];
}

export const atomType = "application/atom+xml; charset=utf-8";

export const atomFeed = (feed: Feed): string => `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${escapeXml(feed.lang)}">
<id>${escapeXml(feed.url)}</id>
<title>${escapeXml(feed.title)}</title>
<updated>${feed.updatedAt.toISOString()}</updated>
<link rel="self" type="application/atom+xml" href="${escapeXml(feed.url)}"/>
<link rel="alternate" type="text/html" href="${escapeXml(feed.pageUrl)}"/>
${feed.entries.map(entry).join("\n")}
</feed>
`;

const entry = (one: FeedEntry): string => `<entry${one.lang ? ` xml:lang="${escapeXml(one.lang)}"` : ""}>
<id>${escapeXml(one.uri)}</id>
<title>${escapeXml(one.title)}</title>
<link rel="alternate" type="text/html" href="${escapeXml(one.url)}"/>
<published>${one.publishedAt.toISOString()}</published>
<updated>${one.updatedAt.toISOString()}</updated>
<author><name>${escapeXml(one.author)}</name></author>
<content type="html">${escapeXml(one.body)}</content>
</entry>`;

/** XML 1.0 has no place for control characters, not even as references. */
const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  escapeHtml(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ""));
