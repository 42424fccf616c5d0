// How a person writes a proposal: new, seen before it is published, changed. What is done with a posted form is in posted-pages.ts.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { listMemberships } from "../accounts/queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { minuteMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { listCategories } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import { ownLanguage, type PageEnv } from "../web/context.ts";
import { type FormState, type FormValues, handleForm, readForm } from "../web/forms.ts";
import { draftProposal, editProposal, publishProposal } from "./actions.ts";
import { endingPages } from "./ending-pages.ts";
import { asText, readProposalForm, readTitle, valuesOf } from "./form-reading-views.ts";
import { proposalFormPage } from "./form-views.ts";
import { ownProposalsPage } from "./own-views.ts";
import { afterDraft, autosave, isAutosave, type Keep, keepOnce, post } from "./posted-pages.ts";
import { isEditable, type Proposal, proposalPath, titleLengthMax } from "./proposal.ts";
import { getProposal, listCoauthored, listDrafts } from "./queries.ts";
import { findAlike, nothingAlike, similarPages } from "./similar-pages.ts";
import { proposeStanding } from "./standing.ts";
import { noProposingPage, titleStepPage } from "./writing-views.ts";
import { ownProposal, writtenProposal } from "./written-pages.ts";

export function writingPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  newRoutes(pages, house);
  editRoutes(pages, house);
  publicationRoutes(pages, house);
  pages.route("/", similarPages(house));
  pages.route("/", endingPages(house));
  return pages;
}

interface Writing {
  readonly process: Process;
  readonly proposal: Proposal | null;
  readonly by: Account;
}

/** The form with everything around it: the taxonomy, whom one may speak for, what others have proposed already. */
async function show(
  c: Context<PageEnv>,
  { sql }: House,
  { process, proposal, by }: Writing,
  state: FormState,
  standsNow: Proposal | null = null,
) {
  const title = typeof state.values.title === "string" ? state.values.title : "";
  const isPublished = proposal?.publishedAt != null;
  const [memberships, categories, alike] = await Promise.all([
    listMemberships(sql, by.id),
    listCategories(sql, process.uri, [proposal?.categoryId]),
    isPublished ? nothingAlike : findAlike(sql, title, process, proposal),
  ]);
  const publishedAt = proposal?.publishedAt ?? null;
  const editableUntil =
    publishedAt === null ? null : new Date(publishedAt.getTime() + process.editWindowMinutes * minuteMs);
  const isAuthor = proposal === null || proposal.accountId === by.id;
  return proposalFormPage(c.get("page"), {
    ...{ process, proposal, account: by, isAuthor, memberships, categories, alike, editableUntil, standsNow, state },
    territory: process.pilotGeojson ?? (await findMainOrganisation(sql))?.territoryGeojson ?? null,
  });
}

function newRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  // First the title alone, so that what there is already is seen before a text is written. `step=text`, or a title that
  // is known, opens the whole form.
  pages.get("/processes/:segment/proposals/new", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const standing = proposeStanding(process, ctx.account, clock.now());
    if (standing.kind === "closed" || standing.kind === "elsewhere") {
      return c.html(noProposingPage(ctx, process, standing), 409);
    }
    const by = requireViewer(c);
    const { title = "", step } = c.req.query();
    const typed = title.slice(0, titleLengthMax);
    const values = { once: newId(clock.now()), language: ownLanguage(ctx), ...(typed ? { title: typed } : {}) };
    if (typed === "" && step !== "text") {
      return c.html(titleStepPage(ctx, { process, account: by, alike: nothingAlike, state: { values, errors: {} } }));
    }
    return c.html(await show(c, house, { process, proposal: null, by }, { values, errors: {} }));
  });

  pages.post("/processes/:segment/proposals/new", async (c) => {
    const by = requireViewer(c);
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const keep = async (input: Parameters<Keep>[0], values: FormValues, isForAll: boolean) => {
      const now = clock.now();
      const once = typeof values.once === "string" && isId(values.once) ? values.once : null;
      const again = isAutosave(c) ? ("words" as const) : ("all" as const);
      const written = { ...input, processUri: process.uri, once, again };
      return await withTransaction(sql, (tx) => propose(tx, uris, by, written, isForAll, now));
    };
    if (isAutosave(c)) return await autosave(c, house, (input, values) => keep(input, values, false));
    return await post(
      c,
      house,
      async (state) => {
        if (state.values.step !== "title") return await show(c, house, { process, proposal: null, by }, state);
        const alike = await findAlike(sql, asText(state.values, "title"), process, null);
        return titleStepPage(ctx, { process, account: by, alike, state });
      },
      async (input, isForAll, values, wish) => {
        if (wish === "next") readTitle(values);
        const proposal = await keep(input, values, isForAll);
        if (!isForAll) return afterDraft(ctx.t, proposal, wish);
        return { to: proposalPath(proposal), said: ctx.t("proposals.published") };
      },
      { isPublished: false, isAuthor: true },
    );
  });
}

