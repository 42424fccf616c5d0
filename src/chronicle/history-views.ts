// The history of a thing: what was checked, every version with what changed in it, what was refused, and the files.
import type { Actor } from "../actors/actor.ts";
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { wordDiff } from "../proposals/history-views.ts";
import { proposalStates } from "../proposals/proposal.ts";
import type { KeptRecord } from "../records/queries.ts";
import { trustMark } from "../records/views.ts";
import { resultStatuses } from "../results/result.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { factList, section } from "../web/lists.ts";
import { langAttrs, statusPill, when } from "../web/marks.ts";
import type { Change, Version } from "./history.ts";
import type { Companion, Refusal } from "./queries.ts";

export interface HistoryPageProps {
  readonly subject: Subject;
  /** The newest first. */
  readonly versions: readonly Version<KeptRecord>[];
  readonly refusals: readonly Refusal[];
  /** Records beside it: its counts, its thread. */
  readonly companions: readonly Companion[];
  /** The institution whose records they are; null where it was never met here. */
  readonly publisher: Pick<Actor, "name" | "handle" | "host"> | null;
  /** Where the older versions are; null where these are all. */
  readonly olderPath: string | null;
}

export function historyPage(ctx: PageContext, props: HistoryPageProps): Markup {
  const { t } = ctx;
  const { subject, versions } = props;
  const isShown = versions.some((version) => version.words === "shown") || subject.hiddenAt === null;
  const title = isShown ? subject.title : "";
  return page({
    ctx,
    title: t("record.page-title"),
    lead: title ? html`<span${langAttrs(t, subject.language)}>${title}</span>` : t(`record.kind.${subject.kind}`),
    section: "processes",
    isUnlisted: true,
    crumbs:
      subject.deletedAt === null
        ? [{ href: pagePathOf(subject), label: title || t(`record.kind.${subject.kind}`) }]
        : [],
    main: html`<div class="stack">${verdict(ctx, versions, props.publisher)}
      ${refusals(t, props.refusals)}
      ${section(
        t("record.versions"),
        html`<ol class="versions">${versions.map((version) => versionShown(ctx, version, subject.language))}</ol>
        ${props.olderPath === null ? nothing : html`<p><a class="button button-secondary" rel="next" href="${href(props.olderPath)}">${t("record.older")}</a></p>`}`,
      )}
      ${companions(t, props.companions)}</div>`,
  });
}

/** What was checked just now, by which key, and whose word it is; said before anyone has to ask. */
function verdict(
  ctx: PageContext,
  versions: readonly Version<KeptRecord>[],
  publisher: HistoryPageProps["publisher"],
): Markup {
  const { t } = ctx;
  const [newest] = versions;
  if (newest === undefined) return nothing;
  const faults = new Set(versions.flatMap((version) => version.faults));
  const mark = trustMark(ctx, newest.record);
  const isWhole =
    faults.size === 0 || (newest.record.trust === "vouched" && [...faults].every((fault) => fault === "key-unknown"));
  const { verificationMethod } = newest.document.proof;
  const line = (fault: "bytes" | "chain" | "signature" | "part") => {
    const isUnknown = fault === "signature" && faults.has("key-unknown");
    const isGood = !faults.has(fault) && !isUnknown;
    return html`<li>${icon(isGood ? "check" : "warning")} <span>${isUnknown ? t("record.check.key-unknown") : t(`record.check.${fault}${isGood ? "" : "-bad"}`)}</span></li>`;
  };
  return html`<section class="panel record-verdict" aria-labelledby="verdict-title">
    <h2 id="verdict-title">${t("record.checked")} ${statusPill(isWhole ? mark.label : t("record.faulty"), isWhole ? mark.tone : "bad")}</h2>
    <p>${mark.text}</p>
    <ul class="record-checks">${(["bytes", "chain", "signature", "part"] as const).map(line)}</ul>
    ${factList([
      [
        t("record.publisher"),
        html`<a href="${href(newest.record.publisherUri)}"><bdi>${publisher?.name || newest.record.publisherUri}</bdi></a>`,
      ],
      [t("record.key"), html`<code dir="ltr">${verificationMethod}</code>`],
      [t("record.when-signed"), when(t, newest.record.recordedAt, "dateTime")],
      [t("record.when-checked"), when(t, ctx.now, "dateTime")],
      [
        t("record.licence"),
        html`<a rel="license noopener" href="${href(newest.document.license)}" dir="ltr">${newest.document.license}</a>`,
      ],
    ])}
    <p class="hint">${t("record.check-yourself")}</p>
  </section>`;
}

