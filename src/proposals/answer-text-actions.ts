// How the official answer is translated: locked with its proposal, and vouched for anew. Not bound to a phase: what was decided
// stays as it is.
import type { TextDoor } from "../translations/actions.ts";
import { vouchForProposal } from "./vouch.ts";

export const answerTexts: TextDoor = {
  kind: "answer",
  read: async (sql, uri) => {
    const [answer] = await sql<
      { reasons: string; term: string }[]
    >`select reasons, term from answer where uri = ${uri}`;
    return answer ?? null;
  },
  lock: async (tx, uri) => {
    await tx`select from proposal where uri = (select proposal_uri from answer where uri = ${uri}) for update`;
  },
  vouch: async (tx, uri, now) => {
    const [answer] = await tx<{ proposalUri: string }[]>`select proposal_uri from answer where uri = ${uri}`;
    if (answer !== undefined) await vouchForProposal(tx, answer.proposalUri, now);
  },
};
