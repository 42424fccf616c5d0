// What a passkey of this node is, and what its counter says. Pure: no SQL, no request, no clock.
import { isIP } from "node:net";
import * as z from "zod";

/** The node as authenticators know it (WebAuthn level 3, section 5.1.2). */
export interface RelyingParty {
  /** The host. Passkeys are bound to it for good. */
  readonly id: string;
  readonly origin: string;
}

/** Null for an origin whose host is a number: no passkey can be bound to one. */
export function relyingPartyOf(origin: string): RelyingParty | null {
  const { hostname } = new URL(origin);
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { id: hostname, origin } : null;
}

/**
 * Whether a counter went back or stood still, which an authenticator that counts never does: then somebody signs with
 * a copy of the key (WebAuthn level 3, section 6.1.1). Many do not count, and always say 0.
 */
export const isCopied = (kept: number, reported: number): boolean => (kept > 0 || reported > 0) && reported <= kept;

/** Credential ids have up to 1023 bytes (WebAuthn level 3, section 4). */
const credentialIdCharsMax = 1364;
const partCharsMax = 20_000;

const base64url = (charsMax: number) =>
  z
    .string()
    .max(charsMax)
    .regex(/^[A-Za-z0-9_-]+$/);
const id = base64url(credentialIdCharsMax);

/** What a browser answers, as JSON (WebAuthn level 3, section 5.1.8). Unknown parts are dropped. */
const common = { id, rawId: id, type: z.literal("public-key"), authenticatorAttachment: z.string().max(30).optional() };
export const assertionSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url(partCharsMax),
    authenticatorData: base64url(partCharsMax),
    signature: base64url(partCharsMax),
    userHandle: base64url(100).optional(),
  }),
});
export const registrationSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url(partCharsMax),
    attestationObject: base64url(partCharsMax),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

/** The challenge that an answer says it is for; null for what cannot be read. */
export function challengeOf(clientDataJson: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJson, "base64url").toString());
    return typeof challenge === "string" ? challenge : null;
  } catch {
    return null;
  }
}

/** JSON of a form field, or null. */
export function readJson<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The public key that answers for credentials nobody has are checked with, so that they take as long as others: the
 * generator of P-256 (SEC 2) as a COSE key. What it checks is refused in any case.
 */
export const decoyKey = Buffer.from(
  "a5010203262001215820" +
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "225820" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
);
