// Which names of servers a city may decide about, and what such a decision covers. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";

/**
 * Second levels under which countries register names: `co.uk`, `gob.es`, `gouv.fr`. Not the public suffix list, which is
 * thousands of lines and never whole: it stops what somebody types by mistake.
 */
const registries: ReadonlySet<string> = new Set(
  ["ac", "asso", "co", "com", "edu", "ed", "gob", "gouv", "gov", "go", "govt", "info"].concat([
    "lg",
    "ltd",
    "me",
    "mil",
    "ne",
    "net",
    "nhs",
    "nom",
    "ong",
    "or",
    "org",
    "plc",
    "police",
    "sch",
  ]),
);

/** The name without its port. */
const nameOf = (host: string): string => host.replace(/:\d+$/, "");

/** Whether a decision about `host` holds for `other` too: the same name, or one below it. */
export const covers = (host: string, other: string): boolean =>
  other === host || nameOf(other) === host || nameOf(other).endsWith(`.${host}`);

/** A name that is a whole region of the net rather than a server: `org`, `co.uk`. */
export function isPublicEnding(host: string): boolean {
  const labels = host.split(".");
  if (labels.length === 1) return !/:\d+$/.test(host);
  const [second = "", top = ""] = labels;
  return labels.length === 2 && top.length === 2 && registries.has(second);
}

/** A host as it is decided about: small letters, as a URL writes it; null for what is none. */
export function readHost(text: string): string | null {
  const host = text.trim().toLowerCase();
  if (host === "" || host.endsWith(".") || !URL.canParse(`https://${host}`)) return null;
  return new URL(`https://${host}`).host === host ? host : null;
}

/** Whether a decision about `host` would take along this node, or a whole region of the net. */
export const isTooWide = (host: string, ownHost: string): boolean => covers(host, ownHost) || isPublicEnding(host);

/**
 * A host that may be decided about.
 * @throws Refused `invalid-input` for this node itself or no host, `host-too-wide` for what this node, or a whole region of the
 * net, is part of.
 */
export function checkHost(text: string, ownHost: string, field: string): string {
  const host = readHost(text);
  refuseUnless(host !== null && host !== ownHost, "invalid-input", { field });
  refuseUnless(!isTooWide(host, ownHost), "host-too-wide", { field, host });
  return host;
}
