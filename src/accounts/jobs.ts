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
    },
  };
}

const mailPayload = z.object({ mail: z.literal("sign-in"), linkId: z.uuid() });

async function sendMail(house: Parameters<typeof accountHandlers>[0], { linkId }: z.output<typeof mailPayload>) {
  const mail = await composeSignInMail(house, linkId);
  if (mail === null) return;
  try {
    await house.mailer.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    // A mistyped address is nobody's fault here, and nobody here can mend it.
    log.info("A sign-in mail was not wanted: {reason}", { reason: error.message });
  }
}

/** The mail for a link, made when it is sent, so that no row ever holds it. Null when the link is no longer good. */
async function composeSignInMail(
  { sql, uris, clock, secret }: Parameters<typeof accountHandlers>[0],
  linkId: string,
): Promise<Mail | null> {
  const now = clock.now();
  const [link] = await sql<{ email: string; locale: string; expiresAt: Date }[]>`
    select email, locale, expires_at from sign_in_link where id = ${linkId} and used_at is null and expires_at > ${now}`;
  if (link === undefined) return null;
  const t = openTranslator(isLanguage(link.locale) ? link.locale : "en", "UTC");
  const [city] = await listOrganisationActors(sql);
  const node = { city: city?.name ?? uris.host, host: uris.host };
  const minutes = Math.max(1, Math.floor((link.expiresAt.getTime() - now.getTime()) / minuteMs));
  const text = [
    t("accounts.mail-sign-in-opening", node),
    uris.at(signInPath(linkToken(secret, linkId))),
    t("accounts.mail-sign-in-limits", { count: minutes }),
    t("accounts.mail-sign-in-not-you"),
  ];
  return { to: link.email, subject: t("accounts.mail-sign-in-subject", node), text: `${text.join("\n\n")}\n` };
}
