// A fediverse account as a way in: what a person may type, and who someone is to us there. Pure: no SQL, no request.
import { domainToASCII } from "node:url";
import { cleanName } from "../accounts/account.ts";
import type { Language } from "../platform/i18n.ts";
import type { ServerAccount } from "../platform/mastodon-api.ts";
import type { IdentityName } from "./identity.ts";
import { languageFrom } from "./oidc.ts";

export const addressLengthMax = 200;

export interface FediverseAddress {
  /** Null where only a server was named. */
  readonly name: string | null;
  /** In ASCII and small letters, with its port where it has one. */
  readonly host: string;
}

const handlePattern = /^(?:acct:)?@?([\p{L}\p{N}_.-]+)@([^@/\s]+)$/u;
/** The addresses of profiles as servers write them. */
const profilePattern = /^\/(?:@|users\/|u\/|profile\/|accounts\/)([\p{L}\p{N}_.-]+)\/?$/u;

/**
 * Reads what people write when asked for their account: `@ana@example.social`, `ana@example.social`, the address of a
 * profile, or only the server. Null for anything else.
 */
export function readAddress(text: string): FediverseAddress | null {
  const typed = text
    .normalize("NFC")
    .replace(/\p{Cf}/gu, "")
    .replaceAll("\uff20", "@")
    .trim();
  if (typed === "" || typed.length > addressLengthMax) return null;
  const [, name, host] = handlePattern.exec(typed) ?? [];
  if (name !== undefined && host !== undefined) return addressAt(host, name);
  if (!/^https?:\/\//i.test(typed)) return addressAt(typed.replace(/^@/, "").replace(/\/$/, ""), null);
  const url = URL.parse(typed);
  if (url === null || url.username !== "" || url.password !== "") return null;
  // `https://mastodon.example/@ana@other.example` is how one server shows an account of another.
  const elsewhere = /^\/@([\p{L}\p{N}_.-]+)@([^@/\s]+)\/?$/u.exec(decoded(url.pathname));
  if (elsewhere !== null) return addressAt(elsewhere[2]!, elsewhere[1]!);
  return addressAt(url.host, profilePattern.exec(decoded(url.pathname))?.[1] ?? null);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function addressAt(hostAndPort: string, name: string | null): FediverseAddress | null {
  const [, host = "", port = ""] = /^([^:/?#@]+)(:\d{1,5})?$/.exec(hostAndPort) ?? [];
  const ascii = domainToASCII(host.toLowerCase());
  const isName =
    /^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/.test(ascii) || ascii === "localhost";
  return isName && Number(port.slice(1) || 0) <= 65_535 ? { name, host: `${ascii}${port}` } : null;
}

/**
 * Who a server's account is to us: its actor and its id there together. A name that was given to somebody else after the
 * server began anew has another id; an account that moved is another actor, whatever `alsoKnownAs` says.
 */
export const fediverseIdentity = (host: string, account: Pick<ServerAccount, "id" | "actorUri">): IdentityName => ({
  kind: "fediverse",
  issuer: host,
  subject: `${account.actorUri} ${account.id}`,
});

/** How the person writes their address: as they typed it, if it is theirs; a server is not believed about other domains. */
export function handleOf(
  account: Pick<ServerAccount, "username" | "actorUri">,
  host: string,
  typed: FediverseAddress & { readonly actorUri: string | null },
): string {
  const isTheirs = typed.name?.toLowerCase() === account.username.toLowerCase() && typed.actorUri === account.actorUri;
  return `@${account.username}@${isTheirs ? typed.host : host}`;
}

/** The display name without the codes of pictures (`:verified:`); the name of the account where nothing is left. */
export function nameFrom({ displayName, username }: Pick<ServerAccount, "displayName" | "username">): string {
  for (const candidate of [displayName.replace(/:[a-z0-9_]+:/gi, " "), username]) {
    try {
      return cleanName([...candidate].slice(0, 80).join(""));
    } catch {
      // Nothing that can be seen: the next one.
    }
  }
  return "";
}

/**
 * The language an account was set to. English is no such word: GoToSocial and snac say it of everybody who has set none, and
 * whoever reads this node in Arabic would be asked in Arabic whether they want English.
 */
export function languageOf({ language }: Pick<ServerAccount, "language">): Language | null {
  const said = languageFrom(language);
  return said === "en" ? null : said;
}
