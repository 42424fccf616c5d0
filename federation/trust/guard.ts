// The inbox door: what can be refused of a stranger's POST before a signature is checked or JSON-LD is expanded.
// Cheap on purpose (well under a millisecond), since anyone may knock as often as they like.
import { type HttpSignature, readSignatureClaim } from "./http-signature.ts";
import { isNestedTooDeep, type JsonObject, objectionToShape } from "./shape.ts";

export const inboxLimits = {
  bytesMax: 1_000_000,
  /** For the whole body to arrive. */
  bodyMs: 15_000,
  proofsMax: 4,
  /** Values of an activity that is signed in its body only: it has to be expanded before anyone is known to have signed it. */
  forwardedValuesMax: 600,
} as const;

/** Heard, heard but not shown to everyone, or not let in. */
export type PeerStanding = "allowed" | "limited" | "blocked";

export interface GuardOptions {
  /** This node's public origin: what peers signed, whatever a proxy made of the address since. */
  readonly origin: string;
  /** Origins of a demo or a test that may use http; empty on a public node. */
  readonly permittedOrigins: readonly string[];
  readonly standingOf: (actor: URL) => PeerStanding | Promise<PeerStanding>;
  readonly bodyMs?: number | undefined;
}

/** A POST that may go on to signature verification. Nothing here is verified yet. */
export interface Knock {
  /** At the public address, with the body ready to be read again. */
  readonly request: Request;
  readonly body: Uint8Array;
  /** The actor's own HTTP signatures, to be verified; none where the activity is forwarded and the body is signed. */
  readonly signatures: readonly HttpSignature[];
  readonly id: URL;
  readonly actor: URL;
  readonly activity: JsonObject;
  readonly standing: Exclude<PeerStanding, "blocked">;
}

/**
 * Checks an inbox POST: size (413), JSON and shape (400), one actor and an id (400), a signature whose keys, like the
 * activity's id, are on the actor's origin (401), the peer's standing (403).
 *
 * An activity forwarded by another server counts by the signature in its body alone: the forwarder's HTTP signature is
 * taken off the request, so that it cannot vouch for anyone.
 *
 * @see FEP-fe34, of which this is the same-origin form.
 */
export async function guardInbox(request: Request, options: GuardOptions): Promise<Knock | Response> {
  const body = await readBody(request, options.bodyMs ?? inboxLimits.bodyMs);
  if (body instanceof Response) return body;
  const activity = parseObject(body);
  if (activity === null) return refusal(400, "not a JSON object in UTF-8, or nested too deep");
  const objection = objectionToShape(activity);
  if (objection) return refusal(400, objection);

  const permitted = new Set(options.permittedOrigins);
  const actor = trustworthy(onlyId(activity.actor), permitted);
  const id = trustworthy(activity.id, permitted);
  if (actor === null || id === null) return refusal(400, "needs one actor and an id, both https addresses");
  if (typeof activity.type !== "string" && !Array.isArray(activity.type)) return refusal(400, "no type");
  if (id.origin !== actor.origin) return refusal(401, "the id is not on the actor's origin");

  const isForeign = (key: unknown) => trustworthy(key, permitted)?.origin !== actor.origin;
  const inBody = keysInBody(activity);
  if (inBody === null || inBody.some(isForeign)) return refusal(401, "a signature in the body is not the actor's");
  const claim = readSignatureClaim(request.headers);
  const claimed = claim.kind === "claimed" ? claim.signatures : [];
  const signatures = claimed.some(({ keyId }) => isForeign(keyId)) ? [] : claimed;
  if (signatures.length === 0 && inBody.length === 0) {
    return refusal(401, claim.kind === "refused" ? claim.reason : "not signed by the actor");
  }
  if (signatures.length === 0) {
    const { forwardedValuesMax: valuesMax } = inboxLimits;
    const objection = objectionToShape(activity, { valuesMax, isExpanded: true });
    if (objection) return refusal(400, `${objection}, for a forwarded activity`);
  }

  const standing = await options.standingOf(actor);
  if (standing === "blocked") return refusal(403, "blocked");
  const passedOn = rewritten(request, body, options.origin, signatures.length > 0);
  return { request: passedOn, body, signatures, id, actor, activity, standing };
}

function refusal(status: number, reason: string): Response {
  return new Response(`${reason}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function readBody(request: Request, bodyMs: number): Promise<Uint8Array<ArrayBuffer> | Response> {
  const tooLarge = () => refusal(413, `more than ${inboxLimits.bytesMax} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > inboxLimits.bytesMax) return tooLarge();
  if (!request.body) return refusal(400, "empty");
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, bodyMs);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.byteLength;
      if (length > inboxLimits.bytesMax) {
        reader.cancel().catch(() => {});
        return tooLarge();
      }
      chunks.push(next.value);
    }
  } catch {
    return refusal(400, "broken off");
  } finally {
    clearTimeout(timer);
  }
  if (late) return refusal(408, "too slow");
  return Buffer.concat(chunks, length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseObject(bytes: Uint8Array): JsonObject | null {
  if (isNestedTooDeep(bytes)) return null;
  try {
    const parsed: unknown = JSON.parse(utf8.decode(bytes));
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : null;
  } catch {
    return null;
  }
}

/** The id of a value that is, or contains alone, one id: `"…"`, `{ id: "…" }` or either in an array of one. */
function onlyId(value: unknown): unknown {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof single !== "object" || single === null || Array.isArray(single)) return single;
  return (single as JsonObject).id;
}

/** An absolute https address (or one of a permitted origin), written so that every parser reads the same. */
function trustworthy(value: unknown, permitted: ReadonlySet<string>): URL | null {
  if (typeof value !== "string" || !/^https?:\/\/[^\s\\]+$/i.test(value) || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "" || url.hostname.endsWith(".")) return null;
  return url.protocol === "https:" || permitted.has(url.origin) ? url : null;
}

/** Everything a proof of the kinds we can verify consists of; an option that nobody checks must not look checked. */
const proofMembers = new Set([
  "@context",
  "id",
  "type",
  "cryptosuite",
  "verificationMethod",
  "proofPurpose",
  "proofValue",
  "created",
]);

/** The keys that a Linked Data signature and integrity proofs name, or null if one of them cannot be read plainly. */
function keysInBody(activity: JsonObject): unknown[] | null {
  const keys: unknown[] = [];
  const { signature, proof } = activity;
  if (signature !== undefined && signature !== null) {
    if (typeof signature !== "object" || Array.isArray(signature)) return null;
    keys.push((signature as JsonObject).creator);
  }
  const proofs = proof === undefined || proof === null ? [] : Array.isArray(proof) ? proof : [proof];
  if (proofs.length > inboxLimits.proofsMax) return null;
  for (const each of proofs) {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return null;
    if (Object.keys(each).some((member) => !proofMembers.has(member))) return null;
    keys.push((each as JsonObject).verificationMethod);
  }
  return keys;
}

function rewritten(request: Request, body: Uint8Array<ArrayBuffer>, origin: string, keepSignature: boolean): Request {
  const { pathname, search } = new URL(request.url);
  const url = new URL(pathname + search, origin);
  const headers = new Headers(request.headers);
  // Both are part of what was signed: a signature made for another host must fail here.
  headers.set("host", url.host);
  if (!keepSignature) for (const name of ["signature", "signature-input"]) headers.delete(name);
  return new Request(url, { method: "POST", headers, body });
}
