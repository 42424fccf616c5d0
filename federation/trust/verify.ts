// Whether a knock at the inbox is signed by the actor it names. The key is looked for in the actor's own document and
// nowhere else, so no server can offer a key for someone else's actor; and nothing is expanded before that is known,
// so an unsigned activity costs no more than the door (guard.ts) and one check of a signature.
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { FetchError } from "@fedify/vocab-runtime";
import type { Documents } from "./documents.ts";
import type { HttpSignature } from "./http-signature.ts";
import type { JsonObject } from "./shape.ts";

export const signatureLimits = {
  /** How far the clock of a signer may be off, either way; also how long a request could be replayed. */
  windowMs: 60 * 60 * 1000,
  /** Within which checking a signature is cheap and worth something. */
  modulusBitsMin: 2048,
  modulusBitsMax: 8192,
  publicExponentMax: 0xffff_ffffn,
  keysMax: 8,
} as const;

export type Verification =
  | { readonly kind: "verified" }
  | { readonly kind: "refused"; readonly reason: string }
  /** The actor's server says it is no more (404, 410): the sender of a Delete is not there to be asked. */
  | { readonly kind: "actor-gone"; readonly status: number }
  /** The actor's server did not answer properly: the same request may succeed later. */
  | { readonly kind: "actor-unreachable"; readonly error: unknown };

export interface SignedRequest {
  /** At the public address, as the guard passes it on. */
  readonly request: Request;
  readonly body: Uint8Array;
  readonly actor: URL;
  readonly signatures: readonly HttpSignature[];
}

/** Verifies every HTTP signature of a request with the keys its actor publishes, reading the actor anew at most once. */
export async function verifyRequest(
  signed: SignedRequest,
  { documents, now }: { readonly documents: Pick<Documents, "loader" | "forget">; readonly now: () => Date },
): Promise<Verification> {
  const late = objectionToTime(signed, now().getTime());
  if (late) return { kind: "refused", reason: late };
  if (!digestsMatch(signed.request.headers, signed.body)) return { kind: "refused", reason: "digest" };
  const first = await verifyWith(signed, documents);
  // A failed signature may mean a new key: once a minute the actor is asked again.
  if (first.kind === "refused" && documents.forget(signed.actor.href)) return await verifyWith(signed, documents);
  return first;
}

async function verifyWith(
  { request, actor, signatures }: SignedRequest,
  documents: Pick<Documents, "loader">,
): Promise<Verification> {
  let document: JsonObject;
  try {
    document = (await documents.loader(actor.href)).document as JsonObject;
  } catch (error) {
    if (error instanceof FetchError && (error.response?.status === 404 || error.response?.status === 410)) {
      return { kind: "actor-gone", status: error.response.status };
    }
    return { kind: "actor-unreachable", error };
  }
  if (document.id !== actor.href) return { kind: "refused", reason: "the actor's document has another id" };
  for (const signature of signatures) {
    const key = publishedKey(document, signature.keyId);
    if (!key) return { kind: "refused", reason: "the actor does not publish this key" };
    if (!isSignedBy(key, signature, request)) return { kind: "refused", reason: "signature" };
  }
  return { kind: "verified" };
}

function objectionToTime({ request, signatures }: SignedRequest, now: number): string | null {
  const isOff = (time: number) => Math.abs(time - now) > signatureLimits.windowMs;
  for (const { created, expires, covered } of signatures) {
    if (created !== null && isOff(created * 1000)) return "created too long ago or ahead";
    if (expires !== null && expires * 1000 < now) return "expired";
    const date = covered.includes("date") ? Date.parse(request.headers.get("date") ?? "") : now;
    if (Number.isNaN(date) || isOff(date)) return "Date too long ago or ahead";
  }
  return null;
}

const hashes: ReadonlyMap<string, string> = new Map([
  ["sha-256", "sha256"],
  ["sha-512", "sha512"],
]);

