// Which offers wait for an official of this node, with what the desk shows of each.
import type { Sql } from "../platform/db.ts";
import { pickText, type TextIn } from "../platform/text.ts";
import { findSubject } from "../subjects/queries.ts";
import { pagePathOf } from "../subjects/subject.ts";
import type { Adoption } from "./adoption.ts";
import { findFacts } from "./lineage-queries.ts";
import { listWaitingAdoptions } from "./queries.ts";

export interface WaitingAdoption {
  readonly adoption: Adoption;
  /** Of what is ours. */
  readonly objectTitle: string;
  readonly objectPath: string;
  /** Of what was made from it, in the reader's language where it speaks that. */
  readonly title: TextIn;
  readonly url: string;
}

/** Offers that wait, the oldest first. */
export async function listWaiting(
  sql: Sql,
  { lang, now, limit }: { lang: string; now: Date; limit: number },
): Promise<WaitingAdoption[]> {
  const offers = await listWaitingAdoptions(sql, limit);
  return await Promise.all(
    offers.map(async (adoption) => {
      const object = await findSubject(sql, adoption.objectUri);
      const facts = await findFacts(sql, adoption.subjectUri, now);
      return {
        adoption,
        objectTitle: object?.title ?? "",
        objectPath: object === null ? "/" : pagePathOf(object),
        title: facts === null ? { text: adoption.subjectUri, lang: "und" } : pickText(facts.title, lang),
        url: facts?.url ?? adoption.subjectUri,
      };
    }),
  );
}
