// What this site is and who may do what on it: `/about`.
import { Hono } from "hono";
import { href, html, nothing } from "../platform/html.ts";
import type { PageEnv } from "./context.ts";
import { followBox } from "./fediverse.ts";
import { page } from "./layout.ts";
import { factList, section } from "./lists.ts";

export const aboutPages = new Hono<PageEnv>().get("/about", (c) => {
  const ctx = c.get("page");
  const { t, city } = ctx;
  return c.html(
    page({
      ctx,
      title: t("about.title", { city: city.name }),
      lead: city.tagline,
      main: html`${section(t("about.how"), html`<div class="prose"><p>${t("about.how-propose")}</p><p>${t("about.how-answer")}</p><p>${t("about.how-network")}</p></div>`)}
          ${section(t("about.voices"), html`<div class="prose"><p>${t("about.voices-text")}</p></div>`, undefined, "rules")}
          ${section(t("about.private"), html`<div class="prose"><p>${t("about.private-text")}</p></div>`, undefined, "privacy")}
          ${section(
            t("about.software"),
            factList([
              [
                t("about.version"),
                city.sourceUrl === null
                  ? `Koinon ${city.version}`
                  : html`<a href="${href(city.sourceUrl)}">Koinon ${city.version}</a>`,
              ],
              [t("about.licence"), "AGPL-3.0-or-later"],
              [t("about.handle"), html`<span class="handle" dir="ltr">${city.handle}</span>`],
              [
                t("about.wrongdoing"),
                city.reportChannelUrl
                  ? html`<a href="${href(city.reportChannelUrl)}">${t("shell.report-channel")}</a>`
                  : nothing,
              ],
            ]),
          )}`,
      aside: followBox(ctx, { handle: city.handle, uri: city.origin, title: t("about.follow", { city: city.name }) }),
    }),
  );
});
