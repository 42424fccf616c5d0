// Many small tellings at once: each to the few who wrote what was answered, in one transaction for all of them.
import { type Sql, withTransaction } from "../platform/db.ts";
import { type Hearer, tellHearers } from "./actions.ts";
import { type Telling, usualRhythm } from "./notice.ts";

/** To authors who follow what they wrote, who are few: they need no pages, and nobody follows as an author by mail. */
export interface AuthorsTelling {
  readonly telling: Telling;
  /** Nobody is told twice under one id: the first telling of it counts. */
  readonly onceId: string;
}

export const isForAuthors = ({ onlyAuthors }: Telling): boolean => onlyAuthors === "who-follow";

/** @param at only those who followed by then. */
export async function tellAuthors(sql: Sql, tellings: readonly AuthorsTelling[], at: Date, now: Date): Promise<void> {
  const given = tellings.map(({ telling, onceId }, place) => ({
    place,
    onceId,
    of: telling.of,
    byAccountIds: telling.byAccountIds ?? [],
    byAuthorOf: telling.byAuthorOf ?? null,
  }));
  await withTransaction(sql, async (tx) => {
    const hearers = await tx<(Hearer & { place: number })[]>`
      select distinct on ("onceId", heard.account_id) heard.place, heard.account_id, heard.followed_uri,
        coalesce(heard.mail, notice_setting.mail, ${usualRhythm}) as mail
      from (
        select place, "onceId", following.account_id, min(following.subject_uri) as followed_uri, min(following.mail) as mail
        from jsonb_to_recordset(${tx.json(given as never)}) as given ("place" integer, "onceId" uuid, "of" text[],
          "byAccountIds" uuid[], "byAuthorOf" text)
        join following on following.subject_uri = any("of") join account on account.id = following.account_id
        where following.is_own and following.ended_at is null and account.closed_at is null
          and date_trunc('milliseconds', following.created_at) <= ${at}
          and following.account_id <> all("byAccountIds")
          and not exists (select from following own
            where own.account_id = following.account_id and own.subject_uri = "byAuthorOf" and own.is_own)
        group by place, "onceId", following.account_id) heard
      left join notice_setting on notice_setting.account_id = heard.account_id
      order by "onceId", heard.account_id, heard.place`;
    const told = hearers.map(({ place, ...hearer }) => ({ ...hearer, ...tellings[place]! }));
    await tellHearers(tx, told, now);
  });
}
