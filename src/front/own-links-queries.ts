// What the page of one's account leads to only where there is something: invitations that wait, what was done at the desk.
import type { AccountLink, ListOwnLinks } from "../accounts/own-links.ts";
import { roleInvitationsPath } from "../desk/invitation.ts";
import { listOwnRoleInvitations } from "../desk/invitation-queries.ts";
import type { Sql } from "../platform/db.ts";
import { listAssists } from "../residences/assist-queries.ts";

const invitations: AccountLink = {
  ...{ id: "invitations", href: roleInvitationsPath },
  ...{ title: "team.own-title", lead: "accounts.invitations-lead", open: "accounts.invitations-open" },
};
const assists: AccountLink = {
  ...{ id: "assists", href: "/account/assists" },
  ...{ title: "assist.own-title", lead: "accounts.assists-lead", open: "accounts.assists-open" },
};

export const listOwnLinksOf =
  ({ sql }: { readonly sql: Sql }): ListOwnLinks =>
  async (by, now) => {
    const [asked, assisted] = await Promise.all([listOwnRoleInvitations(sql, by, now), listAssists(sql, by.id)]);
    return [...(asked.length === 0 ? [] : [invitations]), ...(assisted.length === 0 ? [] : [assists])];
  };
