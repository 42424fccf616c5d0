// What invitations to write along have done later: they are mailed, and end when their time is over.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { notify } from "../notices/actions.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import type { Handlers } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { pickName } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mailer } from "../ports.ts";
import { invitationPath, invitationToken } from "./coauthor.ts";
import { endInvitation, invitationEndKind, invitationMailKind } from "./coauthor-actions.ts";
import { findInvitationMail } from "./coauthor-queries.ts";

const log = getLogger(["koinon", "proposals"]);
const named = z.object({ id: z.uuid() });

interface InvitingHouse {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly secret: string;
}

export const coauthorHandlers = (house: InvitingHouse): Handlers => ({
  [invitationMailKind]: (given) => mailInvitation(house, named.parse(given).id),
  [invitationEndKind]: (given) => endInvitation(house.sql, named.parse(given).id, house.clock.now()),
});

/** Made when it is sent, so that no row ever holds the link. */
async function mailInvitation({ sql, uris, clock, mailer, secret }: InvitingHouse, id: string): Promise<void> {
  const invitation = await findInvitationMail(sql, id, clock.now());
  if (invitation === null) return;
  const { email, inviterName: name, title, locale, proposalUri, invitedId } = invitation;
  // Whoever has an account is told in their own language, as often as they chose. The inviter learns of neither.
  if (invitedId !== null) {
    const told = { accountId: invitedId, kind: "coauthor-invited", subjectUri: proposalUri } as const;
    await withTransaction(sql, (tx) => notify(tx, { ...told, data: { invitation: id } }, clock.now()));
    return;
  }
  // Nobody knows the language of an address: the one of who writes to it.
  const t = openTranslator(isLanguage(locale) ? locale : "en", "UTC");
  const city = invitation.city ?? uris.host;
  const process = pickName(invitation.processName, t.lang)?.text ?? "";
  const text = [
    t("coauthors.mail-opening", { name, process, city }),
    title || t("proposals.untitled"),
    t("coauthors.mail-what"),
    uris.at(invitationPath(invitationToken(secret, id))),
    t("coauthors.mail-not-you"),
  ];
  try {
    await mailer.send({
      to: email,
      subject: t("coauthors.mail-subject", { name, city }),
      text: `${text.join("\n\n")}\n`,
    });
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    log.info("An invitation was not wanted: {reason}", { reason: error.message });
  }
}
