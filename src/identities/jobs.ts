// What the ways into an account have done later, outside the request: mails about a new way and a blocked passkey,
// forgetting old attempts.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import { isLanguage, type MessageKey, openTranslator } from "../platform/i18n.ts";
import { type Handlers, schedule } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { hourMs } from "../platform/time.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mail, Mailer } from "../ports.ts";
import { sweepAttempts } from "./attempt-actions.ts";

const log = getLogger(["koinon", "identities"]);

const sweepEveryMs = hourMs;
const sweepKind = "sweep-attempts";

interface MailHouse {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
}

/** Starts the recurring work of this room. Called at every start; it is promised once. */
export const scheduleIdentityJobs = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(now.getTime() + sweepEveryMs));

const payload = z.object({ mail: z.enum(["passkey-blocked", "way-added"]), identityId: z.uuid() });

export function identityHandlers(house: MailHouse): Handlers {
  const { sql, clock } = house;
  return {
    "identity-mail": (data) => sendMail(house, payload.parse(data)),
    [sweepKind]: async () => {
      await scheduleIdentityJobs(sql, clock.now());
      await sweepAttempts(sql, clock.now());
    },
  };
}

async function sendMail(house: MailHouse, { mail: about, identityId }: z.output<typeof payload>): Promise<void> {
  const mail = await compose(house, about, identityId);
  if (mail === null) return;
  try {
    await house.mailer.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    log.info("A mail was not wanted ({about}): {reason}", { about, reason: error.message });
  }
}

const words = {
  "passkey-blocked": {
    subject: "identities.mail-blocked-subject",
    what: "identities.mail-blocked",
    do: "identities.mail-blocked-do",
  },
  "way-added": {
    subject: "identities.mail-added-subject",
    what: "identities.mail-added",
    do: "identities.mail-added-do",
  },
} as const satisfies Record<z.output<typeof payload>["mail"], Record<string, MessageKey>>;

/** Null where the way is gone already, or nobody knows where its owner reads mail: the account page says it too. */
async function compose({ sql, uris }: MailHouse, about: keyof typeof words, identityId: string): Promise<Mail | null> {
  const [owner] = await sql<{ email: string | null; locale: string; label: string }[]>`
    select account.email, account.locale, identity.label from identity join account on account.id = identity.account_id
    where identity.id = ${identityId} and account.closed_at is null`;
  if (!owner?.email) return null;
  const t = openTranslator(isLanguage(owner.locale) ? owner.locale : "en", "UTC");
  const [city] = await listOrganisationActors(sql);
  const told = { city: city?.name ?? uris.host, host: uris.host, label: owner.label };
  const text = [t(words[about].what, told), t(words[about].do), uris.at("/account/sign-in")];
  return { to: owner.email, subject: t(words[about].subject, told), text: `${text.join("\n\n")}\n` };
}
