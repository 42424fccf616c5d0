// Links that act for whoever holds the mail they stand in, without signing in. Pure.
// A token names an account, or one following by e-mail, and what it is good for; never an address.
import { createHmac, timingSafeEqual } from "node:crypto";
import { isId } from "../platform/ids.ts";

/** Ends all mail of an account; ends one following by e-mail; confirms one. */
export const mailLinkScopes = ["account", "following", "confirmation"] as const;
export type MailLinkScope = (typeof mailLinkScopes)[number];

export interface MailLink {
  readonly scope: MailLinkScope;
  /** Of the account, or of the following by e-mail. */
  readonly id: string;
}

/** `<scope>.<id>.<signature>`, which fits a path. It does not expire: mail is kept for years. */
export const mailLinkToken = (secret: string, { scope, id }: MailLink): string =>
  `${scope}.${id}.${signed(secret, scope, id)}`;

/** Null for what this node has not signed. */
export function readMailLink(secret: string, token: string): MailLink | null {
  const [scope = "", id = "", signature = ""] = token.slice(0, 200).split(".");
  const known = mailLinkScopes.find((one) => one === scope);
  if (known === undefined || !isId(id)) return null;
  const [left, right] = [Buffer.from(signature), Buffer.from(signed(secret, known, id))];
  return left.length === right.length && timingSafeEqual(left, right) ? { scope: known, id } : null;
}

const signed = (secret: string, scope: MailLinkScope, id: string): string =>
  createHmac("sha256", secret).update(`mail link ${scope} ${id}`).digest("base64url");

export const unsubscribePath = (token: string): string => `/unsubscribe/${token}`;
export const confirmPath = (token: string): string => `/follow-by-mail/${token}`;
