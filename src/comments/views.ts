// What a discussion looks like: the thread that every room puts on its pages, and the page of one comment.
import { randomUUID } from "node:crypto";
import { mayModerate } from "../moderation/report.ts";
import { attrs, href, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import { languages, ownNames, type Translator } from "../platform/i18n.ts";
import type { Page } from "../platform/pagination.ts";
import { cleanRemoteHtml, markdownToHtml } from "../platform/rich-text.ts";
import { pagePathOf, type Stance, stances } from "../subjects/subject.ts";
import { type CityIdentity, ownLanguage, type PageContext } from "../web/context.ts";
import { buttonForm, buttonLink, confirmForm, csrfField, form, openFields } from "../web/fields.ts";
import type { FormState } from "../web/forms.ts";
import { filterBar, withQuery } from "../web/lists.ts";
import { type CommentShown, thread } from "../web/thread.ts";
import { bodyLengthMax, type Comment, isAwaited, isEditable, provenanceOf, standingOf } from "./comment.ts";
import type { Discussion } from "./queries.ts";

/** Who reads, what they like, and what they may do: the same for every comment of a thread. */
export type Reading = Pick<Discussion, "thread" | "maySpeak" | "liked" | "editWindowMinutes">;

const path = (comment: Pick<Comment, "id">, verb = ""): string => `/comments/${comment.id}${verb}`;

/** The whole thread of a thing, with its forms: goes on the page of anything that has a URI. */
export function commentThread(ctx: PageContext, discussion: Discussion): Markup {
  const { t } = ctx;
  const { page, stances: sides, thread: subject } = discussion;
  const hasSides = stances.some((side) => sides[side].local > 0);
  return thread(ctx, {
    count: subject.commentCount,
    comments: page.rows.map(({ root, replies, hasMoreReplies }) =>
      shown(ctx, discussion, root, branchOf(ctx, discussion, root, replies), hasMoreReplies),
    ),
    ...(hasSides
      ? { balance: { for: sides.for.local, against: sides.against.local, neutral: sides.neutral.local } }
      : {}),
    compose: html`${voicesElsewhere(t, discussion)}${composeOrWhyNot(ctx, discussion)}`,
    filters: subject.commentCount > 0 ? filters(ctx, discussion) : nothing,
    pager: threadPager(ctx, page, "#comments"),
  });
}

/** Voices of other servers are never added to those of this city's pages. */
function voicesElsewhere(t: Translator, { stances: sides }: Discussion): Markup {
  if (!stances.some((side) => sides[side].remote > 0)) return nothing;
  const counts = Object.fromEntries(stances.map((side) => [side, t.number(sides[side].remote)]));
  return html`<p class="hint">${t("comments.elsewhere", counts)}</p>`;
}

function composeOrWhyNot(
  ctx: PageContext,
  { maySpeak, thread: subject }: Pick<Discussion, "maySpeak" | "thread">,
): Markup {
  const { t } = ctx;
  if (maySpeak === "closed") return html`<p class="hint">${t("comments.closed")}</p>`;
  if (maySpeak === "sign-in") {
    const to = `/sign-in?back=${encodeURIComponent(`${pagePathOf(subject).split("#")[0]}#comments`)}`;
    return html`<p>${buttonLink(to, t("comments.sign-in-link"))} <span class="hint">${t("comments.sign-in")}</span></p>`;
  }
  return composeForm(ctx, subject.uri, null, { values: {}, errors: {} });
}

/** The form of a new comment, or of a reply where `parent` is given. */
export function composeForm(ctx: PageContext, targetUri: string, parent: Comment | null, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  const sides = stances.map((side) => ({ value: side, label: t(`thread.stance.${side}`) }));
  const tongues = languages.map((language) => ({ value: language, label: ownNames[language] }));
  return form(ctx, {
    action: "/comments",
    submit: t(parent === null ? "comments.publish" : "comments.publish-reply"),
    draftKey: `comment ${parent?.uri ?? targetUri}`,
    body: html`${fields.summary()}
      ${placeFields(targetUri, parent, typed(state, "once"))}
      ${fields.area("body", {
        label: parent === null ? t("comments.body") : t("comments.reply-to", { name: nameOf(t, parent) }),
        hint: t("comments.body-hint"),
        rows: 4,
        charsMax: bodyLengthMax,
      })}
      ${parent === null ? fields.radios("stance", { label: t("comments.stance"), options: sides, value: "neutral" }) : nothing}
      ${fields.select("language", { label: t("comments.language"), options: tongues, value: ownLanguage(ctx) })}`,
  });
}

const typed = (state: FormState, name: string): string | null => {
  const value = state.values[name];
  return typeof value === "string" ? value : null;
};

/** `once` is made with the form: the same form sent twice is one comment. */
const placeFields = (targetUri: string, parent: Comment | null, once: string | null = null): Markup => html`
  <input type="hidden" name="target" value="${targetUri}">
  <input type="hidden" name="parent" value="${parent?.uri ?? ""}">
  <input type="hidden" name="once" value="${once ?? randomUUID()}">`;

/** Many of these stand on one page, so each has ids of its own. */
function replyForm(ctx: PageContext, threadUri: string, parent: Comment): Markup {
  const { t } = ctx;
  const id = `reply-${parent.id}`;
  return html`<details class="reply">
    <summary class="button button-quiet">${t("comments.reply")}<span class="visually-hidden"> ${t("comments.by", { name: nameOf(t, parent) })}</span></summary>
    <form class="form" method="post" action="/comments">
      ${csrfField(ctx)}${placeFields(threadUri, parent)}
      <input type="hidden" name="language" value="${ownLanguage(ctx)}">
      <div class="field">
        <label for="${id}">${t("comments.reply-to", { name: nameOf(t, parent) })}</label>
        <textarea id="${id}" name="body" rows="3" dir="auto" required></textarea>
      </div>
      <div class="form-actions"><button type="submit" class="button">${t("comments.publish-reply")}</button></div>
    </form>
  </details>`;
}

function filters(ctx: PageContext, { order, stance, thread: subject }: Discussion): Markup {
  const { t } = ctx;
  const options = <Value extends string>(values: readonly Value[], label: (value: Value) => string) =>
    values.map((value) => ({ value, label: label(value) }));
  return filterBar(ctx, {
    action: `${pagePathOf(subject).split("#")[0]}#comments`,
    filters: [
      {
        name: "stance",
        label: t("comments.filter"),
        all: t("comments.all-stances"),
        value: stance ?? "",
        options: options<Stance>(stances, (side) => t(`thread.stance.${side}`)),
      },
      {
        name: "order",
        label: t("comments.order"),
        value: order,
        options: options(["oldest", "newest"] as const, (one) => t(`comments.order.${one}`)),
      },
    ],
  });
}

/** The list's own order: what comes next may be older or newer. */
export function threadPager(ctx: PageContext, page: Page<unknown>, anchor: string): Markup {
  const { t } = ctx;
  if (page.older === null && page.newer === null) return nothing;
  const to = (change: Record<string, string>) => `${withQuery(ctx.path, change)}${anchor}`;
  return html`<nav class="pager" aria-label="${t("comments.pages")}">
    ${page.newer ? html`<a class="button button-secondary" rel="prev" href="${href(to({ before: page.newer }))}">${t("comments.previous")}</a>` : nothing}
    ${page.older ? html`<a class="button button-secondary pager-older" rel="next" href="${href(to({ after: page.older }))}">${t("comments.next")}</a>` : nothing}
  </nav>`;
}

/** Replies under what they answer; one whose answered comment is on another page hangs on the root. */
function branchOf(ctx: PageContext, reading: Reading, root: Comment, replies: readonly Comment[]): CommentShown[] {
  const uris = new Set(replies.map((reply) => reply.uri));
  const under = (parentUri: string): CommentShown[] =>
    replies
      .filter((reply) => (parentUri === root.uri ? !uris.has(reply.parentUri ?? "") : reply.parentUri === parentUri))
      .map((reply) => shown(ctx, reading, reply, under(reply.uri)));
  return under(root.uri);
}

/** A comment as the thread draws it. */
export function shown(
  ctx: PageContext,
  reading: Reading,
  comment: Comment,
  replies: readonly CommentShown[] = [],
  hasMoreReplies = false,
): CommentShown {
  const { t } = ctx;
  const standing = standingOf(comment);
  const more = hasMoreReplies
    ? html`<a class="more" href="${href(path(comment))}">${t("comments.more-replies", { name: nameOf(t, comment) })}</a>`
    : nothing;
  const isOwnVoice = (comment.authorType === "Person" || comment.authorType === "Service") && !hasLeft(comment);
  return {
    id: comment.id,
    author: {
      name: nameOf(t, comment),
      handle: isOwnVoice ? `@${comment.authorHandle}@${comment.authorHost}` : null,
      url: isOwnVoice ? comment.authorUrl : null,
      iconUrl: isOwnVoice ? comment.authorIconUrl : null,
      host: null,
    },
    from: fromWhere(t, ctx.city, comment),
    publishedAt: comment.publishedAt,
    isEdited: comment.editedAt !== null,
    body: standing === "shown" ? bodyOf(comment) : null,
    ...(standing === "shown" ? {} : { goneReason: t(`comments.gone-${standing}`, { reason: comment.hiddenReason }) }),
    lang: comment.language,
    stance: comment.stance,
    likeCount: comment.likeCount,
    ...(isAwaited(comment) ? { mark: t("comments.awaited", { host: new URL(comment.threadOrigin!).host }) } : {}),
    actions: html`${standing === "shown" ? verbs(ctx, reading, comment) : nothing}${more}`,
    goneActions: whyHidden(ctx, comment),
    replies,
  };
}

/** The way of an author to the reasons of a decision about their words, and to an appeal. */
const whyHidden = ({ t, account }: PageContext, { id, accountId, hiddenReason }: Comment): Markup =>
  account === null || accountId !== account.id || hiddenReason === ""
    ? nothing
    : html`<a class="button button-quiet" href="${href(`/moderation/statements/of/${id}`)}">${t("statements.why-link")}</a>`;

/** Markdown of our people; what other servers sent was cleaned when it came, and is cleaned again. */
export const bodyOf = (comment: Pick<Comment, "origin" | "body">): Markup =>
  comment.origin === null ? markdownToHtml(comment.body) : cleanRemoteHtml(comment.body);

/** Whoever lent their voice to a person did not say it themselves, so it is never put in their name when the person has left. */
export function nameOf(
  t: Translator,
  {
    authorName,
    speakerName,
    authorType,
    ...comment
  }: Pick<Comment, "authorName" | "speakerName" | "authorType" | "origin" | "accountId">,
): string {
  if (authorName !== "") return authorName;
  if (hasLeft({ authorName, ...comment })) return t("comments.author-left");
  return (authorType === "Group" ? "" : speakerName) || t("comments.someone");
}

const hasLeft = ({ origin, accountId, authorName }: Pick<Comment, "origin" | "accountId" | "authorName">): boolean =>
  origin === null && accountId === null && authorName === "";

export function fromWhere(t: Translator, city: CityIdentity, comment: Comment): string {
  if (hasLeft(comment)) return "";
  const provenance = provenanceOf(comment);
  return "host" in provenance
    ? t(`comments.from.${provenance.from}`, { host: provenance.host })
    : t(`comments.from.${provenance.from}`, { city: city.name });
}

/** What this reader may do with a comment. */
function verbs(
  ctx: PageContext,
  { thread: subject, maySpeak, liked, editWindowMinutes }: Reading,
  comment: Comment,
): Renderable {
  const { t, account, now } = ctx;
  const about = t("comments.by", { name: nameOf(t, comment) });
  const isOwn = account !== null && comment.accountId === account.id;
  const isLiked = liked.has(comment.uri);
  const quiet = (to: string, label: string) =>
    html`<a class="button button-quiet" href="${href(to)}">${label}<span class="visually-hidden"> ${about}</span></a>`;
  return [
    account === null
      ? nothing
      : buttonForm(ctx, {
          action: path(comment, "/like"),
          label: t(isLiked ? "comments.liked" : "comments.like"),
          values: { like: isLiked ? "no" : "yes" },
          kind: "quiet",
          isPressed: isLiked,
          about,
        }),
    maySpeak === "yes" ? replyForm(ctx, subject.uri, comment) : nothing,
    isOwn && isEditable(comment, editWindowMinutes, now) ? quiet(path(comment, "/edit"), t("comments.edit")) : nothing,
    isOwn
      ? confirmForm(ctx, {
          label: t("comments.delete"),
          ask: t("comments.delete-ask"),
          action: path(comment, "/deletion"),
          submit: t("comments.delete-now"),
          tone: "danger",
          body: nothing,
        })
      : quiet(`/reports/new?about=${encodeURIComponent(comment.uri)}`, t("comments.report")),
    mayModerate(account, { kind: "comment", processUri: comment.processUri })
      ? quiet(`/moderation/things/${comment.id}`, t("comments.moderate"))
      : nothing,
    html`<a class="button button-quiet" href="${href(path(comment))}"${attrs({ rel: "bookmark" })}>#<span class="visually-hidden"> ${t("comments.title", { name: nameOf(t, comment) })}</span></a>`,
  ];
}

/** The form that changes one's own comment. */
export function editForm(ctx: PageContext, comment: Comment, state: FormState): Markup {
  const { t } = ctx;
  const fields = openFields(ctx, state);
  return form(ctx, {
    action: path(comment, "/edit"),
    submit: t("comments.save"),
    more: buttonLink(path(comment), t("comments.cancel"), "quiet"),
    body: html`${fields.summary()}
      ${fields.hidden("version", String(comment.version))}
      ${fields.area("body", {
        label: t("comments.body"),
        hint: t("comments.edit-hint"),
        value: comment.body,
        rows: 8,
        charsMax: bodyLengthMax,
      })}`,
  });
}
