// The verbs of messages of the browser: begin on a device, end, promise, send. An address of a device is told to nobody but
// the service that gave it, and stands in no log.
import type { Account } from "../accounts/account.ts";
import { digestOf } from "../accounts/sign-in.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import type { GuardedFetch } from "../platform/guarded-fetch.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import { newId } from "../platform/ids.ts";
import { enqueue, Later, Retry } from "../platform/jobs.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { minuteMs } from "../platform/time.ts";
import type { Mailing } from "./mail-actions.ts";
import type { NoticeKind, ShownNotice } from "./notice.ts";
import {
  kindsPushed,
  type PushAddress,
  type PushKeys,
  pushMessage,
  quietMs,
  readPushAddress,
  sealPush,
} from "./push.ts";
import { listToPush } from "./queries.ts";

/** What comes within it is told together, and the next message is this far away. */
export const pushPauseMs = 10 * minuteMs;
const firstPushMs = 20_000;
const waitingReadMax = 100;
const answerBytesMax = 16_000;
const answerMs = 5_000;

/**
 * Tells this browser's device from now on, for as long as its session lasts. Told again, the newest address counts; a device
 * that somebody else was signed in on is theirs no longer.
 *
 * @param given the browser's PushSubscription as JSON.
 * @throws Refused `push-address` for what is none; `not-allowed` without a session of one's own, as at the desk.
 */
export async function beginPush(sql: Sql, by: Account, sessionToken: string | null, given: string, now: Date) {
  const address = readPushAddress(given);
  refuseUnless(address !== null, "push-address");
  await withTransaction(sql, async (tx) => {
    const [session] = await tx<{ id: string }[]>`
      select id from session
      where token_digest = ${digestOf(sessionToken ?? "")} and account_id = ${by.id} and assist_id is null
        and expires_at > ${now} for key share`;
    refuseUnless(session !== undefined, "not-allowed");
    const { endpoint, publicKey, authSecret } = address;
    await tx`delete from push_device where endpoint = ${endpoint} or session_id = ${session.id}`;
    await tx`
      insert into push_device (id, account_id, session_id, endpoint, public_key, auth_secret, created_at)
      values (${newId(now)}, ${by.id}, ${session.id}, ${endpoint}, ${publicKey}, ${authSecret}, ${now})`;
  });
}

/** Tells a device no more. Ending what is not there, or is another's, is no fault and does nothing. */
export async function endPush(sql: Sql, by: Account, deviceId: string): Promise<void> {
  await sql`delete from push_device where id = ${deviceId} and account_id = ${by.id}`;
}

/** Promises a message to those of the accounts that have a device. In the transaction that tells them. */
export async function promisePushes(tx: Tx, accountIds: readonly string[], now: Date): Promise<void> {
  const rows = await tx<{ accountId: string }[]>`
    select distinct account_id from push_device where account_id = any(${accountIds as string[]}::uuid[])`;
  await enqueue(
    tx,
    rows.map(({ accountId }) => ({
      kind: "push",
      payload: { accountId },
      runAt: new Date(now.getTime() + firstPushMs),
      uniqueKey: `push ${accountId}`,
    })),
  );
}

export const isPushed = (kind: NoticeKind, mail: string): boolean =>
  mail === "at-once" || mail === "always" || kindsPushed.includes(kind);

export interface Pushing extends Omit<Mailing, "mailer"> {
  readonly pushKeys: PushKeys;
  readonly fetch: GuardedFetch["fetch"];
}

interface Device extends PushAddress {
  readonly id: string;
}

/**
 * Sends what waits for an account to its devices, as one message. A device whose service knows it no longer is forgotten.
 *
 * @throws Later at night, and soon after the last message; {@link Retry} or the fault when no device could be told yet.
 */
export async function sendPush(pushing: Pushing, accountId: string): Promise<void> {
  const { sql, uris, clock } = pushing;
  const now = clock.now();
  const [account] = await sql<{ locale: string; lastAt: Date | null }[]>`
    select locale, (select max(pushed_at) from notice where account_id = account.id) as last_at
    from account where id = ${accountId} and closed_at is null`;
  if (account === undefined) return;
  const lang = isLanguage(account.locale) ? account.locale : "en";
  const city = await pushing.findCity(lang);
  const waitMs = Math.max(quietMs(now, city.timeZone), +(account.lastAt ?? 0) + pushPauseMs - now.getTime());
  if (waitMs > 0) throw new Later(waitMs);
  const [devices, waiting] = await Promise.all([
    sql<Device[]>`
      select push_device.id, endpoint, public_key, auth_secret from push_device
      join session on session.id = session_id
      where push_device.account_id = ${accountId} and session.expires_at > ${now} order by push_device.id`,
    listToPush(sql, accountId, kindsPushed, waitingReadMax),
  ]);
  if (devices.length === 0 || waiting.length === 0) return;
  const message = pushMessage(openTranslator(lang, city.timeZone), city.name, waiting);
  const tried = await Promise.allSettled(
    devices.map(async (device) => {
      const sealed = await sealPush(pushing.pushKeys, device, message, { origin: uris.origin, now });
      await post(pushing, device, sealed);
    }),
  );
  const failed = tried.find((one) => one.status === "rejected");
  // Told on one device is told: the others are not worth a second message on it.
  if (failed !== undefined && !tried.some((one) => one.status === "fulfilled")) throw failed.reason;
  await markPushed(sql, waiting, now);
}

async function markPushed(sql: Sql, waiting: readonly ShownNotice[], now: Date): Promise<void> {
  await sql`update notice set pushed_at = ${now} where id = any(${waiting.map(({ id }) => id)}::uuid[])`;
}

/** What a push service says of a device that it will never reach again, or not for this node (RFC 8030 section 5, RFC 8292). */
const goneStatuses: readonly number[] = [400, 401, 403, 404, 410];

async function post(
  { sql, fetch }: Pushing,
  { id, endpoint }: Device,
  { headers, body }: { headers: Record<string, string>; body: Buffer },
): Promise<void> {
  const sent = { method: "POST", headers, body, bytesMax: answerBytesMax, totalMs: answerMs };
  const answer = await fetch(new URL(endpoint), sent).catch((error: unknown) => {
    if (error instanceof Refused && error.code === "address-forbidden") return null;
    // What was asked for is a key: it is not to be told further by an error's text.
    throw new Error(`A push service could not be reached: ${error instanceof Refused ? error.code : "fault"}`);
  });
  if (answer?.ok) return;
  if (answer === null || goneStatuses.includes(answer.status)) {
    await sql`delete from push_device where id = ${id}`;
    return;
  }
  throw new Retry(minuteMs, `A push service answered ${answer.status}`);
}
