// What the shell asks before someone takes part: whether they have to agree to the terms first.
import { agreeToTerms } from "../accounts/terms-actions.ts";
import type { Sql } from "../platform/db.ts";
import { isId } from "../platform/ids.ts";
import type { House } from "../ports.ts";
import { findProposalById } from "../proposals/queries.ts";
import type { TermsDoor } from "../web/agreeing.ts";
import { draftingForm, isDraftWish, isTakingPart } from "./agreement.ts";
import { isAgreementDue, readTermsAsked } from "./agreement-queries.ts";
import { agreementPage } from "./agreement-views.ts";

export const openTermsDoor = ({ sql, clock }: House): TermsDoor => ({
  isTakingPart,
  isDrafting: (path) => isDrafting(sql, path),
  isDraftWish,
  isDue: (account) => isAgreementDue(sql, account.id),
  agree: (account, digest) => agreeToTerms(sql, account.id, clock.now(), digest),
  ask: async (ctx, account, act) => agreementPage(ctx, await readTermsAsked(sql, account.id), act),
});

/** Changing what is published is for everyone at once, whatever was pressed. */
async function isDrafting(sql: Sql, path: string): Promise<boolean> {
  const form = draftingForm(path);
  if (form === null || form.proposalId === null) return form !== null;
  const proposal = isId(form.proposalId) ? await findProposalById(sql, form.proposalId) : null;
  return proposal?.state === "draft" && proposal.publishedAt === null;
}
