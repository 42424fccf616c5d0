// The city's identity provider as a way in: which of its claims are used, and for what. Pure: no SQL, no request.
import { emailFrom } from "../accounts/sign-in.ts";
import { isLanguage, type Language } from "../platform/i18n.ts";
import type { VerifiedClaims } from "../platform/openid.ts";
import type { IdentityName } from "./identity.ts";

/** The subject is kept to know the person again, and stands in no log and no address. */
export const oidcIdentity = (issuer: string, { sub }: VerifiedClaims): IdentityName => ({
  kind: "oidc",
  issuer,
  subject: sub,
});

/** What an account is opened with: the three claims that are named on the page, and no other. */
export interface OidcPerson {
  readonly name: string;
  /** Only where the provider says that it has verified it. */
  readonly verifiedEmail: string | null;
  readonly language: Language | null;
}

export function personFrom(claims: VerifiedClaims): OidcPerson {
  const { name, given_name, family_name, email, email_verified, locale } = claims;
  const parts = [given_name, family_name].filter((part): part is string => typeof part === "string");
  return {
    name: (typeof name === "string" ? name : parts.join(" ")).trim().slice(0, 500),
    verifiedEmail: email_verified === true && typeof email === "string" ? emailFrom(email) : null,
    language: languageFrom(locale),
  };
}

/** The language of a BCP 47 tag, such as `ca-ES` or `ca_ES`, where the pages speak it. */
export function languageFrom(tag: unknown): Language | null {
  const language = typeof tag === "string" ? tag.toLowerCase().split(/[-_]/)[0] : undefined;
  return language !== undefined && isLanguage(language) ? language : null;
}
