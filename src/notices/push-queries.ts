// Reads of messages of the browser: on which devices a person has them. The addresses themselves are read to send, and to the
// person in what they may take along.
import { digestOf } from "../accounts/sign-in.ts";
import type { Sql } from "../platform/db.ts";

export interface PushDevice {
  readonly id: string;
  /** "Firefox, Android"; empty where the browser does not say. */
  readonly device: string;
  readonly createdAt: Date;
  readonly isThisOne: boolean;
}

/** The devices of an account that are told, the latest first. */
export async function listPushDevices(
  sql: Sql,
  accountId: string,
  sessionToken: string | null,
  now: Date,
): Promise<PushDevice[]> {
  return await sql<PushDevice[]>`
    select push_device.id, session.device, push_device.created_at,
      session.token_digest = ${digestOf(sessionToken ?? "")} as is_this_one
    from push_device join session on session.id = push_device.session_id
    where push_device.account_id = ${accountId} and session.expires_at > ${now}
    order by push_device.created_at desc, push_device.id`;
}
