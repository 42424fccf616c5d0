// The verbs of the ways into an account: sign in with one, link one, rename it, remove it.
import { type Account, cleanName } from "../accounts/account.ts";
import { isOfficialName } from "../accounts/official-names.ts";
import { getAccount } from "../accounts/queries.ts";
import { emailFrom } from "../accounts/sign-in.ts";
import { type NewSession, openAccountWithoutEmail, openNewAccount, openSession } from "../accounts/sign-in-actions.ts";
import { agreeToTerms } from "../accounts/terms-actions.ts";
import type { Tx } from "../platform/db.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import { isId, newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { clip, tidyLine } from "../platform/text.ts";
import { type Identity, type IdentityName, identitiesMax, labelLengthMax, mayRemove } from "./identity.ts";
import { findIdentity, listIdentities } from "./queries.ts";

/** Who someone is, as a way of signing in has proven. */
export interface ProvenIdentity extends IdentityName {
  readonly label: string;
}

/** What a first sign-in opens an account with. */
export interface Newcomer {
  /** What the other side calls the person; empty becomes `fallbackName`. */
  readonly name: string;
  /** For those without a name that can be one, such as "New resident". */
  readonly fallbackName: string;
  readonly locale: string;
  /** Only where the other side is trusted to have verified it. */
  readonly verifiedEmail: string | null;
}

/**
 * Signs in the account that an identity belongs to; the first time, opens one as a guest.
 *
 * @returns the account, and the token for the cookie.
 * @throws Refused `email-known` where an account has the verified e-mail already: it is not handed over on another
 *   server's word. The person signs in by e-mail, and links this way from their account page.
 */
export async function signInWith(
  tx: Tx,
  proven: ProvenIdentity,
  newcomer: Newcomer,
  session: NewSession,
  now: Date,
): Promise<{ account: Account; sessionToken: string; isNew: boolean }> {
  await lockIdentity(tx, proven);
  const known = await findIdentity(tx, proven);
  const account = known === null ? await openAccountFor(tx, newcomer, now) : await getAccount(tx, known.accountId);
  if (known === null) await insertIdentity(tx, account.id, proven, now);
  else await tx`update identity set last_used_at = ${now} where id = ${known.id}`;
  return { account, sessionToken: await openSession(tx, account.id, session, now), isNew: known === null };
}

async function openAccountFor(tx: Tx, newcomer: Newcomer, now: Date): Promise<Account> {
  const name = await unofficialName(tx, newcomer);
  const email = newcomer.verifiedEmail === null ? null : emailFrom(newcomer.verifiedEmail);
  if (email === null) {
    const account = await openAccountWithoutEmail(tx, { name, locale: newcomer.locale, isNameAsked: true }, now);
    await agreeToTerms(tx, account.id, now);
    return account;
  }
  const account = await openNewAccount(tx, { email, name, locale: newcomer.locale }, now);
  refuseUnless(account !== null, "email-known");
  return account;
}

/**
 * Whoever comes from elsewhere is not sent away because of their name there: they go by a neutral one, and may choose another.
 * The neutral one is not asked about, so that no name that someone takes can keep people out.
 */
async function unofficialName(tx: Tx, newcomer: Newcomer): Promise<string> {
  for (const text of [newcomer.name, newcomer.fallbackName]) {
    const name = nameFrom(text);
    if (name !== null && !(await isOfficialName(tx, name))) return name;
  }
  return openTranslator(isLanguage(newcomer.locale) ? newcomer.locale : "en", "UTC")("accounts.guest");
}

/** A name from elsewhere may be too long, or made of nothing that can be seen: null then. */
function nameFrom(text: string): string | null {
  try {
    return cleanName([...text].slice(0, labelLengthMax).join(""));
  } catch {
    return null;
  }
}

/**
 * Makes an identity a way into the account of who is signed in, and tells them by mail. Doing it twice changes nothing.
 * @throws Refused `identity-elsewhere` when it leads into another account, `identity-limit`.
 */
export async function linkIdentity(tx: Tx, by: Account, proven: ProvenIdentity, now: Date): Promise<string> {
  await lockIdentity(tx, proven);
  const known = await findIdentity(tx, proven);
  refuseUnless(known === null || known.accountId === by.id, "identity-elsewhere");
  if (known !== null) return known.id;
  const identityId = await insertIdentity(tx, by.id, proven, now);
  // Should somebody else sit at an open session, the person learns of it.
  await enqueue(tx, { kind: "identity-mail", payload: { mail: "way-added", identityId } });
  return identityId;
}

async function insertIdentity(tx: Tx, accountId: string, proven: ProvenIdentity, now: Date): Promise<string> {
  await lockAccount(tx, accountId);
  refuseUnless((await listIdentities(tx, accountId)).length < identitiesMax, "identity-limit", { max: identitiesMax });
  const id = newId(now);
  await tx`
    insert into identity (id, account_id, kind, issuer, subject, label, created_at, last_used_at)
    values (${id}, ${accountId}, ${proven.kind}, ${proven.issuer}, ${proven.subject}, ${cleanLabel(proven.label)}, ${now}, ${now})`;
  return id;
}

/** Two first sign-ins with one identity at once must open one account. */
export const lockIdentity = (tx: Tx, { kind, issuer, subject }: IdentityName) =>
  tx`select pg_advisory_xact_lock(hashtextextended(${`identity ${kind} ${issuer} ${subject}`}, 0))`;

/** @throws Refused `not-found` for a closed account. */
async function lockAccount(tx: Tx, accountId: string): Promise<{ email: string | null }> {
  const [account] = await tx<{ email: string | null }[]>`
    select email from account where id = ${accountId} and closed_at is null for no key update`;
  refuseUnless(account !== undefined, "not-found");
  return account;
}

const cleanLabel = (text: string): string => clip(tidyLine(text).replace(/\p{C}/gu, ""), labelLengthMax);

/** Gives one of the person's own ways another name. @throws Refused `not-found`, `invalid-input` for an empty one. */
export async function renameIdentity(sql: Sql, by: Account, identityId: string, label: string): Promise<void> {
  refuseUnless(isId(identityId), "not-found");
  const cleaned = cleanLabel(label);
  refuseUnless(cleaned !== "", "invalid-input", { field: "label" });
  const rows = await sql`
    update identity set label = ${cleaned} where id = ${identityId} and account_id = ${by.id} returning 1`;
  refuseUnless(rows.length > 0, "not-found");
}

/**
 * Takes one of the person's own ways away.
 * @throws Refused `not-found` for anyone else's, `last-way-in` where nothing would be left to sign in with.
 */
export async function unlinkIdentity(sql: Sql, by: Account, identityId: string): Promise<Identity> {
  return await withTransaction(sql, async (tx) => {
    const { email } = await lockAccount(tx, by.id);
    const all = await listIdentities(tx, by.id);
    const identity = all.find(({ id }) => id === identityId);
    refuseUnless(identity !== undefined, "not-found");
    refuseUnless(mayRemove(all, identityId, email !== null), "last-way-in");
    await tx`delete from identity where id = ${identityId}`;
    return identity;
  });
}

/** What closing an account does here: every way into it goes. Given to `closeAccount` by the composition root. */
export async function forgetIdentities(tx: Tx, accountId: string): Promise<void> {
  await tx`delete from identity where account_id = ${accountId}`;
  await tx`delete from sign_in_attempt where account_id = ${accountId}`;
}
