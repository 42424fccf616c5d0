// The page of a proposal: the text and who stands behind it, supports apart from likes, the official answer, the talk.
import { discussionHandleOf } from "../actors/actor.ts";
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../platform/rich-text.ts";
import { ownPicture } from "../processes/list-views.ts";
import { type Process, processPath } from "../processes/process.ts";
import { addressOfProcess, processCrumbs } from "../processes/views.ts";
import type { KeptRecord } from "../records/queries.ts";
import { recordPanel } from "../records/views.ts";
import { languageOfText, type Read } from "../translations/translation.ts";
import { languageNotes, readingNote } from "../translations/views.ts";
import { answerBox, articleBody } from "../web/cards.ts";
import type { PageContext } from "../web/context.ts";
import { followBox, shareBox } from "../web/fediverse.ts";
import { atomLink, feedLinks } from "../web/feeds.ts";
import { buttonForm, buttonLink } from "../web/fields.ts";
import { icon } from "../web/icons.ts";
import { page } from "../web/layout.ts";
import { placeMap } from "../web/map.ts";
import { ago, badge, byline, inItsLanguage, languageNote, statusPill } from "../web/marks.ts";
import { authorOf, bodyOf, stateStatus } from "./list-views.ts";
import { moneyOf } from "./money.ts";
import { type Answer, type Proposal, proposalPath } from "./proposal.ts";
import { goodwill, type StandingProps, supportPanel, toSupports } from "./standing-views.ts";

export interface ProposalPageProps extends StandingProps {
  readonly categoryName: string | null;
  readonly answer: Read<Answer> | null;
  /** The reader is its author. */
  readonly isOwn: boolean;
  /** Or one of those who write it along. */
  readonly isWriter: boolean;
  readonly mayEdit: boolean;
  readonly mayWithdraw: boolean;
  readonly mayAnswer: boolean;
  /** The answer, into other languages. */
  readonly mayTranslate: boolean;
  /** Where a reader reports it; null for its author. */
  readonly reportPath: string | null;
  readonly mayModerate: boolean;
  /** GeoJSON below the place. */
  readonly territory: unknown;
  /** Results and meetings that name it. */
  readonly became: Renderable;
  /** How a reader follows it here. */
  readonly follow?: Renderable;
  /** The page of the person who wrote it; null for whom an institution speaks. */
  readonly authorPath: string | null;
  readonly thread: Renderable;
  /** Its newest record. */
  readonly record: KeptRecord | null;
}

/** About as high as the supports beside it, at 75 letters a line. */
const briefCharsMax = 500;
const isBrief = (proposal: Proposal): boolean =>
  proposal.images.length === 0 &&
  proposal.latitude === null &&
  plainText(bodyOf(proposal).toString()).length <= briefCharsMax;

export function proposalPage(ctx: PageContext, props: ProposalPageProps): Markup {
  const { t } = ctx;
  const { proposal, process } = props;
  const image = proposal.images.map(({ url }) => ownPicture(ctx, url)).find((path) => path !== null);
  const isPublic = proposal.publishedAt !== null && proposal.hiddenAt === null;
  return page({
    ctx,
    title: proposal.title || t("proposals.untitled"),
    titleLang: proposal.language,
    description: plainText(bodyOf(proposal).toString()).slice(0, 400),
    section: "processes",
    crumbs: [
      ...processCrumbs(ctx, process),
      { href: `${processPath(process)}/proposals`, label: t("proposals.title") },
    ],
    canonical: proposal.origin === null ? proposalPath(proposal) : proposal.url,
    activityUrl: proposal.uri,
    feeds: isPublic ? [discussionFeed(t, proposal)] : [],
    ...(image ? { image } : {}),
    isUnlisted: !isPublic,
    kicker: marks(t, props),
    opening: html`
      ${notes(ctx, props)}
      ${byline(t, authorOf(ctx, proposal), whence(ctx, proposal, process))}
      <div class="section-small">${articleBody(t, bodyOf(proposal), proposal.language)}</div>
      ${pictures(ctx, proposal)}
      ${place(ctx, props)}`,
    isOpeningBrief: isPublic && isBrief(proposal),
    main: html`
      ${props.answer === null ? nothing : answer(ctx, props, props.answer)}
      ${props.became}
      ${props.thread}`,
    ...(isPublic ? { call: supportPanel(ctx, props) } : {}),
    ...(proposal.state === "draft" ? { call: draftActions(ctx, props) } : {}),
    aside: html`
      ${isPublic ? goodwill(ctx, props) : nothing}
      ${props.follow}
      ${props.authorPath === null ? nothing : html`<p class="hint"><a href="${href(props.authorPath)}">${t("proposals.more-of", { name: proposal.speakerName ?? proposal.authorName })}</a></p>`}
      ${ownPanel(ctx, props)}
      ${isPublic ? replyBox(ctx, proposal, process) : nothing}
      ${isPublic ? html`${discussionBox(ctx, proposal)}${feedLinks([discussionFeed(t, proposal)])}` : nothing}
      ${isPublic ? shareBox(ctx, { url: proposal.url, title: proposal.title }) : nothing}
      ${isPublic ? recordPanel(ctx, props.record, proposal.id) : nothing}
      ${more(ctx, props)}`,
  });
}

