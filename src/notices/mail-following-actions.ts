// Following by e-mail, without an account: asked for with an address, confirmed by its owner, ended by a link.
import type { Sql } from "../platform/db.ts";
import { withTransaction } from "../platform/db.ts";
import type { Language } from "../platform/i18n.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { followersPerPage, type TellingPage } from "./actions.ts";
import { getOpenFollowable } from "./following-queries.ts";

/** Mails that ask one address, a day: nobody's letterbox is filled from here. */
export const asksPerAddressMax = 5;

/**
 * Asks the owner of an address whether they want to follow something. Says nothing of whether it is known already.
 * @param email as `readEmail` of accounts writes it.
 * @throws Refused `not-found`, `category-over`.
 */
export async function askToFollowByMail(
  sql: Sql,
  input: { email: string; subjectUri: string; locale: Language },
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { uri: subjectUri } = await getOpenFollowable(tx, input.subjectUri);
    // One address after the other, so that a burst cannot pass together.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`follow by mail ${input.email}`}, 0))`;
    const waiting = await tx`select from mail_following where email = ${input.email} and confirmed_at is null`;
    if (waiting.length >= asksPerAddressMax) return;
    const id = newId(now);
    const asked = await tx`
      insert into mail_following ${tx({ id, ...input, subjectUri, createdAt: now })}
      on conflict (email, subject_uri) do nothing returning id`;
    if (asked.length > 0) await enqueue(tx, { kind: "mail-confirmation", payload: { id } });
  });
}

/** The owner of the address wants it. Confirming twice is once. @returns what is followed; null for what is over. */
export async function confirmMailFollowing(sql: Sql, id: string, now: Date): Promise<{ subjectUri: string } | null> {
  const [row] = await sql<{ subjectUri: string }[]>`
    update mail_following set confirmed_at = coalesce(confirmed_at, ${now}) where id = ${id} returning subject_uri`;
  return row ?? null;
}

/** No more of it, and the address is forgotten. */
export async function endMailFollowing(sql: Sql, id: string): Promise<void> {
  await sql`delete from mail_following where id = ${id}`;
}

/**
 * As `tellPage` tells accounts: one page of those who follow by e-mail. They are mailed with the next daily mails. An address
 * that follows two of these things, such as a process and one of its categories, hears of it once, by the older.
 */
export async function tellMailPage(
  sql: Sql,
  { telling, onceId, at, after }: TellingPage,
  now: Date,
): Promise<string | null> {
  if (telling.onlyAuthors !== undefined) return null;
  const followers = await sql<{ id: string }[]>`
    select id from mail_following
    where subject_uri = any(${telling.of as string[]}) and confirmed_at <= ${at}
      and not exists (select from mail_following older where older.email = mail_following.email
        and older.id < mail_following.id and older.subject_uri = any(${telling.of as string[]}) and older.confirmed_at <= ${at})
      ${after === null ? sql`` : sql`and id > ${after}`}
    order by id limit ${followersPerPage}`;
  if (followers.length > 0) {
    const rows = followers.map(({ id }) => ({
      ...{ mailFollowingId: id, eventId: onceId, id: newId(now), kind: telling.kind, subjectUri: telling.subjectUri },
      ...{ data: sql.json(telling.data ?? {}), createdAt: now },
    }));
    await sql`insert into mail_following_notice ${sql(rows)} on conflict do nothing`;
  }
  return followers.length === followersPerPage ? followers.at(-1)!.id : null;
}
