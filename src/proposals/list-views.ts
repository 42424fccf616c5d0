// Proposals in lists: their cards, the list of a process with its filters, and the same as places on a map.
import { html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { clip, pickText } from "../platform/text.ts";
import { type Category, categoryText } from "../processes/category.ts";
import { originOf, ownPicture, textOf } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { copyNote, followProcess, processCrumbs, processTabs } from "../processes/views.ts";
import { proposalCard, type Status } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonLink } from "../web/fields.ts";
import { page } from "../web/layout.ts";
import { cardList, emptyState, filterBar, pager, section, tabs, withQuery } from "../web/lists.ts";
import { placeMap } from "../web/map.ts";
import { type Person, when } from "../web/marks.ts";
import { namesOf } from "./coauthor.ts";
import { type Proposal, type ProposalState, proposalPath, proposalStates } from "./proposal.ts";
import type { ProposalOrder } from "./queries.ts";
import type { ProposeStanding } from "./standing.ts";

const tones = {
  draft: "waiting",
  published: "neutral",
  evaluating: "waiting",
  accepted: "good",
  rejected: "bad",
  withdrawn: "neutral",
} as const;

export const stateStatus = (t: Translator, state: ProposalState): Status => ({
  label: t(`proposals.state.${state}`),
  tone: tones[state],
});

/** Local texts are Markdown; those of other nodes are HTML, cleaned when they arrived and cleaned again. */
export const bodyOf = (proposal: Pick<Proposal, "origin" | "body">): Markup =>
  proposal.origin === null ? markdownToHtml(proposal.body) : cleanRemoteHtml(proposal.body);

const excerptCharsMax = 220;
const excerptOf = (proposal: Proposal): string =>
  clip(
    plainText(bodyOf({ origin: proposal.origin, body: proposal.body.slice(0, excerptCharsMax * 8) }).toString()),
    excerptCharsMax,
  );

/**
 * Who proposes: a person with an address of their own, or a name for which an institution speaks; and who writes it along.
 * Where its author is named no more, the others stand for it.
 */
export function authorOf(ctx: PageContext, proposal: Proposal): Person {
  const names = namesOf({ ...proposal, authorName: proposal.organisationName ?? proposal.authorName });
  const isNamed = proposal.authorName !== "" || (names.length === 0 && proposal.origin !== null);
  const isPerson = proposal.authorType === "Person" && isNamed;
  const host = proposal.origin === null ? null : new URL(proposal.origin).host;
  return {
    name: names[0] ?? unnamed(ctx.t, proposal),
    others: names.slice(1),
    handle: isPerson && proposal.speakerHandle ? `@${proposal.speakerHandle}@${proposal.speakerHost}` : null,
    url: isPerson ? (proposal.speakerUrl ?? proposal.authorUri) : null,
    iconUrl: isPerson ? ownPicture(ctx, proposal.speakerIconUrl) : null,
    host,
  };
}

/** Whoever lent their voice to a person did not say it themselves, so it is never put in their name when the person has left. */
function unnamed(t: Translator, { origin, accountId, authorType, speakerName }: Proposal): string {
  if (origin === null && accountId === null) return t("proposals.author-left");
  return (authorType === "Group" ? "" : speakerName) || t("proposals.someone");
}

/** All of them as text. */
export function authorLine(ctx: PageContext, proposal: Proposal): string {
  const { name, others = [] } = authorOf(ctx, proposal);
  return ctx.t.list([name, ...others]);
}

export const categoryNameOf = (t: Translator, proposal: Proposal, categories: readonly Category[]): string | null => {
  const category = categories.find(({ id }) => id === proposal.categoryId);
  return category ? pickText(category.name, t.lang).text : proposal.categoryName || null;
};

