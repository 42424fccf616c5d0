// The routes of the desk around answers: the three lists, and the page on which one proposal is worked on.
import type { Context, Hono } from "hono";
import * as z from "zod";
import { type Account, holds, holdsSomewhere } from "../accounts/account.ts";
import { listTeam } from "../accounts/team-queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { readPageRequest } from "../platform/pagination.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { fromLocal } from "../platform/time.ts";
import type { House } from "../ports.ts";
import { getProcess, listCategories } from "../processes/queries.ts";
import { answerProposal } from "../proposals/answer-actions.ts";
import { answerForm, draftForm } from "../proposals/answer-reading-views.ts";
import { mayPrepareAnswer, mayPublishAnswer } from "../proposals/answer-work.ts";
import {
  addNote,
  assignProposal,
  cancelPlan,
  planAnswer,
  removeNote,
  saveDraft,
} from "../proposals/answer-work-actions.ts";
import { answerQueues, findAnswerWork, listAnswerQueue, type QueueFilter } from "../proposals/answer-work-queries.ts";
import { mayBecome, proposalPath } from "../proposals/proposal.ts";
import { findAnswer, findProposalById } from "../proposals/queries.ts";
import { listTried } from "../proposals/tried-queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm, setFlash } from "../web/forms.ts";
import { queuePage, workPage } from "./answer-views.ts";
import { listScopes } from "./scope-queries.ts";

const rowsPerPage = 30;

export function answerDeskPages(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;

  pages.get("/desk/answers", async (c) => {
    const by = requireEvaluator(c);
    const query = new URL(c.req.url).searchParams;
    const filter = readFilter(query);
    const processes = await listScopes(sql, by, "evaluator");
    const isTheirs = processes.some(({ uri }) => uri === filter.processUri);
    const [rows, categories] = await Promise.all([
      listAnswerQueue(sql, by, filter, readPageRequest(query, rowsPerPage)),
      listCategories(sql, isTheirs ? filter.processUri : null),
    ]);
    const mayChoose = holdsSomewhere(by, "official");
    return c.html(queuePage(c.get("page"), { by, filter, rows, processes, categories, mayChoose }));
  });

  const show = async (c: Context<PageEnv>, state: FormState, part: "answer" | "note" | "assignment" = "answer") => {
    const { by, proposal, work } = await workedOn(c, house);
    const [process, answer, tried, team] = await Promise.all([
      getProcess(sql, proposal.processUri),
      findAnswer(sql, proposal.uri),
      listTried(sql, proposal.title),
      listTeam(sql, proposal.processUri),
    ]);
    const mayPublish = mayPublishAnswer(by, proposal.processUri);
    // Whoever may answer here may be given the task.
    const assignable = team.filter((one) => one.grants.some(({ role }) => role !== "moderator"));
    const states = { answer: emptyForm, note: emptyForm, assignment: emptyForm, [part]: state };
    return workPage(c.get("page"), { by, proposal, process, answer, tried, work, assignable, mayPublish, states });
  };

  pages.get("/desk/proposals/:id", async (c) => {
    c.header("cache-control", "no-store");
    return c.html(await show(c, emptyForm));
  });

  pages.post("/desk/proposals/:id/draft", async (c) => {
    const { by, proposal } = await workedOn(c, house);
    return await handleForm(c, {
      schema: z.object({
        do: z.enum(["save", "plan", "publish"]).default("save"),
        version: z.coerce.number().int().min(0),
      }),
      act: async (asked, values) => await decide(c, house, by, proposal, asked, values),
      again: (state) => show(c, state),
    });
  });

  pages.post("/desk/proposals/:id/plan/cancellation", async (c) => {
    const { by, proposal } = await workedOn(c, house);
    await cancelPlan(sql, by, proposal.uri, clock.now());
    setFlash(c, { tone: "good", text: c.get("page").t("desk.plan-cancelled") });
    return c.redirect(`/desk/proposals/${proposal.id}`, 303);
  });

  pages.post("/desk/proposals/:id/assignment", async (c) => {
    const { by, proposal } = await workedOn(c, house);
    return await handleForm(c, {
      schema: z.object({ assignee: z.union([z.uuid(), z.literal("")]).default("") }),
      act: async ({ assignee }) => {
        await assignProposal(sql, by, proposal.uri, assignee === "" ? null : assignee, clock.now());
        return { to: `/desk/proposals/${proposal.id}`, said: c.get("page").t("desk.assigned") };
      },
      again: (state) => show(c, state, "assignment"),
    });
  });

  pages.post("/desk/proposals/:id/notes", async (c) => {
    const { by, proposal } = await workedOn(c, house);
    return await handleForm(c, {
      schema: z.object({ note: z.string().trim().min(1) }),
      act: async ({ note }) => {
        await addNote(sql, by, proposal.uri, note, clock.now());
        return { to: `/desk/proposals/${proposal.id}#notes`, said: c.get("page").t("desk.note-kept") };
      },
      again: (state) => show(c, state, "note"),
    });
  });

  pages.post("/desk/proposals/:id/notes/removal", async (c) => {
    const { by, proposal } = await workedOn(c, house);
    const { id } = z.object({ id: z.uuid() }).parse(await c.req.parseBody());
    await removeNote(sql, by, proposal.uri, id);
    setFlash(c, { tone: "good", text: c.get("page").t("desk.note-removed") });
    return c.redirect(`/desk/proposals/${proposal.id}#notes`, 303);
  });
}

