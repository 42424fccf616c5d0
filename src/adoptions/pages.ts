// The pages of adoptions: making a draft of what another city did, answering an offer, and where an idea has been.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { holds } from "../accounts/account.ts";
import { listMemberships } from "../accounts/queries.ts";
import { requireRole, requireViewer } from "../accounts/viewer.ts";
import { listOrganisationActors } from "../actors/queries.ts";
import type { Renderable } from "../platform/html.ts";
import { htmlToMarkdown } from "../platform/html-to-markdown.ts";
import { isId, newId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { pickText } from "../platform/text.ts";
import { keepImage } from "../platform/uploads.ts";
import type { House } from "../ports.ts";
import { type Process, permits, processPath } from "../processes/process.ts";
import { findProcessByPath, getProcess, listCategories, listProcesses } from "../processes/queries.ts";
import { relativePlan } from "../processes/relative-plan.ts";
import { shownProcess } from "../processes/viewer.ts";
import { type ProposalImage, proposalPath } from "../proposals/proposal.ts";
import { getProposal } from "../proposals/queries.ts";
import { getResult } from "../results/queries.ts";
import { findSubject, findSubjectById } from "../subjects/queries.ts";
import { isPublic, type Subject } from "../subjects/subject.ts";
import type { PageContext, PageEnv } from "../web/context.ts";
import { type FormState, type FormValues, handleForm, readForm, setFlash } from "../web/forms.ts";
import { adoptProcess, adoptProposal, decideAdoption } from "./actions.ts";
import { isAdoptable } from "./adoption.ts";
import { namedSource } from "./form-views.ts";
import { placeTree } from "./lineage.ts";
import { loadLineage } from "./lineage-queries.ts";
import { lineagePage } from "./lineage-views.ts";
import { processAdoptionPage, valuesOf } from "./process-form-views.ts";
import { planKey, planOf, readProcessAdoption } from "./process-reading-views.ts";
import { type AdoptedText, proposalAdoptionPage, readProposalAdoption } from "./proposal-form-views.ts";
import {
  findAdoptable,
  findAdoptableById,
  findAdoption,
  findRecordedProcess,
  findWrittenText,
  headDigestOf,
  listForeignCategories,
  loadAdoptionNote,
  type RecordedProcess,
} from "./queries.ts";
import { adoptionNote } from "./views.ts";

const categoriesMappedMax = 30;
const processesOfferedMax = 100;

export function adoptionPages(house: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  processRoutes(pages, house);
  proposalRoutes(pages, house, "proposals");
  proposalRoutes(pages, house, "results");
  answerRoutes(pages, house);
  lineageRoutes(pages, house);
  return pages;
}

/** What a page of a thing shows of its place in a tree. */
export async function showAdoptions({ sql }: Pick<House, "sql">, ctx: PageContext, uri: string): Promise<Renderable> {
  const note = await loadAdoptionNote(sql, uri);
  if (note === null) return null;
  const { kind, processUri, origin } = note.subject;
  const adopt = kind === "process" ? holds(ctx.account, "official") : ctx.account !== null;
  const answer = origin === null && holds(ctx.account, "official", processUri ?? undefined);
  return adoptionNote(ctx, note, { adopt, answer });
}

/** A picture of theirs as one of ours: its bytes kept here, its source named. */
async function takeAlong(house: House, address: string, field: string): Promise<Omit<ProposalImage, "alt">> {
  try {
    const { name, ...image } = await keepImage(house.uploadsDir, await house.fetchPicture(address), field);
    return { url: house.uris.upload(name), ...image };
  } catch (error) {
    // Said where it was ticked.
    throw error instanceof Refused ? new Refused(error.code, { ...error.params, field }, { cause: error }) : error;
  }
}

async function takenPicture(house: House, image: RecordedProcess["image"], values: FormValues, process: Process) {
  if (image === null || values.takePicture !== "yes") return {};
  const { url } = await takeAlong(house, image.url, "takePicture");
  return { image: url, imageAlt: namedSource(image.alt, new URL(process.uri).host) };
}

function processRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, uris, clock } = house;
  /** A copy of another city's process, and an official. */
  const asked = async (c: Context<PageEnv>) => {
    const by = requireRole(c, "official");
    const found = await findProcessByPath(sql, c.req.param("segment") ?? "");
    const source = found === null ? null : await findAdoptable(sql, found.uri);
    refuseUnless(found !== null && source !== null, "not-found");
    const [organisations, categories, recorded, digest] = await Promise.all([
      listOrganisationActors(sql),
      listCategories(sql),
      findRecordedProcess(sql, found.uri),
      headDigestOf(sql, found.uri),
    ]);
    const named = recorded.categories.map((name) => pickText(name, ...found.languages).text).filter(Boolean);
    const foreignCategories =
      named.length > 0
        ? named.slice(0, categoriesMappedMax)
        : await listForeignCategories(sql, found.uri, categoriesMappedMax);
    return { by, source, process: found, organisations, categories, recorded, digest, foreignCategories };
  };

  pages.get("/processes/:segment/adoption", async (c) => {
    const { by: _by, ...props } = await asked(c);
    const values = valuesOf(c.get("page"), props.process, relativePlan(props.process.phases));
    return c.html(processAdoptionPage(c.get("page"), { ...props, state: { values, errors: {} } }));
  });

  pages.post("/processes/:segment/adoption", async (c) => {
    const { by, ...props } = await asked(c);
    const ctx = c.get("page");
    const { process, foreignCategories, categories } = props;
    const values = await readForm(c);
    const show = (errors: FormState["errors"]) => processAdoptionPage(ctx, { ...props, state: { values, errors } });
    const isDated = planOf(ctx, process, values) !== null;
    const wasShown = values.planned === planKey(process, values);
    // The dates are seen before they are saved.
    if (values.do === "plan" || (isDated && !wasShown)) return c.html(show({}));
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        const input = readProcessAdoption(ctx, process, values, {
          categoriesCount: foreignCategories.length,
          categoryIds: categories.map(({ id }) => id),
        });
        refuseUnless(
          props.organisations.some(({ id }) => id === input.organisationId),
          "invalid-input",
          { field: "organisation" },
        );
        const picture = await takenPicture(house, props.recorded.image, values, process);
        const draft = await adoptProcess(sql, uris, by, { ...input, ...picture, fromUri: process.uri }, clock.now());
        return { to: processPath(draft), said: ctx.t("adoptions.drafted") };
      },
      again: ({ errors }) => show(errors),
    });
  });
}

