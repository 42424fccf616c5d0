// Reads of who has shown elsewhere who they are, and has no account here yet. It is sealed, and gone once they have one.
import { digestOf } from "../accounts/sign-in.ts";
import type { Sql } from "../platform/db.ts";
import { unseal } from "../platform/sealing.ts";
import type { Arrival } from "./arrival.ts";

export const arrivalKind = "arrival";

/** What an arrival is sealed for. */
export const arrivalSeal = (secret: string) => ({ secret, purpose: "arrival", bound: arrivalKind });

export const openArrival = (secret: string, data: { readonly sealed?: string }): Arrival | null =>
  unseal(arrivalSeal(secret), Buffer.from(data.sealed ?? "", "base64")) as Arrival | null;

/** The person who waits under a state; null when they have been let in, or too long has passed. */
export async function findArrival(sql: Sql, secret: string, state: string, now: Date): Promise<Arrival | null> {
  const [waiting] = await sql<{ data: { sealed?: string } }[]>`
    select data from sign_in_attempt
    where state_digest = ${digestOf(state)} and kind = ${arrivalKind} and used_at is null and expires_at > ${now}`;
  return waiting === undefined ? null : openArrival(secret, waiting.data);
}
