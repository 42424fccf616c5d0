// The verbs of notices: tell one person. Any room above calls it in the transaction of the fact.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { type NewNotice, usualRhythm } from "./notice.ts";

/**
 * Tells one person of one thing: on the page at once, by mail as they chose. To be called in the transaction of the fact.
 * Nothing happens for an account that is closed. Whoever did it is not to be told: the caller sees to that.
 * What all followers of a thing are told is not told so, but from its event.
 */
export async function notify(tx: Tx, { accountId, kind, subjectUri, data = {} }: NewNotice, now: Date): Promise<void> {
  const [told] = await tx<{ mail: string }[]>`
    insert into notice (id, account_id, kind, subject_uri, data, mail, created_at)
    select ${newId(now)}, account.id, ${kind}, ${subjectUri}, ${tx.json(data)},
      coalesce(following.mail, notice_setting.mail, ${usualRhythm}), ${now}
    from account
    left join notice_setting on notice_setting.account_id = account.id
    left join following
      on following.account_id = account.id and following.subject_uri = ${subjectUri} and following.ended_at is null
    where account.id = ${accountId} and account.closed_at is null
    returning mail`;
  if (told?.mail === "at-once") await promiseMail(tx, accountId);
}

/** The mail with all that is to be told at once; what is told until it is sent comes along. */
const promiseMail = (tx: Tx, accountId: string): Promise<void> =>
  enqueue(tx, { kind: "mail-notices", payload: { accountId }, uniqueKey: `mail-notices ${accountId}` });
