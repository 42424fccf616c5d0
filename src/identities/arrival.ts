// Someone whom another server has vouched for, on their way in. Pure: no SQL, no request, no clock.
import { cleanName } from "../accounts/account.ts";
import type { Language } from "../platform/i18n.ts";
import type { VerifiedClaims } from "../platform/openid.ts";
import type { IdentityName } from "./identity.ts";

/** What is known of a person who has shown elsewhere who they are: all of it, for as long as they have no account. */
export interface Arrival {
  readonly identity: IdentityName;
  /** For the person themself: `@ana@example.social`, or the name of the identity provider. */
  readonly label: string;
  /** The host that vouches. */
  readonly host: string;
  /** What it calls the person: a suggestion. */
  readonly name: string;
  readonly language: Language | null;
  /** Only from the identity provider that the city has configured. */
  readonly verifiedEmail: string | null;
  /** What the provider said, for those who asked to be told; null for a fediverse account. */
  readonly claims: VerifiedClaims | null;
}

/** Whether a name can be the name of an account. */
export function isName(text: string): boolean {
  try {
    return cleanName(text) !== "";
  } catch {
    return false;
  }
}
