// The routes of comments. The thread itself stands on the pages of what it is about; see commentThread in views.ts.
import { Hono } from "hono";
import * as z from "zod";
import { requireViewer } from "../accounts/viewer.ts";
import type { Markup } from "../platform/html.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { likeSubject, unlikeSubject } from "../subjects/like-actions.ts";
import { findSubject } from "../subjects/queries.ts";
import { pagePathOf, stances } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, readForm, setFlash } from "../web/forms.ts";
import { page } from "../web/layout.ts";
import { deleteComment, editComment, publishComment } from "./actions.ts";
import { bodyLengthMax, type Comment, isEditable } from "./comment.ts";
import { commentPage } from "./permalink-views.ts";
import {
  aboutThread,
  findComment,
  findCommentById,
  listCommentVersions,
  listLiked,
  listReplies,
  loadDiscussion,
} from "./queries.ts";
import { commentThread, composeForm, editForm, nameOf } from "./views.ts";

const repliesPerPage = 50;

const optional = z
  .string()
  .trim()
  .transform((text) => text || null)
  .nullable()
  .default(null);
const commentInput = z.object({
  target: z.string().min(1).max(2_048),
  parent: optional,
  once: optional,
  stance: z.preprocess((side) => side || null, z.enum(stances).nullable()),
  body: z.string().trim().min(1).max(bodyLengthMax),
  language: z.string().min(2).max(35),
});
const editInput = z.object({
  body: z.string().trim().min(1).max(bodyLengthMax),
  version: z.coerce.number().int().positive(),
});

/** The thread of a thing with its forms, for pages of rooms below, which cannot name this one. */
export const threadOn =
  ({ sql, clock }: House) =>
  async (ctx: PageContext, threadUri: string, query: URLSearchParams): Promise<Markup> =>
    commentThread(ctx, await loadDiscussion(sql, threadUri, { query, reader: ctx.account, now: clock.now() }));

export function commentPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  publishRoutes(pages, house);
  readRoutes(pages, house);
  ownRoutes(pages, house);
  return pages;
}

function publishRoutes(pages: Hono<PageEnv>, { sql, uris, clock }: House): void {
  pages.post("/comments", (c) => {
    const ctx = c.get("page");
    const by = requireViewer(c);
    return handleForm(c, {
      schema: commentInput,
      act: async ({ target, parent, ...input }) => {
        const said = { ...input, targetUri: target, parentUri: parent, stance: parent === null ? input.stance : null };
        const comment = await publishComment(sql, uris, by, said, clock.now());
        return {
          to: await whereItStands(ctx, comment),
          said: ctx.t(comment.hiddenAt === null ? "comments.published" : "comments.held"),
        };
      },
      again: (state) => composePage(ctx, state),
    });
  });

  /** A reply shows where its form stood; a new voice of its own stands on top of the newest. */
  async function whereItStands(ctx: PageContext, comment: Comment): Promise<string> {
    const anchor = `#comment-${comment.id}`;
    const formStood = ctx.path.split("#")[0]!;
    if (comment.parentUri !== null && !formStood.startsWith("/comments")) return `${formStood}${anchor}`;
    const branch = comment.branchUri === null ? null : await findComment(sql, comment.branchUri);
    if (branch !== null) return `/comments/${branch.id}${anchor}`;
    const thread = await findSubject(sql, comment.threadUri);
    const path = thread === null ? "/" : pagePathOf(thread).split("#")[0]!;
    return `${path}?order=newest${anchor}`;
  }

  /** The form alone, with what was typed and what is wrong with it. */
  async function composePage(ctx: PageContext, state: FormState): Promise<Markup> {
    const text = (name: string) => (typeof state.values[name] === "string" ? (state.values[name] as string) : "");
    const { thread } = await aboutThread(sql, text("target"), ctx.account, clock.now());
    const parent = text("parent") === "" ? null : await findComment(sql, text("parent"));
    return page({
      ctx,
      title: parent === null ? ctx.t("comments.add") : ctx.t("comments.reply-to", { name: nameOf(ctx.t, parent) }),
      crumbs: [{ href: pagePathOf(thread), label: thread.title || ctx.t("comments.whole-thread") }],
      main: composeForm(ctx, thread.uri, parent, state),
    });
  }
}

function readRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  pages.get("/comments/:id", async (c) => {
    const ctx = c.get("page");
    const comment = await getById(sql, c.req.param("id"));
    const request = readPageRequest(new URL(c.req.url).searchParams, repliesPerPage);
    const [about, replies, parent, versions] = await Promise.all([
      aboutThread(sql, comment.threadUri, ctx.account, clock.now()),
      listReplies(sql, comment, request),
      comment.parentUri === null ? null : findComment(sql, comment.parentUri),
      listCommentVersions(sql, comment.uri),
    ]);
    const uris = [comment, ...replies.rows].map((one) => one.uri);
    const liked = ctx.account === null ? new Set<string>() : await listLiked(sql, uris, ctx.account);
    const isGone = comment.deletedAt !== null;
    return c.html(commentPage(ctx, { ...about, liked, comment, parent, replies, versions }), isGone ? 410 : 200);
  });
}

function ownRoutes(pages: Hono<PageEnv>, { sql, uris, clock }: House): void {
  const edit = async (ctx: PageContext, comment: Comment, state: FormState): Promise<Markup> => {
    const { thread } = await aboutThread(sql, comment.threadUri, ctx.account, clock.now());
    return page({
      ctx,
      title: ctx.t("comments.edit-title"),
      crumbs: [{ href: pagePathOf(thread), label: thread.title || ctx.t("comments.whole-thread") }],
      main: editForm(ctx, comment, state),
    });
  };

  pages.get("/comments/:id/edit", async (c) => {
    const by = requireViewer(c);
    const comment = await getById(sql, c.req.param("id"));
    refuseUnless(comment.accountId === by.id, "not-allowed");
    const { editWindowMinutes } = await aboutThread(sql, comment.threadUri, by, clock.now());
    refuseUnless(isEditable(comment, editWindowMinutes, clock.now()), "edit-window-over");
    return c.html(await edit(c.get("page"), comment, emptyForm));
  });

  pages.post("/comments/:id/edit", async (c) => {
    const by = requireViewer(c);
    const comment = await getById(sql, c.req.param("id"));
    return await handleForm(c, {
      schema: editInput,
      act: async (input) => {
        await editComment(sql, by, comment.uri, input, clock.now());
        return { to: `/comments/${comment.id}`, said: c.get("page").t("comments.saved") };
      },
      again: (state) => edit(c.get("page"), comment, state),
    });
  });

  pages.post("/comments/:id/deletion", async (c) => {
    const by = requireViewer(c);
    const comment = await getById(sql, c.req.param("id"));
    await deleteComment(sql, by, comment.uri, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("comments.deleted") });
    const thread = await findSubject(sql, comment.threadUri);
    return c.redirect(`${thread === null ? "/" : pagePathOf(thread).split("#")[0]}#comments`, 303);
  });

  pages.post("/comments/:id/like", async (c) => {
    const ctx = c.get("page");
    const by = requireViewer(c);
    const comment = await getById(sql, c.req.param("id"));
    const { like } = await readForm(c);
    if (like === "no") await unlikeSubject(sql, by, comment.uri, clock.now());
    else await likeSubject(sql, uris, by, comment.uri, clock.now());
    return c.redirect(`${ctx.path.split("#")[0]}#comment-${comment.id}`, 303);
  });
}

async function getById(sql: House["sql"], id: string): Promise<Comment> {
  const comment = await findCommentById(sql, id);
  refuseUnless(comment !== null, "not-found");
  return comment;
}
