// A discussion: comments under each other, each saying who speaks and from where.
import { attrs, classes, html, type Markup, nothing, type Renderable } from "../platform/html.ts";
import type { PageContext } from "./context.ts";
import { icon } from "./icons.ts";
import { emptyState } from "./lists.ts";
import { ago, byline, langAttrs, languageNote, type Person, statusPill } from "./marks.ts";
import { shareBar } from "./phases.ts";

export type Stance = "for" | "against" | "neutral";

export interface CommentShown {
  readonly id: string;
  readonly author: Person;
  /** Where the voice comes from, in words, where there is more to say than a host. */
  readonly from?: string;
  readonly publishedAt: Date;
  readonly isEdited: boolean;
  /** Already cleaned. Null: taken away, and only its place is kept. */
  readonly body: Markup | null;
  /** Why it was taken away, where that is public. */
  readonly goneReason?: string;
  /** What its author may do about that. */
  readonly goneActions?: Renderable;
  readonly lang: string | null;
  readonly stance: Stance | null;
  readonly likeCount: number;
  /** Reply, like, edit, report: what this reader may do. */
  readonly actions?: Renderable;
  /** Where it stands, if that is not all there is: not taken yet by the node whose discussion it is. */
  readonly mark?: string;
  /** The account speaks for the city. */
  readonly isOfficial?: boolean;
  readonly replies: readonly CommentShown[];
}

export interface ThreadProps {
  readonly comments: readonly CommentShown[];
  /** Comments at the root by stance; shown as a balance when given. */
  readonly balance?: Readonly<Record<Stance, number>>;
  /** The form for a new comment, or a sentence saying why there is none. */
  readonly compose?: Renderable;
  /** What the list can be narrowed and ordered by, right above it. */
  readonly filters?: Renderable;
  readonly pager?: Renderable;
  readonly count: number;
}

export function thread(ctx: PageContext, props: ThreadProps): Markup {
  const { t } = ctx;
  return html`<section class="section thread" id="comments">
    <div class="section-title"><h2>${t("thread.title", { count: props.count })}</h2></div>
    ${
      props.balance
        ? shareBar(t, t("thread.balance"), [
            { label: t("thread.stance.for"), count: props.balance.for, tone: "for" },
            { label: t("thread.stance.neutral"), count: props.balance.neutral, tone: "neutral" },
            { label: t("thread.stance.against"), count: props.balance.against, tone: "against" },
          ])
        : nothing
    }
    ${props.compose}
    ${props.filters}
    ${props.comments.length === 0 ? emptyState(t("thread.empty")) : commentList(ctx, props.comments, 0)}
    ${props.pager}
  </section>`;
}

/** Beyond this depth replies stand below each other: a phone has no more width to give. */
const indentMax = 3;

export const commentList = (ctx: PageContext, comments: readonly CommentShown[], depth: number): Markup =>
  html`<ol class="${classes("comments", depth > 0 && "replies", depth > indentMax && "replies-flat")}">${comments.map(
    (comment) =>
      html`<li>${commentView(ctx, comment)}${
        comment.replies.length > 0 ? commentList(ctx, comment.replies, depth + 1) : nothing
      }</li>`,
  )}</ol>`;

/** One comment without its replies. */
export function commentView(ctx: PageContext, comment: CommentShown): Markup {
  const { t, now } = ctx;
  if (comment.body === null) {
    return html`<article class="comment comment-gone" id="${`comment-${comment.id}`}"><p>${comment.goneReason ?? t("thread.gone")}</p>${comment.goneActions ?? nothing}</article>`;
  }
  const time = html`${comment.from ? html`<span class="origin">${comment.from}</span>` : nothing}<span>${ago(t, comment.publishedAt, now)}${comment.isEdited ? html` · ${t("thread.edited")}` : nothing}</span>`;
  return html`<article class="${classes("comment", comment.isOfficial && "comment-official")}" id="${`comment-${comment.id}`}">
    <div class="comment-head">${byline(t, comment.author, time)}${
      comment.stance ? statusPill(t(`thread.stance.${comment.stance}`), stanceTone[comment.stance]) : nothing
    }${comment.isOfficial ? statusPill(t("thread.official"), "accent") : nothing}${comment.mark ? statusPill(comment.mark, "neutral") : nothing}${languageNote(t, comment.lang)}</div>
    <div class="prose"${langAttrs(t, comment.lang)}>${comment.body}</div>
    <div class="comment-foot"><span class="card-count"${attrs({ title: t("thread.likes", { count: comment.likeCount }) })}>${icon("heart")}${t.number(comment.likeCount)}<span class="visually-hidden"> ${t("card.likes-word")}</span></span>${comment.actions}</div>
  </article>`;
}

const stanceTone = { for: "good", against: "bad", neutral: "neutral" } as const;