/** The words of a copy of a proposal or a result, in Markdown. */
async function textOf({ sql }: House, source: Subject): Promise<AdoptedText> {
  const written = await findWrittenText(sql, source.uri);
  if (source.kind === "result") {
    const { title, body, language, categoryName } = await getResult(sql, source.uri);
    return { title, body: written ?? htmlToMarkdown(body), language, category: categoryName, images: [] };
  }
  const { title, body, language, categoryName, images } = await getProposal(sql, source.uri);
  // Of its own server only: one city does not send readers of another to a third.
  const theirs = images.filter(({ url }) => URL.canParse(url) && new URL(url).origin === source.origin);
  return { title, body: written ?? htmlToMarkdown(body), language, category: categoryName, images: theirs };
}

function proposalRoutes(pages: Hono<PageEnv>, house: House, area: "proposals" | "results"): void {
  const { sql, uris, clock } = house;
  const asked = async (c: Context<PageEnv>) => {
    const by = requireViewer(c);
    const id = c.req.param("id") ?? "";
    const source = isId(id) ? await findAdoptableById(sql, id) : null;
    refuseUnless(source !== null && `${source.kind}s` === area, "not-found");
    const now = clock.now();
    const [text, digest, open, categories, memberships] = await Promise.all([
      textOf(house, source),
      headDigestOf(sql, source.uri),
      listProcesses(sql, { from: "here", state: "open", limit: processesOfferedMax, now }),
      listCategories(sql),
      listMemberships(sql, by.id),
    ]);
    const processes = open.filter((process) => permits(process.phases, "propose", now));
    return { by, props: { source, text, digest, processes, categories, memberships, account: by } };
  };

  pages.get(`/${area}/:id/adoption`, async (c) => {
    const { props } = await asked(c);
    const { t } = c.get("page");
    const { text } = props;
    const isSame = text.language === t.lang;
    const values = {
      once: newId(clock.now()),
      language: t.lang,
      title: isSame ? text.title : "",
      body: isSame ? text.body : "",
    };
    return c.html(proposalAdoptionPage(c.get("page"), { ...props, state: { values, errors: {} } }));
  });

  pages.post(`/${area}/:id/adoption`, async (c) => {
    const { by, props } = await asked(c);
    const { source, text } = props;
    return await handleForm(c, {
      schema: z.unknown(),
      act: async (_, values) => {
        const host = new URL(source.uri).host;
        const input = readProposalAdoption(values, text, { host, url: source.url });
        refuseUnless(
          props.processes.some(({ uri }) => uri === input.processUri),
          "invalid-input",
          { field: "process" },
        );
        const images: ProposalImage[] = [];
        for (const { field, ...image } of input.images) {
          images.push({ alt: image.alt, ...(await takeAlong(house, image.url, field)) });
        }
        const once = typeof values.once === "string" && isId(values.once) ? values.once : null;
        const draft = await adoptProposal(sql, uris, by, { ...input, images, once, fromUri: source.uri }, clock.now());
        return { to: `${proposalPath(draft)}/edit`, said: c.get("page").t("adoptions.drafted") };
      },
      again: (state) => proposalAdoptionPage(c.get("page"), { ...props, state }),
    });
  });
}

function answerRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  for (const [noun, state] of [
    ["acceptance", "accepted"],
    ["refusal", "declined"],
  ] as const) {
    pages.post(`/adoptions/:id/${noun}`, async (c) => {
      const id = c.req.param("id");
      const adoption = isId(id) ? await findAdoption(sql, id) : null;
      refuseUnless(adoption !== null, "not-found");
      const subject = await findSubject(sql, adoption.objectUri);
      const by = requireRole(c, "official", subject?.processUri ?? undefined);
      await decideAdoption(sql, by, id, state, clock.now());
      setFlash(c, { tone: "good", text: c.get("page").t(`adoptions.said.${state}`) });
      return c.redirect("/desk#adoptions", 303);
    });
  }
}

function lineageRoutes(pages: Hono<PageEnv>, { sql, clock }: House): void {
  const show = async (c: Context<PageEnv>, subject: Subject | null) => {
    refuseUnless(subject !== null && isAdoptable(subject.kind) && isPublic(subject), "not-found");
    if (subject.processUri !== null)
      refuseUnless((await getProcess(sql, subject.processUri)).hiddenAt === null, "not-found");
    const nodes = placeTree(await loadLineage(sql, subject.uri, clock.now()), subject.uri);
    const node = nodes.find(({ uri }) => uri === c.req.query("compare"));
    const parent = node?.parentLine == null ? undefined : nodes[node.parentLine];
    const compared = node === undefined || parent === undefined ? null : { node, parent };
    return c.html(lineagePage(c.get("page"), { subject, nodes, compared }));
  };
  pages.get("/processes/:segment/lineage", async (c) => {
    const process = await shownProcess(c, sql, c.req.param("segment"));
    return await show(c, await findSubject(sql, process.uri));
  });
  for (const area of ["proposals", "results"]) {
    pages.get(`/${area}/:id/lineage`, async (c) => {
      const id = c.req.param("id");
      const subject = isId(id) ? await findSubjectById(sql, id) : null;
      return await show(c, subject !== null && `${subject.kind}s` === area ? subject : null);
    });
  }
}
