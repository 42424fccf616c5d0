// What follows when a category is called otherwise, or goes into another: everything that carries it, batch by batch, so that
// a name on ten thousand proposals holds up nobody.
import * as z from "zod";
import { carryMeeting } from "../meetings/category-actions.ts";
import { carryFollowings } from "../notices/following-actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { type Handlers, Later } from "../platform/jobs.ts";
import type { Clock } from "../ports.ts";
import { categoryUri } from "../processes/category.ts";
import { carryProcesses } from "../processes/category-actions.ts";
import { findCategoryAfter } from "../processes/queries.ts";
import { carryProposal } from "../proposals/category-actions.ts";
import { carryResult } from "../results/category-actions.ts";
import { type Carrier, listCarriers } from "./category-queries.ts";

const carriedAtOnce = 50;

const change = z.object({ id: z.uuid(), intoId: z.uuid().nullable(), after: z.string() });

const carry: Readonly<
  Record<Carrier["kind"], (tx: Tx, uri: string, intoId: string | null, now: Date) => Promise<void>>
> = { proposal: carryProposal, meeting: carryMeeting, result: carryResult };

export const categoryHandlers = ({ sql, clock }: { readonly sql: Sql; readonly clock: Clock }): Handlers => ({
  "category-changed": async (payload) => {
    const { id, intoId: decidedId, after } = change.parse(payload);
    const now = clock.now();
    const next = await withTransaction(sql, async (tx) => {
      const intoId = decidedId === null ? null : await whereTo(tx, id, decidedId);
      // It was brought back, and the other went into it.
      if (intoId === id) return null;
      if (after === "") {
        await carryProcesses(tx, id, intoId, now);
        if (intoId !== null) await carryFollowings(tx, categoryUri("", id), categoryUri("", intoId));
      }
      const carriers = await listCarriers(tx, id, after, carriedAtOnce);
      for (const { kind, uri } of carriers) await carry[kind](tx, uri, intoId, now);
      return carriers.length === carriedAtOnce ? carriers.at(-1)!.uri : null;
    });
    if (next !== null) throw new Later(0, { id, intoId: decidedId, after: next });
  },
});

/** What has gone on into another since it was decided is passed by: nothing comes to stay where nothing is given any more. */
async function whereTo(tx: Tx, id: string, decidedId: string): Promise<string> {
  const own = await findCategoryAfter(tx, id);
  return own === id ? await findCategoryAfter(tx, decidedId) : own;
}