/** A proposal in any list of this node: its process, search, a meeting, a result. */
export function proposalCardOf(
  ctx: PageContext,
  proposal: Proposal,
  { categories = [], process = null }: { categories?: readonly Category[]; process?: Process | null } = {},
): Markup {
  const image = proposal.images[0];
  return proposalCard(ctx, {
    href: proposalPath(proposal),
    title: { text: proposal.title || ctx.t("proposals.untitled"), lang: proposal.language },
    excerpt: { text: excerptOf(proposal), lang: proposal.language },
    author: authorOf(ctx, proposal),
    publishedAt: proposal.publishedAt ?? ctx.now,
    status: proposal.state === "published" ? null : stateStatus(ctx.t, proposal.state),
    category: categoryNameOf(ctx.t, proposal, categories),
    place: proposal.address || null,
    imageUrl: image ? ownPicture(ctx, image.url) : null,
    imageAlt: image?.alt ?? "",
    from: process === null ? null : originOf(process),
    supportCount: proposal.supportCount,
    likeCount: proposal.likeCount,
    commentCount: proposal.commentCount,
  });
}

export interface ProposalListProps {
  readonly process: Process;
  readonly proposals: Page<Proposal>;
  /** The reader's own, on the first page. */
  readonly drafts: readonly Proposal[];
  readonly categories: readonly Category[];
  /** GeoJSON below the places. */
  readonly territory: unknown;
  readonly standing: ProposeStanding;
  readonly search: string;
  readonly category: string;
  readonly state: string;
  readonly order: ProposalOrder;
  readonly view: "list" | "places";
  /** How the chosen category is followed here; null without one. */
  readonly follow: Renderable;
}

/** The filters of a list as they stand in its address, and in that of its feed. */
export function filterQuery({ search, category, state }: Record<"search" | "category" | "state", string>): string {
  const chosen = Object.entries({ q: search, category, state }).filter(([, value]) => value !== "");
  return chosen.length === 0 ? "" : `?${new URLSearchParams(chosen)}`;
}

export function proposalListPage(ctx: PageContext, props: ProposalListProps): Markup {
  const { t } = ctx;
  const { process, proposals, drafts } = props;
  const title = textOf(t, process, process.title);
  const chosen = props.categories.find(({ id }) => id === props.category);
  const query = filterQuery(props);
  const feed = atomLink(
    `${processPath(process)}/proposals/feed.atom${query}`,
    t(query === "" ? "proposals.feed" : "proposals.feed-of"),
  );
  return page({
    ctx,
    title: t("proposals.title"),
    // A category has a list of its own, which people keep and send on.
    ...(chosen === undefined ? {} : { tab: `${categoryText(t, chosen)} · ${t("proposals.title")}` }),
    section: "processes",
    crumbs: processCrumbs(ctx, process),
    description: t("proposals.list-description", { process: title.text }),
    feeds: [feed],
    actions:
      props.standing.kind === "open"
        ? buttonLink(`${processPath(process)}/proposals/new`, t("proposals.new"))
        : nothing,
    main: html`
      ${process.origin === null ? nothing : copyNote(ctx, process)}
      ${processTabs(ctx, process, "proposals")}
      ${props.standing.kind === "open" ? nothing : whyNot(ctx, process, props.standing)}
      ${drafts.length > 0 ? section(t("proposals.drafts"), cardList(drafts.map((draft) => draftLine(ctx, draft)))) : nothing}
      ${filters(ctx, props)}
      ${views(ctx, props)}
      <h2 class="visually-hidden">${t(`proposals.view.${props.view}`)}</h2>
      ${
        proposals.rows.length === 0
          ? nothingFound(ctx, props)
          : props.view === "places"
            ? places(ctx, props)
            : cardList(
                proposals.rows.map((proposal) => proposalCardOf(ctx, proposal, props)),
                t("proposals.title"),
              )
      }
      ${pager(ctx, proposals)}
      ${feedLinks([feed])}`,
    aside: html`${followCategory(ctx, props)}${followProcess(ctx, process)}`,
  });
}

/** The chosen category, here and by a feed reader; without one, that there is something to choose. */
function followCategory(ctx: PageContext, { process, categories, category, follow }: ProposalListProps): Renderable {
  const { t } = ctx;
  if (process.publishedAt === null || categories.length === 0) return nothing;
  const chosen = categories.find(({ id }) => id === category);
  if (chosen === undefined) return html`<p class="hint">${t("proposals.category-to-follow")}</p>`;
  const name = categoryText(t, chosen);
  const feed = atomLink(
    `${processPath(process)}/categories/${chosen.id}.atom`,
    t("feeds.category", { category: name }),
  );
  return html`${follow}<section class="panel"><p class="hint">${t("notices.follow-category-feed")}</p>${feedLinks([feed])}</section>`;
}

