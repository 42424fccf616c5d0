// What invitations to a team have done later: the mail, the notice where the address has an account, the end.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { mayGrant } from "../accounts/account.ts";
import { getAccount } from "../accounts/queries.ts";
import { notify } from "../notices/actions.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { isLanguage, openTranslator } from "../platform/i18n.ts";
import type { Handlers } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { pickName } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import type { Clock, Mailer } from "../ports.ts";
import { roleInvitationsPath } from "./invitation.ts";
import { endRoleInvitation, roleInvitationEndKind, roleInvitationMailKind } from "./invitation-actions.ts";
import { findRoleInvitationMail, type RoleInvitationMail } from "./invitation-queries.ts";

const log = getLogger(["koinon", "desk"]);
const named = z.object({ id: z.uuid() });

interface InvitingHouse {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly clock: Clock;
  readonly mailer: Mailer;
}

export const roleInvitationHandlers = (house: InvitingHouse): Handlers => ({
  [roleInvitationMailKind]: (given) => sendInvitation(house, named.parse(given).id),
  [roleInvitationEndKind]: (given) => endRoleInvitation(house.sql, named.parse(given).id, house.clock.now()),
});

/** The same mail to any address: it names no account, and its link opens nothing without signing in with that address. */
async function sendInvitation({ sql, uris, clock, mailer }: InvitingHouse, id: string): Promise<void> {
  const invitation = await findRoleInvitationMail(sql, id, clock.now());
  if (invitation === null) return;
  const { email, role, processUri, invitedBy, accountId } = invitation;
  if (!mayGrant(await getAccount(sql, invitedBy), { role, processUri })) return;
  try {
    await mailer.send({ to: email, ...wordsOf(invitation, uris) });
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    log.info("An invitation was not wanted: {reason}", { reason: error.message });
  }
  if (accountId === null) return;
  await withTransaction(sql, (tx) => notify(tx, { accountId, kind: "team-invitation", subjectUri: null }, clock.now()));
}

function wordsOf(invitation: RoleInvitationMail, uris: Uris) {
  const { role, inviterName: name, locale } = invitation;
  const t = openTranslator(isLanguage(locale) ? locale : "en", "UTC");
  const process = pickName(invitation.processName, t.lang)?.text ?? "";
  const city = invitation.city ?? uris.host;
  const text = [
    t("team.mail-opening", { name, process, city, role: t(`accounts.role-${role}`) }),
    t("team.mail-what"),
    uris.at(roleInvitationsPath),
    t("team.mail-not-you"),
  ];
  return { subject: t("team.mail-subject", { name, city }), text: `${text.join("\n\n")}\n` };
}
