// What people see of copies: how whole each is and how old, what stands in the way, and the processes they hold.
import { holds } from "../accounts/account.ts";
import { href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import type { KeptManifest } from "../records/manifest-queries.ts";
import type { PageContext } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonForm, buttonLink, confirmForm } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { cardGrid, cardList, emptyState, factList, filterBar, pager, section } from "../web/lists.ts";
import { ago, statusPill, type Tone, when } from "../web/marks.ts";
import { isSilent, type Mirror, ownerOf, shareKept } from "./mirror.ts";
import type { NamedMirror, Refusal } from "./queries.ts";

const tones: Readonly<Record<Mirror["state"], Tone>> = {
  waiting: "waiting",
  copying: "waiting",
  kept: "good",
  incomplete: "waiting",
  unreachable: "bad",
  refused: "bad",
};

const state = (t: Translator, mirror: Mirror): Markup =>
  statusPill(t(`mirrors.state-${mirror.state}`), tones[mirror.state]);
const hostOf = (uri: string): Markup => html`<bdi dir="ltr">${new URL(uri).host}</bdi>`;
export const copyPath = (mirror: Pick<Mirror, "id">): string => `/network/copies/${mirror.id}`;

/** How many of how many records are here, as a bar and in words. */
function progress(t: Translator, mirror: Mirror): Markup {
  const { keptCount, recordCount } = mirror;
  if (recordCount === 0) return html`<p class="hint">${t("mirrors.nothing-yet")}</p>`;
  const share = shareKept(mirror);
  // What has come in by itself since the list was read is more than the list names.
  const said =
    keptCount >= recordCount
      ? t("mirrors.progress-all", { count: keptCount })
      : t("mirrors.progress", { kept: t.number(keptCount), count: recordCount });
  return html`<div class="progress"><progress max="1" value="${share}" aria-label="${said}"></progress><span class="progress-text">${t.percent(Math.floor(share * 100) / 100)}</span></div>
    <p class="hint">${said}</p>`;
}

const errorText = (ctx: PageContext, mirror: Mirror): Renderable =>
  mirror.error === null
    ? nothing
    : html`<p class="mirror-error">${ctx.t.rich(`mirrors.error-${mirror.error}`, { host: hostOf(mirror.source), owner: hostOf(ownerOf(mirror)), count: html`${ctx.t.number(mirror.missingCount)}` })}</p>`;

const checked = (ctx: PageContext, mirror: Mirror): Renderable =>
  mirror.checkedAt === null
    ? ctx.t("mirrors.never-checked")
    : ctx.t.rich("mirrors.checked", { when: ago(ctx.t, mirror.checkedAt, ctx.now) });

/** Beside a copy of a process: how old it is, whether its owner answers, and for officials the button. */
export function copyPanel(
  ctx: PageContext,
  { scopeUri, host, mirror, title }: { scopeUri: string; host: string; mirror: Mirror | null; title: string },
): Renderable {
  const { t } = ctx;
  const mayKeep = holds(ctx.account, "official");
  if (mirror === null) {
    if (!mayKeep) return nothing;
    return html`<section class="panel section" aria-labelledby="copy-title"><h2 id="copy-title">${t("mirrors.keep-title")}</h2>
      <p>${t("mirrors.keep-hint", { host })}</p>
      ${buttonForm(ctx, { action: "/network/copies", label: t("mirrors.keep"), values: { scope: scopeUri }, about: title })}
    </section>`;
  }
  return html`<section class="panel section" aria-labelledby="copy-title"><h2 id="copy-title">${t("mirrors.copy-title")}</h2>
    <p>${state(t, mirror)}</p>
    <p>${checked(ctx, mirror)}</p>
    ${isSilent(mirror) ? html`<div class="note note-waiting" role="note"><p>${icon("warning")}<span>${t.rich("mirrors.silent", { owner: hostOf(ownerOf(mirror)) })}</span></p></div>` : nothing}
    ${mirror.state === "kept" ? nothing : progress(t, mirror)}
    <p><a href="${href(copyPath(mirror))}">${t("mirrors.details")}</a></p>
  </section>`;
}

export interface CopiesProps {
  readonly mirrors: Page<NamedMirror>;
  readonly keepable: readonly { readonly scopeUri: string; readonly name: string; readonly host: string }[];
}

