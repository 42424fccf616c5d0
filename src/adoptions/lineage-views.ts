// The page of an idea's travels: the tree of what was made from what, as a drawing and as a table, and what each place changed.
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import { wordDiff } from "../proposals/history-views.ts";
import { moneyOf } from "../proposals/money.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { page } from "../web/layout.ts";
import { emptyState, section, withQuery } from "../web/lists.ts";
import { langAttrs, when } from "../web/marks.ts";
import { type LineageFacts, type PlacedNode, sharedLanguage } from "./lineage.ts";
import { lineageDrawing } from "./lineage-drawing-views.ts";

export interface LineagePageProps {
  readonly subject: Subject;
  readonly nodes: readonly PlacedNode[];
  /** The one whose difference to what it was made from is shown; null for none. */
  readonly compared: { readonly node: PlacedNode; readonly parent: PlacedNode } | null;
}

export function lineagePage(ctx: PageContext, { subject, nodes, compared }: LineagePageProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("lineage.title"),
    lead: html`<span${langAttrs(t, subject.language)}>${subject.title}</span>`,
    section: "processes",
    width: "wide",
    crumbs: [{ href: pagePathOf(subject), label: subject.title }],
    main:
      nodes.length < 2
        ? emptyState(t("lineage.none"), t("lineage.none-hint"))
        : html`<p>${t("lineage.means")}</p>
          ${section(
            t("lineage.drawing"),
            lineageDrawing(
              ctx,
              nodes.map((node) => ({
                ...node,
                title: titleOf(t, node),
                place: placeOf(node),
                state: stateOf(t, node),
                isCurrent: node.uri === subject.uri,
              })),
            ),
          )}
          ${compared === null ? nothing : difference(ctx, compared)}
          ${section(t("lineage.table"), table(ctx, nodes, subject))}`,
  });
}

const titleOf = (t: Translator, { facts, uri }: PlacedNode) =>
  facts === null ? { text: new URL(uri).pathname, lang: "und" } : pickText(facts.title, t.lang);

const placeOf = ({ uri }: PlacedNode): string => new URL(uri).host;

/** Where it stands; or that its server is silent, that it is gone, that it was not read yet. */
function stateOf(t: Translator, { facts, standing }: PlacedNode): string {
  if (facts === null || standing === "gone") return t(`lineage.standing.${standing}`);
  switch (facts.kind) {
    case "process":
      return t(`processes.state.${facts.state as "open"}`);
    case "proposal":
      return t(`proposals.state.${facts.state as "published"}`);
    case "result":
      return t(`results.status.${facts.state as "done"}`);
    default:
      return facts.kind satisfies never;
  }
}

function table(ctx: PageContext, nodes: readonly PlacedNode[], subject: Subject): Markup {
  const { t } = ctx;
  const heads = ["place", "from", "state", "dates", "cost", "result", "goal"] as const;
  return html`<section class="table-scroll" tabindex="0" aria-label="${t("lineage.table")}"><table class="table lineage-table">
    <thead><tr>${heads.map((head) => html`<th scope="col">${t(`lineage.head.${head}`)}</th>`)}</tr></thead>
    <tbody>${nodes.map((node) => row(ctx, node, nodes, subject))}</tbody></table></section>`;
}

function row(ctx: PageContext, node: PlacedNode, nodes: readonly PlacedNode[], subject: Subject): Markup {
  const { t, path } = ctx;
  const title = titleOf(t, node);
  const parent = node.parentLine === null ? null : (nodes[node.parentLine] ?? null);
  const name = html`<a href="${href(node.path ?? node.facts?.url ?? node.uri)}"${langAttrs(t, title.lang)}>${title.text}</a>`;
  const standing =
    node.standing === "here" || node.standing === "kept"
      ? nothing
      : html` <span class="hint">${t(`lineage.standing.${node.standing}`)}</span>`;
  const mayCompare = parent?.facts != null && node.facts !== null;
  return html`<tr${node.uri === subject.uri ? html` aria-current="true"` : nothing}><th scope="row">${name}<br><span class="hint"><bdi>${placeOf(node)}</bdi></span>${standing}</th>
    <td>${
      parent === null
        ? t("lineage.first")
        : html`<bdi>${placeOf(parent)}</bdi><br><span class="hint">${t(`lineage.accepted.${node.isAccepted === null ? "unknown" : node.isAccepted ? "yes" : "no"}`)}</span>${
            mayCompare
              ? html`<br><a href="${href(`${withQuery(path, { compare: node.uri })}#difference`)}">${t("lineage.compare")}<span class="visually-hidden">: ${title.text}, ${placeOf(node)}</span></a>`
              : nothing
          }`
    }</td>
    <td>${node.facts === null ? "–" : stateOf(t, node)}</td>
    <td>${node.facts === null ? "–" : dates(t, node.facts)}</td>
    <td>${node.facts === null ? "–" : cost(t, node.facts)}</td>
    <td>${node.facts === null ? "–" : results(t, node.facts)}</td>
    <td>${node.facts === null ? "–" : goal(t, node.facts)}</td></tr>`;
}

