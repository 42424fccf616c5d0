// What is done with a posted form of a proposal: what was pressed, pictures kept, drafts that save themselves.
import type { Context } from "hono";
import * as z from "zod";
import type { Markup } from "../platform/html.ts";
import type { Translator } from "../platform/i18n.ts";
import { isId } from "../platform/ids.ts";
import { Refused } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { PageEnv } from "../web/context.ts";
import { type FormState, type FormValues, formErrors, handleForm, type Outcome, readForm } from "../web/forms.ts";
import { picturesOf, readProposalForm } from "./form-reading-views.ts";
import { imageNamed, keepPictures } from "./images.ts";
import { type Proposal, type ProposalImage, proposalPath } from "./proposal.ts";
import { getProposal } from "./queries.ts";

const wishes = ["draft", "similar", "preview", "next"] as const;
type Wish = "publish" | (typeof wishes)[number] | `instead ${string}`;

/** What was pressed: publish (also the return key), or something that goes another way. */
function pressed(values: FormValues): Wish {
  const wish = typeof values.do === "string" ? values.do : "";
  if (wish.startsWith("instead ") && isId(wish.slice(8))) return wish as Wish;
  return wishes.find((one) => one === wish) ?? "publish";
}

/** Where one goes on when a draft was kept. */
export function afterDraft(t: Translator, draft: Proposal, wish: Wish): Outcome {
  if (wish === "preview") return { to: proposalPath(draft) };
  if (wish.startsWith("instead ")) return { to: `/proposals/${wish.slice(8)}`, said: t("proposals.draft-kept") };
  if (wish === "next") return { to: `${proposalPath(draft)}/edit` };
  return { to: `${proposalPath(draft)}/edit`, said: t("proposals.draft-saved") };
}

/** A script sends what is typed every few seconds, without being asked. */
export const isAutosave = (c: Context): boolean => (c.req.header("accept") ?? "").startsWith("application/json");

/**
 * What such a script is told: where the draft now lives and what its version is, or why it was not saved.
 * What needs a page of its own, such as signing in, is left to the shell.
 */
export async function autosave(c: Context<PageEnv>, house: House, keep: Keep): Promise<Response> {
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

export type Keep = (
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
export async function post(
  c: Context<PageEnv>,
  house: House,
  again: (state: FormState) => Promise<Markup>,
  act: (input: Parameters<Keep>[0], isForAll: boolean, values: FormValues, wish: Wish) => Promise<Outcome>,
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

/** What was saved on leaving a page, and is sent again by the next one before it knows, is no other text. */
export async function keepOnce(
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
