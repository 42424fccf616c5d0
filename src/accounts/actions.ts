// The verbs of a person's own account: profile, public voice, closing. Signing in and the desk have files of their own.
import { closeActor, describeActor, openActor } from "../actors/actions.ts";
import { findActorById } from "../actors/queries.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isLanguage, type Language } from "../platform/i18n.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { tidyText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { recordAct } from "../subjects/actions.ts";
import { type Account, cleanName, fold, knowHowLengthMax } from "./account.ts";
import { refuseOfficialName } from "./official-names.ts";
import { refuseLastAdministrator } from "./people-actions.ts";
import { accountUri, type KnowHow } from "./queries.ts";
import { forgetAgreements } from "./terms-actions.ts";

export interface Profile {
  readonly name: string;
  readonly locale: string;
  readonly knowHow: string;
  readonly isKnowHowPublic: boolean;
}

/**
 * Know-how is the person's own note until they publish it: then it is the description of their public voice, if they have one.
 * @throws Refused `invalid-input` with the field it is about.
 */
export async function changeProfile(sql: Sql, by: Account, profile: Profile, now: Date): Promise<void> {
  const name = cleanName(profile.name);
  const knowHow = tidyText(profile.knowHow);
  refuseUnless(isLanguage(profile.locale), "invalid-input", { field: "locale" });
  refuseUnless(knowHow.length <= knowHowLengthMax, "invalid-input", { field: "knowHow", max: knowHowLengthMax });
  await withTransaction(sql, async (tx) => {
    // Who has had their name for longer than an institution keeps it.
    if (name !== by.name) await refuseOfficialName(tx, name);
    const [account] = await tx<{ actorId: string | null }[]>`
      update account set name = ${name}, name_folded = ${fold(name)}, locale = ${profile.locale}, know_how = ${knowHow},
        is_know_how_public = ${profile.isKnowHowPublic}
      where id = ${by.id} and closed_at is null returning actor_id`;
    refuseUnless(account !== undefined, "not-found");
    const actor = account.actorId === null ? null : await findActorById(tx, account.actorId);
    const summary = profile.isKnowHowPublic ? knowHow : "";
    if (actor !== null && actor.summary !== summary)
      await describeActor(tx, actor.id, { name: actor.name, summary }, now);
  });
}

/** Keeps the language a person has chosen, for pages and mail. */
export async function rememberLanguage(sql: Sql, by: Pick<Account, "id">, language: Language): Promise<void> {
  await sql`update account set locale = ${language} where id = ${by.id} and closed_at is null`;
}

/**
 * Gives a person a fediverse actor of their own, under a name that need not be the one of the account.
 * Everything about it is public from now on, and its handle can never be changed or given to anyone else.
 *
 * @throws Refused `already-exists` where there is one, `handle-invalid`, `handle-taken`, `invalid-input`.
 */
export async function openPublicVoice(
  sql: Sql,
  uris: Uris,
  by: Account,
  voice: { handle: string; name: string },
  now: Date,
): Promise<void> {
  const name = cleanName(voice.name, "publicName");
  const handle = voice.handle.trim().replace(/^@/, "").toLowerCase();
  await withTransaction(sql, async (tx) => {
    const [account] = await tx<({ actorId: string | null } & KnowHow)[]>`
      select actor_id, know_how, is_know_how_public from account
      where id = ${by.id} and closed_at is null for no key update`;
    refuseUnless(account !== undefined, "not-found");
    refuseUnless(account.actorId === null, "already-exists");
    if (name !== by.name) await refuseOfficialName(tx, name, "publicName");
    const summary = account.isKnowHowPublic ? account.knowHow : "";
    const actor = await openActor(tx, uris, { kind: "resident", handle, name, summary }, now);
    await tx`update account set actor_id = ${actor.id} where id = ${by.id}`;
  });
}

/** Changes the public name, and tells the followers. @throws Refused `not-found` for a person without a public voice. */
export async function renamePublicVoice(sql: Sql, by: Account, name: string, now: Date): Promise<void> {
  const cleaned = cleanName(name, "publicName");
  await withTransaction(sql, async (tx) => {
    const actor = by.actorId === null ? null : await findActorById(tx, by.actorId);
    refuseUnless(actor !== null, "not-found");
    if (cleaned !== actor.name) await refuseOfficialName(tx, cleaned, "publicName");
    await describeActor(tx, actor.id, { name: cleaned, summary: actor.summary }, now);
  });
}

/** Notes whose voice was closed, so that their page can show who has confirmed it. Given by the composition root. */
export type NoteClosedVoice = (tx: Tx, voice: { actorUri: string; accountId: string }, now: Date) => Promise<void>;

/** Closes the person's actor for good; their account stays. Closing it twice is no fault. */
export async function closePublicVoice(sql: Sql, by: Account, now: Date, note?: NoteClosedVoice): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const actorId = await detachActor(tx, by.id);
    const actor = actorId === null ? null : await findActorById(tx, actorId);
    if (actor === null) return;
    await closeActor(tx, actor.id, now);
    await note?.(tx, { actorUri: actor.uri, accountId: by.id }, now);
  });
}

async function detachActor(tx: Tx, accountId: string): Promise<string | null> {
  const [account] = await tx<
    { actorId: string | null }[]
  >`select actor_id from account where id = ${accountId} for no key update`;
  await tx`update account set actor_id = null where id = ${accountId}`;
  return account?.actorId ?? null;
}

/**
 * How a room takes a person's name off what they wrote there, and tells other servers. Given by the composition root,
 * since accounts know no room above them.
 */
export type ForgetAuthor = (tx: Tx, accountId: string, now: Date) => Promise<void>;

/**
 * Closes an account for good. What the person wrote stays, without their name; what they supported stays counted.
 * E-mail, name, know-how, roles, memberships and sessions are erased, and a public voice is closed.
 * The same address may open a new, empty account later.
 *
 * @throws Refused `last-administrator`.
 */
export async function closeAccount(
  sql: Sql,
  by: Account,
  forgetAuthor: readonly ForgetAuthor[],
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const rows = await tx`select from account where id = ${by.id} and closed_at is null for no key update`;
    if (rows.length === 0) throw new Refused("not-found");
    await refuseLastAdministrator(tx, by.id);
    for (const forget of forgetAuthor) await forget(tx, by.id, now);
    const actorId = await detachActor(tx, by.id);
    if (actorId !== null) await closeActor(tx, actorId, now);
    await tx`delete from role_grant where account_id = ${by.id}`;
    await tx`delete from membership where account_id = ${by.id}`;
    await tx`delete from session where account_id = ${by.id}`;
    await forgetLinks(tx, by, now);
    await forgetAgreements(tx, by.id);
    await tx`
      update account set email = '', name = '', name_folded = '', know_how = '', is_know_how_public = false,
        residence_verified_at = null, residence_verified_by = null, closed_at = ${now}
      where id = ${by.id}`;
    await recordAct(tx, by, "AccountClosed", accountUri(by.id), {}, now);
  });
}

/**
 * Takes addresses out of the links that were mailed, and none works any more. That they were asked for still counts where they
 * were asked from: else who closes and opens accounts would never come to the limit.
 */
async function forgetLinks(tx: Tx, { id, email }: Account, now: Date): Promise<void> {
  await tx`
    update sign_in_link set email = '', return_to = '/', used_at = coalesce(used_at, ${now}) where email = ${email}`;
  await tx`
    update email_change set email = '', old_email = null, used_at = coalesce(used_at, ${now}) where account_id = ${id}`;
}