export function copiesPage(ctx: PageContext, { mirrors, keepable }: CopiesProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("mirrors.title"),
    lead: t("mirrors.lead"),
    section: "network",
    crumbs: [{ href: "/network", label: t("network.title") }],
    width: "wide",
    main: html`
      ${
        mirrors.rows.length === 0
          ? emptyState(t("mirrors.none"), t("mirrors.none-hint"))
          : cardList(
              mirrors.rows.map((mirror) => copyCard(ctx, mirror)),
              t("mirrors.title"),
            )
      }
      ${pager(ctx, mirrors)}
      ${keepable.length === 0 ? nothing : section(t("mirrors.keepable"), keepableList(ctx, keepable))}`,
  });
}

const keepableList = (ctx: PageContext, keepable: CopiesProps["keepable"]): Markup =>
  cardList(
    keepable.map(
      ({ scopeUri, name, host }) => html`<article class="card"><div class="card-body">
        <h3 class="card-title"><bdi>${name}</bdi></h3><p class="byline-more"><bdi dir="ltr">${host}</bdi></p>
        <div class="card-foot">${buttonForm(ctx, { action: "/network/copies", label: ctx.t("mirrors.keep"), values: { scope: scopeUri }, about: name, kind: "secondary" })}</div>
      </div></article>`,
    ),
  );

const copyCard = (ctx: PageContext, mirror: NamedMirror): Markup => html`<article class="card"><div class="card-body">
    <h3 class="card-title"><a href="${href(copyPath(mirror))}"><bdi>${mirror.name}</bdi></a></h3>
    <p class="byline-more">${hostOf(mirror.scopeUri)} <span>${ctx.t(`mirrors.kind-${mirror.kind}`)}</span></p>
    ${progress(ctx.t, mirror)}
    ${errorText(ctx, mirror)}
    <div class="card-foot">${state(ctx.t, mirror)}<span class="hint">${checked(ctx, mirror)}</span></div>
  </div></article>`;

export interface CopyProps {
  readonly mirror: NamedMirror;
  readonly vouchers: readonly string[];
  readonly refusals: readonly Refusal[];
  /** Manifests that have been signed with one number. */
  readonly contradictions: readonly KeptManifest[];
}

export function copyPage(ctx: PageContext, props: CopyProps): Markup {
  const { t } = ctx;
  const { mirror, vouchers } = props;
  return page({
    ctx,
    title: mirror.name,
    lead: t(`mirrors.kind-${mirror.kind}-lead`, { host: new URL(mirror.scopeUri).host }),
    section: "network",
    crumbs: [
      { href: "/network", label: t("network.title") },
      { href: "/network/copies", label: t("mirrors.title") },
    ],
    main: html`
      <div class="stack"><p>${state(t, mirror)}</p>
      <div class="copy-progress">${progress(t, mirror)}</div>
      ${errorText(ctx, mirror)}
      ${factList([
        [t("mirrors.read-from"), hostOf(mirror.source)],
        [t("mirrors.last-check"), checked(ctx, mirror)],
        [t("mirrors.since"), when(t, mirror.since)],
        [t("mirrors.trust"), trust(ctx, mirror, vouchers)],
      ])}
      <p>${
        mirror.processId === null
          ? buttonLink("/network/processes", t("mirrors.read-all"), "secondary")
          : buttonLink(`/processes/${mirror.processId}`, t("mirrors.read"), "secondary")
      }</p></div>
      ${contradictions(ctx, props)}
      ${refusals(ctx, props)}
      ${desk(ctx, mirror)}`,
  });
}

const trust = (ctx: PageContext, mirror: Mirror, vouchers: readonly string[]): Renderable =>
  vouchers.length > 0
    ? ctx.t.rich("mirrors.vouched", {
        hosts: html`${vouchers.map((origin) => html`${hostOf(origin)} `)}`,
        owner: hostOf(ownerOf(mirror)),
      })
    : mirror.keptCount === 0
      ? null
      : ctx.t("mirrors.verified");

function contradictions({ t }: PageContext, { contradictions: roots }: CopyProps): Renderable {
  if (roots.length === 0) return nothing;
  return section(
    t("mirrors.contradictions"),
    html`<p>${t("mirrors.contradictions-means")}</p>
    <ul class="plain-list">${roots.map((root) => html`<li>${t("mirrors.root-number", { number: t.number(root.sequence) })} · ${when(t, root.issuedAt)} <code class="digest" dir="ltr">${root.digest}</code></li>`)}</ul>`,
  );
}