const marks = (t: Translator, { proposal, categoryName }: ProposalPageProps): Markup => {
  const status = stateStatus(t, proposal.state);
  return html`${statusPill(status.label, status.tone)}${categoryName ? badge(categoryName) : nothing}${toSupports(t, proposal)}${languageNote(t, proposal.language)}`;
};

/** What its author, or a moderator, should know that others do not see; and for everyone what a withdrawal means. */
function notes(ctx: PageContext, { proposal, isOwn }: ProposalPageProps): Renderable {
  const { t } = ctx;
  const note = (tone: string, text: Renderable) =>
    html`<div class="${`note note-${tone}`}" role="note"><p>${icon("warning")}<span>${text}</span></p></div>`;
  if (proposal.hiddenAt !== null) {
    const reason = proposal.hiddenReason || t("proposals.hidden-held");
    const why =
      isOwn && proposal.hiddenReason !== ""
        ? html` <a href="${href(`/moderation/statements/of/${proposal.id}`)}">${t("statements.why-link")}</a>`
        : nothing;
    return note("bad", html`${t(isOwn ? "proposals.hidden-own" : "proposals.hidden")} <q>${reason}</q>${why}`);
  }
  if (proposal.state === "draft") return note("info", t("proposals.draft-note"));
  if (proposal.state === "withdrawn") return note("info", t("proposals.withdrawn-note"));
  if (proposal.origin !== null) {
    return note(
      "info",
      t.rich("proposals.copy-note", {
        host: html`<bdi>${new URL(proposal.origin).host}</bdi>`,
        updated: proposal.updatedAt ? ago(t, proposal.updatedAt, ctx.now) : "–",
        original: html`<a href="${href(proposal.url)}">${t("processes.open-original")}</a>`,
      }),
    );
  }
  return nothing;
}

/** When, and through whose voice where the person has none of their own. */
function whence({ t, now }: PageContext, proposal: Proposal, process: Process): Markup {
  const isInstitution = proposal.authorType !== null && proposal.authorType !== "Person";
  const speaker = proposal.organisationName === null ? proposal.speakerName : null;
  const isOwnProcess = proposal.authorUri === process.actorUri;
  return html`${
    isInstitution && speaker && proposal.authorName && !isOwnProcess
      ? html`<span>${t("proposals.through", { name: speaker })}</span>`
      : nothing
  }${
    proposal.origin === null && proposal.organisationName === null && isInstitution && proposal.authorName !== ""
      ? html`<span>${t("proposals.from-here")}</span>`
      : nothing
  }${proposal.organisationName ? html`<span>${t("proposals.by-association")}</span>` : nothing}<span>${
    proposal.publishedAt ? ago(t, proposal.publishedAt, now) : t("proposals.not-published")
  }${proposal.editedAt && proposal.publishedAt ? html` · <a href="${href(`${proposalPath(proposal)}/history`)}">${t("proposals.edited")}</a>` : nothing}</span>`;
}

/** Pictures of this node are shown; those of others are linked, so that no other server learns who reads here. */
function pictures(ctx: PageContext, proposal: Proposal): Renderable {
  const { t } = ctx;
  if (proposal.images.length === 0) return nothing;
  return html`<ul class="gallery">${proposal.images.map((image) => {
    const path = ownPicture(ctx, image.url);
    return path === null
      ? html`<li><a href="${href(image.url)}" rel="noopener nofollow">${icon("link")} ${t("proposals.picture-elsewhere", { host: URL.canParse(image.url) ? new URL(image.url).host : "", alt: image.alt })}</a></li>`
      : html`<li><a href="${href(path)}"><img${attrs({ src: href(path), alt: image.alt, width: image.width || null, height: image.height || null, loading: "lazy" })}></a></li>`;
  })}</ul>`;
}

function place(ctx: PageContext, { proposal, territory }: ProposalPageProps): Renderable {
  const { t } = ctx;
  const { address, latitude, longitude } = proposal;
  if (!address && latitude === null) return nothing;
  const point = latitude === null || longitude === null ? null : { latitude, longitude };
  return html`<section class="place" aria-label="${t("proposals.place")}">
    <p>${icon("place")} <bdi>${address || t("proposals.on-the-map")}</bdi>${
      point === null
        ? nothing
        : html` <a class="hint" rel="noopener" href="${href(`https://www.openstreetmap.org/?mlat=${point.latitude}&mlon=${point.longitude}#map=17/${point.latitude}/${point.longitude}`)}">${t("proposals.open-map")}</a>`
    }</p>
    ${point === null ? nothing : placeMap(ctx, { label: t("proposals.map-of-place"), points: [{ ...point, label: address || proposal.title, href: null }], territory, hasList: false })}
  </section>`;
}

