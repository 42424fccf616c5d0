// Sending what waits: one mail for all of it, in the person's language, marked once it is handed over. Nothing waiting,
// nothing sent. Runs in jobs; errors never carry an address.
import { createHash } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import type { Sql } from "../platform/db.ts";
import { isLanguage, type Language, openTranslator, type Translator } from "../platform/i18n.ts";
import { MailRejected } from "../platform/mail.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mail, Mailer } from "../ports.ts";
import { digestMail } from "./digest.ts";
import { findFollowable } from "./following-queries.ts";
import type { NoticeMail, ShownNotice } from "./notice.ts";
import { listToMail, listToMailFollower } from "./queries.ts";
import { confirmPath, mailLinkToken, unsubscribePath } from "./unsubscribe.ts";
import { followedTitle } from "./wording.ts";

const log = getLogger(["koinon", "notices"]);

/** Beyond this even the count in a mail stops. */
const waitingReadMax = 500;

/** The city as mails name it. */
export interface CityOfMail {
  readonly name: string;
  /** IANA. */
  readonly timeZone: string;
}

export interface Mailing {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly secret: string;
  readonly findCity: (lang: Language) => Promise<CityOfMail>;
}

/** Mails an account what waits at a rhythm, or what it is told by mail in any case. */
export async function mailAccount(mailing: Mailing, accountId: string, rhythm: NoticeMail): Promise<void> {
  const { sql, uris } = mailing;
  const [account] = await sql<{ email: string | null; locale: string }[]>`
    select email, locale from account where id = ${accountId} and closed_at is null`;
  if (account === undefined) return;
  const { email } = account;
  const until = await lastWaiting(sql, accountId, rhythm);
  if (until === null) return;
  // Without an address nothing is sent, and nothing waits for the day on which they give one.
  const notices = email === null ? [] : await listToMail(sql, accountId, rhythm, waitingReadMax);
  const lang = isLanguage(account.locale) ? account.locale : "en";
  const city = await mailing.findCity(lang);
  const t = openTranslator(lang, city.timeZone);
  const frame = {
    city: city.name,
    origin: uris.origin,
    to: email ?? "",
    settings: { label: t("notices.mail-settings"), url: uris.at("/notices/settings") },
    ...(rhythm === "always" ? inAnyCase(t, city.name) : asChosen(mailing, t, city.name, accountId)),
  };
  await deliver(mailing, `${accountId} ${rhythm}`, notices, (shown) => digestMail(t, shown, frame));
  // Also what was hidden meanwhile: it is not to come up years later.
  await sql`
    update notice set mailed_at = ${mailing.clock.now()}
    where account_id = ${accountId} and mail = ${rhythm} and mailed_at is null and id <= ${until}`;
}

/** No press ends these: an address in the header that ends all other mail would not do what it says. */
const inAnyCase = (t: Translator, city: string) => ({
  opening: t("notices.mail-always-opening", { city }),
  why: t("notices.mail-always-why", { city }),
  unsubscribe: null,
});

function asChosen({ uris, secret }: Mailing, t: Translator, city: string, accountId: string) {
  const token = mailLinkToken(secret, { scope: "account", id: accountId });
  return {
    opening: t("notices.mail-opening", { city }),
    why: t("notices.mail-why", { city }),
    unsubscribe: { label: t("notices.mail-unsubscribe"), url: uris.at(unsubscribePath(token)) },
  };
}

async function lastWaiting(sql: Sql, accountId: string, rhythm: NoticeMail): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    select id from notice where account_id = ${accountId} and mail = ${rhythm} and mailed_at is null
    order by id desc limit 1`;
  return row?.id ?? null;
}

/** Mails who follows one thing by e-mail what waits of it. */
export async function mailFollower(mailing: Mailing, id: string): Promise<void> {
  const { sql, uris, secret } = mailing;
  const follower = await findFollower(sql, id, true);
  if (follower === null) return;
  const notices = await listToMailFollower(sql, id, waitingReadMax);
  const lang = isLanguage(follower.locale) ? follower.locale : "en";
  const city = await mailing.findCity(lang);
  const t = openTranslator(lang, city.timeZone);
  const token = mailLinkToken(secret, { scope: "following", id });
  await deliver(mailing, id, notices, (shown) =>
    digestMail(t, shown, {
      city: city.name,
      origin: uris.origin,
      to: follower.email,
      opening: t("notices.mail-opening", { city: city.name }),
      why: t("notices.mail-why-followed", { title: followedTitle(t, follower.thing, city.name) }),
      settings: null,
      unsubscribe: { label: t("notices.mail-unsubscribe"), url: uris.at(unsubscribePath(token)) },
    }),
  );
  await sql`
    update mail_following_notice set mailed_at = ${mailing.clock.now()}
    where mail_following_id = ${id} and mailed_at is null
      and id <= ${notices.at(-1)?.id ?? "ffffffff-ffff-ffff-ffff-ffffffffffff"}`;
}

/** Asks the owner of an address whether they want it. Sent once, whatever becomes of it. */
export async function mailConfirmation(mailing: Mailing, id: string): Promise<void> {
  const { sql, uris, secret } = mailing;
  const follower = await findFollower(sql, id, false);
  if (follower === null) return;
  const lang = isLanguage(follower.locale) ? follower.locale : "en";
  const city = await mailing.findCity(lang);
  const t = openTranslator(lang, city.timeZone);
  const named = { title: followedTitle(t, follower.thing, city.name), city: city.name };
  const link = uris.at(confirmPath(mailLinkToken(secret, { scope: "confirmation", id })));
  const text = [t("notices.confirm-mail-opening", named), link, t("notices.confirm-mail-not-you")];
  await send(mailing.mailer, {
    to: follower.email,
    subject: t("notices.confirm-mail-subject", named),
    text: `${text.join("\n\n")}\n`,
  });
}

async function findFollower(sql: Sql, id: string, isConfirmed: boolean) {
  const [follower] = await sql<{ email: string; locale: string; subjectUri: string }[]>`
    select email, locale, subject_uri from mail_following
    where id = ${id} and confirmed_at is ${isConfirmed ? sql`not null` : sql`null`}`;
  return follower === undefined ? null : { ...follower, thing: await findFollowable(sql, follower.subjectUri) };
}

async function deliver(
  { mailer, uris }: Mailing,
  whose: string,
  notices: readonly ShownNotice[],
  compose: (notices: readonly ShownNotice[]) => Mail,
): Promise<void> {
  const last = notices.at(-1);
  if (last === undefined) return;
  // The same mail has the same name, should this run twice.
  const name = createHash("sha256").update(`${whose} ${last.id}`).digest("base64url").slice(0, 32);
  await send(mailer, { ...compose(notices), messageId: `<${name}@${new URL(uris.origin).hostname}>` });
}

async function send(mailer: Mailer, mail: Mail): Promise<void> {
  try {
    await mailer.send(mail);
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    log.info("A mail of notices was not wanted: {reason}", { reason: error.message });
  }
}
