// What others have proposed already, beside the form of a proposal and as its title is typed.
import { Hono } from "hono";
import { requireViewer } from "../accounts/viewer.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import type { Process } from "../processes/process.ts";
import { findProcess } from "../processes/queries.ts";
import type { PageEnv } from "../web/context.ts";
import { readForm } from "../web/forms.ts";
import type { Proposal } from "./proposal.ts";
import { findProposalById } from "./queries.ts";
import { type Alike, similarList } from "./similar-views.ts";
import { listSimilar, listTried } from "./tried-queries.ts";

const similarShownMax = 5;

export const nothingAlike: Alike = { here: [], elsewhere: [] };

export async function findAlike(
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

/** As the title is typed: a part of a page, for the script of the form. What is typed stands in no address and no log. */
export function similarPages({ sql }: House): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.post("/proposals/similar", async (c) => {
    requireViewer(c);
    const { title, process: uri, except } = await readForm(c);
    const process = typeof uri === "string" ? await findProcess(sql, uri) : null;
    refuseUnless(process?.publishedAt != null && process.hiddenAt === null && typeof title === "string", "not-found");
    const proposal = typeof except === "string" && isId(except) ? await findProposalById(sql, except) : null;
    const alike = await findAlike(sql, title, process, proposal);
    return c.html(similarList(c.get("page"), alike, { title, process, proposal, mayKeep: true }));
  });
  return pages;
}
