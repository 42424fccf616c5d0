// How a person writes a proposal: new, draft, published, changed, withdrawn or thrown away.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { listMemberships } from "../accounts/queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { countServers } from "../erasures/queries.ts";
import { type Tx, withTransaction } from "../platform/db.ts";
import { isId, newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { minuteMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { processPath } from "../processes/process.ts";
import { getProcess, listCategories } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, type FormValues, handleForm, readForm } from "../web/forms.ts";
import { discardDraft, draftProposal, editProposal, publishProposal, withdrawProposal } from "./actions.ts";
import { isErasable } from "./erasing.ts";
import { erasePersonalData, eraseProposal } from "./erasing-actions.ts";
import { erasingPage } from "./erasing-views.ts";
import { picturesOf, proposalFormPage, readProposalForm, valuesOf } from "./form-views.ts";
import { imageNamed, keepPictures } from "./images.ts";
import { isEditable, mayBecome, type Proposal, type ProposalImage, proposalPath } from "./proposal.ts";
import { findAnswer, findProposalById, getProposal, listSimilar } from "./queries.ts";
import { proposeStanding } from "./standing.ts";
import { listTried } from "./tried-queries.ts";
import { noProposingPage, withdrawalPage } from "./writing-views.ts";

const similarShownMax = 5;

export function writingPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  newRoutes(pages, house);
  editRoutes(pages, house);
  endRoutes(pages, house);
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
  const [memberships, categories, tried, similar] = await Promise.all([
    listMemberships(sql, by.id),
    listCategories(sql, process.uri),
    isPublished ? [] : listTried(sql, title.slice(0, 300)),
    isPublished
      ? []
      : listSimilar(sql, {
          processUri: process.uri,
          title: title.slice(0, 300),
          exceptUri: proposal?.uri ?? "",
          limit: similarShownMax,
        }),
  ]);
  const publishedAt = proposal?.publishedAt ?? null;
  const editableUntil =
    publishedAt === null ? null : new Date(publishedAt.getTime() + process.editWindowMinutes * minuteMs);
  return proposalFormPage(c.get("page"), {
    ...{ process, proposal, account: by, memberships, categories, similar, tried, editableUntil, standsNow, state },
  });
}

/** What was pressed: publish (also the return key), keep as a draft, or only look for similar ones. */
const pressed = (values: FormValues): "publish" | "draft" | "similar" =>
  values.do === "draft" || values.do === "similar" ? values.do : "publish";

async function imagesOf({ uris, uploadsDir }: House, values: FormValues): Promise<ProposalImage[]> {
  const images: ProposalImage[] = [];
  for (const { name, alt } of picturesOf(values)) {
    const image = await imageNamed(uploadsDir, uris, name, alt);
    if (image !== null) images.push(image);
  }
  return images;
}

/**
 * A posted form. Pictures are kept first, so that a mistake elsewhere does not ask for them twice; a button that only
 * looks for similar proposals shows the form again.
 */
async function post(
  c: Context<PageEnv>,
  house: House,
  again: (state: FormState) => ReturnType<typeof show>,
  act: (
    input: ReturnType<typeof readProposalForm> & { images: ProposalImage[] },
    isForAll: boolean,
    values: FormValues,
  ) => Promise<{ to: string; said: string }>,
  isPublished: boolean,
): Promise<Response> {
  let values = await readForm(c);
  const wish = pressed(values);
  let isShownAgain = false;
  const response = await handleForm(c, {
    schema: z.unknown(),
    act: async () => {
      values = await keepPictures(house.uploadsDir, values);
      if (wish === "similar") {
        isShownAgain = true;
        return { to: "" };
      }
      const isForAll = isPublished || wish === "publish";
      const input = readProposalForm(values, isForAll);
      return await act({ ...input, images: await imagesOf(house, values) }, isForAll, values);
    },
    again: ({ errors }) => again({ values, errors }),
  });
  return isShownAgain ? c.html(await again({ values, errors: {} })) : response;
}

function newRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  pages.get("/processes/:segment/proposals/new", async (c) => {
    const ctx = c.get("page");
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const standing = proposeStanding(process, ctx.account, clock.now());
    if (standing.kind === "closed" || standing.kind === "elsewhere") {
      return c.html(noProposingPage(ctx, process, standing), 409);
    }
    const by = requireViewer(c);
    const title = c.req.query("title")?.slice(0, 150) ?? "";
    const values = { once: newId(clock.now()), language: ctx.t.lang, ...(title ? { title } : {}) };
    return c.html(await show(c, house, { process, proposal: null, by }, { values, errors: {} }));
  });

  pages.post("/processes/:segment/proposals/new", async (c) => {
    const by = requireViewer(c);
    const process = await shownProcess(c, sql, c.req.param("segment"));
    const { t } = c.get("page");
    return await post(
      c,
      house,
      (state) => show(c, house, { process, proposal: null, by }, state),
      async (input, isForAll, values) => {
        const now = clock.now();
        const once = typeof values.once === "string" && isId(values.once) ? values.once : null;
        const written = { ...input, processUri: process.uri, once };
        const draft = await withTransaction(sql, (tx) => propose(tx, uris, by, written, isForAll, now));
        if (!isForAll) return { to: `${proposalPath(draft)}/edit`, said: t("proposals.draft-saved") };
        return { to: proposalPath(draft), said: t("proposals.published") };
      },
      false,
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
  // The same form sent again with other words: the draft it made the first time gets them.
  const isSame = draft.title === written.title && draft.body === written.body;
  if (draft.state === "draft" && !isSame) {
    await editProposal(tx, by, draft.uri, { ...written, version: draft.version }, now);
  }
  return isForAll ? await publishProposal(tx, by, draft.uri, now) : draft;
}

/** One's own proposal. @throws Refused `not-found` for anyone else's draft, `not-allowed` for anyone else's. */
async function own(c: Context<PageEnv>, { sql }: House): Promise<Writing & { readonly proposal: Proposal }> {
  const by = requireViewer(c);
  const id = c.req.param("id") ?? "";
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  refuseUnless(proposal !== null, "not-found");
  refuseUnless(proposal.accountId === by.id, proposal.publishedAt === null ? "not-found" : "not-allowed");
  return { proposal, by, process: await getProcess(sql, proposal.processUri) };
}

function editRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/proposals/:id/edit", async (c) => {
    const writing = await own(c, house);
    const { proposal, process } = writing;
    refuseUnless(isEditable(proposal, process.editWindowMinutes, clock.now()), "edit-window-over");
    return c.html(await show(c, house, writing, { values: valuesOf(proposal), errors: {} }));
  });

  pages.post("/proposals/:id/edit", async (c) => {
    const writing = await own(c, house);
    const { proposal, by } = writing;
    const { t } = c.get("page");
    return await post(
      c,
      house,
      async (state) => {
        const standsNow = await getProposal(sql, proposal.uri);
        const isOther = String(standsNow.version) !== state.values.version;
        const values = { ...state.values, version: String(standsNow.version) };
        return await show(c, house, writing, { ...state, values }, isOther ? standsNow : null);
      },
      async (input, isForAll, values) => {
        const now = clock.now();
        await editProposal(sql, by, proposal.uri, { ...input, version: Number(values.version) }, now);
        if (proposal.publishedAt !== null) return { to: proposalPath(proposal), said: t("proposals.saved") };
        if (!isForAll) return { to: `${proposalPath(proposal)}/edit`, said: t("proposals.draft-saved") };
        await publishProposal(sql, by, proposal.uri, now);
        return { to: proposalPath(proposal), said: t("proposals.published") };
      },
      proposal.publishedAt !== null,
    );
  });
}

function endRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.get("/proposals/:id/withdrawal", async (c) => {
    const { proposal, process } = await own(c, house);
    refuseUnless(mayBecome(proposal.state, "withdrawn"), "not-in-this-state");
    return c.html(withdrawalPage(c.get("page"), { proposal, process, state: emptyForm }));
  });

  pages.post("/proposals/:id/withdrawal", async (c) => {
    const { proposal, process, by } = await own(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await withdrawProposal(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said: c.get("page").t("proposals.withdrawn") };
      },
      again: (state) => withdrawalPage(c.get("page"), { proposal, process, state }),
    });
  });

  const erasing = async (c: Context<PageEnv>, state: FormState) => {
    const { proposal, process } = await own(c, house);
    refuseUnless(proposal.publishedAt !== null, "not-in-this-state");
    const [answer, serverCount] = await Promise.all([findAnswer(sql, proposal.uri), countServers(sql, [proposal.uri])]);
    const isWhole = isErasable(proposal, answer !== null);
    return erasingPage(c.get("page"), { proposal, process, isErasable: isWhole, serverCount, state });
  };

  pages.get("/proposals/:id/erasure", async (c) => c.html(await erasing(c, emptyForm)));

  pages.post("/proposals/:id/erasure", async (c) => {
    const { proposal, process, by } = await own(c, house);
    return await handleForm(c, {
      schema: z.object({ what: z.enum(["name", "all"]) }),
      act: async ({ what }) => {
        const said = c.get("page").t("proposals.erased");
        if (what === "all") {
          await eraseProposal(sql, by, proposal.uri, clock.now());
          return { to: `${processPath(process)}/proposals`, said };
        }
        await erasePersonalData(sql, by, proposal.uri, clock.now());
        return { to: proposalPath(proposal), said };
      },
      again: (state) => erasing(c, state),
    });
  });

  pages.post("/proposals/:id/discard", async (c) => {
    const { proposal, process, by } = await own(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        await discardDraft(sql, by, proposal.uri, clock.now());
        return { to: `${processPath(process)}/proposals`, said: c.get("page").t("proposals.discarded") };
      },
      again: (state) => show(c, house, { proposal, process, by }, { ...state, values: valuesOf(proposal) }),
    });
  });
}