/** Why one cannot propose now, and what to do about it. */
export function whyNot(ctx: PageContext, process: Process, standing: ProposeStanding): Markup {
  const { t } = ctx;
  const note = (text: Renderable) => html`<div class="note note-info" role="note"><p><span>${text}</span></p></div>`;
  switch (standing.kind) {
    case "open":
      return nothing;
    case "sign-in": {
      const to = `/sign-in?back=${encodeURIComponent(`${processPath(process)}/proposals/new`)}`;
      return note(
        html`${t("proposals.propose-sign-in")} ${buttonLink(to, t("proposals.propose-sign-in-go"), "secondary")}`,
      );
    }
    case "elsewhere":
      return note(
        html`${t("proposals.propose-elsewhere", { host: new URL(process.uri).host })} ${buttonLink(process.url, t("processes.open-original"), "secondary")}`,
      );
    case "closed":
      return note(
        standing.opensAt === null
          ? t("proposals.propose-over")
          : t.rich("proposals.propose-later", { date: when(t, standing.opensAt) }),
      );
    default:
      return standing satisfies never;
  }
}

const draftLine = ({ t }: PageContext, draft: Proposal): Markup =>
  html`<p class="row">${buttonLink(`${proposalPath(draft)}/edit`, draft.title || t("proposals.untitled"), "quiet")}<span class="hint">${t("proposals.draft-hint")}</span></p>`;

function filters(ctx: PageContext, { process, categories, ...props }: ProposalListProps): Markup {
  const { t } = ctx;
  const states = proposalStates.filter((state) => state !== "draft");
  return filterBar(ctx, {
    action: `${processPath(process)}/proposals`,
    search: { value: props.search },
    kept: props.view === "places" ? { view: "places" } : {},
    filters: [
      ...(categories.length === 0
        ? []
        : [
            {
              name: "category",
              label: t("proposals.category"),
              value: props.category,
              all: t("proposals.all-categories"),
              options: categories.map(({ id, name }) => ({ value: id, label: pickText(name, t.lang).text })),
            },
          ]),
      {
        name: "state",
        label: t("proposals.state"),
        value: props.state,
        all: t("proposals.all-states"),
        options: states.map((state) => ({ value: state, label: t(`proposals.state.${state}`) })),
      },
      {
        name: "order",
        label: t("proposals.order"),
        value: props.order,
        options: (["newest", "most-supported"] as const).map((order) => ({
          value: order,
          label: t(`proposals.order.${order}`),
        })),
      },
    ],
  });
}

const views = ({ t, path }: PageContext, { view }: ProposalListProps): Markup =>
  tabs(t, t("proposals.views"), [
    { href: withQuery(path, { view: null }), label: t("proposals.view.list"), isCurrent: view === "list" },
    { href: withQuery(path, { view: "places" }), label: t("proposals.view.places"), isCurrent: view === "places" },
  ]);

const places = (ctx: PageContext, { territory, proposals }: ProposalListProps): Markup =>
  placeMap(ctx, {
    label: ctx.t("proposals.map-label"),
    territory,
    points: proposals.rows.flatMap((proposal) =>
      proposal.latitude === null || proposal.longitude === null
        ? []
        : [
            {
              latitude: proposal.latitude,
              longitude: proposal.longitude,
              label: proposal.address ? `${proposal.title} · ${proposal.address}` : proposal.title,
              href: proposalPath(proposal),
            },
          ],
    ),
  });

function nothingFound(ctx: PageContext, props: ProposalListProps): Markup {
  const { t } = ctx;
  const path = `${processPath(props.process)}/proposals`;
  if (props.search || props.category || props.state) {
    return emptyState(
      t("proposals.none-found"),
      t("proposals.none-found-hint"),
      buttonLink(path, t("proposals.show-all"), "secondary"),
    );
  }
  if (props.view === "places") return emptyState(t("proposals.no-places"), t("proposals.no-places-hint"));
  return emptyState(t("proposals.none"), props.standing.kind === "open" ? t("proposals.none-hint") : nothing);
}