/** Draft and publication in one piece: what cannot be published leaves no draft behind that nobody asked for. */
async function propose(
  tx: Tx,
  uris: House["uris"],
  by: Account,
  written: Parameters<typeof draftProposal>[3],
  isForAll: boolean,
  now: Date,
): Promise<Proposal> {
  const draft = await draftProposal(tx, uris, by, written, now);
  return isForAll ? await publishProposal(tx, by, draft.uri, now) : draft;
}

function editRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/proposals/:id/edit", async (c) => {
    const writing = await writtenProposal(c, sql);
    const { proposal, process } = writing;
    refuseUnless(isEditable(proposal, process.editWindowMinutes, clock.now()), "edit-window-over");
    return c.html(await show(c, house, writing, { values: valuesOf(proposal), errors: {} }));
  });

  pages.post("/proposals/:id/edit", async (c) => {
    const writing = await writtenProposal(c, sql);
    const { proposal, by } = writing;
    const { t } = c.get("page");
    const isPublished = proposal.publishedAt !== null;
    const keep = async (input: Parameters<Keep>[0], values: FormValues) => {
      const version = Number(values.version);
      return await editProposal(
        sql,
        by,
        proposal.uri,
        { ...input, version, isDraft: values.stage === "draft" },
        clock.now(),
      );
    };
    if (isAutosave(c)) {
      refuseUnless((await readForm(c)).stage === "draft", "not-found");
      return await autosave(c, house, (input, values) => keepOnce(sql, proposal.uri, input, () => keep(input, values)));
    }
    return await post(
      c,
      house,
      async (state) => {
        const standsNow = await getProposal(sql, proposal.uri);
        const isOther = String(standsNow.version) !== state.values.version;
        const values = { ...state.values, version: String(standsNow.version) };
        return await show(
          c,
          house,
          { ...writing, proposal: standsNow },
          { ...state, values },
          isOther ? standsNow : null,
        );
      },
      async (input, isForAll, values, wish) => {
        await keep(input, values);
        if (isPublished) return { to: proposalPath(proposal), said: t("proposals.saved") };
        if (!isForAll) return afterDraft(t, proposal, wish);
        await publishProposal(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said: t("proposals.published") };
      },
      { isPublished, isAuthor: proposal.accountId === by.id },
    );
  });
}

/** From the preview. What still lacks something is shown in the form, with what it is. */
function publicationRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.post("/proposals/:id/publication", async (c) => {
    const writing = await ownProposal(c, sql);
    const { proposal, by } = writing;
    const values = valuesOf(proposal);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        readProposalForm(values, true);
        await publishProposal(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said: c.get("page").t("proposals.published") };
      },
      again: ({ errors }) => show(c, house, writing, { values, errors }),
    });
  });

  pages.get("/account/proposals", async (c) => {
    const { id } = requireViewer(c);
    const [drafts, along] = await Promise.all([listDrafts(sql, id, null), listCoauthored(sql, id)]);
    return c.html(ownProposalsPage(c.get("page"), { drafts, along, accountId: id }));
  });
}
