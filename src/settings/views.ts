// The settings at a glance, and the frame that each group of them stands in.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { MessageKey } from "../platform/i18n.ts";
import type { AssetName } from "../web/assets.ts";
import type { PageContext } from "../web/context.ts";
import { buttonForm } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { section } from "../web/lists.ts";
import { when } from "../web/marks.ts";
import type { Counts, Earlier } from "./queries.ts";
import { type Group, type GroupValues, isTextName, keyOf } from "./setting.ts";
import { durationText } from "./text.ts";

export interface OverviewProps {
  readonly counts: Counts;
  readonly values: Pick<GroupValues, "identity" | "colours" | "languages" | "contact" | "retention" | "map">;
}

const shelves: readonly { readonly title: MessageKey; readonly groups: readonly Group[] }[] = [
  { title: "settings.shelf-face", groups: ["identity", "colours", "languages"] },
  { title: "settings.shelf-texts", groups: ["contact", "terms", "privacy", "accessibility", "imprint"] },
  { title: "settings.shelf-work", groups: ["retention", "map"] },
];

export function overviewPage(ctx: PageContext, props: OverviewProps): Markup {
  const { t } = ctx;
  const row = (to: string, label: string, state: Renderable) =>
    html`<li><a href="${href(to)}">${label}</a><span class="setting-state">${state}</span></li>`;
  const { counts } = props;
  return page({
    ctx,
    title: t("settings.title"),
    lead: t("settings.lead"),
    section: "desk",
    main: html`${shelves.map(({ title, groups }) =>
      section(
        t(title),
        html`<ul class="setting-list">${groups.map((group) => row(`/desk/settings/${group}`, t(`settings.group.${group}`), stateOf(ctx, group, props)))}</ul>`,
      ),
    )}
    ${section(
      t("settings.shelf-rooms"),
      html`<ul class="setting-list">
        ${row("/settings", t("settings.organisations"), t("settings.state-organisations", { count: counts.organisations }))}
        ${row("/admin/people", t("settings.people"), t("settings.state-people", { count: counts.officers }))}
        ${row("/desk/residence", t("residences.desk-title"), t("settings.state-methods", { count: counts.methodsOn }))}
        ${row("/moderation/settings", t("settings.moderation-rules"), t("settings.state-moderation"))}
        ${row("/network/peers", t("settings.peers"), html`${t("settings.state-blocked", { count: counts.blocked })} · ${t("settings.state-limited", { count: counts.limited })}`)}
        ${row("/admin/categories", t("settings.categories"), t("settings.state-categories"))}
        ${row("/desk/audit", t("audit.title"), t("settings.state-audit"))}
      </ul>`,
    )}`,
  });
}

function stateOf({ t, city }: PageContext, group: Group, { values, counts }: OverviewProps): Renderable {
  if (group === "identity") return html`<bdi>${city.name}</bdi>`;
  if (group === "colours")
    return html`<bdi dir="ltr">${[values.colours.accent, values.colours.second].filter(Boolean).join(" · ")}</bdi>`;
  if (group === "languages")
    return html`${t.list(values.languages.offered.map((lang) => t.languageName(lang)))} · <bdi dir="ltr">${values.languages.timeZone}</bdi>`;
  if (group === "contact")
    return values.contact.email === ""
      ? t("settings.state-nobody")
      : html`<bdi dir="ltr">${values.contact.email}</bdi>`;
  if (group === "retention")
    return t("settings.state-retention", { days: durationText(t, values.retention.noticeDays * 24) });
  if (group === "map")
    return values.map.template === ""
      ? t("settings.state-map-drawn")
      : t("settings.state-map", { host: new URL(values.map.template.replace(/[{}]/g, "")).host });
  return counts.ownTexts.includes(keyOf[group]) ? t("settings.state-own") : t("settings.state-usual");
}

/** One group: what it is for, its form, what it was before. */
export function groupPage(
  ctx: PageContext,
  props: {
    readonly group: Group;
    readonly main: Renderable;
    readonly earlier: Earlier | null;
    readonly scripts?: readonly AssetName[];
  },
): Markup {
  const { t } = ctx;
  const { group } = props;
  return page({
    ctx,
    title: t(`settings.group.${group}`),
    lead: t(`settings.means.${group}`),
    section: "desk",
    width: "text",
    crumbs: [{ href: "/desk/settings", label: t("settings.title") }],
    ...(props.scripts ? { scripts: props.scripts } : {}),
    main: html`${props.main}${props.earlier === null ? nothing : lastChange(ctx, group, props.earlier)}
      ${isTextName(group) ? html`<p><a href="${href(`/${group}`)}">${t("settings.see-page")}</a></p>` : nothing}`,
  });
}

const lastChange = (ctx: PageContext, group: Group, { at, by }: Earlier): Markup => {
  const { t } = ctx;
  return section(
    t("settings.last-change"),
    html`<p>${t.rich("settings.last-change-by", { date: when(t, at, "dateTime"), name: html`<bdi>${by || t("settings.nobody")}</bdi>` })}</p>
    ${buttonForm(ctx, { action: `/desk/settings/${group}/undo`, label: t("settings.undo"), kind: "secondary" })}
    <p class="hint">${t("settings.undo-hint")}</p>`,
  );
};