/** Forks, gaps and the like: shown plainly, since someone tried to say two things at once. */
function refusals(t: Translator, list: readonly Refusal[]): Markup {
  if (list.length === 0) return nothing;
  return html`<section class="panel record-refusals" aria-labelledby="refusals-title">
    <h2 id="refusals-title">${icon("warning")} ${t("record.refusals")}</h2>
    <p>${t("record.refusals-mean")}</p>
    <ul class="link-list">${list.map(
      ({ digest, reason, source, at }) =>
        html`<li>${reasonShown(t, reason)} <span class="hint">${t.rich("record.refused-from", { source: html`<bdi>${source}</bdi>`, date: when(t, at, "dateTime") })}</span><br><code dir="ltr">${digest}</code></li>`,
    )}</ul></section>`;
}

const reasons = [
  "fork",
  "gap",
  "older",
  "wrong-key",
  "wrong-proof",
  "wrong-name",
  "foreign-subject",
  "wrong-part",
] as const;
const reasonShown = (t: Translator, reason: string): string => {
  const known = reasons.find((one) => one === reason);
  return known === undefined ? t("record.refused.other") : t(`record.refused.${known}`);
};

function versionShown(ctx: PageContext, version: Version<KeptRecord>, lang: string | null): Markup {
  const { t } = ctx;
  const { record, document, changes, words } = version;
  const tone = { shown: "neutral", hidden: "waiting", erased: "bad" } as const;
  const id = `version-${record.epoch}-${record.version}`;
  return html`<li class="panel" id="${id}"><h3>${t("record.version", { number: record.version })}${record.epoch > 1 ? html` <span class="hint">${t("record.epoch", { number: record.epoch })}</span>` : nothing}</h3>
    <p class="hint">${when(t, record.recordedAt, "dateTime")} ${record.standing === "shown" ? nothing : statusPill(t(`record.standing.${record.standing}`), tone[record.standing])}</p>
    ${document.reason ? html`<p>${t("record.reason")} <q>${document.reason}</q></p>` : nothing}
    ${document.purges === undefined || document.purges.length === 0 ? nothing : html`<p>${t("record.purges", { count: document.purges.length })}</p>`}
    ${words === "purged" ? html`<p>${t("record.words-purged")}</p>` : words === "withheld" ? html`<p>${t("record.words-withheld")}</p>` : nothing}
    ${version.faults.map((fault) => html`<p class="record-fault">${icon("warning")} ${fault === "key-unknown" ? t("record.check.key-unknown") : t(`record.check.${fault}-bad`)}</p>`)}
    ${changesShown(t, version, changes, lang)}
    <p class="row record-files"><a href="${href(`/records/${record.digest}`)}"${attrs({ type: "application/ld+json" })}>${t("record.file")}<span class="visually-hidden"> (${t("record.version", { number: record.version })})</span></a>${
      words === "shown"
        ? html` <a href="${href(`/records/${record.digest}/part`)}" rel="nofollow">${t("record.part-file")}<span class="visually-hidden"> (${t("record.version", { number: record.version })})</span></a>`
        : nothing
    } <code dir="ltr">${record.digest}</code></p></li>`;
}

/** Of the first version all it says, folded away; of later ones only what changed, in full. */
function changesShown(
  t: Translator,
  version: Version<KeptRecord>,
  changes: readonly Change[],
  lang: string | null,
): Renderable {
  if (version.record.standing === "erased") return nothing;
  if (changes.length === 0) return html`<p class="hint">${t("record.nothing-changed")}</p>`;
  const list = html`<dl class="record-changes">${changes.map((change) => changeShown(t, change, lang, version.isFirst))}</dl>`;
  return version.isFirst ? html`<details><summary>${t("record.first")}</summary>${list}</details>` : list;
}

