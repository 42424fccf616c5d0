// The public log of moderation as a feed: the same decisions, as readers of feeds see them.
import { html } from "../platform/html.ts";
import { pickName } from "../platform/text.ts";
import { atomFeed } from "../web/atom.ts";
import type { PageContext } from "../web/context.ts";
import { decisionText } from "./log-views.ts";
import type { Decision } from "./peer-queries.ts";

/** @param urls of the feed itself and of the page. */
export function logFeed(
  { t, city }: PageContext,
  decisions: readonly Decision[],
  urls: { readonly url: string; readonly pageUrl: string },
): string {
  return atomFeed({
    ...urls,
    title: `${t("log.title")} · ${city.name}`,
    lang: t.lang,
    updatedAt: decisions[0]?.at ?? new Date(0),
    entries: decisions.map((decision) => {
      const { id, kind, host, reason, at } = decision;
      const process = pickName(decision.processName, t.lang);
      const [label] = decisionText(t, decision);
      const about = host ?? (kind === null ? "" : t(`moderation.kind.${kind}`));
      return {
        uri: `urn:uuid:${id}`,
        url: urls.pageUrl,
        title: about === "" ? label : `${label} · ${about}`,
        lang: t.lang,
        body: html`${process === null || kind === "process" ? "" : html`<p>${t("log.in", { title: process.text })}</p>`}${
          reason === "" ? "" : html`<p>${t("log.reason", { reason })}</p>`
        }`.toString(),
        author: city.name,
        publishedAt: at,
        updatedAt: at,
      };
    }),
  });
}
