// One activity to one inbox: signed, through the guarded client, and patient. In place of Fedify's own delivery, which
// sends by the global `fetch`, looks every inbox's address up again, and keeps what it knows of peers in the database.
import { KeyObject, type webcrypto } from "node:crypto";
import * as z from "zod";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { GiveUp, Later, Retry } from "../../src/platform/jobs.ts";
import { Refused } from "../../src/platform/refusal.ts";
import type { SignatureDialect } from "../trust/documents.ts";
import { type Signer, signedHeaders } from "../trust/signing.ts";

export const postingLimits = {
  totalMs: 15_000,
  answerBytesMax: 64_000,
  /** Failures one after the other, after which a server is left alone for a while. */
  failuresMax: 5,
  restMs: 10 * 60 * 1000,
  restMsMax: 4 * 60 * 60 * 1000,
  /** After which an activity that a silent server never took is given up. */
  keptMs: 7 * 24 * 60 * 60 * 1000,
  retryAfterMsMax: 24 * 60 * 60 * 1000,
  /** Servers remembered in memory. */
  rememberedMax: 10_000,
} as const;

/** What of Fedify's outbox message is needed to send it. Keys are named in it; they are never in the row. */
const outboxMessage = z.object({
  type: z.literal("outbox"),
  inbox: z.url(),
  activity: z.unknown(),
  keys: z.array(z.object({ keyId: z.string() })).min(1),
  /** When it was first to be sent. */
  started: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});
export type OutboxMessage = z.infer<typeof outboxMessage>;

export interface PostingOptions {
  readonly fetch: GuardedFetch["fetch"];
  /** The private RSA key with this id; null for one that is no more. */
  readonly keyFor: (keyId: string) => Promise<webcrypto.CryptoKey | null>;
  readonly now: () => Date;
  /** Told when an inbox answers that it is no more (404, 410), before the delivery is given up. */
  readonly onGone?: ((inbox: URL) => Promise<void>) | undefined;
}

/** What is known of one server: how it wants to be signed to, and whether it answers. */
interface Peer {
  readonly dialect: SignatureDialect;
  readonly failures: number;
  /** Left alone until then, in milliseconds; 0 while it answers. */
  readonly restUntil: number;
}

const unknownPeer: Peer = { dialect: "draft-cavage-http-signatures-12", failures: 0, restUntil: 0 };

/**
 * Delivers, or throws what the job worker understands: {@link Later} while a server rests, {@link Retry} when it asks
 * for time, {@link GiveUp} when the answer would stay the same, anything else to be tried again.
 */
export function openPosting({ fetch, keyFor, now, onGone }: PostingOptions): (message: unknown) => Promise<void> {
  const peers = new Remembered<Peer>();

  /** Keys are listed with the one for HTTP signatures first. */
  async function signerOf({ keys }: OutboxMessage): Promise<Signer> {
    const { keyId } = keys[0]!;
    const key = await keyFor(keyId);
    if (key === null) throw new GiveUp("the sender has no keys any more");
    return { keyId, privateKey: KeyObject.from(key) };
  }

  async function send(message: OutboxMessage, inbox: URL, dialect: SignatureDialect): Promise<Response> {
    const body = Buffer.from(JSON.stringify(message.activity));
    const unsigned = { method: "POST" as const, url: inbox, body, contentType: "application/activity+json" };
    const headers = await signedHeaders(unsigned, await signerOf(message), dialect, now());
    for (const [name, value] of Object.entries(message.headers ?? {})) {
      if (!headers.has(name)) headers.set(name, value);
    }
    const { totalMs, answerBytesMax } = postingLimits;
    return await fetch(inbox, { method: "POST", headers, body, totalMs, bytesMax: answerBytesMax });
  }

  /** In the dialect the server is known to read; in the other one too if it is refused, which is then remembered. */
  async function knock(message: OutboxMessage, inbox: URL): Promise<Response> {
    const { dialect } = peers.get(inbox.origin) ?? unknownPeer;
    const first = await send(message, inbox, dialect);
    if (first.status !== 400 && first.status !== 401) return first;
    const other = dialect === "rfc9421" ? "draft-cavage-http-signatures-12" : "rfc9421";
    const second = await send(message, inbox, other);
    if (second.ok) peers.set(inbox.origin, { ...(peers.get(inbox.origin) ?? unknownPeer), dialect: other });
    return second;
  }

  /** Deliveries that were under way together count as one failure: a busy minute proves no more than a quiet one. */
  function failed(origin: string, before: Peer, error: unknown): never {
    const { dialect, failures } = peers.get(origin) ?? unknownPeer;
    if (failures !== before.failures) throw error;
    const { failuresMax, restMs, restMsMax } = postingLimits;
    const over = failures + 1 - failuresMax;
    const rest = over < 0 ? 0 : Math.min(restMsMax, restMs * 2 ** Math.min(over, 16));
    peers.set(origin, { dialect, failures: failures + 1, restUntil: rest === 0 ? 0 : now().getTime() + rest });
    throw error;
  }

  return async (given) => {
    const message = outboxMessage.parse(given);
    const inbox = new URL(message.inbox);
    const at = now().getTime();
    const peer = peers.get(inbox.origin) ?? unknownPeer;
    if (peer.restUntil > at) {
      if (at - Date.parse(message.started) > postingLimits.keptMs) throw new GiveUp("silent for too long");
      throw new Later(peer.restUntil - at + Math.random() * 60_000);
    }
    // One delivery asks whether the server is back; the others go on waiting meanwhile.
    if (peer.restUntil > 0) peers.set(inbox.origin, { ...peer, restUntil: at + postingLimits.totalMs * 2 });
    const response = await knock(message, inbox).catch((error: unknown) => {
      if (error instanceof GiveUp) throw error;
      if (error instanceof Refused && error.code === "address-forbidden") {
        throw new GiveUp("the inbox has a forbidden address", { cause: error });
      }
      return failed(inbox.origin, peer, error);
    });
    const answered = `${inbox.host} answered ${response.status}`;
    if (response.status >= 500) failed(inbox.origin, peer, retryAfter(response, at) ?? new Error(answered));
    peers.set(inbox.origin, { ...(peers.get(inbox.origin) ?? unknownPeer), failures: 0, restUntil: 0 });
    if (response.ok) return;
    if (response.status === 404 || response.status === 410) await onGone?.(inbox);
    // Others may change: a signature refused while the peer could not read our key, a limit, a redirect for a day.
    const mayChange = response.status < 400 || [401, 408, 429].includes(response.status);
    if (!mayChange) throw new GiveUp(answered);
    throw retryAfter(response, at) ?? new Error(answered);
  };
}

/** RFC 9110 section 10.2.3: seconds or a date. */
function retryAfter(response: Response, at: number): Retry | null {
  const value = response.headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - at;
  return ms > 0 ? new Retry(Math.min(ms, postingLimits.retryAfterMsMax)) : null;
}

/** The last so many things set, by name. */
class Remembered<T> {
  readonly #kept = new Map<string, T>();

  get(name: string): T | undefined {
    return this.#kept.get(name);
  }

  set(name: string, value: T): void {
    this.#kept.delete(name);
    this.#kept.set(name, value);
    if (this.#kept.size > postingLimits.rememberedMax) this.#kept.delete(this.#kept.keys().next().value!);
  }
}