function dates(t: Translator, { startsAt, endsAt }: LineageFacts): Renderable {
  const shown = (text: string | null) => (text === null ? null : when(t, new Date(text), "short"));
  if (startsAt === null) return shown(endsAt) ?? "–";
  return endsAt === null ? shown(startsAt) : html`${shown(startsAt)} – ${shown(endsAt)}`;
}

const cost = (t: Translator, { outcome }: LineageFacts): string =>
  outcome.costs.length === 0
    ? t("lineage.unknown")
    : t.list(outcome.costs.map(({ amount, currency }) => moneyOf(t, amount, currency)));

function results(t: Translator, { outcome }: LineageFacts): string {
  const counted = (["done", "in-progress", "planned", "dropped"] as const).flatMap((status) => {
    const count = outcome.results[status] ?? 0;
    return count === 0
      ? []
      : [t("lineage.result-count", { status: t(`results.status.${status}`), number: t.number(count) })];
  });
  return counted.length === 0 ? t("lineage.no-result") : counted.join(" · ");
}

/** What was aimed at; whether it was reached is said only by whoever has measured and decided. */
function goal(t: Translator, { indicator, decision, kind }: LineageFacts): Renderable {
  if (kind !== "process") return "–";
  const aim =
    indicator === null
      ? nothing
      : html`<bdi>${indicator.name}</bdi>: ${indicator.baseline || "–"} → ${indicator.target || "–"} ${indicator.unit}<br>`;
  const reached =
    decision === null
      ? html`<span class="hint">${t(indicator === null ? "lineage.no-goal" : "lineage.not-measured")}</span>`
      : t("lineage.decided", { decision: t(`processes.pilot.${decision}`) });
  return html`${aim}${reached}`;
}

/** The words and the rules, each beside those they were made from. */
function difference(ctx: PageContext, { node, parent }: NonNullable<LineagePageProps["compared"]>): Renderable {
  const { t } = ctx;
  if (node.facts === null || parent.facts === null) return nothing;
  const [before, after] = [parent.facts, node.facts];
  return section(
    t("lineage.difference"),
    html`<p>${t.rich("lineage.difference-of", { place: html`<bdi>${placeOf(node)}</bdi>`, parent: html`<bdi>${placeOf(parent)}</bdi>` })}</p>
      <div class="panel stack">
        <h3>${t("lineage.difference-title")}</h3>${compare(t, before.title, after.title)}
        <h3>${t("lineage.difference-text")}</h3>${compare(t, before.text, after.text)}
        ${
          after.kind === "process"
            ? html`<h3>${t("lineage.difference-rules")}</h3>${wordDiff(t, rulesOf(t, before, after), rulesOf(t, after, before), t.lang)}`
            : nothing
        }</div>`,
    undefined,
    "difference",
  );
}

/** Word by word where both speak one language; else one below the other, since a translation changes every word. */
function compare(t: Translator, before: LanguageMap, after: LanguageMap): Markup {
  const lang = sharedLanguage(before, after, t.lang);
  if (lang !== null) return wordDiff(t, before[lang] ?? "", after[lang] ?? "", lang);
  const [was, is] = [pickText(before, t.lang), pickText(after, t.lang)];
  return html`<p class="hint">${t("lineage.no-shared-language")}</p>
    <blockquote class="theirs text-lines"${langAttrs(t, was.lang)}>${was.text}</blockquote>
    <blockquote class="theirs text-lines"${langAttrs(t, is.lang)}>${is.text}</blockquote>`;
}

/** Rules as lines of text, in words of the reader's language so that only what differs differs. */
function rulesOf(t: Translator, facts: LineageFacts, other: LineageFacts): string {
  const phases = facts.phases.map((phase, at) => {
    const like = other.phases[at]?.title ?? {};
    const title = phase.title[sharedLanguage(phase.title, like, t.lang) ?? ""] ?? pickText(phase.title, t.lang).text;
    const permits = phase.permits.map((one) => t(`processes.permits.${one as "propose"}`));
    return t("lineage.rule-phase", {
      number: at + 1,
      title,
      days: t("lineage.days", { count: phase.lastsDays }),
      permits: permits.length === 0 ? t("processes.permits-nothing") : t.list(permits),
    });
  });
  const limit =
    facts.supportLimit === null ? t("lineage.rule-no-limit") : t("lineage.rule-limit", { count: facts.supportLimit });
  return [...phases, limit].join("\n");
}
