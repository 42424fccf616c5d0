// How a person writes a proposal: new, as a draft that is saved by itself, seen before it is published, changed.
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { listMemberships } from "../accounts/queries.ts";
import { requireViewer } from "../accounts/viewer.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import { type Tx, withTransaction } from "../platform/db.ts";
import type { Translator } from "../platform/i18n.ts";
import { isId, newId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { minuteMs } from "../platform/time.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { findProcess, listCategories } from "../processes/queries.ts";
import { shownProcess } from "../processes/viewer.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, type FormValues, formErrors, handleForm, type Outcome, readForm } from "../web/forms.ts";
import { draftProposal, editProposal, publishProposal } from "./actions.ts";
import { endingPages } from "./ending-pages.ts";
import { asText, picturesOf, readProposalForm, readTitle, valuesOf } from "./form-reading-views.ts";
import { proposalFormPage } from "./form-views.ts";
import { imageNamed, keepPictures } from "./images.ts";
import { ownProposalsPage } from "./own-views.ts";
import { isEditable, type Proposal, type ProposalImage, proposalPath, titleLengthMax } from "./proposal.ts";
import { findProposalById, getProposal, listCoauthored, listDrafts } from "./queries.ts";
import { type Alike, similarList } from "./similar-views.ts";
import { proposeStanding } from "./standing.ts";
import { listSimilar, listTried } from "./tried-queries.ts";
import { noProposingPage, titleStepPage } from "./writing-views.ts";
import { ownProposal, writtenProposal } from "./written-pages.ts";

const similarShownMax = 5;

export function writingPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  similarRoutes(pages, house);
  newRoutes(pages, house);
  editRoutes(pages, house);
  publicationRoutes(pages, house);
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
    listCategories(sql, process.uri),
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

const nothingAlike: Alike = { here: [], elsewhere: [] };

async function findAlike(
  sql: House["sql"],
  title: string,
  process: Process,
  proposal: Pick<Proposal, "uri"> | null,
): Promise<Alike> {
  const words = title.slice(0, 300);
  const place = { processUri: process.uri, title: words, exceptUri: proposal?.uri ?? "", limit: similarShownMax };
  const [here, elsewhere] = await Promise.all([listSimilar(sql, place), listTried(sql, words)]);
  return { here, elsewhere };
}

const wishes = ["draft", "similar", "preview", "next"] as const;
type Wish = "publish" | (typeof wishes)[number] | `instead ${string}`;

/** What was pressed: publish (also the return key), or something that goes another way. */
function pressed(values: FormValues): Wish {
  const wish = typeof values.do === "string" ? values.do : "";
  if (wish.startsWith("instead ") && isId(wish.slice(8))) return wish as Wish;
  return wishes.find((one) => one === wish) ?? "publish";
}

/** Where one goes on when a draft was kept. */
function afterDraft(t: Translator, draft: Proposal, wish: Wish): Outcome {
  if (wish === "preview") return { to: proposalPath(draft) };
  if (wish.startsWith("instead ")) return { to: `/proposals/${wish.slice(8)}`, said: t("proposals.draft-kept") };
  if (wish === "next") return { to: `${proposalPath(draft)}/edit` };
  return { to: `${proposalPath(draft)}/edit`, said: t("proposals.draft-saved") };
}

/** A script sends what is typed every few seconds, without being asked. */
const isAutosave = (c: Context): boolean => (c.req.header("accept") ?? "").startsWith("application/json");

/**
 * What such a script is told: where the draft now lives and what its version is, or why it was not saved.
 * What needs a page of its own, such as signing in, is left to the shell.
 */
async function autosave(c: Context<PageEnv>, house: House, keep: Keep): Promise<Response> {
  const { t, csrf } = c.get("page");
  try {
    const values = await readForm(c);
    const input = readProposalForm(values, false);
    const draft = await keep({ ...input, images: await imagesOf(house, values) }, values);
    const said = t("proposals.autosave.saved", { time: t.date(house.clock.now(), "time") });
    return c.json({ url: `${proposalPath(draft)}/edit`, id: draft.id, version: draft.version, csrf, said });
  } catch (error) {
    const errors = formErrors(t, error);
    if (errors === null) throw error;
    const isChanged = error instanceof Refused && error.code === "changed-meanwhile";
    const [why = ""] = Object.values(errors);
    return c.json({ isChanged, why: t("proposals.autosave.refused", { why }), csrf }, 409);
  }
}

type Keep = (
  input: ReturnType<typeof readProposalForm> & { images: ProposalImage[] },
  values: FormValues,
) => Promise<Proposal>;

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
    wish: Wish,
  ) => Promise<Outcome>,
  { isPublished, isAuthor }: { readonly isPublished: boolean; readonly isAuthor: boolean },
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
      const isForAll = isPublished || (wish === "publish" && isAuthor);
      const input = readProposalForm(values, isForAll);
      return await act({ ...input, images: await imagesOf(house, values) }, isForAll, values, wish);
    },
    again: ({ errors }) => again({ values, errors }),
  });
  return isShownAgain ? c.html(await again({ values, errors: {} })) : response;
}

/** As the title is typed: a part of a page, for the script of the form. What is typed stands in no address and no log. */
function similarRoutes(pages: Hono<PageEnv>, { sql }: House): void {
  pages.post("/proposals/similar", async (c) => {
    requireViewer(c);
    const { title, process: uri, except } = await readForm(c);
    const process = typeof uri === "string" ? await findProcess(sql, uri) : null;
    refuseUnless(process?.publishedAt != null && typeof title === "string", "not-found");
    const proposal = typeof except === "string" && isId(except) ? await findProposalById(sql, except) : null;
    const alike = await findAlike(sql, title, process, proposal);
    return c.html(similarList(c.get("page"), alike, { title, process, proposal, mayKeep: true }));
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
    const values = { once: newId(clock.now()), language: ctx.t.lang, ...(typed ? { title: typed } : {}) };
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
      const written = { ...input, processUri: process.uri, once };
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
  let draft = await draftProposal(tx, uris, by, written, now);
  // The same form sent again with other words: the draft it made the first time gets them.
  const { title, body, categoryId, place } = written;
  const isSameText = draft.title === title && draft.body === body;
  const isSame = isSameText && draft.categoryId === categoryId && draft.address === place.address;
  if (draft.state === "draft" && !isSame) {
    draft = await editProposal(tx, by, draft.uri, { ...written, version: draft.version }, now);
  }
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

/** What was saved on leaving a page, and is sent again by the next one before it knows, is no other text. */
async function keepOnce(
  sql: House["sql"],
  uri: string,
  input: Parameters<Keep>[0],
  keep: () => Promise<Proposal>,
): Promise<Proposal> {
  try {
    return await keep();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "changed-meanwhile") throw error;
    const stands = await getProposal(sql, uri);
    const isSame = stands.title === input.title && stands.body === input.body && stands.address === input.place.address;
    if (stands.state !== "draft" || !isSame) throw error;
    return stands;
  }
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