function refusals({ t }: PageContext, { refusals: all }: CopyProps): Renderable {
  if (all.length === 0) return nothing;
  return section(
    t("mirrors.refusals"),
    html`<p>${t("mirrors.refusals-means")}</p>
    <ul class="plain-list">${all.map((one) => html`<li>${hostOf(one.source)} · ${when(t, one.at)}<br><bdi class="break-anywhere" dir="ltr">${one.subjectUri}</bdi><br><span class="hint" lang="en" dir="ltr">${one.reason}</span></li>`)}</ul>`,
  );
}

function desk(ctx: PageContext, mirror: NamedMirror): Renderable {
  const { t } = ctx;
  if (!holds(ctx.account, "official")) return nothing;
  return html`<div class="form-actions section">
    ${buttonForm(ctx, { action: "/network/copies", label: t("mirrors.check-now"), values: { scope: mirror.scopeUri }, kind: "secondary" })}
    ${confirmForm(ctx, {
      action: `${copyPath(mirror)}/end`,
      label: t("mirrors.stop"),
      ask: t("mirrors.stop-ask", { name: mirror.name }),
      submit: t("mirrors.stop"),
      body: nothing,
    })}
  </div>`;
}

export interface MirroredListProps {
  readonly cards: Page<Markup>;
  readonly values: Readonly<Record<"q" | "theme" | "place" | "state" | "cost" | "result", string>>;
  readonly facets: { readonly themes: readonly string[]; readonly places: readonly string[] };
}

const feedsOf = (t: Translator) => [atomLink("/network/processes.atom", t("feeds.feed"))];

const same = (words: readonly string[]) => words.map((word) => ({ value: word, label: word }));

export function mirroredListPage(ctx: PageContext, props: MirroredListProps): Markup {
  const { t } = ctx;
  return page({
    ctx,
    title: t("mirrors.processes"),
    lead: t("mirrors.processes-lead"),
    feeds: feedsOf(t),
    section: "network",
    crumbs: [{ href: "/network", label: t("network.title") }],
    width: "wide",
    main: mirroredList(ctx, props),
  });
}

export function mirroredList(ctx: PageContext, { cards, values, facets }: MirroredListProps): Markup {
  const { t } = ctx;
  const choice = (name: keyof typeof values, label: string, options: readonly { value: string; label: string }[]) => ({
    name,
    label,
    value: values[name],
    all: t("mirrors.all"),
    options,
  });
  const isNarrowed = Object.values(values).some((value) => value !== "");
  const states = (["open", "upcoming", "closed"] as const).map((value) => ({
    value,
    label: t(`processes.state.${value}`),
  }));
  const costs = (["small", "middle", "large", "huge"] as const).map((value) => ({
    value,
    label: t(`mirrors.cost-${value}`),
  }));
  const results = (["planned", "in-progress", "done", "dropped"] as const).map((value) => ({
    value,
    label: t(`results.status.${value}`),
  }));
  return html`
    ${filterBar(ctx, {
      action: "/network/processes",
      search: { value: values.q },
      filters: [
        choice("theme", t("mirrors.theme"), same(facets.themes)),
        choice("place", t("mirrors.place"), same(facets.places)),
        choice("state", t("mirrors.stands"), states),
        choice("cost", t("mirrors.cost"), costs),
        choice("result", t("mirrors.result"), results),
      ],
    })}
    ${
      cards.rows.length > 0
        ? cardGrid(cards.rows, t("mirrors.processes"))
        : isNarrowed
          ? emptyState(t("mirrors.nothing-found"), t("mirrors.nothing-found-hint"))
          : emptyState(t("mirrors.none"), t("mirrors.none-hint"))
    }
    ${pager(ctx, cards)}
    <p class="section"><a href="/network/copies">${t("mirrors.see-copies")}</a></p>
    ${feedLinks(feedsOf(t))}`;
}

/** On the page of the network: the latest of what is followed or kept, and the way to all of them and to the copies. */
export function abroadSection(ctx: PageContext, cards: readonly Markup[]): Markup {
  const { t } = ctx;
  return section(
    t("mirrors.processes"),
    html`${cards.length === 0 ? emptyState(t("mirrors.abroad-none"), t("mirrors.abroad-none-hint")) : cardGrid(cards)}
      <p><a href="/network/processes">${t("mirrors.all-processes")}</a> · <a href="/network/copies">${t("mirrors.see-copies")}</a></p>`,
    cards.length === 0 ? undefined : { href: "/processes?from=elsewhere", label: t("mirrors.abroad-all") },
  );
}
