// The page of one comment: what it is about, what it answers, its earlier texts, and what was said in reply.
import { href, html, type Markup, nothing } from "../platform/html.ts";
import type { Page } from "../platform/pagination.ts";
import { markdownToHtml, plainText } from "../platform/rich-text.ts";
import { clip } from "../platform/text.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { PageContext } from "../web/context.ts";
import { page } from "../web/layout.ts";
import { emptyState, section } from "../web/lists.ts";
import { when } from "../web/marks.ts";
import { type CommentShown, commentList, commentView } from "../web/thread.ts";
import { tabWordsCharsMax } from "../web/title.ts";
import { type Comment, standingOf } from "./comment.ts";
import type { CommentVersion } from "./queries.ts";
import { bodyOf, nameOf, type Reading, shown, threadPager } from "./views.ts";

export interface CommentPageProps extends Reading {
  readonly comment: Comment;
  readonly parent: Comment | null;
  readonly replies: Page<Comment>;
  readonly versions: readonly CommentVersion[];
}

export function commentPage(ctx: PageContext, props: CommentPageProps): Markup {
  const { t } = ctx;
  const { comment, parent, replies, thread } = props;
  const isShown = standingOf(comment) === "shown";
  const replyList: CommentShown[] = replies.rows.map((reply) => shown(ctx, props, reply));
  return page({
    ctx,
    title: isShown ? t("comments.title", { name: nameOf(t, comment) }) : t("comments.title-gone"),
    ...(isShown
      ? {
          tab: `${t("comments.title", { name: nameOf(t, comment) })}: ${clip(plainText(bodyOf(comment).toString()), tabWordsCharsMax)}`,
        }
      : {}),
    crumbs: [{ href: pagePathOf(thread), label: thread.title || t("comments.whole-thread") }],
    lead: html`<a href="${href(`${pagePathOf(thread).split("#")[0]}#comments`)}">${t("comments.whole-thread")}</a>`,
    ...(isShown ? { description: clip(plainText(bodyOf(comment).toString()), 200) } : { isUnlisted: true }),
    ...(comment.origin === null ? { activityUrl: comment.uri } : { canonical: comment.url }),
    main: html`
      ${parent === null ? nothing : html`<p class="kicker">${t("comments.in-reply-to")}</p>${commentView(ctx, { ...shown(ctx, props, parent), actions: parentLink(ctx, parent) })}`}
      <div class="thread">${commentView(ctx, shown(ctx, props, comment))}</div>
      ${comment.origin === null || !isShown ? nothing : html`<p><a href="${href(comment.url)}" rel="noopener">${t("comments.original")}</a></p>`}
      ${isShown ? earlierTexts(ctx, props.versions) : nothing}
      ${section(
        t("comments.replies"),
        html`${replyList.length === 0 ? emptyState(t("comments.no-replies")) : commentList(ctx, replyList, 0)}${threadPager(ctx, replies, "")}`,
      )}`,
  });
}

const parentLink = (ctx: PageContext, parent: Comment): Markup =>
  html`<a class="button button-quiet" href="${href(`/comments/${parent.id}`)}">#<span class="visually-hidden"> ${ctx.t("comments.title", { name: nameOf(ctx.t, parent) })}</span></a>`;

/** All texts but the current one, the newest first. */
function earlierTexts({ t }: PageContext, versions: readonly CommentVersion[]): Markup {
  const earlier = versions.slice(1);
  if (earlier.length === 0) return nothing;
  return html`<details class="history"><summary>${t("comments.history")}</summary>
    <ol>${earlier.map(
      (version) =>
        html`<li><p class="hint">${when(t, version.editedAt, "dateTime")}</p><div class="prose">${markdownToHtml(version.body)}</div></li>`,
    )}</ol>
  </details>`;
}
