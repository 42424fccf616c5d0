// The markup of organisations: their page, the settings, the form.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { isLanguage, languages, ownNames } from "../platform/i18n.ts";
import { markdownToHtml } from "../platform/rich-text.ts";
import { pickText } from "../platform/text.ts";
import { articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { followBox } from "../web/fediverse.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonLink, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { inItsLanguage, languageNote } from "../web/marks.ts";
import type { Organisation } from "./city.ts";

const said = (ctx: PageContext, organisation: Organisation, texts: Organisation["name"]) =>
  pickText(texts, ctx.t.lang, ...organisation.languages);

/** @param around how a reader follows it here, and its processes. */
export function organisationPage(
  ctx: PageContext,
  organisation: Organisation,
  around: { readonly follow: Renderable; readonly processes: Renderable },
): Markup {
  const { t } = ctx;
  const name = said(ctx, organisation, organisation.name);
  const description = said(ctx, organisation, organisation.description);
  const tagline = said(ctx, organisation, organisation.tagline);
  const feeds = [atomLink(`/organisations/${organisation.handle}.atom`, t("feeds.feed"))];
  // A name alone needs no note: it is the same in every language for most.
  const intro = tagline.text === "" ? description : tagline;
  return page({
    ctx,
    title: name.text,
    titleLang: name.lang,
    kicker: html`<span>${t(`organisations.kind-${organisation.kind}`)}</span>${languageNote(t, intro.lang)}`,
    lead: tagline.text !== "" && inItsLanguage(t, tagline),
    section: "network",
    crumbs: [{ href: "/network", label: t("network.title") }],
    width: "wide",
    activityUrl: organisation.actorUri,
    feeds,
    main: html`${description.text !== "" && html`${description.lang !== intro.lang && languageNote(t, description.lang)}${articleBody(t, markdownToHtml(description.text), description.lang)}`}
      ${factList([
        [t("organisations.territory"), organisation.territoryName],
        [
          t("organisations.website"),
          organisation.website === ""
            ? null
            : html`<a href="${href(organisation.website)}" rel="noopener">${organisation.website}</a>`,
        ],
        [t("organisations.languages"), t.list(organisation.languages.map((lang) => t.languageName(lang)))],
        ...Object.entries(organisation.territoryIds).map(
          ([scheme, id]) => [scheme.toUpperCase(), html`<bdi dir="ltr">${id}</bdi>`] as const,
        ),
      ])}
      ${around.processes}
      ${feedLinks(feeds)}`,
    aside: html`${around.follow}
      ${followBox(ctx, { handle: `@${organisation.handle}@${new URL(organisation.actorUri).host}`, uri: organisation.actorUri, title: t("organisations.follow", { name: name.text }) })}`,
  });
}

export function settingsPage(ctx: PageContext, props: { organisations: readonly Organisation[] }): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("settings.organisations"),
    section: "desk",
    crumbs: [{ href: "/desk/settings", label: t("settings.title") }],
    main: html`<div class="stack"><ul class="plain-list">${props.organisations.map(
      (organisation) =>
        html`<li><a href="${href(`/settings/organisations/${organisation.handle}`)}">${said(ctx, organisation, organisation.name).text}</a> · ${t(`organisations.kind-${organisation.kind}`)} · <bdi dir="ltr">@${organisation.handle}</bdi></li>`,
    )}</ul>
        <p>${buttonLink("/settings/organisations/new", t("organisations.new"), "secondary")}</p></div>
      ${section(
        t("settings.more"),
        html`<ul class="plain-list">
          <li><a href="/admin/people">${t("settings.people")}</a></li>
          <li><a href="/admin/categories">${t("settings.categories")}</a></li>
          <li><a href="/network">${t("settings.peers")}</a></li>
          <li><a href="/moderation">${t("settings.moderation")}</a></li>
          <li><a href="/desk/audit">${t("audit.title")}</a></li>
        </ul>`,
      )}`,
  });
}

export function organisationForm(ctx: PageContext, state: FormState, organisation: Organisation | null): Markup {
  const { t, city } = ctx;
  const fields = openFields(ctx, state);
  const zones = Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }));
  const named = languages.map((lang) => ({ value: lang, label: isLanguage(lang) ? ownNames[lang] : lang }));
  const ids = organisation?.territoryIds ?? {};
  const title = organisation === null ? t("organisations.new") : said(ctx, organisation, organisation.name).text;
  return page({
    ctx,
    title,
    // The city itself is explained setting by setting elsewhere; here is what is left of it, such as its territory.
    lead: organisation?.isMain ? html`<a href="/desk/settings">${t("organisations.explained")}</a>` : nothing,
    section: "desk",
    crumbs: [
      { href: "/desk/settings", label: t("settings.title") },
      { href: "/settings", label: t("settings.organisations") },
    ],
    main: form(ctx, {
      action: organisation === null ? "/settings/organisations/new" : `/settings/organisations/${organisation.handle}`,
      submit: organisation === null ? t("organisations.open") : t("organisations.save"),
      hasFiles: true,
      body: html`${fields.summary()}
        ${
          organisation !== null
            ? nothing
            : html`${fields.radios("kind", {
                label: t("organisations.kind"),
                value: "association",
                options: (["association", "district"] as const).map((kind) => ({
                  value: kind,
                  label: t(`organisations.kind-${kind}`),
                })),
              })}
              ${fields.text("handle", { label: t("organisations.handle"), hint: t("organisations.handle-hint"), charsMax: 30, spellcheck: false })}`
        }
        ${fields.perLanguage("name", { label: t("organisations.name"), values: organisation?.name ?? {}, charsMax: 100 })}
        ${fields.perLanguage("tagline", { label: t("organisations.tagline"), values: organisation?.tagline ?? {}, charsMax: 200, optional: true })}
        ${fields.perLanguage("description", { label: t("organisations.description"), values: organisation?.description ?? {}, lines: "many", charsMax: 5000, optional: true })}
        ${fields.checks("languages", { label: t("organisations.languages"), options: named, chosen: organisation?.languages ?? [city.lang] })}
        ${fields.select("timeZone", { label: t("organisations.time-zone"), options: zones, value: organisation?.timeZone ?? city.timeZone })}
        ${fields.text("accent", { label: t("organisations.accent"), hint: t("organisations.accent-hint"), value: organisation?.accent ?? city.accent, charsMax: 7, spellcheck: false })}
        ${fields.file("logo", { label: t("organisations.logo"), optional: true, accept: "image/png,image/jpeg,image/webp" })}
        ${fields.text("website", { label: t("organisations.website"), type: "url", optional: true, value: organisation?.website ?? "" })}
        ${fields.text("reportChannelUrl", { label: t("organisations.report-channel"), hint: t("organisations.report-channel-hint"), type: "url", optional: true, value: organisation?.reportChannelUrl ?? "" })}
        ${fields.text("territoryName", { label: t("organisations.territory"), optional: true, value: organisation?.territoryName ?? "" })}
        ${fields.text("lau", { label: "LAU", optional: true, value: ids.lau ?? "" })}
        ${fields.text("nuts", { label: "NUTS", optional: true, value: ids.nuts ?? "" })}
        ${fields.text("wikidata", { label: "Wikidata", optional: true, value: ids.wikidata ?? "" })}
        ${fields.text("osm", { label: "OpenStreetMap", optional: true, value: ids.osm ?? "" })}
        ${fields.area("territoryGeojson", { label: t("organisations.geojson"), optional: true, rows: 4, value: organisation?.territoryGeojson ? JSON.stringify(organisation.territoryGeojson) : "" })}`,
    }),
  });
}
