// What proposals have done later: an answer that was planned, published at its time.
import * as z from "zod";
import type { Sql } from "../platform/db.ts";
import type { Handlers } from "../platform/jobs.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock } from "../ports.ts";
import { publicationKind, publishPlanned } from "./answer-work-actions.ts";

const payload = z.object({ proposalUri: z.string() });

export const proposalHandlers = (house: {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
}): Handlers => ({
  [publicationKind]: (given) =>
    publishPlanned(house.sql, house.uris, payload.parse(given).proposalUri, house.clock.now()),
});
