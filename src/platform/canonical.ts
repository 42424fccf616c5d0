// Bytes that everyone makes alike: the JSON Canonicalization Scheme (RFC 8785), and names made of them.
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * A JSON value as its canonical text (RFC 8785): keys in order, no white space, numbers as ECMAScript writes them.
 * @throws Error for what is no JSON value.
 */
export function canonicalText(value: unknown): string {
  const text = (canonicalize as unknown as (input: unknown) => string | undefined)(value);
  if (text === undefined) throw new Error("only JSON values have canonical text");
  return text;
}

/** What is nested deeper than this is nobody's document, and would cost more stack than there is. */
const depthMax = 100;

/**
 * JSON of a stranger.
 * @throws SyntaxError for what is no JSON, or nested too deep for what walks through it later.
 */
export function parseJson(text: string): unknown {
  if (isDeep(text)) throw new SyntaxError("nested too deep");
  return JSON.parse(text);
}

function isDeep(text: string): boolean {
  let [depth, isInString] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) isInString = !isInString;
    else if (isInString) at += char === 0x5c ? 1 : 0;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}

/** The name of a text: `sha256-` and the SHA-256 of its UTF-8 bytes in base64url, without padding. */
export const digestOf = (text: string): string =>
  `sha256-${createHash("sha256").update(text, "utf8").digest("base64url")}`;

const DIGEST = /^sha256-[A-Za-z0-9_-]{43}$/;
export const isDigest = (text: unknown): text is string => typeof text === "string" && DIGEST.test(text);
