// The outgoing client of a node that has blocked servers: nothing is read from them and nothing sent, also where it was
// promised before they were blocked.
import { policyFor } from "../../src/actors/queries.ts";
import type { Sql } from "../../src/platform/db.ts";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { refuseUnless } from "../../src/platform/refusal.ts";

/** `client.fetch`, which throws Refused `peer-blocked` for a host that is blocked at that moment. */
export function keepingOutBlocked(sql: Sql, client: GuardedFetch): GuardedFetch["fetch"] {
  return async (input, init) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    refuseUnless((await policyFor(sql, host)) !== "blocked", "peer-blocked", { host });
    return await client.fetch(input, init);
  };
}
