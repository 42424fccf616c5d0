// The verbs of assisted participation: begin, note what is done, end. Everything leaves a line with both names.
import { type Account, mayWorkAtDesk } from "../accounts/account.ts";
import { accountUri, getAccount } from "../accounts/queries.ts";
import { digestOf } from "../accounts/sign-in.ts";
import { openAccountWithoutEmail, openSession } from "../accounts/sign-in-actions.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { assistMs, readReason } from "./assist.ts";
import { askEmailCode } from "./email-code-actions.ts";
import { tellResident } from "./telling-actions.ts";

export interface StartedAssist {
  readonly endsAt: Date;
  /** For a cookie beside the official's own; the database keeps only its digest. */
  readonly token: string;
}

/**
 * Lets an official act for a person who is there, for thirty minutes. Bound to the official's own session: it ends with it.
 * What they acted in for another person before ends.
 *
 * @param officerToken of the official's session.
 * @throws Refused `not-allowed` for anyone but an official of the node, for one's own account, and for who holds a role;
 * `reason-missing`.
 */
export async function startAssist(
  sql: Sql,
  by: Account,
  input: { accountId: string; reason: string; officerToken: string },
  now: Date,
): Promise<StartedAssist> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  const reason = readReason(input.reason);
  return await withTransaction(sql, async (tx) => {
    const person = await getAccount(tx, input.accountId);
    refuseUnless(person.id !== by.id && person.grants.length === 0, "not-allowed");
    // One of two begun at once is the one that runs.
    await tx`select from account where id = ${by.id} for no key update`;
    const running = await tx<{ id: string }[]>`select id from assist where officer_id = ${by.id} and ended_at is null`;
    for (const { id } of running) await endAssist(tx, id, now);
    const id = newId(now);
    const endsAt = new Date(now.getTime() + assistMs);
    await tx`
      insert into assist (id, officer_id, account_id, reason, started_at, ends_at)
      values (${id}, ${by.id}, ${person.id}, ${reason}, ${now}, ${endsAt})`;
    const token = await openSession(tx, person.id, { device: "", previousSessionToken: null }, now);
    await tx`
      update session set expires_at = ${endsAt}, assist_id = ${id}, officer_digest = ${digestOf(input.officerToken)}
      where token_digest = ${digestOf(token)}`;
    await enqueue(tx, { kind: "end-assist", payload: { assistId: id }, runAt: endsAt });
    await recordAct(tx, by, "AssistStarted", accountUri(person.id), { assistId: id }, now);
    return { endsAt, token };
  });
}

/**
 * Opens an account for a person at the desk. It has no e-mail address: one that the person gives is mailed a code first.
 * @throws Refused as {@link askEmailCode}: then no account is opened either.
 */
export async function openAccountAtDesk(
  sql: Sql,
  secret: string,
  by: Account,
  person: { name: string; email: string; locale: string },
  now: Date,
): Promise<Account> {
  refuseUnless(mayWorkAtDesk(by), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const account = await openAccountWithoutEmail(tx, person, now);
    await recordAct(tx, by, "AccountOpenedAtDesk", accountUri(account.id), {}, now);
    const email = person.email.trim();
    if (email !== "") await askEmailCode(tx, secret, by, { accountId: account.id, email }, now);
    return account;
  });
}

/** Notes an act before it is done, so that none goes unnoted. @returns its id, for {@link finishAct}. */
export async function beginAct(sql: Sql, assistId: string, path: string, now: Date): Promise<string> {
  const id = newId(now);
  await sql`insert into assist_act (id, assist_id, path, at) values (${id}, ${assistId}, ${path}, ${now})`;
  return id;
}

/** The act was done: a line in the audit log, in the official's name, about the person. */
export async function finishAct(
  sql: Sql,
  assist: { id: string; officerId: string; accountId: string },
  actId: string,
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const [act] = await tx<{ path: string }[]>`
      update assist_act set is_done = true where id = ${actId} and assist_id = ${assist.id} returning path`;
    if (act === undefined) return;
    const detail = { assistId: assist.id, path: act.path };
    await recordAct(tx, { id: assist.officerId }, "AssistedAct", accountUri(assist.accountId), detail, now);
  });
}

/** Ends it, and tells the person what was done. Ending it twice is no fault. */
export async function endAssist(sql: Sql, assistId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const [ended] = await tx<{ officerId: string; accountId: string; name: string }[]>`
      update assist set ended_at = ${now} from account officer
      where assist.id = ${assistId} and ended_at is null and officer.id = officer_id
      returning officer_id, account_id, officer.name`;
    if (ended === undefined) return;
    await tx`delete from session where assist_id = ${assistId}`;
    const [done] = await tx<[{ count: number }]>`
      select count(*)::int as count from assist_act where assist_id = ${assistId} and is_done`;
    const { officerId, accountId, name } = ended;
    await recordAct(tx, { id: officerId }, "AssistEnded", accountUri(accountId), { assistId, acts: done.count }, now);
    await tellResident(tx, accountId, "assisted", { by: name, acts: done.count });
  });
}

/** For the job that was promised for the end of its time. */
export async function endAssistWhenOver(sql: Sql, assistId: string, now: Date): Promise<void> {
  const over = await sql`select from assist where id = ${assistId} and ends_at <= ${now}`;
  if (over.length > 0) await endAssist(sql, assistId, now);
}
