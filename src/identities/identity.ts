// The ways into an account besides a link by e-mail, and what may become of them. Pure: no SQL, no request, no clock.

export const identityKinds = ["passkey", "fediverse", "oidc"] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** What one kind of way calls a person. Two with the same three are the same person. */
export interface IdentityName {
  readonly kind: IdentityKind;
  /** Who vouches for the subject: the RP id of a passkey, the host of a server, the issuer of OpenID Connect. */
  readonly issuer: string;
  /** Id of the credential; address or id of the account there; `sub`. Never an e-mail address: those change hands. */
  readonly subject: string;
}

export interface Identity extends IdentityName {
  readonly id: string;
  readonly accountId: string;
  /** For the person themself: "Firefox on Linux", "@ada@example.social". */
  readonly label: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** A passkey that somebody may have a copy of. It is no way in. */
  readonly blockedAt: Date | null;
}

export const identitiesMax = 20;
export const labelLengthMax = 80;

/** How long a sign-in may take that has begun at an authenticator or at another server. */
export const attemptLifetimeMs = 10 * 60_000;
/** How long someone who has come back may take to say how they would like to appear: the browser may be a shared one. */
export const arrivalLifetimeMs = 5 * 60_000;
export const attemptKeptMs = 24 * 3_600_000;
/** Attempts are counted over this time. */
export const attemptWindowMs = 3_600_000;
/** Generous, because a library or a school is one address on the network. */
export const attemptsPerNetworkMax = 60;
export const attemptsPerAccountMax = 20;

/**
 * Whether a way in may go: not the last one of a person whom no e-mail could let in again.
 * @param all every way of the account.
 */
export function mayRemove(all: readonly Pick<Identity, "id" | "blockedAt">[], id: string, hasEmail: boolean): boolean {
  return hasEmail || all.some((one) => one.id !== id && one.blockedAt === null);
}
