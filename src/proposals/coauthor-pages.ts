// How people come to write a proposal together: inviting, the link that was sent, the answer, leaving.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { emailFrom } from "../accounts/sign-in.ts";
import { invitationCookie, keepPrivate, requireViewer } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { getProcess } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, type FormState, handleForm, readForm } from "../web/forms.ts";
import { answerPath, invitationPath, invitationToken } from "./coauthor.ts";
import {
  acceptInvitation,
  declineInvitation,
  inviteCoauthor,
  removeCoauthor,
  revokeInvitation,
} from "./coauthor-actions.ts";
import { isCoauthor, isInvited, listCoauthors, listInvitations, readInvitation } from "./coauthor-queries.ts";
import { coauthorPage, coauthorsPath, invitationPage, noInvitationPage } from "./coauthor-views.ts";
import { proposalPath } from "./proposal.ts";
import { findProposalById } from "./queries.ts";

/** Signed: the token of an invitation that was opened, until it is answered; so no other address carries it. */
const openedCookie = invitationCookie;
const openedSeconds = 24 * 3_600;
/** Signed: a link that has just been made, until it is shown. */
const madeCookie = "invited";
const madeSeconds = 120;

/** @param settings.secret the node's, of which the links are made. */
export function coauthorPages(house: House, settings: { readonly secret: string }): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  manageRoutes(pages, house, settings);
  endRoutes(pages, house);
  answerRoutes(pages, house, settings);
  return pages;
}

/** A proposal that the reader writes, alone or with others. @throws Refused `not-found`, as for what is not there. */
async function written(c: Context<PageEnv>, { sql }: House) {
  const by = requireViewer(c);
  const id = c.req.param("id") ?? "";
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  refuseUnless(proposal !== null && proposal.origin === null, "not-found");
  const isAuthor = proposal.accountId === by.id;
  refuseUnless(isAuthor || (await isCoauthor(sql, proposal.uri, by.id)), "not-found");
  return { by, proposal, isAuthor };
}

async function show(c: Context<PageEnv>, house: House, state: FormState = emptyForm) {
  const { sql, uris, clock } = house;
  const { by, proposal, isAuthor } = await written(c, house);
  c.header("cache-control", "no-store");
  const cookies = c.get("cookies");
  const made = cookies.readSigned(madeCookie);
  if (made !== null) cookies.remove(madeCookie);
  const [id, token] = made?.split(" ") ?? [];
  const [process, coauthors, invitations] = await Promise.all([
    getProcess(sql, proposal.processUri),
    listCoauthors(sql, proposal.uri),
    isAuthor ? listInvitations(sql, proposal.uri, clock.now()) : [],
  ]);
  const newLink = id === proposal.id && token ? uris.at(invitationPath(token)) : null;
  const props = { proposal, process, coauthors, invitations, isAuthor, accountId: by.id, newLink, state };
  return coauthorPage(c.get("page"), props);
}

const invited = z.object({
  email: z
    .string()
    .trim()
    .min(1)
    .refine((text) => emailFrom(text) !== null, "field.not-an-email"),
});

function manageRoutes(pages: Hono<PageEnv>, house: House, { secret }: { readonly secret: string }): void {
  const { sql, clock } = house;
  pages.get("/proposals/:id/coauthors", async (c) => c.html(await show(c, house)));

  pages.post("/proposals/:id/coauthors/invitation", async (c) => {
    const { by, proposal } = await written(c, house);
    return await handleForm(c, {
      schema: invited,
      act: async ({ email }) => {
        await inviteCoauthor(sql, secret, by, proposal.uri, { email }, clock.now());
        return { to: coauthorsPath(proposal), said: c.get("page").t("coauthors.sent") };
      },
      again: (state) => show(c, house, state),
    });
  });

  pages.post("/proposals/:id/coauthors/link", async (c) => {
    const { by, proposal } = await written(c, house);
    return await handleForm(c, {
      schema: z.unknown(),
      act: async () => {
        const token = await inviteCoauthor(sql, secret, by, proposal.uri, { email: null }, clock.now());
        c.get("cookies").setSigned(madeCookie, `${proposal.id} ${token}`, madeSeconds);
        return { to: coauthorsPath(proposal) };
      },
      again: (state) => show(c, house, state),
    });
  });
}

