// The views of the moderators' desk, as tabs.
import { type Account, holds, holdsSomewhere } from "../accounts/account.ts";
import type { Markup } from "../platform/html.ts";
import type { PageContext } from "../web/context.ts";
import { tabs } from "../web/lists.ts";

export type DeskTab = "reports" | "hidden" | "appeals" | "lists" | "settings";

const paths: Readonly<Record<DeskTab, string>> = {
  reports: "/moderation",
  hidden: "/moderation/hidden",
  appeals: "/moderation/appeals",
  lists: "/moderation/lists",
  settings: "/moderation/settings",
};

/** Officials decide about appeals and see no reports; lists and settings are the administrators'. */
function isFor(account: Account | null, tab: DeskTab): boolean {
  if (tab === "appeals") return true;
  return tab === "lists" || tab === "settings" ? holds(account, "administrator") : holdsSomewhere(account, "moderator");
}

export const deskTabs = ({ t, account }: PageContext, current: DeskTab): Markup =>
  tabs(
    t,
    t("moderation.views"),
    (Object.keys(paths) as DeskTab[])
      .filter((tab) => isFor(account, tab))
      .map((tab) => ({
        href: paths[tab],
        label: t(`moderation.tab.${tab}`),
        isCurrent: tab === current,
      })),
  );
