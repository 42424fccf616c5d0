// What e-mail addresses given at the desk have done later: the mail with the code, and the end of its time.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import type { Handlers, RetryPolicy } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { minuteMs, secondMs } from "../platform/time.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mail, Mailer } from "../ports.ts";
import { emailCode, emailCodeLifetimeMs, spokenCode } from "./email-code.ts";
import { emailCodeEndKind, emailCodeMailKind, endEmailCodeWhenOver } from "./email-code-actions.ts";
import { findEmailCodeMail } from "./email-code-queries.ts";

const log = getLogger(["koinon", "residences"]);
/** Somebody waits at the desk, and not for long. */
const mailRetry: RetryPolicy = { firstDelayMs: 5 * secondMs, delayMsMax: minuteMs, attemptsMax: 12 };
const named = z.object({ id: z.uuid() });

export interface CodeHouse {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly secret: string;
}

export const emailCodeHandlers = (house: CodeHouse): Handlers => ({
  [emailCodeMailKind]: { run: (payload) => sendMail(house, named.parse(payload).id), retry: mailRetry },
  [emailCodeEndKind]: (payload) => endEmailCodeWhenOver(house.sql, named.parse(payload).id, house.clock.now()),
});

async function sendMail(house: CodeHouse, id: string): Promise<void> {
  const mail = await compose(house, id);
  if (mail === null) return;
  try {
    await house.mailer.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    // A mistyped address: no code comes, and the page at the desk says what to do.
    log.info("A code for the desk was not wanted: {reason}", { reason: error.message });
  }
}

/**
 * Made when it is sent, so that no row ever holds a code. Who has an account under this address gets no code, in their own
 * language, and nobody at the desk is told so.
 */
async function compose({ sql, uris, clock, secret }: CodeHouse, id: string): Promise<Mail | null> {
  const found = await findEmailCodeMail(sql, id, clock.now());
  if (found === null) return null;
  const locale = found.ownerLocale ?? found.locale;
  const t = openTranslator(isLanguage(locale) ? locale : "en", "UTC");
  const [organisation] = await listOrganisationActors(sql);
  const node = { city: organisation?.name ?? uris.host, host: uris.host };
  const text =
    found.ownerLocale === null
      ? [
          t("assist.mail-code-opening", node),
          spokenCode(emailCode(secret, id)),
          t("assist.mail-code-limits", { minutes: emailCodeLifetimeMs / minuteMs }),
          t("assist.mail-code-not-you"),
        ]
      : [
          t("assist.mail-known-opening", node),
          t("assist.mail-known-you"),
          uris.at("/sign-in"),
          t("assist.mail-known-not-you"),
        ];
  // One subject for both: it shows on a telephone that lies on the desk.
  return { to: found.email, subject: t("assist.mail-code-subject", node), text: `${text.join("\n\n")}\n` };
}
