// One delivery: a signed POST through the guarded client. Fedify makes the message and keeps it in the queue; it is sent
// here, because Fedify's own sender knows neither our address rules nor the origins a demo permits one by one.
import type { webcrypto } from "node:crypto";
import { signRequest } from "@fedify/fedify";
import * as z from "zod";
import type { GuardedFetch } from "../src/platform/guarded-fetch.ts";
import { GiveUp, Retry } from "../src/platform/jobs.ts";
import { Refused } from "../src/platform/refusal.ts";
import type { Clock } from "../src/ports.ts";
import { ACTIVITY_JSON } from "./vocabulary.ts";

/** What of Fedify's outbox message is needed to send it. The keys are named; they are never in the row. */
const outboxMessage = z.object({
  type: z.literal("outbox"),
  inbox: z.url(),
  activity: z.unknown(),
  keys: z.array(z.object({ keyId: z.string() })).min(1),
});

export interface Sender {
  readonly client: GuardedFetch;
  readonly clock: Clock;
  /** The private RSA key with this id; null for one that is no more. */
  readonly keyFor: (keyId: string) => Promise<webcrypto.CryptoKey | null>;
}

/** A moment as Fedify takes it. */
export const instantOf = (moment: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(+moment);

const retryAfterMsMax = 4 * 3_600_000;
/** Answers after which the same POST may still be taken later; other 4xx will not change. */
const passing = new Set([401, 408, 425, 429]);

/**
 * Sends one delivery. draft-cavage first, since a server is known that answers 202 to RFC 9421 and drops it; RFC 9421
 * where the first is refused.
 * @throws Retry, or a fault, to be tried again in its place; GiveUp where the server will never take it.
 */
export async function send({ client, clock, keyFor }: Sender, message: unknown): Promise<void> {
  const { inbox, activity, keys } = outboxMessage.parse(message);
  const [{ keyId }] = keys as [{ keyId: string }];
  const key = await keyFor(keyId);
  if (key === null) throw new GiveUp("the sender has no keys any more");
  const body = JSON.stringify(activity);
  const post = async (spec: "draft-cavage-http-signatures-12" | "rfc9421") => {
    const headers = { "content-type": ACTIVITY_JSON, accept: ACTIVITY_JSON };
    const request = new Request(inbox, { method: "POST", headers, body });
    const signed = await signRequest(request, key, new URL(keyId), { spec, currentTime: instantOf(clock.now()) });
    return await client.fetch(signed, { redirect: "manual" });
  };
  try {
    let response = await post("draft-cavage-http-signatures-12");
    if (response.status === 400 || response.status === 401) response = await post("rfc9421");
    settle(response, new URL(inbox).host);
  } catch (error) {
    if (error instanceof Refused && error.code === "address-forbidden") throw new GiveUp(`${new URL(inbox).host} may not be reached`);
    throw error;
  }
}

function settle(response: Response, host: string): void {
  const { status } = response;
  if (response.ok) return;
  if (status === 429 || status === 503) {
    const seconds = Number(response.headers.get("retry-after"));
    if (Number.isFinite(seconds) && seconds > 0) throw new Retry(Math.min(seconds * 1_000, retryAfterMsMax), `${host}: HTTP ${status}`);
  }
  if (status >= 300 && status < 500 && !passing.has(status)) throw new GiveUp(`${host}: HTTP ${status}`);
  throw new Error(`${host}: HTTP ${status}`);
}