/** Keeps the draft, plans it, or publishes it at once, by the button that was pressed. */
async function decide(
  c: Context<PageEnv>,
  { sql, uris, clock }: House,
  by: Account,
  proposal: Awaited<ReturnType<typeof workedOn>>["proposal"],
  { do: what, version }: { do: "save" | "plan" | "publish"; version: number },
  values: FormValues,
) {
  const { t, city } = c.get("page");
  const { uri, id } = proposal;
  const now = clock.now();
  if (what === "save") {
    await saveDraft(sql, by, uri, { ...draftForm.parse(values), version }, now);
    return { to: `/desk/proposals/${id}`, said: t("desk.draft-saved") };
  }
  const answer = answerForm.parse(values);
  if (what === "publish") {
    await answerProposal(sql, uris, by, uri, answer, now);
    return { to: `${proposalPath(proposal)}#answer`, said: t("proposals.answered") };
  }
  const publishAt = typeof values.publishAt === "string" ? fromLocal(values.publishAt, city.timeZone) : null;
  refuseUnless(publishAt !== null, "invalid-input", { field: "publishAt" });
  await planAnswer(sql, by, uri, { ...answer, version, publishAt }, now);
  return { to: `/desk/proposals/${id}`, said: t("desk.planned", { date: t.date(publishAt, "dateTime") }) };
}

/** Someone who prepares answers anywhere. */
export function requireEvaluator(c: Context<PageEnv>): Account {
  const by = requireViewer(c);
  refuseUnless(holdsSomewhere(by, "evaluator"), "not-allowed");
  return by;
}

/** A public proposal of this node and someone who may prepare its answer: for anyone else there is nothing here. */
async function workedOn(c: Context<PageEnv>, { sql }: House) {
  const by = requireEvaluator(c);
  const id = c.req.param("id") ?? "";
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  refuseUnless(proposal !== null && proposal.publishedAt !== null && proposal.hiddenAt === null, "not-found");
  refuseUnless(proposal.origin === null && mayBecome(proposal.state, "accepted"), "not-found");
  const work = await findAnswerWork(sql, proposal.uri);
  const may = mayPrepareAnswer(by, { processUri: proposal.processUri, assignedTo: work.assignedTo });
  refuseUnless(may, holds(by, "evaluator", proposal.processUri) ? "not-allowed" : "not-found");
  return { by, proposal, work };
}

function readFilter(query: URLSearchParams): QueueFilter {
  const queue = answerQueues.find((name) => name === query.get("queue")) ?? "waiting";
  const assigned = (["me", "nobody"] as const).find((name) => name === query.get("assigned")) ?? null;
  const categoryId = query.get("category");
  return {
    ...{ queue, assigned, processUri: query.get("process") || null },
    categoryId: categoryId !== null && isId(categoryId) ? categoryId : null,
    order: query.get("order") === "newest" ? "newest" : "oldest",
  };
}