function changeShown(t: Translator, { path, before, after }: Change, lang: string | null, isFirst: boolean): Markup {
  const [field = "", ...rest] = path;
  const written = languageIn(path) ?? lang ?? t.lang;
  const named = field === "state" || field === "status" ? standing : shownValue;
  if (field === "answer" && rest.length === 0)
    return changed(t, path, replaced(t, answerLink(t, before), answerLink(t, after)));
  const [was, is] = [named(t, before), named(t, after)];
  const value = isFirst
    ? html`<div class="diff"${langAttrs(t, written)}>${is}</div>`
    : isProse(before) || isProse(after)
      ? wordDiff(t, was ?? "", is ?? "", written)
      : replaced(t, was, is);
  return changed(t, path, value);
}

const changed = (t: Translator, [field = "", ...rest]: readonly string[], value: Markup): Markup =>
  html`<div><dt>${fieldName(t, field)}${rest.length === 0 ? nothing : html` <span class="hint" dir="ltr">${rest.join(" › ")}</span>`}</dt><dd>${value}</dd></div>`;

/** A record names the answer by its address; a reader is told what is there. */
const answerLink = (t: Translator, uri: string | null): Markup | null =>
  uri === null ? null : html`<a href="${href(uri)}">${t("record.kind.answer")}</a>`;

/** Times, figures and addresses change as a whole. */
const isProse = (value: string | null): boolean => value !== null && /\s/.test(value.trim());

const replaced = (t: Translator, before: Renderable, after: Renderable): Markup =>
  html`<div class="diff">${before === null ? nothing : html`<del><span class="visually-hidden">${t("proposals.diff-removed")} </span><bdi>${before}</bdi></del> `}${
    after === null
      ? nothing
      : html`<ins><span class="visually-hidden">${t("proposals.diff-added")} </span><bdi>${after}</bdi></ins>`
  }</div>`;

/** Where a proposal or a result stands, in words of the reader's; what no one here knows, as it was written. */
function standing(t: Translator, value: string | null): string | null {
  const state = proposalStates.find((one) => one === value);
  if (state !== undefined) return t(`proposals.state.${state}`);
  const status = resultStatuses.find((one) => one === value);
  return status === undefined ? value : t(`results.status.${status}`);
}

/** Of a language map, the last step of the path is the language. */
const languageIn = (path: readonly string[]): string | null => {
  const last = path.at(-1) ?? "";
  return path.length > 1 && /^[a-z]{2}(-[A-Za-z]+)?$/.test(last) ? last : null;
};

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const shownValue = (t: Translator, value: string | null): string | null =>
  value !== null && instant.test(value) ? t.date(new Date(value), "dateTime") : value;

const fields = [
  "title",
  "text",
  "agenda",
  "minutes",
  "author",
  "coauthors",
  "address",
  "geometry",
  "media",
  "link",
  "audience",
  "organisations",
  "cancelReason",
  "url",
  "state",
  "category",
  "language",
  "published",
  "updated",
  "answer",
  "outcome",
  "cost",
  "term",
  "startsAt",
  "endsAt",
  "startsOn",
  "endsOn",
  "timeZone",
  "form",
  "district",
  "attendees",
  "proposals",
  "meetings",
  "source",
  "status",
  "progress",
  "reachedOn",
  "organisation",
  "phases",
  "rules",
  "goals",
  "indicator",
  "pilot",
  "summary",
  "description",
  "callToAction",
  "promoter",
  "decides",
  "categories",
  "documents",
  "image",
  "languages",
  "derivedFrom",
] as const;
const fieldName = (t: Translator, name: string): Renderable => {
  const known = fields.find((one) => one === name);
  return known === undefined ? html`<code dir="ltr">${name}</code>` : t(`record.field.${known}`);
};

/** What is counted and said of it changes on its own, and has records of its own. */
function companions(t: Translator, list: readonly Companion[]): Markup {
  if (list.length === 0) return nothing;
  return section(
    t("record.companions"),
    html`<p class="hint">${t("record.companions-mean")}</p><ul class="link-list">${list.map(
      ({ kind, digest, version, recordedAt, block }) =>
        html`<li><a href="${href(`/records/${digest}`)}">${kind === "tally" ? t("record.tally") : t("record.thread", { number: block ?? 1 })}</a> <span class="hint">${t("record.version", { number: version })} · ${when(t, recordedAt, "dateTime")}</span></li>`,
    )}</ul>`,
  );
}