function endRoutes(pages: Hono<PageEnv>, house: House): void {
  const { sql, clock } = house;
  pages.post("/proposals/:id/coauthors/revocation", async (c) => {
    const { by, proposal } = await written(c, house);
    return await handleForm(c, {
      schema: z.object({ invitation: z.uuid() }),
      act: async ({ invitation }) => {
        await revokeInvitation(sql, by, proposal.uri, invitation, clock.now());
        return { to: coauthorsPath(proposal), said: c.get("page").t("coauthors.revoked") };
      },
      again: (state) => show(c, house, state),
    });
  });

  pages.post("/proposals/:id/coauthors/removal", async (c) => {
    const { by, proposal, isAuthor } = await written(c, house);
    return await handleForm(c, {
      schema: z.object({ who: z.uuid() }),
      act: async ({ who }) => {
        await removeCoauthor(sql, by, proposal.uri, who, clock.now());
        const said = c.get("page").t(isAuthor ? "coauthors.removed" : "coauthors.left");
        const isGone = !isAuthor && proposal.publishedAt === null;
        return {
          to: isAuthor ? coauthorsPath(proposal) : isGone ? "/account/proposals" : proposalPath(proposal),
          said,
        };
      },
      again: (state) => show(c, house, state),
    });
  });
}

function answerRoutes(pages: Hono<PageEnv>, { sql, clock }: House, { secret }: { readonly secret: string }): void {
  // The address is a key, so it is left at once. Nothing is used up by opening it: mail programs do that too.
  pages.get("/account/invitation/:token{[A-Za-z0-9_-]{43}}", (c) => {
    keepPrivate(c);
    c.get("cookies").setSigned(openedCookie, c.req.param("token"), openedSeconds);
    return c.redirect(answerPath, 303);
  });

  // From a notice, for whom it was sent to: the address is no key.
  pages.get("/account/invitations/:id", async (c) => {
    const by = requireViewer(c);
    const id = c.req.param("id");
    return await orOver(c, async () => {
      refuseUnless(isId(id) && (await isInvited(sql, id, by.id, clock.now())), "link-expired");
      c.get("cookies").setSigned(openedCookie, invitationToken(secret, id), openedSeconds);
      return c.redirect(answerPath, 303);
    });
  });

  const shown = async (c: Context<PageEnv>, state: FormState) => {
    const token = c.get("cookies").readSigned(openedCookie);
    refuseUnless(token !== null, "link-expired");
    return invitationPage(c.get("page"), await readInvitation(sql, token, clock.now()), state);
  };

  pages.get(answerPath, async (c) => {
    c.header("cache-control", "no-store");
    return await orOver(c, async () => c.html(await shown(c, emptyForm)));
  });

  pages.post(answerPath, async (c) => {
    const cookies = c.get("cookies");
    const token = cookies.readSigned(openedCookie) ?? "";
    const { t } = c.get("page");
    const isYes = (await readForm(c)).answer === "yes";
    const by = isYes ? requireViewer(c) : null;
    return await orOver(c, () =>
      handleForm(c, {
        schema: z.unknown(),
        act: async () => {
          if (by === null) {
            await declineInvitation(sql, token, clock.now());
            cookies.remove(openedCookie);
            return { to: "/", said: t("coauthors.declined") };
          }
          const proposal = await acceptInvitation(sql, by, token, clock.now());
          cookies.remove(openedCookie);
          return { to: proposalPath(proposal), said: t("coauthors.accepted") };
        },
        again: (state) => shown(c, state),
      }),
    );
  });
}

async function orOver(c: Context<PageEnv>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "link-expired") throw error;
    c.get("cookies").remove(openedCookie);
    return c.html(noInvitationPage(c.get("page")), error.status);
  }
}
