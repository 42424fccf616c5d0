// The city's official answer: its form, for officials of the process.
import { type Context, Hono } from "hono";
import { requireRole } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { permits } from "../processes/process.ts";
import { getProcess } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { emptyForm, handleForm } from "../web/forms.ts";
import { answerProposal } from "./answer-actions.ts";
import { answerForm } from "./answer-reading-views.ts";
import { answerPage } from "./answer-views.ts";
import { mayBecome, proposalPath } from "./proposal.ts";
import { findAnswer, findProposalById } from "./queries.ts";
import { listTried } from "./tried-queries.ts";

export function answerPages(house: House): Hono<PageEnv> {
  const { sql, uris, clock } = house;
  const pages = new Hono<PageEnv>();

  pages.get("/proposals/:id/answer", async (c) => {
    const { proposal, process } = await answerable(c, house);
    refuseUnless(permits(process.phases, "answer", clock.now()), "phase-closed");
    refuseUnless(mayBecome(proposal.state, "accepted"), "not-in-this-state");
    const [answer, tried] = await Promise.all([findAnswer(sql, proposal.uri), listTried(sql, proposal.title)]);
    return c.html(answerPage(c.get("page"), { proposal, process, answer, tried, state: emptyForm }));
  });

  pages.post("/proposals/:id/answer", async (c) => {
    const { proposal, process, by } = await answerable(c, house);
    return await handleForm(c, {
      schema: answerForm,
      act: async (input) => {
        refuseUnless(input.costCurrency !== "", "invalid-input", { field: "costCurrency" });
        await answerProposal(sql, uris, by, proposal.uri, input, clock.now());
        return { to: `${proposalPath(proposal)}#answer`, said: c.get("page").t("proposals.answered") };
      },
      again: async (state) => {
        const [answer, tried] = await Promise.all([findAnswer(sql, proposal.uri), listTried(sql, proposal.title)]);
        return answerPage(c.get("page"), { proposal, process, answer, tried, state });
      },
    });
  });
  return pages;
}

/** A public proposal of this node and someone who may answer it. */
async function answerable(c: Context<PageEnv>, { sql }: House) {
  const id = c.req.param("id") ?? "";
  const proposal = isId(id) ? await findProposalById(sql, id) : null;
  const isPublic = proposal !== null && proposal.publishedAt !== null && proposal.hiddenAt === null;
  refuseUnless(isPublic && proposal.origin === null, "not-found");
  const by = requireRole(c, "official", proposal.processUri);
  return { proposal, by, process: await getProcess(sql, proposal.processUri) };
}