/** Each digest the headers give by a hash we know matches the body, and there is at least one. */
function digestsMatch(headers: Headers, body: Uint8Array): boolean {
  let known = 0;
  for (const [header, encoded] of [
    ["digest", /^([^=]+)=([A-Za-z0-9+/]+={0,2})$/],
    ["content-digest", /^([^=]+)=:([A-Za-z0-9+/]+={0,2}):$/],
  ] as const) {
    for (const each of headers.get(header)?.split(",") ?? []) {
      const match = encoded.exec(each.trim());
      const hash = match && hashes.get(match[1]!.toLowerCase());
      if (!hash) continue;
      if (createHash(hash).update(body).digest("base64") !== match[2]) return false;
      known++;
    }
  }
  return known > 0;
}

/** Keys parsed once for each document that is kept; forgotten with it. */
const parsed = new WeakMap<JsonObject, Map<string, KeyObject | null>>();

function publishedKey(document: JsonObject, keyId: string): KeyObject | null {
  const keys = parsed.get(document) ?? readKeys(document);
  parsed.set(document, keys);
  return keys.get(keyId) ?? null;
}

function readKeys(actor: JsonObject): Map<string, KeyObject | null> {
  const keys = new Map<string, KeyObject | null>();
  const published = [actor.publicKey].flat() as unknown[];
  for (const each of published.slice(0, signatureLimits.keysMax)) {
    if (typeof each !== "object" || each === null) continue;
    const { id, owner, publicKeyPem } = each as JsonObject;
    if (typeof id !== "string" || typeof publicKeyPem !== "string") continue;
    if (owner === undefined || owner === actor.id) keys.set(id, readKey(publicKeyPem));
  }
  // Some programs name a single key by its actor.
  if (keys.size === 1 && typeof actor.id === "string") keys.set(actor.id, [...keys.values()][0]!);
  return keys;
}

function readKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    const { modulusBitsMin, modulusBitsMax, publicExponentMax } = signatureLimits;
    const isUsable =
      key.asymmetricKeyType === "rsa" &&
      modulusLength >= modulusBitsMin &&
      modulusLength <= modulusBitsMax &&
      publicExponent <= publicExponentMax;
    return isUsable ? key : null;
  } catch {
    return null;
  }
}

/** RSASSA-PKCS1-v1_5; `hs2019` means SHA-256 wherever it was seen in use. */
const hashOf: ReadonlyMap<string, string> = new Map([
  ["rsa-sha256", "sha256"],
  ["hs2019", "sha256"],
  ["rsa-v1_5-sha256", "sha256"],
  ["rsa-v1_5-sha512", "sha512"],
]);

function isSignedBy(key: KeyObject, signature: HttpSignature, request: Request): boolean {
  const hash = hashOf.get(signature.algorithm ?? "rsa-sha256");
  const base = signature.signatureParams === null ? cavageBase(signature, request) : rfc9421Base(signature, request);
  if (!hash || base === null) return false;
  return verify(hash, Buffer.from(base), key, signature.value);
}

/** draft-cavage-http-signatures-12, section 2.3; null if a signed header is absent. */
function cavageBase({ covered, created, expires }: HttpSignature, request: Request): string | null {
  const { pathname, search } = new URL(request.url);
  const lines: string[] = [];
  for (const name of covered) {
    const value =
      name === "(request-target)"
        ? `${request.method.toLowerCase()} ${pathname}${search}`
        : name === "(created)"
          ? created
          : name === "(expires)"
            ? expires
            : request.headers.get(name);
    if (value === null) return null;
    lines.push(`${name}: ${value}`);
  }
  return lines.join("\n");
}

/** RFC 9421, section 2.5; null if a component is absent or of a kind that requests do not have. */
function rfc9421Base({ covered, signatureParams }: HttpSignature, request: Request): string | null {
  const url = new URL(request.url);
  const lines: string[] = [];
  for (const name of covered) {
    const value = name.startsWith("@") ? derived(name, request.method, url) : request.headers.get(name);
    if (value === null) return null;
    lines.push(`"${name}": ${value}`);
  }
  lines.push(`"@signature-params": ${signatureParams}`);
  return lines.join("\n");
}

function derived(name: string, method: string, url: URL): string | null {
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return url.href;
    case "@authority":
      return url.host;
    case "@scheme":
      return url.protocol.slice(0, -1);
    case "@request-target":
    case "@path":
      return name === "@path" ? url.pathname : url.pathname + url.search;
    case "@query":
      return url.search === "" ? "?" : url.search;
    default:
      return null;
  }
}