function answer(ctx: PageContext, props: ProposalPageProps, given: Read<Answer>): Markup {
  const { t } = ctx;
  const { proposal, process } = props;
  return answerBox(t, {
    id: "answer",
    status: stateStatus(t, given.outcome),
    by: process.organisationName ?? addressOfProcess(process),
    at: given.updatedAt,
    body: proposal.origin === null ? markdownToHtml(given.reasons) : cleanRemoteHtml(given.reasons),
    lang: languageOfText(given, "reasons"),
    note: html`${languageNotes(t, "answer", given, [proposal.language])}${readingNote(ctx, given.reading, `${proposalPath(proposal)}#answer`)}`,
    ...(props.mayTranslate
      ? { more: html`<a href="${href(`/answers/${given.id}/languages`)}">${t("translations.title")}</a>` }
      : {}),
    cost: given.costAmount && given.costCurrency ? moneyOf(t, given.costAmount, given.costCurrency) : null,
    term: given.term ? inItsLanguage(t, { text: given.term, lang: languageOfText(given, "term") ?? t.lang }) : null,
  });
}

/** Seen as others will see it: now it is published, or written on. */
function draftActions(ctx: PageContext, { proposal, isOwn }: ProposalPageProps): Markup {
  const path = proposalPath(proposal);
  return html`<div class="form-actions">
    ${isOwn ? buttonForm(ctx, { action: `${path}/publication`, label: ctx.t("proposals.publish") }) : nothing}
    ${buttonLink(`${path}/edit`, ctx.t("proposals.go-on-writing"), "secondary")}</div>`;
}

function ownPanel(ctx: PageContext, props: ProposalPageProps): Renderable {
  const { t } = ctx;
  const { proposal, mayEdit, mayWithdraw, mayAnswer } = props;
  const path = proposalPath(proposal);
  const links = [
    mayAnswer &&
      ([`${path}/answer`, t(props.answer === null ? "proposals.answer" : "proposals.answer-again")] as const),
    mayEdit && ([`${path}/edit`, t("proposals.edit")] as const),
    props.isWriter &&
      proposal.state !== "withdrawn" &&
      ([`${path}/coauthors`, t(props.isOwn ? "coauthors.title" : "coauthors.leave-link")] as const),
    mayWithdraw && ([`${path}/withdrawal`, t("proposals.withdraw")] as const),
    props.isOwn && proposal.publishedAt !== null && ([`${path}/erasure`, t("proposals.erase")] as const),
  ].filter((link) => link !== false);
  if (links.length === 0) return nothing;
  return html`<nav class="panel" aria-labelledby="own-title"><h2 id="own-title">${t("proposals.what-you-can-do")}</h2>
    <ul class="link-list">${links.map(([to, label]) => html`<li><a href="${href(to)}">${label}</a></li>`)}</ul></nav>`;
}

const discussionFeed = (t: Translator, { id, title }: Proposal) =>
  atomLink(`/discussions/${id}.atom`, t("feeds.discussion", { title }));

/** Its discussion alone can be followed too, here or where it lives. */
function discussionBox(ctx: PageContext, proposal: Proposal): Markup {
  const id = proposal.uri.split("/").at(-1) ?? "";
  if (!isId(id)) return nothing;
  const [handle, { origin, host }] = [discussionHandleOf(id), new URL(proposal.uri)];
  return followBox(ctx, {
    handle: `@${handle}@${host}`,
    uri: `${origin}/actors/${handle}`,
    title: ctx.t("proposals.follow-discussion"),
    text: ctx.t("proposals.follow-discussion-text"),
    isFolded: true,
  });
}

/** Its address, searched for on any server, opens it there to like, share or answer. */
const replyBox = (ctx: PageContext, proposal: Proposal, process: Process): Markup =>
  followBox(ctx, {
    handle: proposal.uri,
    uri: proposal.uri,
    title: ctx.t("proposals.reply-title"),
    go: ctx.t("proposals.reply-go"),
    text: ctx.t("proposals.reply-text", { handle: addressOfProcess(process) }),
    isFolded: true,
  });

function more({ t }: PageContext, { proposal, reportPath, mayModerate }: ProposalPageProps): Markup {
  return html`<ul class="link-list link-list-quiet">
    ${proposal.version > 1 && proposal.publishedAt !== null ? html`<li><a href="${href(`${proposalPath(proposal)}/history`)}">${icon("clock")} ${t("proposals.history")}</a></li>` : nothing}
    ${reportPath === null ? nothing : html`<li><a href="${href(reportPath)}">${icon("flag")} ${t("proposals.report")}</a></li>`}
    ${mayModerate ? html`<li><a href="${href(`/moderation/things/${proposal.id}`)}">${icon("eye")} ${t("proposals.moderate")}</a></li>` : nothing}
  </ul>`;
}
