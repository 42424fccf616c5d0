// What accounts have done later, outside the request: the sign-in mail, and forgetting old links and sessions.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import { type Handlers, type RetryPolicy, schedule } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { hourMs, minuteMs } from "../platform/time.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mail, Mailer } from "../ports.ts";
import { emailChangePath, emailChangeToken, sweepEmailChanges } from "./email-actions.ts";
import { linkToken } from "./sign-in.ts";
import { signInPath, sweepSignIns } from "./sign-in-actions.ts";

const log = getLogger(["koinon", "accounts"]);

/** As long as the link is good for something: 5 s, 10 s, … then every 2 minutes. */
const mailRetry: RetryPolicy = { firstDelayMs: 5_000, delayMsMax: 2 * minuteMs, attemptsMax: 15 };

const sweepEveryMs = hourMs;
const sweepKind = "sweep-sign-ins";

/** Starts the recurring work of this room. Called at every start; it is promised once. */
export const scheduleAccountJobs = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(now.getTime() + sweepEveryMs));

export function accountHandlers(house: {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly secret: string;
}): Handlers {
  const { sql, clock } = house;
  return {
    mail: { run: (payload) => sendMail(house, mailPayload.parse(payload)), retry: mailRetry },
    [sweepKind]: async () => {
      await scheduleAccountJobs(sql, clock.now());
      await sweepSignIns(sql, clock.now());
      await sweepEmailChanges(sql, clock.now());
    },
  };
}

const mailPayload = z.discriminatedUnion("mail", [
  z.object({ mail: z.literal("sign-in"), linkId: z.uuid() }),
  z.object({ mail: z.literal("email-change"), changeId: z.uuid() }),
  z.object({ mail: z.literal("email-changed"), changeId: z.uuid() }),
]);

type MailHouse = Parameters<typeof accountHandlers>[0];

async function sendMail(house: MailHouse, payload: z.output<typeof mailPayload>): Promise<void> {
  const mail = await compose(house, payload);
  if (mail === null) return;
  try {
    await house.mailer.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    // A mistyped address is nobody's fault here, and nobody here can mend it.
    log.info("A mail was not wanted ({kind}): {reason}", { kind: payload.mail, reason: error.message });
  }
}

/** Mails are made when they are sent, so that no row ever holds a link. Null for one that is not needed any more. */
async function compose(house: MailHouse, payload: z.output<typeof mailPayload>): Promise<Mail | null> {
  if (payload.mail === "sign-in") return await composeSignInMail(house, payload.linkId);
  if (payload.mail === "email-change") return await composeChangeMail(house, payload.changeId);
  return await composeChangedMail(house, payload.changeId);
}

async function inLanguage({ sql, uris }: MailHouse, locale: string) {
  const t = openTranslator(isLanguage(locale) ? locale : "en", "UTC");
  const [city] = await listOrganisationActors(sql);
  return { t, node: { city: city?.name ?? uris.host, host: uris.host } };
}

async function composeSignInMail(house: MailHouse, linkId: string): Promise<Mail | null> {
  const { sql, uris, clock, secret } = house;
  const now = clock.now();
  const [link] = await sql<{ email: string; locale: string; expiresAt: Date }[]>`
    select email, locale, expires_at from sign_in_link where id = ${linkId} and used_at is null and expires_at > ${now}`;
  if (link === undefined) return null;
  const { t, node } = await inLanguage(house, link.locale);
  const minutes = Math.max(1, Math.round((link.expiresAt.getTime() - now.getTime()) / minuteMs));
  const text = [
    t("accounts.mail-sign-in-opening", node),
    uris.at(signInPath(linkToken(secret, linkId))),
    t("accounts.mail-sign-in-limits", { count: minutes }),
    t("accounts.mail-sign-in-not-you"),
  ];
  return { to: link.email, subject: t("accounts.mail-sign-in-subject", node), text: `${text.join("\n\n")}\n` };
}

/** To the new address. */
async function composeChangeMail(house: MailHouse, changeId: string): Promise<Mail | null> {
  const { sql, uris, clock, secret } = house;
  const [change] = await sql<{ email: string; locale: string }[]>`
    select email_change.email, account.locale from email_change join account on account.id = email_change.account_id
    where email_change.id = ${changeId} and used_at is null and expires_at > ${clock.now()}`;
  if (change === undefined) return null;
  const { t, node } = await inLanguage(house, change.locale);
  const text = [
    t("accounts.mail-email-opening", node),
    uris.at(emailChangePath(emailChangeToken(secret, changeId))),
    t("accounts.mail-email-limits"),
    t("accounts.mail-email-not-you"),
  ];
  return { to: change.email, subject: t("accounts.mail-email-subject", node), text: `${text.join("\n\n")}\n` };
}

/** To the old address. It says nothing of the new one, should the old one be in other hands. */
async function composeChangedMail(house: MailHouse, changeId: string): Promise<Mail | null> {
  const [change] = await house.sql<{ oldEmail: string; locale: string }[]>`
    select old_email, account.locale from email_change join account on account.id = email_change.account_id
    where email_change.id = ${changeId} and old_email is not null`;
  if (change === undefined) return null;
  const { t, node } = await inLanguage(house, change.locale);
  const text = [
    t("accounts.mail-email-changed", node),
    t("accounts.mail-email-changed-not-you"),
    house.uris.at("/about"),
  ];
  const subject = t("accounts.mail-email-changed-subject", node);
  return { to: change.oldEmail, subject, text: `${text.join("\n\n")}\n` };
}
