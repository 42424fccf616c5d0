// The rules of signing in by a link in an e-mail: how long, how often, what a link is made of. Pure: no SQL, no request.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { refuseUnless } from "../platform/refusal.ts";
import { emailLengthMax } from "./account.ts";

export const linkLifetimeMs = 20 * 60_000;
/** Longer than a sign-in: it lets nobody in. */
export const emailChangeLifetimeMs = 24 * 3_600_000;
export const sessionLifetimeMs = 30 * 24 * 3_600_000;

/** Links are counted over this time, and kept no longer than a day. */
export const requestWindowMs = 3_600_000;
export const linksPerAddressMax = 5;
/** Generous, because a library or a school is one address on the network. */
export const linksPerNetworkMax = 30;
export const linkKeptMs = 24 * 3_600_000;

export const returnPathLengthMax = 500;

const EMAIL = /^[^\s\p{C}@<>()[\]:;,\\"]{1,64}@([^\s\p{C}@<>()[\]:;,\\"/]+\.[^\s\p{C}@<>()[\]:;,\\"/]+)$/u;

/** An address as it is stored and compared: lower case, its domain in ASCII (RFC 5890). Null for what is no address. */
export function emailFrom(text: string): string | null {
  const trimmed = text.trim().normalize("NFC").toLowerCase();
  const domain = domainToASCII(EMAIL.exec(trimmed)?.[1] ?? "");
  if (domain === "" || trimmed.length > emailLengthMax) return null;
  return `${trimmed.slice(0, trimmed.lastIndexOf("@"))}@${domain}`;
}

/** @throws Refused `invalid-input` with field `email` for what is no address. */
export function readEmail(text: string): string {
  const email = emailFrom(text);
  refuseUnless(email !== null, "invalid-input", { field: "email" });
  return email;
}

/**
 * Where a person goes on after signing in: a path of this node, or the start page for anything else.
 * Resolved as browsers do, so that `//host`, `/\host` and `/%09/host` cannot lead to another server.
 */
export function safeReturnPath(text: string | null | undefined): string {
  if (!text?.startsWith("/") || text.length > returnPathLengthMax || /[\p{Cc}\\]/u.test(text)) return "/";
  const base = "http://node.invalid";
  const url = URL.parse(text, base);
  if (url === null || url.origin !== base || url.pathname.startsWith("//")) return "/";
  // Back to the sign-in form would be a circle.
  if (url.pathname === "/sign-in" || url.pathname.startsWith("/sign-in/")) return "/";
  return url.pathname + url.search + url.hash;
}

/**
 * The token of a link: made from its id with the node's secret, so that a queued job needs to carry only the id
 * and neither the database nor a backup of it is enough to sign in.
 */
export const linkToken = (secret: string, linkId: string): string =>
  createHmac("sha256", secret).update(`sign-in link ${linkId}`).digest("base64url");

export const newSessionToken = (): string => randomBytes(32).toString("base64url");

/** What the database keeps of a token. Tokens have 256 bits, so a plain digest needs no salt. */
export const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** A keyed digest of who asks: an IPv4 address, or the /64 that an IPv6 customer gets whole. */
export function networkDigest(secret: string, ip: string): Buffer {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  const network = mapped ?? (isIPv6(ip) ? first64Bits(ip) : ip);
  return createHmac("sha256", secret).update(`network ${network}`).digest().subarray(0, 16);
}

function first64Bits(ip: string): string {
  // The URL parser writes an IPv6 address in its one canonical form (RFC 5952).
  const canonical = new URL(`http://[${ip.split("%")[0]}]/`).hostname.slice(1, -1);
  const [head = "", tail = ""] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = canonical.includes("::") ? Array<string>(8 - left.length - right.length).fill("0") : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}

// In this order: each name also stands in the ones below it.
const browsers = { Firefox: /Firefox|FxiOS/, Edge: /Edg/, Opera: /OPR/, Chrome: /Chrome|CriOS/, Safari: /Safari/ };
const systems = {
  Android: /Android/,
  iPhone: /iPhone/,
  iPad: /iPad/,
  Windows: /Windows/,
  macOS: /Mac OS X/,
  Linux: /Linux/,
};

/** "Firefox, Android": enough to tell one's own devices apart, too little to tell people apart. */
export function deviceOf(userAgent: string | undefined): string {
  const text = (userAgent ?? "").slice(0, 500);
  const nameIn = (names: Readonly<Record<string, RegExp>>) =>
    Object.keys(names).find((name) => names[name]?.test(text));
  return [nameIn(browsers), nameIn(systems)].filter((name) => name !== undefined).join(", ");
}
